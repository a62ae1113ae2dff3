"""What a change to a published questionnaire does to its series: each rule by an example, and what holds for all."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_service.questionnaire import comparison, definition
from survey_service.questionnaire import comparison_rules as rules
from survey_service.questionnaire.comparison import (
    BREAK,
    COMPARABLE,
    NOT_COMPARABLE,
    Change,
    Reason,
    compare,
    from_json,
    to_json,
)
from survey_service.questionnaire.comparison_reasons import MESSAGES
from survey_service.questionnaire.differences import Difference, differences, of_questionnaire
from survey_service.questionnaire.expression import parse
from survey_service.questionnaire.model import Group, Question, Questionnaire
from survey_service.questionnaire.wording_changes import FORM, MORE, SAME, SLIP, change_of, tokens
from tests.conftest import SMALL

Load = Callable[[str], Questionnaire]


def changed(questionnaire: Load, *edits: tuple[str, str], base: str = SMALL) -> dict[str, Change]:
    """Return what some edits of the YAML text change, by question."""
    later = base
    for old, new in edits:
        assert old in later, old
        later = later.replace(old, new)
    before = questionnaire(base)
    return {change.question: change for change in compare(before, questionnaire(later)) if change.reasons}


def said(change: Change) -> list[tuple[str, str]]:
    return [(reason.code, reason.verdict) for reason in change.reasons]


AGE = "label: {de: Alter, en: Age}"
WIDE = ", parameters: {min: 0, max: 120}"


@pytest.mark.parametrize(
    "edit, question, expected",
    [
        (("de: Alter, en: Age", "de: Lebensalter, en: Age"), "age", [("label", BREAK)]),
        (("de: Alter, en: Age", 'de: Alter, en: "Age?"'), "age", [("label_form", COMPARABLE)]),
        (("de: Seit wann, en: Since when", "de: Sehit wann, en: Since when"), "since", [("label", BREAK)]),
        ((AGE, AGE + ", hint: {de: In Jahren, en: In years}"), "age", [("hint_new", BREAK)]),
        (("type: integer, name: age", "type: decimal, name: age"), "age", [("type_widened", COMPARABLE)]),
        (("type: date, name: since", "type: text, name: since"), "since", [("type", NOT_COMPARABLE)]),
        (("max: 120", "max: 99"), "age", [("parameter", BREAK)]),
        (("max_length: 20", "max_length: 30"), "town", [("parameter", COMPARABLE)]),
        (("max_selected: 2", "max_selected: 2, randomize: true"), "likes", [("parameter", BREAK)]),
        (("relevant: \"${age} >= 18\"", "relevant: \"${age} >= 16\""), "town", [("base", BREAK)]),
        (("relevant: selected(${likes}, 'red')", "relevant: selected(${likes}, 'blue')"), "why", [("base", BREAK)]),
        (("{type: date, name: since,", "{type: date, name: since, required: true,"), "since", [("required", BREAK)]),
        (("choice_filter: \"warm = '1'\"", "choice_filter: \"warm = '0'\""), "why", [("choice_offered", BREAK)]),
        (("name: since,", "name: since, default: '2020-01-01',"), "since", [("default", BREAK)]),
        (("name: town,", "name: town, appearance: multiline,"), "town", [("appearance", COMPARABLE)]),
        (("name: why,", "name: why, appearance: minimal,"), "why", [("appearance", BREAK)]),
        (("name: town,", "name: town, sensitive: true,"), "town", [("attribute", COMPARABLE)]),
        (("label: {de: Mehr, en: More}", "label: {de: Noch mehr, en: More}"), "since", [("heading", COMPARABLE)]),
        (("name: more\n", "name: further\n"), "since", []),
    ],
)  # fmt: skip
def test_one_change_of_one_question(
    questionnaire: Load, edit: tuple[str, str], question: str, expected: list[tuple[str, str]]
) -> None:
    found = changed(questionnaire, edit)
    assert said(found.get(question, Change(question))) == expected


def test_a_letter_is_a_typing_error_and_a_word_is_another_question(questionnaire: Load) -> None:
    base = SMALL.replace("de: Alter, en: Age", "de: Wie zufrieden sind Sie, en: How happy are you")
    small = changed(questionnaire, ("zufrieden", "zufreiden"), base=base)
    more = changed(questionnaire, ("zufrieden", "glücklich"), base=base)
    assert said(small["age"]) == [("label_small", COMPARABLE)]
    assert said(more["age"]) == [("label", BREAK)]
    assert more["age"].reasons[0].values == {"language": "de"}


CHOICES = [
    (("{name: blue, label: {de: Blau, en: Blue}", "{name: azure, label: {de: Blau, en: Blue}"),
     [("choice_renamed", {"old": "blue", "new": "azure"}, BREAK)]),
    (("{name: blue, label: {de: Blau, en: Blue}", "{name: pink, label: {de: Rosa, en: Pink}"),
     [("choice_removed", {"choice": "blue"}, BREAK), ("choice_added", {"choice": "pink"}, BREAK)]),
    (("label: {de: Blau, en: Blue}", "label: {de: Hellblau, en: Blue}"),
     [("choice_label", {"choice": "blue", "language": "de"}, BREAK)]),
    (("label: {de: Blau, en: Blue}", 'label: {de: "blau!", en: Blue}'),
     [("choice_label_form", {"choice": "blue", "language": "de"}, COMPARABLE)]),
    (('    - {name: green, label: {de: Grün, en: Green}, warm: "0"}\n', ""),
     [("choice_removed", {"choice": "green"}, BREAK)]),
    (("en: Green}, warm", "en: Green}, exclusive: true, warm"), [("choice_exclusive", {"choice": "green"}, BREAK)]),
]  # fmt: skip


@pytest.mark.parametrize("edit, expected", CHOICES)
def test_choices_that_come_go_and_change(
    questionnaire: Load, edit: tuple[str, str], expected: list[tuple[str, dict[str, str], str]]
) -> None:
    found = changed(questionnaire, edit)
    assert [(reason.code, reason.values, reason.verdict) for reason in found["likes"].reasons] == expected


def swapped(text: str = SMALL) -> str:
    red = '    - {name: red, label: {de: Rot, en: Red}, warm: "1"}\n'
    blue = '    - {name: blue, label: {de: Blau, en: Blue}, warm: "0"}\n'
    assert red + blue in text
    return text.replace(red + blue, blue + red)


def test_another_order_of_choices_is_a_break_unless_each_person_has_an_own(questionnaire: Load) -> None:
    before = questionnaire(SMALL)
    found = {change.question: change for change in compare(before, questionnaire(swapped()))}
    assert said(found["likes"]) == [("choice_order", BREAK)]
    rotated = SMALL.replace("max_selected: 2", "max_selected: 2, randomize: true")
    before = questionnaire(rotated)
    found = {change.question: change for change in compare(before, questionnaire(swapped(rotated)))}
    assert said(found["likes"]) == [("choice_order_free", COMPARABLE)]
    assert said(found["why"])[0] == ("choice_order", BREAK)


def test_whose_condition_names_a_broken_question_is_told_so(questionnaire: Load) -> None:
    found = changed(questionnaire, ("de: Alter, en: Age", "de: Lebensalter, en: Age"))
    assert {name: said(change) for name, change in found.items()} == {
        "age": [("label", BREAK)],
        "town": [("base_question", COMPARABLE)],
    }
    assert found["town"].reasons[0].values == {"name": "age"}


def test_who_is_turned_away_is_a_break_of_every_series(questionnaire: Load) -> None:
    found = changed(questionnaire, ("${age} < 16 and", "${age} < 18 and"))
    assert {name: change.verdict for name, change in found.items()} == dict.fromkeys(
        questionnaire(SMALL).questions, BREAK
    )


def test_added_removed_and_moved(questionnaire: Load) -> None:
    since = "      - {type: date, name: since, label: {de: Seit wann, en: Since when}}\n"
    likes = "      - {type: select_multiple, name: likes"
    assert {name: said(change) for name, change in changed(questionnaire, (since, "")).items()} == {
        "since": [("removed", NOT_COMPARABLE)]
    }
    new = "      - {type: text, name: street, label: {de: Straße, en: Street}}\n"
    found = changed(questionnaire, (likes, new + likes))
    assert {name: said(change) for name, change in found.items()} == {"street": [("added", NOT_COMPARABLE)]}
    moved = changed(questionnaire, (since, ""), (likes, since + likes))
    assert said(moved["since"]) == [("base", BREAK), ("moved", BREAK), ("heading", COMPARABLE)]
    assert said(moved["likes"]) == [("follows", COMPARABLE)]


def test_a_removed_question_is_named_where_it_stood(questionnaire: Load) -> None:
    town = next(line for line in SMALL.splitlines(keepends=True) if "name: town" in line)
    before = questionnaire(SMALL)
    names = [change.question for change in compare(before, questionnaire(SMALL.replace(town, "")))]
    assert names == list(before.questions)


def test_a_further_language_breaks_nothing_and_one_less_neither(questionnaire: Load) -> None:
    both = questionnaire(SMALL)
    german = replace(both, languages=("de",))
    forth, back = compare(german, both), compare(both, german)
    for changes, code in ((forth, "label_added"), (back, "label_withdrawn")):
        assert [said(change) for change in changes] == [[(code, COMPARABLE)]] * len(both.questions)
        assert {change.reasons[0].values["language"] for change in changes} == {"en"}


def test_a_wording_that_is_gone_leaves_people_with_another_language(questionnaire: Load) -> None:
    both = questionnaire(SMALL)
    [page, *others] = both.pages
    poorer = replace(page, questions=(replace(page.questions[0], label={"de": "Ja?"}),))
    found = compare(both, replace(both, pages=(poorer, *others)))
    assert said(found[0]) == [("label_removed", BREAK)]
    assert said(compare(replace(both, pages=(poorer, *others)), both)[0]) == [("label_added", COMPARABLE)]


REPEAT = """
questionnaire: house
audience: newcomers
languages: [de]
label: {de: Haus}
minutes: [1, 2]
pages:
  - {name: a, label: {de: A}, questions: [{type: integer, name: age, label: {de: Alter}}]}
