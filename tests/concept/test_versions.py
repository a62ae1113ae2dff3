"""Versions: one draft at a time, consultation, adoption for good; nothing changes what was adopted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from survey_service import digests
from survey_service.accounts import audit
from survey_service.concept import accepting, evidence, items, progress, versions
from survey_service.concept.model import Judgement, Progress
from survey_service.store.base import Store
from tests.concept.conftest import DECISION, FIELDS, MEASURE, TITLE, add, adopt, begin, block, file, refusal

BOTH_STORES = True


def test_a_version_goes_from_draft_to_adopted_and_is_followed_by_a_revision(store: Store) -> None:
    number = begin(store)
    assert refusal(versions.begin, store, TITLE, FIELDS, "Mara") == "concept.open"
    assert refusal(versions.consult, store, number, "Mara") == "concept.empty"
    goal = add(store, number)
    measure = add(store, number, "Kurs am Abend.", kind="measure", field="WOH", measure=MEASURE)
    assert refusal(versions.adopt, store, number, DECISION, "Mara") == "concept.state"
    versions.consult(store, number, "Mara")
    assert refusal(add, store, number) == "concept.consulting"
    assert refusal(versions.consult, store, number, "Mara") == "concept.state"
    versions.take_back(store, number, "Mara")
    draft = versions.load(store, number)
    assert [item.key for item in draft.items] == [goal.key, measure.key]
    first = adopt(store, number)
    assert (first.state, first.decision, first.items) == ("adopted", DECISION, draft.items)
    assert versions.open_number(store) is None
    second = versions.begin(store, TITLE, FIELDS, "Mara")
    assert (second.number, second.based_on, second.items) == (2, 1, first.items)
    adopt(store, 2)
    assert [(each.number, each.state) for each in versions.adopted(store)] == [(2, "adopted"), (1, "superseded")]
    assert versions.load(store, 1).items == first.items
    noted = [(entry.action, entry.subject) for entry in audit.entries(store) if entry.action == "concept.adopted"]
    assert noted == [("concept.adopted", "1"), ("concept.adopted", "2")]
    assert refusal(versions.load, store, 3) == "concept.missing"


@pytest.mark.parametrize(
    "changes",
    [
        {"body": " "}, {"result": ""}, {"day": "2026-11-24"}, {"day": "13.05.2026"}, {"start": "2030-01-01"},
        {"end": ""}, {"end": "2029-02-30"}, {"body": "x" * 301},
    ],
)  # fmt: skip
def test_a_decision_must_be_whole(store: Store, changes: dict[str, str]) -> None:
    number = begin(store)
    add(store, number)
    versions.consult(store, number, "Mara")
    decision = dataclasses.replace(DECISION, **changes)
    assert refusal(versions.adopt, store, number, decision, "Mara") == "concept.decision"
    assert versions.load(store, number).state == "consulting"


CHANGES: dict[str, Callable[[Store, str], Any]] = {
    "add": lambda store, key: add(store, 1),
    "edit": lambda store, key: items.edit(store, 1, key, seen=1, texts={"de": "Anders."}, by="Mara"),
    "renew": lambda store, key: evidence.renew(
        store, versions.load(store, 1), key, report=2, seen=1, texts={"de": "Anders."}, by="Mara"
    ),
    "rearrange": lambda store, key: items.rearrange(store, 1, key, up=True),
    "change field": lambda store, key: items.change_field(store, 1, key, "WOH"),
    "take out": lambda store, key: items.take_out(store, 1, key),
    "accept": lambda store, key: accepting.accept(store, 1, file(store, block()), "Mara"),
    "consult": lambda store, key: versions.consult(store, 1, "Mara"),
    "take back": lambda store, key: versions.take_back(store, 1, "Mara"),
    "adopt again": lambda store, key: versions.adopt(store, 1, dataclasses.replace(DECISION, body="Ich"), "Mara"),
}


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("revised", [False, True])
def test_no_function_changes_an_adopted_version(store: Store, change: str, revised: bool) -> None:
    number = begin(store)
    key = accepting.accept(store, number, file(store, block()), "Mara").new[0]
    add(store, number)
    adopted = adopt(store, number)
    file(store, block(count=50))
    if revised:
        versions.begin(store, TITLE, FIELDS, "Mara")
    before = store.collection(versions.VERSIONS).first(number=1)
    assert refusal(CHANGES[change], store, key) == "concept.adopted"
    assert store.collection(versions.VERSIONS).first(number=1) == before
    assert versions.load(store, 1) == adopted


def _reword(body: dict[str, Any]) -> None:
    body["frozen"]["items"][0]["wording"]["texts"]["de"] = "Weniger Kurse."


def _reword_with_its_hash(body: dict[str, Any]) -> None:
    _reword(body)
    body["digest"] = digests.of_json(body["frozen"])


def _decide(body: dict[str, Any]) -> None:
    body["frozen"]["decision"]["result"] = "abgelehnt"


def _open(body: dict[str, Any]) -> None:
    body.update(state="draft", frozen=None, digest="", fields=[])


def _renumber(body: dict[str, Any]) -> None:
    body["number"] = 7


@pytest.mark.parametrize("change", [_reword, _reword_with_its_hash, _decide, _open, _renumber])
def test_a_change_of_the_stored_document_is_noticed_at_the_next_look(store: Store, change: Any) -> None:
    number = begin(store)
    add(store, number)
    adopt(store, number)
    stored = store.collection(versions.VERSIONS).first(number=number)
    assert stored is not None
    change(stored.body)
    store.collection(versions.VERSIONS).replace(stored.id, stored.body, version=stored.version)
    assert refusal(versions.load, store, number) == "concept.broken"
    assert refusal(versions.adopted, store) == "concept.broken"
    assert refusal(versions.begin, store, TITLE, FIELDS, "Mara") in ("concept.broken", "concept.open")


def test_measures_go_on_while_the_adopted_version_stays(store: Store) -> None:
    number = begin(store)
    item = add(store, number, kind="measure", measure=MEASURE)
    adopted = adopt(store, number)
    progress.note(store, item.key, Progress("done", "2026-11-22"), "Willi")
    assert versions.load(store, number) == adopted
    assert versions.begin(store, TITLE, FIELDS, "Mara").items[0].progress == Progress("done", "2026-11-22")
    assert refusal(progress.note, store, item.key, Progress("done", "2026-11-24"), "Willi") == "concept.progress"
    assert refusal(progress.note, store, item.key, Progress("done"), "Willi") == "concept.progress"
    assert refusal(progress.note, store, item.key, Progress("begun"), "Willi") == "concept.progress"
    assert progress.note(store, item.key, Progress("dropped", "2026-11-22"), "Willi") == Progress("dropped")


def test_a_field_that_the_vocabulary_lost_stays_in_the_revision(store: Store) -> None:
    number = begin(store)
    add(store, number, field="WOH", basis=Judgement("AK"))
    adopt(store, number)
    revision = versions.begin(store, TITLE, {"ARB": {"de": "Arbeit"}}, "Mara")
    assert list(revision.fields) == ["ARB", "WOH"]
    assert revision.items[0].field == "WOH"
