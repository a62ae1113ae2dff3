"""The judge: what is accepted, what is refused and why, and the four answer states."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from survey_service.questionnaire.expression import Scope
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from tests.conftest import SMALL, TODAY


def judged(questionnaire: Questionnaire, **inputs: Any) -> Any:
    return judge(questionnaire, {"OK": "yes", **inputs}, TODAY)


def test_states_of_answered_declined_skipped_and_not_shown(small: Questionnaire) -> None:
    judgement = judged(small, age="17", likes=["pna"])
    assert judgement.refusals == {}
    assert judgement.answers == {"OK": "yes", "age": 17}
    assert judgement.states == {
        "OK": "answered",
        "age": "answered",
        "town": "not_shown",
        "likes": "pna",
        "why": "not_shown",
        "since": "not_shown",
    }


def test_an_answer_to_a_question_that_is_not_shown_is_dropped(small: Questionnaire) -> None:
    judgement = judged(small, age="17", town="Meiningen", why="red")
    assert "town" not in judgement.answers
    assert judgement.states["town"] == "not_shown"
    assert judgement.refusals == {}


def test_a_dropped_answer_has_no_effect_on_later_questions(questionnaire: Any) -> None:
    text = SMALL.replace("relevant: selected(${likes}, 'red')", "relevant: ${town} != ''")
    judgement = judged(questionnaire(text), age=12, town="Suhl", since="2020-01-01")
    assert judgement.states["since"] == "not_shown"


@pytest.mark.parametrize(
    "name, raw, accepted",
    [
        ("age", "١٢", 12),
        ("age", "۱۲", 12),
        ("age", " 1 2 ", 12),
        ("age", 12, 12),
        ("age", 12.0, 12),
        ("age", "0", 0),
        ("likes", ["blue", "red"], ["red", "blue"]),
        ("likes", "red", ["red"]),
        ("likes", ["none"], ["none"]),
        ("likes", ["red", ""], ["red"]),
    ],
)
def test_accepted(small: Questionnaire, name: str, raw: Any, accepted: Any) -> None:
    judgement = judged(small, **{name: raw})
    assert judgement.refusals == {}
    assert judgement.answers[name] == accepted


@pytest.mark.parametrize(
    "name, raw, code",
    [
        ("OK", "perhaps", "not_a_choice"),
        ("OK", ["yes", "no"], "one_only"),
        ("OK", "", "required"),
        ("OK", None, "required"),
        ("OK", 1, "type"),
        ("age", "-1", "too_small"),
        ("age", "121", "too_large"),
        ("age", "3.5", "not_a_whole_number"),
        ("age", 3.5, "not_a_whole_number"),
        ("age", "9" * 5000, "not_a_whole_number"),
        ("age", 10**400, "not_a_whole_number"),
        ("age", True, "type"),
        ("age", float("inf"), "not_a_whole_number"),
        ("age", float("nan"), "not_a_whole_number"),
        ("age", "twelve", "not_a_whole_number"),
        ("likes", ["red", "blue", "green"], "too_many"),
        ("likes", ["red", "none"], "exclusive"),
        ("likes", ["yellow"], "not_a_choice"),
        ("likes", [["red"]], "type"),
        ("likes", {"red": 1}, "type"),
    ],
)
def test_refused(small: Questionnaire, name: str, raw: Any, code: str) -> None:
    judgement = judged(small, **{name: raw})
    assert {key: refusal.code for key, refusal in judgement.refusals.items()} == {name: code}
    assert name not in judgement.answers


@pytest.mark.parametrize(
    "raw, code",
    [
        ("0001-01-01", "date_range"),
        ("2024-02-30", "not_a_date"),
        ("1402-05-01", "calendar"),
        ("1300-01-01", "calendar"),
        ("1500-12-30", "calendar"),
        ("1501-01-01", "date_range"),
        ("gestern", "not_a_date"),
        ("2024-13-01", "not_a_date"),
        (20240101, "type"),
    ],
)
def test_dates_refused(small: Questionnaire, raw: Any, code: str) -> None:
    assert judged(small, likes=["red"], since=raw).refusals["since"].code == code


def test_dates_accepted_in_any_digits(small: Questionnaire) -> None:
    assert judged(small, likes=["red"], since="٢٠٢٤-٠٢-٢٩").answers["since"] == "2024-02-29"


def test_text_is_never_cut_and_one_character_too_many_is_refused(small: Questionnaire) -> None:
    assert judged(small, age=20, town="x" * 20).answers["town"] == "x" * 20
    refusal = judged(small, age=20, town="x" * 21).refusals["town"]
    assert (refusal.code, refusal.values) == ("too_long", {"limit": 20, "length": 21})


@pytest.mark.parametrize("text", ["سلام 👩‍👧", "é", "<script>", "ኣበይ"])
def test_text_is_kept_as_it_is(small: Questionnaire, text: str) -> None:
    assert judged(small, age=20, town=text).answers["town"] == text


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_characters_no_store_can_keep_are_refused(small: Questionnaire, text: str) -> None:
    assert judged(small, age=20, town=text).refusals["town"].code == "characters"


def test_choice_filter_limits_what_may_be_chosen(small: Questionnaire) -> None:
    assert judged(small, likes=["red"], why="red").answers["why"] == "red"
    assert judged(small, likes=["red"], why="blue").refusals["why"].code == "not_a_choice"


def test_screen_out_and_consent(small: Questionnaire) -> None:
    judgement = judged(small, age=15)
    assert judgement.screen_out is not None
    assert judgement.screen_out.name == "young"
    assert judged(small).screen_out is None
    assert judged(small).consented
    assert not judge(small, {"OK": "no"}, TODAY).consented


def test_unknown_names_are_refused(small: Questionnaire) -> None:
    assert judged(small, shoe=1).refusals["shoe"].code == "unknown"


def test_constraint_and_its_message(questionnaire: Any) -> None:
    text = SMALL.replace(
        "parameters: {min: 0, max: 120}}", "constraint: '. > 3', constraint_message: {de: Zu klein, en: Too small}}"
    )
    refusal = judged(questionnaire(text), age=3).refusals["age"]
    assert (refusal.code, refusal.text) == ("constraint", {"de": "Zu klein", "en": "Too small"})
    assert judged(questionnaire(text), age=4).refusals == {}


def test_required_may_depend_on_another_answer(questionnaire: Any) -> None:
    text = SMALL.replace("name: town,", "name: town, required: \"${likes} = 'red'\",")
    assert judged(questionnaire(text), age=20, likes=["red"]).refusals["town"].code == "required"
    assert judged(questionnaire(text), age=20, likes=["blue"]).refusals == {}


def test_calculation_ranks_acknowledge_and_decimal(questionnaire: Any) -> None:
    text = SMALL.replace(
        "      - {type: text, name: town,",
        "      - {type: calculate, name: double, calculation: '${age} * 2'}\n"
        "      - {type: rank, name: order, choices: colours, label: {de: R, en: R}, parameters: {max_selected: 2}}\n"
        "      - {type: acknowledge, name: read, label: {de: Gelesen, en: Read}}\n"
        "      - {type: decimal, name: rate, label: {de: Satz, en: Rate}}\n"
        "      - {type: text, name: town,",
    )
    form = questionnaire(text)
    answers = judged(form, age=21, order=["blue", "red"], read="yes", rate="12,5").answers
    assert (answers["double"], answers["order"], answers["read"], answers["rate"]) == (42, ["blue", "red"], True, 12.5)
    assert judged(form, order=["blue", "blue"]).refusals["order"].code == "twice"
    assert judged(form, order=["blue", "red", "green"]).refusals["order"].code == "too_many"
    assert judged(form, rate="1.234.5").refusals["rate"].code == "not_a_number"
    assert judged(form, rate="١٢٫٥").answers["rate"] == 12.5
    assert judged(form).states["double"] == "skipped"


def test_order_of_choices_rotates_by_seed_and_keeps_the_last_ones(questionnaire: Any) -> None:
    text = SMALL.replace("parameters: {max_selected: 2}}", "parameters: {randomize: true}}")
    question = questionnaire(text).questions["likes"]
    scope = Scope(answers={}, today=TODAY)
    orders = {tuple(choice.name for choice in question.shown_choices(scope, seed, "en")) for seed in range(40)}
    assert len(orders) == 6  # 3! orders of the free choices
    assert {order[-2:] for order in orders} == {("none", "pna")}
    assert question.shown_choices(scope, 7, "en") == question.shown_choices(scope, 7, "de")


@pytest.mark.parametrize(
    "tag, alphabet",
    [
        ("de", ["Arabisch", "Äthiopisch", "Zulu"]),  # ä is sorted as a
        ("en", ["Amharic", "Arabic", "Zulu"]),
        ("uk", ["Ґалська", "Іврит", "Їдиш"]),  # г ґ … і ї
        ("tr", ["Çince", "Irakça", "İtalyanca"]),  # c ç … ı i
        ("fa-AF", ["پشتو", "چینی", "گجراتی"]),
        ("hu", ["Cigány", "Csagataj", "Cseh"]),  # cs is a letter of its own behind c
        ("ti", ["ሶማሊ", "ትግርኛ", "ኣምሓርኛ"]),
    ],
)
def test_choices_are_in_the_order_of_the_alphabet_of_each_language(
    questionnaire: Any, tag: str, alphabet: list[str]
) -> None:
    text = SMALL.replace("parameters: {max_selected: 2}}", "parameters: {alphabetical: true}}")
    question = questionnaire(text).questions["likes"]
    free = [choice for choice in question.choices if not choice.last]
    ends = tuple(choice for choice in question.choices if choice.last)
    shuffled = [replace(choice, label={tag: word}) for choice, word in zip(free, reversed(alphabet), strict=True)]
    asked = replace(question, choices=(*ends, *shuffled))
    shown = asked.shown_choices(Scope(answers={}, today=TODAY), 7, tag)
    assert [choice.label[tag] for choice in shown[:3]] == alphabet
    assert shown[3:] == ends
