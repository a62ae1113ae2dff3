"""Two coders, apart until both are done; decisions; and what withdrawal, correction, exclusion and age do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable

import pytest

from survey_service.accounts import audit
from survey_service.coding import codebooks, codings, deciding, measuring, tasks, translating, units, upkeep
from survey_service.coding.codebooks import Code
from survey_service.coding.codings import Judgement
from survey_service.coding.units import Source
from survey_service.problems import Problem
from survey_service.responses import derived, holder
from survey_service.responses.collection import RESPONSES
from survey_service.store.base import Store
from tests.coding.conftest import NOW, Team
from tests.responses.aging import age

BOTH_STORES = True


def refused(code: str, action: Callable[[], object]) -> None:
    with pytest.raises(Problem) as caught:
        action()
    assert caught.value.code == code


def everything(store: Store) -> str:
    """Return all that coding has stored, as text."""
    specs = (derived.UNITS, derived.CODINGS, derived.CONSENSUS, derived.QUOTES, tasks.TASKS)
    return json.dumps(
        [stored.body for spec in specs for stored in store.collection(spec).iterate()], ensure_ascii=False
    )


def counts(store: Store) -> tuple[int, ...]:
    specs = (derived.UNITS, derived.CODINGS, derived.CONSENSUS, derived.QUOTES)
    return tuple(store.collection(spec).count() for spec in specs)


def test_a_task_takes_in_the_texts_of_its_questions_by_reference(team: Team) -> None:
    team.send(needs="Eine Wohnung", ideas="Bauen")
    team.send(needs="   ", org="AWO")
    team.send(language="ar", needs="سكن")
    task = team.begin()
    found = team.units(task)
    assert [(unit.number, unit.question, unit.language) for unit in found] == [(1, "needs", "de"), (2, "needs", "ar")]
    assert [units.read(team.store, unit).text for unit in found] == ["Eine Wohnung", "سكن"]
    assert "Wohnung" not in everything(team.store)
    assert "سكن" not in everything(team.store)
    team.send(needs="Später")
    assert len(team.units(task)) == 2
    assert tasks.take_in(team.store, team.publications, task, by=team.mara, now=NOW) == 1
    assert tasks.take_in(team.store, team.publications, task, by=team.mara, now=NOW) == 0
    assert [unit.number for unit in team.units(task)] == [1, 2, 3]


def test_texts_of_one_person_are_known_to_be_of_one_and_lead_nowhere(team: Team) -> None:
    team.send(needs="A", ideas="B")
    team.send(needs="C")
    first, second, third = team.units(team.begin("needs", "ideas"))
    assert first.person == second.person != third.person
    assert first.person not in first.response


def test_contact_data_and_choices_can_not_be_coded(team: Team) -> None:
    names = [question.name for question in tasks.codable_ever(team.publications, "words")]
    assert names == ["needs", "ideas"]
    for question in ("org", "may_name", "may", "nothing"):
        refused("coding.questions", lambda question=question: team.begin(question))


def test_a_text_belongs_to_one_task_and_two_people_code_it(team: Team) -> None:
    team.begin("needs", periods=("2026-Q4",))
    refused("coding.overlap", lambda: team.begin("ideas", "needs"))
    refused("coding.overlap", lambda: team.begin("needs", periods=("2026-Q3", "2026-Q4")))
    team.begin("needs", periods=("2026-Q3",))
    team.begin("ideas")
    for coders in ((team.anna.id, team.anna.id), (team.anna.id,), (team.anna.id, 999)):
        plan = tasks.Plan(team.book, "words", ("ideas",), (), coders)
        refused(
            "coding.people", lambda plan=plan: tasks.begin(team.store, team.publications, plan, by=team.mara, now=NOW)
        )


def test_neither_sees_the_other_before_both_are_done_and_nothing_changes_after(team: Team) -> None:
    team.send(needs="Eine Wohnung")
    team.send(needs="Ein Kurs")
    task = team.begin()
    one, two = team.units(task)
    team.code(task, one, team.anna, "wohnung")
    team.code(task, one, team.willi, "sprache")
    team.code(task, two, team.anna, "sprache")
    assert codings.both(team.store, task) == {}
    assert deciding.cases(team.store, task, codebooks.find(team.store, team.book)) == []
    refused("coding.blind", lambda: codings.compare(team.store, task, by=team.mara, now=NOW))
    assert codings.progress(team.store, task) == (2, {team.anna.id: 2, team.willi.id: 1})
    team.code(task, one, team.anna, "sprache")  # one's own can still change
    team.code(task, two, team.willi, "sprache")
    codings.compare(team.store, task, by=team.mara, now=NOW)
    both = codings.both(team.store, task)
    assert both[one.unit][team.anna.id].judgement.codes == ("sprache",)
    refused("coding.locked", lambda: team.code(task, one, team.anna, "wohnung"))
    team.send(needs="Neu")
    tasks.take_in(team.store, team.publications, task, by=team.mara, now=NOW)
    new = team.units(task)[2]
    team.code(task, new, team.anna, "wohnung")
    assert new.unit not in codings.both(team.store, task)  # blind again, for the new one
    refused("coding.locked", lambda: team.code(task, one, team.anna, "wohnung"))


def test_only_the_two_coders_code_and_only_codes_in_use(team: Team) -> None:
    team.send(needs="Eine Wohnung")
    task = team.begin()
    (unit,) = team.units(task)
    refused("coding.missing", lambda: team.code(task, unit, team.mara, "wohnung"))
    codebooks.retire(team.store, team.book, "sprache", by=team.mara, now=NOW)
    for codes in (("sprache",), ("nothing",), ("wohnung", "-")):
        refused("coding.codes", lambda codes=codes: team.code(task, unit, team.anna, *codes))
    book = codebooks.find(team.store, team.book)
    for given in (Judgement(()), Judgement(("wohnung",), not_codable=True)):
        refused(
            "coding.codes",
            lambda given=given: codings.save(team.store, task, unit, book, given, by=team.anna, now=NOW),
        )
    assert counts(team.store)[1] == 0
    refused("coding.missing", lambda: tasks.find(team.store, task.task, codings.Person(99, "Otto")))
    assert [found.task for found in tasks.of_person(team.store, team.anna)] == [task.task]
    assert tasks.of_person(team.store, codings.Person(99, "Otto")) == []


def test_agreed_codes_are_taken_over_and_differences_decided_by_a_person(team: Team) -> None:
    for text in ("A", "B", "C", "D"):
        team.send(needs=text)
    task = team.begin()
    rows = (("wohnung", "wohnung"), ("wohnung", "sprache"), ("-", "-"), ("sprache", "sprache"))
    team.code_all(task, *rows)
    book = codebooks.find(team.store, team.book)
    assert [case.agreed for case in deciding.cases(team.store, task, book)] == [True, False, True, True]
    second = team.units(task)[1]
    deciding.decide(team.store, task, second, book, Judgement(("wohnung", "sprache")), by=team.mara, now=NOW)
    assert deciding.accept_agreed(team.store, task, by=team.anna, now=NOW) == 3
    assert deciding.accept_agreed(team.store, task, by=team.anna, now=NOW) == 0
    found = [deciding.decisions(team.store, task.task)[unit.unit] for unit in team.units(task)]
    assert [(one.codes, one.not_codable, one.by, one.way) for one in found] == [
        (("wohnung",), False, "Anna", "agreed"),
        (("wohnung", "sprache"), False, "Mara", "decided"),
        ((), True, "Anna", "agreed"),
        (("sprache",), False, "Anna", "agreed"),
    ]
    measured = measuring.measure(team.store, task, book)
    assert (measured.units, measured.alike) == (4, 0.75)
    # wohnung: yes/yes, yes/no, no/no, no/no: 3 of 4 alike, by chance (2·1 + 2·3)/16 = 1/2, so kappa = 1/2
    assert measured.codes["wohnung"].kappa.value == pytest.approx(0.5)
    assert list(measured.codes) == ["wohnung", "sprache", codings.NOT_CODABLE]


def test_merged_codes_count_as_one_and_come_back_when_restored(team: Team) -> None:
    team.send(needs="A")
    task = team.begin()
    team.code_all(task, ("wohnung", "sprache"))
    codebooks.merge(team.store, team.book, "sprache", "wohnung", by=team.mara, now=NOW)
    book = codebooks.find(team.store, team.book)
    assert [case.agreed for case in deciding.cases(team.store, task, book)] == [True]
    assert book.counted(["sprache", "wohnung"]) == ("wohnung",)
    refused("coding.merge", lambda: codebooks.merge(team.store, team.book, "wohnung", "sprache", by=team.mara, now=NOW))
    codebooks.restore(team.store, team.book, "sprache", by=team.mara, now=NOW)
    book = codebooks.find(team.store, team.book)
    assert [case.agreed for case in deciding.cases(team.store, task, book)] == [False]


def test_a_codebook_keeps_all_versions_and_its_codes_their_ids(team: Team) -> None:
    book = codebooks.find(team.store, team.book)
    assert (book.version, list(book.codes)) == (3, ["wohnung", "sprache"])
    renamed = Code("wohnung", {"de": "Wohnen", "en": "Housing"}, keywords=("Haus", " Haus ", ""))
    codebooks.edit(team.store, team.book, renamed, by=team.anna, now=NOW)
    again = codebooks.add(team.store, team.book, Code("", {"de": "Wohnung", "en": "Flat"}), by=team.mara, now=NOW)
    assert again.code == "wohnung_2"
    book = codebooks.find(team.store, team.book)
    assert (book.codes["wohnung"].label["de"], book.codes["wohnung"].keywords) == ("Wohnen", ("Haus",))
    assert book.counted(["wohnung", "wohnung_2"]) == ("wohnung", "wohnung_2")
    history = codebooks.history(team.store, team.book)
    assert [(entry["version"], entry["change"], entry["code"], entry["by"]) for entry in history] == [
        (5, "added", "wohnung_2", "Mara"),
        (4, "edited", "wohnung", "Anna"),
        (3, "added", "sprache", "Mara"),
        (2, "added", "wohnung", "Mara"),
        (1, "begun", "", "Mara"),
    ]
    assert history[2]["codes"][0]["label"]["de"] == "Wohnung"  # as it was
    long = Code("", {"de": "", "en": "x" * 101}, definition="y" * 2001)
    with pytest.raises(Problem) as caught:
        codebooks.add(team.store, team.book, long, by=team.mara, now=NOW)
    assert [(fault["field"], fault["fault"]) for fault in caught.value.faults] == [
        ("label-de", "empty"), ("label-en", "long"), ("definition", "long"),
    ]  # fmt: skip


def test_a_translation_is_a_draft_until_another_person_has_reviewed_it(team: Team) -> None:
    team.send(language="ar", needs="نحتاج سكن")
    task = team.begin()
    (unit,) = team.units(task)
    refused("coding.missing", lambda: translating.review(team.store, task, unit, by=team.anna, now=NOW))
    translating.write(team.store, task, unit, "de", " Wir brauchen Wohnraum ", by=team.anna, now=NOW)
    refused("coding.reviewer", lambda: translating.review(team.store, task, unit, by=team.anna, now=NOW))
    translating.review(team.store, task, unit, by=team.willi, now=NOW)
    kept = units.find(team.store, unit.unit).translation
    assert kept is not None
    assert {name: kept[name] for name in ("text", "state", "by", "reviewed_by")} == {
        "text": "Wir brauchen Wohnraum", "state": "reviewed", "by": "Anna", "reviewed_by": "Willi",
    }  # fmt: skip
    translating.write(team.store, task, unit, "de", "Wir brauchen eine Wohnung", by=team.willi, now=NOW)
    changed = units.find(team.store, unit.unit).translation
    assert changed is not None
    assert (changed["state"], changed["by"], changed["reviewed_by"]) == ("draft", "Willi", "")
    translating.write(team.store, task, unit, "de", "", by=team.willi, now=NOW)
    assert units.find(team.store, unit.unit).translation is None


def test_a_withdrawal_takes_units_codes_and_translations_with_it(team: Team) -> None:
    receipt = team.send(needs="Geheim", ideas="Auch geheim")
    team.send(needs="Bleibt")
    task = team.begin()
    translating.write(team.store, task, team.units(task)[0], "de", "Übersetzt", by=team.anna, now=NOW)
    team.code_all(task, ("wohnung", "wohnung"), ("sprache", "sprache"))
    deciding.accept_agreed(team.store, task, by=team.mara, now=NOW)
    assert counts(team.store) == (2, 4, 2, 0)
    holder.withdraw(team.store, receipt)
    assert counts(team.store) == (1, 2, 1, 0)
    assert "Übersetzt" not in everything(team.store)
    assert [units.read(team.store, unit).text for unit in team.units(task)] == ["Bleibt"]


def apply(team: Team, today: dt.date) -> dict[str, int]:
    age(team.store, team.publications, today, months=12, text_months=6)
    return dict(upkeep.apply(team.store, team.publications, today, months=12, text_months=6))


def test_age_takes_the_words_and_leaves_the_codes(team: Team) -> None:
    receipt = team.send(needs="Frau Weber fehlt")
    other = team.send(needs="Bleibt")
    task = team.begin()
    unit = team.units(task)[0]
    translating.write(team.store, task, unit, "en", "Mrs Weber is missing", by=team.anna, now=NOW)
    team.code(task, unit, team.anna, "wohnung", memo="Wer ist Frau Weber?")
    team.code(task, unit, team.willi, "wohnung")
    for person in (team.anna, team.willi):
        team.code(task, team.units(task)[1], person, "sprache")
    codings.compare(team.store, task, by=team.mara, now=NOW)
    deciding.accept_agreed(team.store, task, by=team.mara, now=NOW)
    assert apply(team, dt.date(2027, 3, 31)) == {}
    assert apply(team, dt.date(2027, 4, 1)) == {"aged": 2}
    assert "Weber" not in everything(team.store)
    aged = team.units(task)[0]
    assert (units.read(team.store, aged).source, aged.response) == (Source.AGED, unit.response)
    assert deciding.decisions(team.store, task.task)[unit.unit].codes == ("wohnung",)
    refused("coding.gone", lambda: units.live_text(team.store, aged))
    holder.withdraw(team.store, other)  # still possible, and it takes the codes
    assert [one.unit for one in team.units(task)] == [unit.unit]
    assert apply(team, dt.date(2027, 10, 1)) == {"aged": 1}
    kept = team.units(task)[0]
    assert kept.response == ""
    assert unit.response not in everything(team.store)
    assert deciding.decisions(team.store, task.task)[unit.unit].codes == ("wohnung",)
    assert apply(team, dt.date(2030, 1, 1)) == {}
    refused("receipt.missing", lambda: holder.withdraw(team.store, receipt))


def test_a_corrected_text_is_coded_anew_and_one_taken_back_is_gone(team: Team) -> None:
    team.send(needs="Eine Wohnung", ideas="Bauen")
    task = team.begin("needs", "ideas")
    team.code_all(task, ("wohnung", "wohnung"), ("wohnung", "wohnung"))
    deciding.accept_agreed(team.store, task, by=team.mara, now=NOW)
    translating.write(team.store, task, team.units(task)[0], "en", "A flat", by=team.anna, now=NOW)
    team.correct(1, needs="Doch ein Kurs")
    first, second = team.units(task)
    assert [units.read(team.store, one).source for one in (first, second)] == [Source.CHANGED, Source.GONE]
    refused("coding.gone", lambda: team.code(task, first, team.anna, "sprache"))
    assert apply(team, NOW.date()) == {"reset": 1, "erased": 1}
    (unit,) = team.units(task)
    assert (units.read(team.store, unit).text, unit.translation, unit.compared) == ("Doch ein Kurs", None, False)
    assert counts(team.store) == (1, 0, 0, 0)
    team.code(task, unit, team.anna, "sprache")
    assert apply(team, NOW.date()) == {}


def test_an_excluded_response_is_neither_shown_nor_counted(team: Team) -> None:
    team.send(needs="Test test")
    team.send(needs="Ernst")
    task = team.begin()
    team.code_all(task, ("wohnung", "wohnung"), ("sprache", "sprache"))
    book = codebooks.find(team.store, team.book)
    stored = team.store.collection(RESPONSES).find()[0]
    body = {**stored.body, "status": "excluded"}
    stored = team.store.collection(RESPONSES).replace(stored.id, body, version=stored.version)
    assert units.read(team.store, team.units(task)[0]) == units.Reading(team.units(task)[0], Source.EXCLUDED, None)
    assert [case.unit.number for case in deciding.cases(team.store, task, book)] == [2]
    assert codings.to_code(team.store, task) == [team.units(task)[1].unit]
    assert apply(team, NOW.date()) == {}
    apply(team, dt.date(2027, 4, 1))
    assert units.read(team.store, team.units(task)[0]).source == Source.EXCLUDED  # by age no more than before


def test_all_that_is_done_stands_in_the_audit_log_without_a_word_of_the_text(team: Team) -> None:
    team.send(needs="Geheimnis")
    task = team.begin()
    team.code_all(task, ("wohnung", "wohnung"))
    deciding.accept_agreed(team.store, task, by=team.mara, now=NOW)
    entries = [entry for entry in audit.entries(team.store) if entry.action.startswith("coding.")]
    assert [(entry.actor, entry.action) for entry in entries[3:]] == [
        ("Mara", "coding.begun"),
        ("Anna", "coding.coded"),
        ("Willi", "coding.coded"),
        ("Mara", "coding.compared"),
        ("Mara", "coding.agreed"),
    ]
    assert "Geheimnis" not in str(entries)
    assert audit.first_fault(team.store) is None
