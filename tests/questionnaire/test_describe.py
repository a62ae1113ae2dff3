"""Conditions in plain language: each kind of condition, as a whole sentence, in English and in German."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from survey_service.questionnaire.describe import describe, describe_value, sentence
from survey_service.questionnaire.expression import Expression, parse
from survey_service.questionnaire.phrases import Phrase, running_text
from survey_service.questionnaire.values import Node
from tests.questionnaire.test_expression_properties import lists_of, trees

QUESTIONS = {"age": "Age", "fields": "Fields", "born": "Date of birth", "H": "Household", "name": "Name"}
CHOICES = {("fields", "ARB"): "Work", ("fields", "96"): "Other"}


def question(name: str) -> str:
    return QUESTIONS[name]


def choice(name: str, value: str) -> str:
    return CHOICES.get((name, value), "")


def english(phrase: Phrase) -> str:
    return running_text(phrase, lambda text: text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("${age} >= 16", "“Age” is at least 16"),
        ("16 <= ${age}", "“Age” is at least 16"),
        ("16 > ${age}", "“Age” is less than 16"),
        ("${age} < 5", "“Age” is less than 5"),
        ("${age} <= 5", "“Age” is at most 5"),
        ("${age} > 5", "“Age” is more than 5"),
        ("${age} != 5", "“Age” is not 5"),
        ("${fields} = 'ARB'", "“Fields” is “Work”"),
        ("${fields} = 96", "“Fields” is “Other”"),
        ("${fields} != 'gone'", "“Fields” is not “gone”"),
        ("${age} = ''", "“Age” is not answered"),
        ("'' != ${age}", "“Age” is answered"),
        ("${age}", "“Age” is answered"),
        ("not(${age})", "“Age” is not answered"),
        ("selected(${fields}, 'ARB')", "“Fields” includes “Work”"),
        ("not(selected(${fields}, 'ARB'))", "“Fields” does not include “Work”"),
        ("not(${age} = 5)", "it is not true that “Age” is 5"),
        ("true()", "always"),
        ("false()", "never"),
        (". <= today()", "the answer is not after today"),
        ("${born} > '2000-01-31'", "“Date of birth” is after 2000-01-31"),
        ("${born} < today()", "“Date of birth” is before today"),
        ("${born} >= date('2000-01-31')", "“Date of birth” is not before 2000-01-31"),
        ("${born} = today()", "“Date of birth” is today"),
        ("count-selected(.) <= 3", "the number of answers chosen for the answer is at most 3"),
        ("string-length(${name}) > 2", "the number of characters of “Name” is more than 2"),
        ("count(${H}) = 0", "the number of entries of “Household” is 0"),
        ("sum(${age}) > 100", "the sum of “Age” is more than 100"),
        ("position(..) > 1", "the number of the entry is more than 1"),
        ("regex(., '[0-9]{5}')", "the answer has the form “[0-9]{5}”"),
        ("contains(${name}, 'a')", "“Name” contains “a”"),
        ("indexed-repeat(${name}, ${H}, 2) != ''", "“Name” in entry 2 is not “”"),
        ("${age} - 2 * 3 > 1", "“Age” − (2 × 3) is more than 1"),
        ("field = 'ARB'", "the choice's column “field” is “ARB”"),
        ("selected(${fields}, field)", "“Fields” includes the choice's column “field”"),
        ("${age} >= 16 and selected(${fields}, 'ARB')", "“Age” is at least 16 and “Fields” includes “Work”"),
        ("${age} or ${name} or ${born}", "“Age” is answered or “Name” is answered or “Date of birth” is answered"),
        ("${name} and (${age} < 5 or .)", "“Name” is answered and (“Age” is less than 5 or the answer is answered)"),
        ("boolean(${H}[${age} > 3])", "there is an entry of “Household” for which “Age” is more than 3"),
        ("count(${H}[${age} > 3]) = 1", "the number of entries of “Household” where “Age” is more than 3 is 1"),
        ("sum(${H}/age) > 1", "the sum of “Age” of “Household” is more than 1"),
        ("max(${H}[2]/age) > 1", "the largest of “Age” of ${H}[2] is more than 1"),
        ("checklist(1, 2, ${age} > 1)", "this holds: checklist(1, 2, ${age} > 1)"),
    ],
)  # fmt: skip
def test_condition(text: str, expected: str) -> None:
    assert english(describe(parse(text), question, choice)) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("if(${age} > 17, 'adult', 'minor')", "“adult” if “Age” is more than 17, otherwise “minor”"),
        ("coalesce(${age}, 0)", "“Age”, or 0 if that is empty"),
        ("jr:choice-name(${fields}, '${fields}')", "“Fields”"),
        ("${age} div 2", "“Age” ÷ 2"),
        ("once(today())", "today"),
        ("concat(${age}, 'x')", "concat(${age}, 'x')"),
        ("7", "7"),
    ],
)
def test_value(text: str, expected: str) -> None:
    assert english(describe_value(parse(text), question, choice)) == expected


def test_what_all_must_hold_can_be_listed() -> None:
    phrase = describe(parse("${age} > 1 and ${name} = 'x' and ${born} = ''"), question, choice)
    assert phrase.message == "all of this holds:"
    assert [english(part) for part in phrase.parts] == [
        "“Age” is more than 1",
        "“Name” is “x”",
        "“Date of birth” is not answered",
    ]
    assert describe(parse("${age} or ${name}"), question, choice).message == "at least one of this holds:"


def test_sentences_are_patterns_of_their_own() -> None:
    phrase = sentence("relevant", parse("${age} >= 16"), question, choice)
    assert english(phrase) == "Shown if “Age” is at least 16."
    assert english(sentence("count", parse("${age}"), question, choice)) == "Number of entries: “Age”."
    german = {
        "Shown if %(condition)s.": "Erscheint, wenn %(condition)s.",
        "%(subject)s is at least %(value)s": "%(subject)s mindestens %(value)s ist",
        "“%(label)s”": "„%(label)s“",
    }
    assert running_text(phrase, german.__getitem__) == "Erscheint, wenn „Age“ mindestens 16 ist."


def test_per_cent_signs_in_labels_and_patterns_stay() -> None:
    assert english(describe(parse("${a} = '50 %(x)s %'"), lambda _name: "100 %", choice)) == "“100 %” is “50 %(x)s %”"


@given(trees())
@settings(max_examples=200, deadline=None)
def test_every_expression_has_a_description(tree: Node) -> None:
    expression = Expression.from_json(lists_of(tree))
    for key in ("relevant", "calculation"):
        text = english(sentence(key, expression, str, lambda _question, name: name and f"<{name}>"))
        assert text.startswith(("Shown if ", "Calculated: "))
        assert text.endswith(".")
