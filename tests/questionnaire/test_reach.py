"""What can never be reached: contradictions are found, and what some answers make true is never called impossible."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.questionnaire.constraints import State
from survey_service.questionnaire.expression import Node, Scope, parse
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.reach import MESSAGES, Finding, Item, check, items_of
from survey_service.questionnaire.satisfiability import CURRENT, is_possible
from survey_service.questionnaire.writing import write_tree

STATES = {
    "one": State(choices=frozenset({"a", "b", "c"})),
    "code": State(choices=frozenset({"1", "2", "98"})),
    "many": State(choices=frozenset({"a", "b", "none"}), multiple=True, exclusive=frozenset({"none"})),
    "age": State(low=0, high=120, whole=True, numeric=True),
    "weight": State(numeric=True),
    "text": State(),
}
# Answers to each of them, among them all that the conditions below can tell apart.
VALUES: Mapping[str, list[Any]] = {
    "one": [None, "a", "b", "c"],
    "code": [None, "1", "2", "98"],
    "many": [None, ["a"], ["b"], ["none"], ["a", "b"]],
    "age": [None, 0, 4, 5, 6, 17, 120],
    "weight": [None, 4.5, 5.0, 5.5, -1.0],
    "text": [None, "a", "5", "5.0", "x y"],
}


def possible(*texts: str) -> bool:
    return is_possible([parse(text).ast for text in texts], STATES)


@pytest.mark.parametrize(
    "text",
    [
        "${one} = 'a' and ${one} = 'b'",
        "${one} = 'a' and ${one} != 'a'",
        "${one} = 'a' and ${one} = ''",
        "${one} = 'd'",
        "${one} != '' and ${one} != 'a' and ${one} != 'b' and ${one} != 'c'",
        "not(${one} != 'a' or ${one} = 'a')",
        "${one} and not(${one})",
        "${one} > 5",
        "${code} = 1 and ${code} = 2",
        "${code} > 98",
        "${code} > 2 and ${code} < 98",
        "${age} > 5 and ${age} < 6",
        "${age} > 120",
        "${age} < 0",
        "${age} = 5 and ${age} = 6",
        "${age} >= 16 and ${age} < 12",
        "16 <= ${age} and 12 > ${age}",
        "${age} = 'old'",
        "${age} > 5 and ${age} = ''",
        "${weight} > 5 and ${weight} < 5",
        "${weight} > 5 and ${weight} <= 5",
        "${weight} < -5 and ${weight} > 5",
        "${age} = 5 and ${age} != '5'",
        "selected(${many}, 'a') and not(selected(${many}, 'a'))",
        "selected(${many}, 'a') and selected(${many}, 'none')",
        "selected(${many}, 'x')",
        "count-selected(${many}) > 2",
        "count-selected(${many}) = 2 and not(selected(${many}, 'a'))",
        "count-selected(${many}) > 1 and selected(${many}, 'none')",
        "count-selected(${many}) > 0 and ${many} = ''",
        "selected(${many}, 'a') and not(count-selected(${many}) >= 1)",
        "${many} = 'a' and selected(${many}, 'b')",
        "${many} = 'a b' and count-selected(${many}) = 1",
        "selected(${one}, 'a') and ${one} = 'b'",
        "${text} = 'a' and ${text} = 'b'",
        "false()",
        "${age} > 5 and (${one} = 'd' or ${age} < 3)",
        "(${one} = 'a' or ${one} = 'b') and (${one} = 'c' or ${one} = '')",
        "not(${age} > 5 or true())",
    ],
)
def test_never(text: str) -> None:
    assert not possible(text)


@pytest.mark.parametrize(
    "text",
    [
        "${one} = 'a' or ${one} = 'b'",
        "${one} != 'a' and ${one} != 'b' and ${one} != 'c'",  # not answered
        "not(${age} > 5) and ${age} = ''",
        "${age} > 5 and ${age} < 7",
        "${weight} > 5 and ${weight} < 6",
        "selected(${many}, 'a') and selected(${many}, 'b')",
        "count-selected(${many}) = 0",
        "${code} = '1' and ${code} = 1",
        "${code} > 2",
        "${text} = '5.0' and ${text} != '5' and ${text} = 5",
        "${unknown} = 'a' and ${unknown} = 'b'",
        "${age} > ${weight} and ${age} < ${weight}",  # not looked into
        "regex(${text}, 'a') and ${text} = 'b'",
    ],
)
def test_possible_or_not_understood(text: str) -> None:
    assert possible(text)


def test_conditions_of_several_levels_count_together() -> None:
    assert not possible("${one} = 'a'", "${one} != 'a'")
    assert possible("${one} = 'a'", "${one} != 'b'")


# Soundness: checked against all answers

names = st.sampled_from(sorted(VALUES))
texts = st.sampled_from(["", "a", "b", "none", "1", "5", "5.0", "a b", "x"]).map(lambda text: ("str", text))
numbers = st.sampled_from([0, 1, 2, 5, 5.5, 98]).map(lambda number: ("num", number))
atoms: st.SearchStrategy[Node] = st.one_of(
    st.tuples(
        st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), names.map(lambda name: ("ref", name)), texts | numbers
    ),
    st.tuples(st.sampled_from(["=", "<", ">="]), numbers | texts, names.map(lambda name: ("ref", name))),
    st.tuples(st.just("selected"), names.map(lambda name: ("ref", name)), texts),
    st.tuples(st.sampled_from(["=", "<", ">="]), names.map(lambda name: ("count-selected", ("ref", name))), numbers),
    names.map(lambda name: ("ref", name)),
)
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(st.just("not"), inner),
        st.tuples(st.sampled_from(["and", "or"]), inner, inner),
        st.tuples(st.just("and"), inner, inner, inner),
    ),
    max_leaves=6,
)


def test_zero_is_false_though_it_is_an_answer() -> None:
    assert possible("not(${age}) and ${age} = 0")
    assert possible("not(${weight}) and ${weight} >= 0")
    assert not possible("not(${age}) and ${age} > 0")
    assert not possible("not(${one}) and ${one} != ''")


@given(conditions)
@settings(max_examples=400, deadline=None)
def test_what_some_answers_make_true_is_possible(tree: Node) -> None:
    expression = parse(write_tree(tree))
    used = sorted(expression.names)
    scope = Scope({}, today=dt.date(2026, 11, 23))
    found = False
    for values in itertools.product(*(VALUES[name] for name in used)):
        scope.answers = dict(zip(used, values, strict=True))
        if expression.holds(scope):
            found = True
            break
    if found:
        assert is_possible([expression.ast], STATES)


@pytest.mark.timeout(60)  # without a bound on its steps the search would need years
def test_many_alternatives_are_not_all_tried() -> None:
    text = " and ".join(f"(${{one}} = 'a' or ${{q{number}}} = 'x' or ${{age}} > {number})" for number in range(100))
    assert possible(text + " and ${one} = 'd'") is False
    assert possible(text) is True
    worst = " and ".join(f"(${{q{number}}} = 'x' or ${{q{number}}} = 'y')" for number in range(150))
    assert is_possible([parse(worst).ast], {f"q{number}": State() for number in range(150)}) is True


# Findings


def item(name: str, state: State | None = None, repeats: tuple[str, ...] = (), **keys: str) -> Item:
    return Item(
        name,
        {key: parse(text) for key, text in keys.items() if key != "within"},
        (parse(keys["within"]),) if "within" in keys else (),
        state,
        repeats=repeats,
    )


def test_findings_name_place_key_and_reason() -> None:
    one, age = STATES["one"], STATES["age"]
    items = [
        item("one", one),
        item("age", age, constraint=". > 10 and . < 5"),
        item("x", State(), relevant="${one} = 'z'"),
        item("y", State(), relevant="${x} = 'a'"),
        item("z", State(), relevant="${one} = 'a'", within="${one} = 'b'"),
        item("w", State(), relevant="${later} = 'a'", required="selected(${one}, 'q')"),
        item("later", State()),
        item("self", State(), constraint=". = ${self}"),
    ]
    assert check(items) == (
        Finding("age", "constraint", "constraint_never"),
        Finding("x", "relevant", "no_choice", {"question": "one", "choice": "z"}),
        Finding("x", "relevant", "never"),
        Finding("y", "relevant", "never"),  # for ${x} is never answered
        Finding("z", "relevant", "never"),
        Finding("w", "relevant", "later", {"question": "later"}),
        Finding("w", "required", "no_choice", {"question": "one", "choice": "q"}),
    )
    assert set(MESSAGES) == {"never", "constraint_never", "no_choice", "later"}


def test_a_constraint_speaks_of_its_own_choices() -> None:
    found = check([item("one", STATES["one"], constraint=". != 'z' and selected(., 'a')")])
    assert found == (Finding("one", "constraint", "no_choice", {"question": "one", "choice": "z"}),)
    assert is_possible([parse(". = 'a'").ast], {CURRENT: STATES["one"]})


def test_a_calculation_and_another_entry_may_be_looked_at_ahead() -> None:
    items = [
        Item("sum", {"calculation": parse("${a} + 1")}, state=State(), calculated=True),
        item("before", State(), relevant="indexed-repeat(${a}, ${R}, 1) = 1"),
        item("a", State()),
    ]
    assert check(items) == ()


def test_answers_of_other_entries_are_not_taken_for_one() -> None:
    both = "${name} = 'a' and ${name} = 'b'"
    inside = [item("name", State(), ("R",)), item("x", State(), ("R",), relevant=both)]
    assert [finding.code for finding in check(inside)] == ["never"]
    assert check([item("name", State(), ("R",)), item("x", State(), relevant=both)]) == ()


def test_nothing_in_the_bundled_questionnaires_is_out_of_reach(bundled: Library) -> None:
    for questionnaire in bundled.questionnaires.values():
        items = items_of(questionnaire)
        assert {item.name for item in items} >= set(questionnaire.questions)
        assert check(items) == (), questionnaire.name
