"""Quotes: words of the text only, with consent, reviewed; and gone with the text."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.coding import naming, quotes, translating, upkeep
from survey_service.coding.tasks import Task
from survey_service.coding.units import Unit
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.responses import derived, holder
from survey_service.responses.collection import RESPONSES
from tests.coding.conftest import NOW, Team
from tests.coding.test_coding import refused
from tests.responses.aging import age

TEXT = "Die AWO ist gut. Frau Weber hilft  jedem, 0171 2345678."


def begun(team: Team, may: str = "anonymous", text: str = TEXT, **inputs: str) -> tuple[Task, Unit, str]:
    receipt = team.send(needs=text, may=may, **inputs) if may else team.send(needs=text, **inputs)
    task = team.begin()
    return task, team.units(task)[0], receipt


def release(team: Team, task: Task, unit: Unit, typed: str, *, of: str = "original", checked: bool = True) -> str:
    return quotes.release(
        team.store, team.publications, task, unit, typed, of=of, checked=checked, by=team.mara, now=NOW
    )


def shown(team: Team, task: Task) -> list[quotes.Quote]:
    return quotes.released(team.store, team.publications, task.task)


def test_a_quote_holds_no_words_and_says_whom_it_rests_on(team: Team) -> None:
    task, unit, _ = begun(team)
    release(team, task, unit, "Die AWO ist gut. [...] hilft jedem")
    (quote,) = shown(team, task)
    assert quote.words == "Die AWO ist gut. […] hilft jedem"
    assert (quote.consent.kind, quote.consent.name, quote.reviewer, quote.redacted) == ("anonymous", "", "Mara", True)
    stored = json.dumps(team.store.collection(derived.QUOTES).find()[0].body)
    assert "AWO" not in stored
    assert "hilft" not in stored


@pytest.mark.parametrize(
    "may, name, expected", [("by_name", "Ina Wolf", ("by_name", "Ina Wolf")), ("anonymous", "", ("anonymous", ""))]
)
def test_the_consent_is_that_of_the_response_now(team: Team, may: str, name: str, expected: tuple[str, str]) -> None:
    task, unit, _ = begun(team, may, **({"may_name": name} if name else {}))
    release(team, task, unit, "Die AWO ist gut.")
    (quote,) = shown(team, task)
    assert (quote.consent.kind, quote.consent.name) == expected
    team.correct(1, needs=TEXT)  # the same text, the consent taken back
    assert shown(team, task) == []


def test_by_name_without_a_name_is_anonymous(team: Team) -> None:
    _task, unit, _ = begun(team, "by_name")
    assert quotes.consent(team.store, team.publications, unit) == quotes.Consent("anonymous", "", asked=True)


def test_without_consent_nothing_is_quoted(team: Team) -> None:
    task, unit, _ = begun(team, "")
    refused("quote.consent", lambda: release(team, task, unit, "Die AWO ist gut."))
    assert team.store.collection(derived.QUOTES).count() == 0


def test_newcomers_are_never_named_and_bundled_forms_say_who_may_be_quoted(team: Team, bundled: Library) -> None:
    words = team.publications.current("words").questionnaire
    newcomers = dataclasses.replace(words, audience="newcomers")
    response = {"answers": {"may": "by_name", "may_name": "Ali"}}
    assert quotes.consent_of(words, response) == quotes.Consent("by_name", "Ali", asked=True)
    assert quotes.consent_of(newcomers, response) == quotes.Consent("anonymous", "", asked=True)
    forms = bundled.questionnaires
    assert quotes.consent_question(forms["experts"]) == "E12"
    assert quotes.consent_question(forms["needs"]) is None
    assert quotes.consent_of(forms["needs"], {"answers": {"B21": "x"}}) == quotes.Consent("", "", asked=False)


def test_only_the_words_of_the_text_and_only_if_somebody_looked(team: Team) -> None:
    task, unit, _ = begun(team)
    for typed in ("Die AWO ist schlecht.", "hilft jedem […] Die AWO", "", " […] ", "Die AWO ist gut. Erfunden"):
        refused("quote.words", lambda typed=typed: release(team, task, unit, typed))
    refused("quote.unchecked", lambda: release(team, task, unit, "Die AWO ist gut.", checked=False))
    refused(
        "coding.missing",
        lambda: quotes.release(
            team.store, team.publications, task, unit, "Die", of="original", checked=True, by=team.anna, now=NOW
        ),
    )
    assert shown(team, task) == []


def test_of_a_translation_only_a_reviewed_one_and_only_as_long_as_it_stands(team: Team) -> None:
    task, unit, _ = begun(team)
    refused("quote.translation", lambda: release(team, task, unit, "good", of="translation"))
    translating.write(team.store, task, unit, "en", "The charity is good.", by=team.anna, now=NOW)
    unit = team.units(task)[0]
    refused("quote.translation", lambda: release(team, task, unit, "good", of="translation"))
    translating.review(team.store, task, unit, by=team.willi, now=NOW)
    release(team, task, team.units(task)[0], "The charity is good.", of="translation")
    (quote,) = shown(team, task)
    assert (quote.words, quote.language, quote.redacted) == ("The charity is good.", "en", False)
    translating.write(team.store, task, unit, "en", "Another wording", by=team.anna, now=NOW)
    assert shown(team, task) == []
    assert team.store.collection(derived.QUOTES).count() == 0


def test_withdrawal_exclusion_and_age_reach_quotes(team: Team) -> None:
    receipt = team.send(needs=TEXT, may="anonymous")
    for _ in range(2):
        team.send(needs="Alles gut hier.", may="anonymous")
    task = team.begin()
    for unit in team.units(task):
        release(team, task, unit, "gut")
    assert [quote.unit.number for quote in shown(team, task)] == [1, 2, 3]
    holder.withdraw(team.store, receipt)
    assert [quote.unit.number for quote in shown(team, task)] == [2, 3]
    assert team.store.collection(derived.QUOTES).count() == 2
    stored = team.store.collection(RESPONSES).find()[0]
    team.store.collection(RESPONSES).replace(stored.id, {**stored.body, "status": "excluded"}, version=stored.version)
    assert [quote.unit.number for quote in shown(team, task)] == [3]
    later = dt.date(2027, 4, 1)
    age(team.store, team.publications, later, months=12, text_months=6)
    assert shown(team, task) == []
    upkeep.apply(team.store, team.publications, later, months=12, text_months=6)
    assert team.store.collection(derived.QUOTES).count() == 0


def test_a_quote_can_be_taken_back(team: Team) -> None:
    task, unit, _ = begun(team)
    name = release(team, task, unit, "Die AWO ist gut.")
    refused("coding.missing", lambda: quotes.take_back(team.store, task, name, by=team.anna, now=NOW))
    quotes.take_back(team.store, task, name, by=team.mara, now=NOW)
    assert shown(team, task) == []
    refused("coding.missing", lambda: quotes.take_back(team.store, task, name, by=team.mara, now=NOW))


@given(st.lists(st.tuples(st.text("abcسك .[", max_size=8), st.booleans()), min_size=1, max_size=8))
def test_leaving_words_out_never_puts_words_in(parts: list[tuple[str, bool]]) -> None:
    """Whatever is left out of a text, the quote is its words in their order, and nothing else."""
    text = " ".join(part for part, _ in parts)
    kept = [part if keep else "[…]" for part, keep in parts]
    if not any(part.split() and keep for part, keep in parts):
        with pytest.raises(Problem):
            quotes.spans_of(text, " ".join(kept))
        return
    spans = quotes.spans_of(text, " ".join(kept))
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    words = quotes.words_of(text, spans)
    pieces = [piece for piece in words.split() if piece != "[…]"]
    assert "".join(pieces) in "".join(part for part, keep in parts if keep).replace(" ", "").replace("[…]", "")


@pytest.mark.parametrize(
    "text, language, kinds",
    [
        ("Schreiben Sie an a.b@c-d.de!", "de", ["mail"]),
        ("anna (at) example.org", "de", ["mail"]),
        ("Tel. 0171 / 234 56 78", "de", ["phone"]),
        ("اتصل ٠١٧٦١٢٣٤٥٦٧", "ar", ["number", "phone"]),
        ("siehe www.example.org", "de", ["link"]),
        ("Kassenzeichen AB123456", "de", ["number"]),
        ("in der Lindenstraße 5", "de", ["address"]),
        ("Frau Weber hilft", "de", ["title"]),
        ("الأستاذ أحمد يساعد", "ar", ["title"]),
        ("أستاذ أحمد يساعد", "ar", ["title"]),
        ("آقای احمدی", "fa-AF", ["title"]),
        ("አቶ ከበደ", "am", ["title"]),
        ("Г-жа Петрова помогла", "ru", ["title", "capital"]),
        ("we met Hassan there", "en", ["capital"]),
        ("We need help. There is none", "en", []),
        ("Die Stadt Meiningen braucht Wohnungen", "de", []),
        ("es waren 12 Kinder, 2024 auch", "de", []),
    ],
)
def test_signs_of_a_name_or_contact(text: str, language: str, kinds: list[str]) -> None:
    assert [warning.kind for warning in naming.warnings(text, language)] == kinds


def test_ones_own_name_and_organisation_are_signs(team: Team) -> None:
    _task, unit, _ = begun(team, "by_name", "Wir von der AWO sagen das", may_name="Ina Wolf", org="AWO Kreisverband")
    found = quotes.signs(team.store, team.publications, unit, "Wir von der AWO sagen das", "de")
    assert [(sign.kind, sign.words) for sign in found] == [("own", "AWO")]
