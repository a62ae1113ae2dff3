"""Conditions as rows: what they become, what can be read back, and what makes no condition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.questionnaire import condition_rows
from survey_service.questionnaire.condition_rows import RELATIONS, WITHOUT_VALUE, Row, RowFault
from survey_service.questionnaire.expression import Scope, parse
from survey_service.questionnaire.model import Choice, Question, Questionnaire

QUESTIONS = {
    "age": Question("integer", "age", {"de": "Alter"}),
    "town": Question("text", "town", {"de": "Ort"}),
    "born": Question("date", "born", {"de": "Geboren"}),
    "sex": Question("select_one", "sex", {"de": "G"}, choices=(Choice("w", {"de": "Weiblich", "en": "Female"}),)),
    "likes": Question("select_multiple", "likes", {"de": "F"}, choices=(Choice("red", {"de": "Rot"}),)),
}


@pytest.mark.parametrize(
    ("join", "rows", "wanted"),
    [
        ("all", [Row("age", "at_least", "16")], "${age} >= 16"),
        ("all", [Row("age", "is", "٣,5")], "${age} = 3.5"),
        ("any", [Row("sex", "is", "w"), Row("sex", "is_not", "female")], "${sex} = 'w' or ${sex} != 'w'"),
        ("all", [Row("likes", "is", "Rot")], "selected(${likes}, 'red')"),
        ("all", [Row("likes", "includes_not", "red")], "not(selected(${likes}, 'red'))"),
        ("all", [Row("sex", "includes", "w")], "${sex} = 'w'"),
        ("all", [Row("born", "less", "2008-01-01")], "${born} < date('2008-01-01')"),
        ("all", [Row("town", "unanswered"), Row("town", "answered")], "${town} = '' and ${town} != ''"),
        ("all", [Row("town", "is", "O'Hara")], '${town} = "O\'Hara"'),
    ],
)
def test_rows_become_an_expression(join: str, rows: list[Row], wanted: str) -> None:
    assert condition_rows.write(join, rows, QUESTIONS) == wanted
    parse(wanted)


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (Row("gone", "is", "1"), "question"),
        (Row("age", "like", "1"), "relation"),
        (Row("age", "is", "old"), "number"),
        (Row("age", "is", "nan"), "number"),
        (Row("age", "is", " "), "value"),
        (Row("town", "is", "\"'"), "value"),
        (Row("sex", "is", "blue"), "choice"),
    ],
)
def test_a_row_that_makes_no_condition_says_which_and_why(row: Row, code: str) -> None:
    with pytest.raises(RowFault) as refused:
        condition_rows.write("all", [Row("age", "answered"), row], QUESTIONS)
    assert (refused.value.index, refused.value.code) == (1, code)


@pytest.mark.parametrize("text", ["${a} = 1 and (${b} = 2 or ${c} = 3)", "count(${r}) > 1", "${a} = ${b}", "not(${a})"])
def test_what_says_more_than_rows_can_is_not_read(text: str) -> None:
    assert condition_rows.read(parse(text)) is None


VALUES = {"age": ["1", "16.5", "-3"], "town": ["Suhl", "1", "a b"], "born": ["2008-01-01"], "sex": ["w"]}
ROWS = st.sampled_from(sorted(VALUES)).flatmap(
    lambda name: st.builds(
        lambda relation, value: Row(name, relation, "" if relation in WITHOUT_VALUE else value),
        st.sampled_from(sorted(set(RELATIONS) - {"includes", "includes_not"})),
        st.sampled_from(VALUES[name]),
    )
)


@given(st.sampled_from(["all", "any"]), st.lists(ROWS, min_size=2, max_size=5))
def test_written_rows_are_read_back(join: str, rows: list[Row]) -> None:
    assert condition_rows.read(parse(condition_rows.write(join, rows, QUESTIONS))) == (join, tuple(rows))


def test_a_written_condition_decides_as_it_says(questionnaire: Callable[[], Questionnaire]) -> None:
    questions = questionnaire().questions
    text = condition_rows.write("all", [Row("age", "at_least", "18"), Row("likes", "includes", "Rot")], questions)
    condition = parse(text)
    today = dt.date(2026, 11, 23)
    assert condition.holds(Scope(answers={"age": 18, "likes": ["red", "blue"]}, today=today))
    assert not condition.holds(Scope(answers={"age": 17, "likes": ["red"]}, today=today))
    assert not condition.holds(Scope(answers={"age": 18, "likes": ["blue"]}, today=today))