"""


def test_another_unit_is_not_comparable(questionnaire: Load) -> None:
    flat = questionnaire(REPEAT)
    [page] = flat.pages
    people = Group("people", {"de": "Personen"}, repeat=True)
    nested = replace(flat, groups=(people,), pages=(replace(page, group="people"),))
    [change] = compare(flat, nested)
    assert said(change)[0] == ("unit", NOT_COMPARABLE)
    counted = replace(nested, groups=(replace(people, count=parse("3")),))
    assert said(compare(nested, counted)[0]) == [("base", BREAK)]


def test_a_note_breaks_no_series(questionnaire: Load) -> None:
    note = "      - {type: note, name: hello, label: {de: Guten Tag, en: Hello}}\n"
    with_note = SMALL.replace("      - {type: integer", note + "      - {type: integer")
    assert changed(questionnaire, ("Guten Tag", "Auf Wiedersehen"), base=with_note)["hello"].verdict == COMPARABLE
    assert changed(questionnaire, (note, ""), base=with_note)["hello"].verdict == COMPARABLE


def test_every_attribute_of_a_question_has_a_rule() -> None:
    ruled = rules.RULES.keys() | rules.ATTRIBUTES.keys() | rules.ELSEWHERE
    assert {field.name for field in fields(Question)} == set(ruled)


def test_every_code_has_a_message_and_every_message_is_used() -> None:
    texts = inspect.getsource(rules) + inspect.getsource(comparison)
    codes = {code for code in MESSAGES if not code.startswith(("label", "hint", "choice_label"))}
    assert {code for code in codes if f'"{code}"' not in texts} == set()
    made = {f"{text}{end}" for text in ("label", "hint", "choice_label") for end in ("", *rules_ends())}
    assert made <= MESSAGES.keys()


def rules_ends() -> list[str]:
    return [suffix for suffix, _ in rules._SIZES.values() if suffix] + ["_added", "_removed"]


# -- what holds for any change


def _edit_label(question: Question) -> Question:
    return replace(question, label={**question.label, "de": "Etwas ganz anderes"})


def _drop_choice(question: Question) -> Question:
    return replace(question, choices=question.choices[1:])


def _require(question: Question) -> Question:
    return replace(question, required=question.required is not True)


def _hint(question: Question) -> Question:
    return replace(question, hint={"de": "Hinweis", "en": "Hint"})


EDITS: dict[str, Callable[[Question], Question | None]] = {
    "label": _edit_label,
    "choices": _drop_choice,
    "required": _require,
    "hint": _hint,
    "type": lambda question: replace(question, type="text", choices=()),
    "removed": lambda question: None,
}


def edited(questionnaire: Questionnaire, edits: dict[str, str]) -> Questionnaire:
    """Return a questionnaire in which questions (by name) are edited; ends and conditions are left out of it."""
    pages = []
    for page in questionnaire.pages:
        questions = [EDITS[edits[one.name]](one) if one.name in edits else one for one in page.questions]
        pages.append(replace(page, relevant=None, questions=tuple(one for one in questions if one is not None)))
    return replace(questionnaire, screen_outs=(), pages=tuple(pages))


NAMES = ("OK", "age", "town", "likes", "why", "since")
PLANS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(sorted(EDITS)))


def names_of(changes: tuple[Change, ...]) -> set[str]:
    return {change.question for change in changes if change.reasons}


SHARED = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


@SHARED
@given(first=PLANS, second=PLANS)
def test_what_holds_for_any_change(small: Questionnaire, first: dict[str, str], second: dict[str, str]) -> None:
    old, new = edited(small, first), edited(small, second)
    forth, back = compare(old, new), compare(new, old)
    assert [change.question for change in forth if change.question in new.questions] == list(new.questions)
    assert {change.question for change in forth} == old.questions.keys() | new.questions.keys()
    assert names_of(forth) == names_of(back)
    by_name = {change.question: change for change in back}
    for change in forth:
        codes = {reason.code for reason in change.reasons}
        assert ("removed" in codes) == ("added" in {reason.code for reason in by_name[change.question].reasons})
        if first.get(change.question) == second.get(change.question) and change.question in new.questions:
            assert change.verdict == COMPARABLE
    assert from_json(to_json(forth)) == tuple(change for change in forth if change.reasons)
    assert compare(old, old) == tuple(Change(name) for name in old.questions)


@SHARED
@given(edit=st.sampled_from(sorted(EDITS)), name=st.sampled_from(["likes", "why", "OK"]))
def test_one_edit_changes_one_question_gravely(small: Questionnaire, edit: str, name: str) -> None:
    found = compare(edited(small, {}), edited(small, {name: edit}))
    expected = NOT_COMPARABLE if edit in ("type", "removed") else BREAK
    assert {change.question: change.verdict for change in found if change.verdict != COMPARABLE} == {name: expected}


def test_a_revision_is_equal_to_itself_read_again(bundled: Any) -> None:
    for questionnaire in bundled.questionnaires.values():
        again = definition.from_json(definition.to_json(questionnaire))
        assert names_of(compare(questionnaire, again)) == set(), questionnaire.name


# -- wordings


@pytest.mark.parametrize(
    "old, new, expected",
    [
        ("Wie alt sind Sie?", "Wie alt sind Sie?", SAME),
        ("Wie alt sind Sie?", "Wie alt sind Sie", FORM),
        ("Wie  alt\nsind Sie?", "wie alt sind Sie?", FORM),
        ("Schön \u00e9", "Scho\u0308n e\u0301", FORM),
        ("Haben Sie eine Wohnung?", "Haben Sie eine Wohnug?", SLIP),
        ("Haben Sie eine Whonung?", "Haben Sie eine Wohnung?", SLIP),
        ("Gesundheit und Beratung", "Gesundhait und Beratunk", SLIP),
        ("Gesundheit Beratung Wohnung", "Gesundhait Beratunk Wohnunk", MORE),
        ("Haben Sie keine Wohnung?", "Haben Sie eine Wohnung?", MORE),
        ("Ist es wichtig?", "Ist es richtig?", MORE),
        ("Ist es hier?", "Ist es hie?", MORE),
        ("In den letzten 12 Monaten", "In den letzten 14 Monaten", MORE),
        ("mehr als 1,5 Jahre", "mehr als 15 Jahre", MORE),
        ("unter -5 Grad", "unter 5 Grad", MORE),
        ("< 5", "> 5", MORE),
        ("5 €", "5 %", MORE),
        ("Guten Tag ${name}", "Guten Tag ${nome}", MORE),
        ("Sind Sie zufrieden?", "Sind Sie nicht zufrieden?", MORE),
        ("هل لديك سكن؟", "هل لديك سكن", FORM),
        ("می‌خواهید", "می خواهید", FORM),
        ("", "Text", MORE),
    ],
)  # fmt: skip
def test_how_much_a_wording_has_changed(old: str, new: str, expected: str) -> None:
    assert change_of(old, new) == expected
    assert change_of(new, old) == expected


@given(st.text(max_size=40), st.text(max_size=40))
def test_the_size_of_a_change_is_the_same_both_ways(old: str, new: str) -> None:
    assert change_of(old, new) == change_of(new, old)
    assert change_of(old, old) == SAME


@given(st.lists(st.from_regex(r"[a-zäöü]{1,12}", fullmatch=True), max_size=6))
def test_words_are_the_tokens(words: list[str]) -> None:
    assert tokens(", ".join(words) + "?") == words
    assert not re.search(r"\s", "".join(tokens("a \n\t b")))


def test_reasons_are_data() -> None:
    reason = Reason("label", BREAK, {"language": "de"})
    assert from_json(to_json([Change("a", (reason,)), Change("b")])) == (Change("a", (reason,)),)


def test_side_by_side_are_languages_that_both_are_offered_in(questionnaire: Load) -> None:
    both = questionnaire(SMALL.replace("label: {de: Rot, en: Red}", "label: Rot"))
    later = SMALL.replace("label: {de: Rot, en: Red}", "label: Rubin").replace("de: F, en: C", "de: G, en: D")
    other = questionnaire(later)
    german = replace(other, languages=("de",))
    assert list(differences(both, german, "likes")) == [
        Difference("label", "F", "G", "", "de"), Difference("choice", {"*": "Rot"}, {"*": "Rubin"}, "red"),
    ]  # fmt: skip
    assert list(of_questionnaire(both, german)) == [Difference("languages", ["de", "en"], ["de"])]
    assert list(differences(both, both, "likes")) == []
