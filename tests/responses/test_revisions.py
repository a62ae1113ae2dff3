"""Revisions: history with notes, verdicts that a manager may override, and when a questionnaire takes responses."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from survey_service import clock
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.comparison import BREAK, COMPARABLE, NOT_COMPARABLE
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import drafts, holder, revisions, verdicts
from survey_service.responses.revisions import PUBLICATIONS, REVISIONS, Publications
from survey_service.responses.schedule import CLOSED, ENDED, FULL, OPEN, PAUSED, PLANNED, Schedule
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.responses.verdicts import OVERRIDES
from survey_service.store import open_store
from survey_service.store.base import CollectionSpec, Store
from tests.conftest import SMALL, TODAY
from tests.responses.test_submissions import send

BOTH_STORES = True

Load = Callable[[str], Questionnaire]
NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
LATER = SMALL.replace("de: Alter, en: Age", "de: Lebensalter, en: Age").replace("name: since", "name: begin")


@pytest.fixture(autouse=True)
def _at_noon() -> Any:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def second(publications: Publications, questionnaire: Load) -> Publications:
    created = publications.publish(
        {"small": questionnaire(LATER)}, note="Alter klarer gefragt", by="Mara", today=dt.date(2026, 11, 24)
    )
    assert created == ["small-2"]
    return publications


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.code


# -- history and verdicts


def test_the_history_says_who_published_when_why_and_what_changed(second: Publications, store: Store) -> None:
    first, then = Publications(store).entries("small")
    assert (first.revision, first.number, first.day, first.by, first.note, first.changes) == (
        "small-1", 1, "2026-11-23", "", "", (),
    )  # fmt: skip
    assert (then.revision, then.number, then.day, then.by, then.note) == (
        "small-2", 2, "2026-11-24", "Mara", "Alter klarer gefragt",
    )  # fmt: skip
    assert [(change.question, change.verdict) for change in then.changes] == [
        ("age", BREAK), ("town", COMPARABLE), ("since", NOT_COMPARABLE), ("begin", NOT_COMPARABLE),
    ]  # fmt: skip


def test_a_preview_changes_nothing(publications: Publications, store: Store, questionnaire: Load) -> None:
    later = questionnaire(LATER)
    assert {change.question for change in publications.changes(later)} == {"age", "town", "since", "begin"}
    assert publications.changes(questionnaire(LATER.replace("questionnaire: small", "questionnaire: other"))) == ()
    assert publications.is_published(later) is False
    assert publications.is_published(questionnaire(SMALL)) is True
    assert store.collection(REVISIONS).count() == 1


def test_a_note_has_an_end(publications: Publications, store: Store, questionnaire: Load) -> None:
    long = "x" * (revisions.LONGEST_NOTE + 1)
    assert code_of(lambda: publications.publish({"small": questionnaire(LATER)}, note=long)) == "revision.note"
    assert store.collection(REVISIONS).count() == 1


def test_a_verdict_is_overridden_with_a_reason_and_all_is_kept(second: Publications, store: Store) -> None:
    def decide(verdict: str, reason: str, question: str = "age") -> None:
        verdicts.override(store, second, "small-2", question, verdict, reason, by="Mara", now=NOW)

    decide(COMPARABLE, "Beide Wörter meinen dasselbe.")
    decide(BREAK, "Doch nicht: Test mit fünf Personen.")
    by_name = {entry.question: entry for entry in verdicts.judged(store, second, "small-2")}
    age = by_name["age"]
    assert (age.verdict, age.change.verdict) == (BREAK, BREAK)
    assert [(entry.verdict, entry.reason, entry.by, entry.day) for entry in age.overrides] == [
        (COMPARABLE, "Beide Wörter meinen dasselbe.", "Mara", "2026-11-23"),
        (BREAK, "Doch nicht: Test mit fünf Personen.", "Mara", "2026-11-23"),
    ]
    decide(COMPARABLE, "So sieht es die Fachgruppe.")
    assert verdicts.series(store, second, "small", "age") == (("small-2", COMPARABLE),)
    assert verdicts.series(store, second, "small", "since") == (("small-2", NOT_COMPARABLE),)
    assert verdicts.series(store, second, "small", "OK") == (("small-2", COMPARABLE),)
    noted = [entry for entry in audit.entries(store) if entry.action == "verdict.overridden"]
    assert [(entry.actor, entry.subject, entry.details["verdict"]) for entry in noted] == [
        ("Mara", "small-2", COMPARABLE), ("Mara", "small-2", BREAK), ("Mara", "small-2", COMPARABLE),
    ]  # fmt: skip
    assert audit.first_fault(store) is None
    assert second.entry("small-2").changes[0].verdict == BREAK


@pytest.mark.parametrize(
    "question, verdict, reason, code",
    [
        ("age", COMPARABLE, " \n", "verdict.reason"),
        ("age", COMPARABLE, "x" * 1_001, "verdict.reason"),
        ("age", "fine", "x", "request.bad"),
        ("OK", BREAK, "x", "verdict.missing"),
        ("nothing", BREAK, "x", "verdict.missing"),
    ],
)
def test_what_is_no_override_is_refused_and_leaves_nothing(
    second: Publications, store: Store, question: str, verdict: str, reason: str, code: str
) -> None:
    def decide() -> None:
        verdicts.override(store, second, "small-2", question, verdict, reason, by="Mara", now=NOW)

    assert code_of(decide) == code
    assert store.collection(OVERRIDES).count() == 0
    assert [entry for entry in audit.entries(store) if entry.action == "verdict.overridden"] == []


def test_a_file_that_has_not_changed_does_not_undo_what_the_desk_published(
    store: Store, publications: Publications, questionnaire: Load
) -> None:
    """At each start the files are published: only those that have changed since the last time count."""
    first, second, third = (questionnaire(SMALL.replace("Klein", title)) for title in ("Eins", "Zwei", "Drei"))

    def start(form: Questionnaire) -> list[str]:
        return Publications(store).publish({"small": form}, files=True, only_changed=True)

    assert (start(first), start(first)) == (["small-2"], [])
    assert publications.publish({"small": second}) == ["small-3"]
    assert start(first) == []
    assert start(third) == ["small-4"]
    assert publications.publish({"small": second}) == ["small-5"]
    assert start(second) == []  # the file has caught up
    assert publications.publish({"small": first}) == ["small-6"]
    assert start(second) == []
    assert publications.current("small").questionnaire.label["de"] == "Eins"


# -- when it is open


def set_schedule(publications: Publications, **values: Any) -> None:
    publications.set_schedule("small", Schedule(**values))


@pytest.mark.parametrize(
    "values, state, code",
    [
        ({}, OPEN, ""),
        ({"opens": "2026-11-23", "closes": "2026-11-23"}, OPEN, ""),
        ({"opens": "2026-11-24"}, PLANNED, "questionnaire.planned"),
        ({"closes": "2026-11-22"}, ENDED, "questionnaire.closed"),
        ({"paused": True, "message": {"de": "Wir prüfen etwas."}}, PAUSED, "questionnaire.paused"),
        ({"paused": True, "closes": "2026-11-22"}, ENDED, "questionnaire.closed"),
        ({"limit": 1}, FULL, "questionnaire.full"),
        ({"limit": 2}, OPEN, ""),
        ({"is_open": False, "opens": "2026-11-24", "closed": "2026-11-23"}, CLOSED, "questionnaire.closed"),
    ],
)
def test_the_state_on_a_day(
    publications: Publications, store: Store, values: dict[str, Any], state: str, code: str
) -> None:
    send(store, publications, age=20)
    set_schedule(publications, **values)
    published = Publications(store).current("small")
    assert (published.state, published.is_open) == (state, state == OPEN)
    assert published.schedule == Schedule(**values)
    assert [entry.state for entry in publications.all()] == [state]
    if code:
        assert published.refusal().code == code


def test_it_opens_and_closes_by_itself(publications: Publications) -> None:
    set_schedule(publications, opens="2026-12-01", closes="2026-12-31")
    states = {}
    for day in ((2026, 11, 30), (2026, 12, 1), (2026, 12, 31), (2027, 1, 1)):
        with clock.fixed(dt.datetime(*day, 12, tzinfo=dt.UTC)):
            states[day] = publications.current("small").state
    assert list(states.values()) == [PLANNED, OPEN, OPEN, ENDED]


@pytest.mark.parametrize(
    "values, faults",
    [
        ({"opens": "2026-02-30"}, [("opens", "day")]),
        ({"opens": "1.12.2026", "closes": "20261201"}, [("opens", "day"), ("closes", "day")]),
        ({"opens": "2026-12-02", "closes": "2026-12-01"}, [("closes", "order")]),
        ({"limit": -1}, [("limit", "number")]),
        ({"limit": 10_000_001}, [("limit", "number")]),
        ({"message": {"de": "x" * 501}}, [("message-de", "long")]),
    ],
)
def test_a_schedule_that_cannot_be_is_refused_at_its_fields(
    publications: Publications, values: dict[str, Any], faults: list[tuple[str, str]]
) -> None:
    with pytest.raises(Problem) as caught:
        set_schedule(publications, **values)
    assert caught.value.code == "schedule.invalid"
    assert [(fault["field"], fault["fault"]) for fault in caught.value.faults] == faults
    assert publications.current("small").schedule == Schedule()


def test_the_schedule_survives_a_new_revision_and_the_switch_leaves_it(
    publications: Publications, questionnaire: Load
) -> None:
    set_schedule(publications, opens="2026-11-01", limit=9, paused=True, message={"de": "Pause"})
    publications.set_open("small", False)
    publications.publish({"small": questionnaire(LATER)})
    assert publications.current("small").schedule == Schedule(
        is_open=False, opens="2026-11-01", limit=9, paused=True, message={"de": "Pause"}, closed="2026-11-23"
    )
    assert code_of(lambda: publications.set_schedule("nothing", Schedule())) == "questionnaire.missing"


# -- the limit


def test_the_limit_is_kept_to_the_last_response_under_concurrency(store: Store, publications: Publications) -> None:
    set_schedule(publications, limit=5)
    keys = [str(uuid.UUID(int=number)) for number in range(1, 25)]

    def attempt(key: str) -> str:
        try:
            return "new" if send(store, publications, key, age=30).created else "again"
        except Problem as problem:
            return problem.code

    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        results = list(pool.map(attempt, keys))
    assert (results.count("new"), results.count("questionnaire.full")) == (5, 19)
    assert store.collection(RESPONSES).count() == 5
    kept = {stored.body["key"] for stored in store.collection(RESPONSES).find()}
    assert {attempt(key) for key in kept} == {"again"}
    assert publications.current("small").state == FULL


def test_whoever_withdraws_leaves_room_and_a_correction_needs_none(store: Store, publications: Publications) -> None:
    set_schedule(publications, limit=1)
    outcome = send(store, publications, age=20)
    fixed = Submission(outcome.key, "small-1", "de", {"OK": "yes", "age": 21}, 5, "api", replaces=True)
    submit(store, publications, fixed, receipt_key="0" * 64, today=TODAY)
    assert [stored.body["answers"]["age"] for stored in store.collection(RESPONSES).find()] == [21]
    other = "22222222-2222-4222-8222-222222222222"
    assert code_of(lambda: send(store, publications, other, age=30)) == "questionnaire.full"
    holder.withdraw(store, outcome.receipt)
    assert publications.current("small").state == OPEN
    assert send(store, publications, other, age=30).created


def test_a_draft_finishes_under_its_own_revision(store: Store, publications: Publications, questionnaire: Load) -> None:
    draft = drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret")
    publications.publish({"small": questionnaire(LATER)})
    set_schedule(publications, closes="2026-11-22")
    inputs = {"OK": "yes", "age": 20, "likes": ["red"], "since": "2024-02-29"}
    sent = Submission(draft.key, draft.revision, "de", inputs, draft.seed, "web")
    assert submit(store, publications, sent, receipt_key="0" * 64, today=TODAY).created
    [stored] = store.collection(RESPONSES).find()
    assert (stored.body["revision"], stored.body["answers"]["since"]) == ("small-1", "2024-02-29")


# -- stores of before


def test_documents_of_before_are_migrated(tmp_path: Any, questionnaire: Load) -> None:
    """As they were before there were notes and schedules: the history compares anew, the switch stays."""
    store = open_store("tinydb:", tmp_path / "old")
    old = store.collection(CollectionSpec("revisions", indexes=("questionnaire",), unique=("revision",)))
    for number, text in enumerate((SMALL, LATER), start=1):
        content = definition.to_json(questionnaire(text))
        facts = {"questionnaire": "small", "number": number, "fingerprint": definition.fingerprint(content)}
        old.add({"revision": f"small-{number}", **facts, "definition": content})
    pointer = store.collection(CollectionSpec("publications", unique=("questionnaire",)))
    pointer.add({"questionnaire": "small", "revision": "small-2", "fingerprint": "x", "open": False})
    store.close()
    store = open_store("tinydb:", tmp_path / "old")
    publications = Publications(store)
    assert publications.current("small").schedule == Schedule(is_open=False)
    first, second = publications.entries("small")
    assert (first.changes, second.note, second.by, second.day) == ((), "", "", "")
    assert [change.question for change in second.changes] == ["age", "town", "since", "begin"]
    [pointer_now] = store.collection(PUBLICATIONS).find()
    assert pointer_now.body["file"] == "x"  # what is there came from a file
    store.close()
