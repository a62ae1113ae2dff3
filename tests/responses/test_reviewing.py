"""Looking through responses: exclusion, quarantine, notes, batches and their undoing, and what counts afterwards."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import snapshot
from survey_service.responses import holder, quarantine, reviewing, schedule, standing
from survey_service.responses.derived import REVIEWS
from survey_service.responses.export import EXCLUSION, FORMATS, NOTES, Options, codebook, documents
from survey_service.responses.quarantine import Arrival, Rates
from survey_service.responses.reviewing import EXCLUDE, INCLUDE, STATE, Act
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.responses import aging

BOTH_STORES = True
ALONE = Arrival()
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
LONG = "Wir suchen seit einem Jahr eine Wohnung für fünf Personen in Meiningen."
ASKED = """
questionnaire: asked
audience: newcomers
languages: [de, en]
label: {de: Gefragt, en: Asked}
minutes: [1, 2]
pages:
  - name: all
    label: {de: Alles, en: All}
    questions:
      - {type: integer, name: age, label: {de: Alter, en: Age}}
      - {type: text, name: wish, label: {de: Wunsch, en: Wish}, parameters: {max_length: 1000}}
      - {type: text, name: more, label: {de: Mehr, en: More}, parameters: {max_length: 1000}}
""" + "".join(f"      - {{type: integer, name: n{number}, label: {{de: N, en: N}}}}\n" for number in range(8))
Send = Callable[..., str]


@pytest.fixture
def publications(store: Store, questionnaire: Callable[[str], Questionnaire]) -> Publications:
    published = Publications(store)
    published.publish({"asked": questionnaire(ASKED)})
    return published


@pytest.fixture
def send(store: Store, publications: Publications) -> Send:
    """Return a function that sends a response, and returns its receipt; ``key`` and ``replaces`` correct one."""

    def sent(arrival: Arrival | None = ALONE, key: str = "", **inputs: Any) -> str:
        number = store.collection(RESPONSES).count() + 1
        given = Submission(
            key or str(uuid.UUID(int=number)),
            "asked-1",
            "de",
            {"age": 30, **inputs},
            1,
            "web",
            replaces=bool(key),
            arrival=arrival,
        )
        return submit(store, publications, given, receipt_key="0" * 64, today=TODAY).receipt

    return sent


@contextlib.contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Problem) as raised:
        yield
    assert raised.value.code == code


def statuses(store: Store) -> list[str]:
    return [stored.body["status"] for stored in store.collection(RESPONSES).iterate()]


def test_what_is_excluded_or_waits_is_nowhere_else(
    store: Store, publications: Publications, send: Send, tmp_path: Path
) -> None:
    for age in (20, 21, 22, 23):
        send(age=age)
    waiting = send(wish="http://a.example http://b.example www.c.example")
    assert statuses(store) == ["valid"] * 4 + ["quarantined"]
    assert (quarantine.waiting(store), quarantine.oldest(store)) == (1, TODAY)
    assert holder.find(store, waiting).body["answers"]["wish"].startswith("http")  # its holder sees no difference
    reviewing.do(store, "asked", [1], Act(EXCLUDE, "spam", "Werbung"), "Mara", NOW)
    reviewing.do(store, "asked", [2, 99], Act(EXCLUDE, "trial"), "Mara", NOW)
    assert standing.counted(store, "asked") == 2
    assert reviewing.excluded(store, "asked") == {"spam": 1, "trial": 1}
    frozen = snapshot.freeze(tmp_path / "snapshots", store, publications, ["asked"], offers=False)
    counts = frozen.manifest["tables"]["responses-asked"]["counts"]
    assert counts["statuses"] == {"excluded": 2, "valid": 2}
    assert counts["exclusions"] == {"spam": 1, "trial": 1}
    assert [each["answers"]["age"] for each in documents(store, "asked")] == [22, 23]
    reviewing.add_note(store, holder.find(store, send(age=24)).body["key"], "=Anruf\n nötig ", "Mara", TODAY)
    further = (EXCLUSION, NOTES)
    rows = [(each["answers"]["age"], each[EXCLUSION], each[NOTES]) for each in documents(store, "asked", None, further)]
    noted = "2026-11-23 Mara: =Anruf\n nötig"
    assert rows == [(20, "spam", ""), (21, "trial", ""), (22, "", ""), (23, "", ""), (24, "", noted)]
    book = codebook.of(publications, "asked")
    for form in ("csv", "xlsx", "sav", "parquet"):
        path = tmp_path / form
        found = documents(store, "asked", None, further)
        assert FORMATS[form].write(path, found, book, Options(further=further)) == 5
    heading, *lines = (tmp_path / "csv").read_text("utf-8-sig").splitlines()
    assert heading.split(",")[6:11] == ["status", "source", "response:exclusion", "response:notes", "age"]
    assert lines[0].split(",")[6:11] == ["excluded", "", "spam", "", "20"]


def test_a_limit_counts_what_counts(store: Store, publications: Publications, send: Send) -> None:
    publications.set_schedule("asked", schedule.Schedule(limit=2))
    for age in (20, 21):
        send(age=age)
    with refused("questionnaire.full"):
        send(age=22)
    reviewing.do(store, "asked", [1], Act(EXCLUDE, "spam"), "Mara", NOW)
    send(age=22)
    assert not publications.current("asked").is_open


def test_a_batch_is_undone_within_a_day_and_leaves_what_others_did_since(store: Store, send: Send) -> None:
    for age in range(4):
        send(age=20 + age)
    reviewing.do(store, "asked", [2], Act(EXCLUDE, "trial", "Schulung"), "Willi", NOW)
    before = [stored.body for stored in store.collection(RESPONSES).iterate()]
    batch = reviewing.do(store, "asked", [1, 2, 3, 4], Act(EXCLUDE, "spam"), "Mara", NOW)
    assert (batch.count, reviewing.newest(store, "asked", NOW)) == (4, batch)
    reviewing.do(store, "asked", [4], Act(INCLUDE), "Willi", NOW)
    with refused("review.undo"):
        reviewing.undo(store, batch.batch, NOW + reviewing.UNDO)
    assert reviewing.undo(store, batch.batch, NOW).count == 3
    assert [stored.body for stored in store.collection(RESPONSES).iterate()] == before
    assert reviewing.of(store, before[1]["key"]).remark == "Schulung"
    with refused("review.undo"):
        reviewing.undo(store, batch.batch, NOW)
    stated = reviewing.do(store, "asked", [1, 2, 3, 4], Act(STATE, "done"), "Mara", NOW)
    assert reviewing.do(store, "asked", [1], Act(STATE, "done"), "Mara", NOW).count == 0
    reviewing.undo(store, stated.batch, NOW)
    assert [each.body["state"] for each in store.collection(REVIEWS).iterate()] == ["new"]  # the one with a remark
    reviewing.forget_old(store, NOW + reviewing.UNDO)
    assert list(store.collection(reviewing.BATCHES).iterate()) == []


def test_what_was_let_through_stays_through_when_it_is_corrected(store: Store, send: Send) -> None:
    links = "http://a.example http://b.example www.c.example"
    send(wish=links)
    key = store.collection(RESPONSES).get(1).body["key"]
    batch = reviewing.do(store, "asked", [1], Act(INCLUDE), "Mara", NOW)
    send(key=key, age=31, wish=links)
    assert statuses(store) == ["valid"]
    reviewing.do(store, "asked", [1], Act(EXCLUDE, "spam"), "Mara", NOW)
    send(key=key, age=32, wish="Nichts")
    assert statuses(store) == ["excluded"]
    assert reviewing.undo(store, batch.batch, NOW).count == 0


def test_notes_and_states_go_with_the_response(store: Store, publications: Publications, send: Send) -> None:
    receipt, _ = send(age=20), send(age=21)
    keys = [stored.body["key"] for stored in store.collection(RESPONSES).iterate()]
    for key in keys:
        reviewing.look(store, key)
        reviewing.add_note(store, key, "Bitte anrufen", "Mara", TODAY)
    assert reviewing.of(store, keys[0]).state == "looked_at"
    for text in ("", " \0\n", "x" * 2_001):
        with refused("review.note"):
            reviewing.add_note(store, keys[0], text, "Mara", TODAY)
    (note,) = reviewing.of(store, keys[0]).notes
    reviewing.remove_note(store, keys[0], note.note)
    assert reviewing.of(store, keys[0]).notes == ()
    holder.withdraw(store, receipt)
    assert [stored.body["response"] for stored in store.collection(REVIEWS).iterate()] == keys[1:]
    aging.age(store, publications, TODAY.replace(year=2036), months=36, text_months=24)
    assert list(store.collection(REVIEWS).iterate()) == []


def test_what_nobody_can_mean_is_refused(store: Store, send: Send) -> None:
    send()
    for act, code in (
        (Act(EXCLUDE), "review.reason"),
        (Act(EXCLUDE, "because"), "review.reason"),
        (Act(EXCLUDE, "spam", "x" * 501), "review.remark"),
        (Act(STATE, "old"), "review.state"),
        (Act("burn"), "review.state"),
    ):
        with refused(code):
            reviewing.do(store, "asked", [1], act, "Mara", NOW)
    assert statuses(store) == ["valid"]


QUICK = {f"n{number}": number for number in range(8)}


SIGNS: tuple[tuple[Arrival | None, dict[str, Any], list[str], str], ...] = (
    (Arrival(), {}, [], "valid"),
    (Arrival(29, 8), QUICK, ["fast"], "valid"),
    (Arrival(30, 9), QUICK, ["rate"], "valid"),
    (Arrival(30, 8), QUICK, ["rate", "fast"], "quarantined"),
    (Arrival(30, 0), {}, ["rate"], "valid"),
    (Arrival(120, None), {}, ["rate", "flood"], "quarantined"),
    (Arrival(), {"wish": "http://x.example", "more": "https://y.example"}, [], "valid"),
    (Arrival(), {"wish": "http://x.example www.z.example", "more": "https://y.example"}, ["links"], "quarantined"),
    (Arrival(), {"wish": '<A  HREF="x">'}, ["links"], "quarantined"),
    (Arrival(), {"wish": "Siehe www.kreis.example"}, [], "valid"),
    (None, {"wish": "[url=x]"}, [], "valid"),
)


def test_signs_of_spam(store: Store, send: Send) -> None:
    for number, (arrival, inputs, flags, status) in enumerate(SIGNS, 1):
        send(arrival, **inputs)
        body = store.collection(RESPONSES).get(number).body
        assert (body.get("flags", []), body["status"]) == (flags, status)
        assert ("aside" in body) == (status == "quarantined")


def test_the_same_texts_again_wait_however_they_are_spelled(
    store: Store, publications: Publications, send: Send
) -> None:
    send(wish=LONG, age=40)
    send(wish=f"  {LONG.upper()}!! 123", age=50)
    send(wish=LONG, more="Außerdem Deutsch lernen", age=60)
    send(wish="Wohnung", age=70)
    send(wish="Wohnung", age=80)  # too short to tell anything
    assert statuses(store) == ["valid", "quarantined", "valid", "valid", "valid"]
    send(key=str(uuid.UUID(int=1)), wish=LONG, age=41)  # a correction does not repeat itself
    assert statuses(store)[0] == "valid"
    aging.age(store, publications, TODAY.replace(year=2028, month=12), months=36, text_months=24)
    assert LONG not in json.dumps([stored.body for stored in store.collection(RESPONSES).iterate()])
    assert not any("echo" in stored.body for stored in store.collection(RESPONSES).iterate())


def test_networks_are_counted_for_ten_minutes_in_memory() -> None:
    rates = Rates()
    assert [rates.count("a", NOW + dt.timedelta(minutes=minute)) for minute in (0, 5, 10, 11, 30)] == [1, 2, 3, 3, 1]
    for number in range(10_050):
        rates.count(str(number), NOW + dt.timedelta(minutes=31))
    assert len(rates._moments) == 10_000
    assert rates.count("a", NOW + dt.timedelta(minutes=31)) == 1  # forgotten: others were more


def test_offers_are_left_to_moderation(
    store: Store, publications: Publications, questionnaire: Callable[[str], Questionnaire]
) -> None:
    publications.publish({"offers": questionnaire(OFFERS)})
    for number in (1, 2):
        inputs = {"A02": "http://a http://b http://c", "A04_name": LONG}
        given = Submission(str(uuid.UUID(int=number)), "offers-1", "de", inputs, 1, "web", arrival=Arrival(200, 0))
        submit(store, publications, given, receipt_key="0" * 64, today=TODAY)
    assert statuses(store) == ["valid", "valid"]


OFFERS = ASKED.replace("questionnaire: asked", "questionnaire: offers").replace("newcomers", "providers")
OFFERS += """      - {type: text, name: A02, label: {de: T, en: O}}
      - {type: text, name: A04_name, label: {de: N, en: N}}
"""
