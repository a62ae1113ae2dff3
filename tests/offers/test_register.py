"""From a provider's response to an entry of the inventory, on the bundled questionnaire."""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from survey_service.offers import events, moderation, organisations, register
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store import open_store
from survey_service.store.base import CollectionSpec, Store
from tests.conftest import TODAY

BOTH_STORES = True

OFFER: dict[str, Any] = {
    "A00": "yes",
    "A01": "project",
    "A02": "Verein Beispiel",
    "A04_name": "Sprachcafé",
    "A06": "active",
    "A21": "2027-12-31",
    "A05_fields": ["INT", "BIL"],
    "A05_types": ["INT.meeting_place"],
    "A07_type": "virtual",
    "A09": ["de", "ar"],
    "A10": "on_request",
    "A16": ["child_care"],
    "A17_whole": "no",
    "A17": ["16066042"],
    "A12": "no",
    "A14_free": "yes",
    "A19_max": 10,
    "A19_free": 12,
}


def register_one(store: Store, bundled: Library, **changes: Any) -> dict[str, Any]:
    publications = Publications(store)
    publications.publish({"offers": bundled.questionnaires["offers"]})
    inputs = {**OFFER, **changes}
    key = "33333333-3333-4333-8333-333333333333"
    submission = Submission(key, "offers-1", "de", inputs, 0, "web")
    submit(store, publications, submission, receipt_key="0" * 64, today=TODAY)
    return next(register.all_offers(store)).body


def test_the_columns_reports_use(store: Store, bundled: Library) -> None:
    body = register_one(store, bundled)
    assert len(body.pop("offer")) == 10
    assert body.pop("answers")["A19_free"] == 12
    assert len(body.pop("organisation_id")) == 10
    assert body == {
        "revision": "offers-1",
        "language": "de",
        "mode": "web",
        "reason": "",
        "merged_into": "",
        "reminded": 0,
        "public": None,
        "listed": False,
        "response_key": "33333333-3333-4333-8333-333333333333",
        "moderation": "submitted",
        "confirmed": "2026-11-23",
        "kind": "project",
        "organisation": "Verein Beispiel",
        "name": "Sprachcafé",
        "status": "active",
        "fields": ["INT", "BIL"],
        "types": ["INT.meeting_place"],
        "whole_county": False,
        "municipalities": ["16066042"],
        "languages": ["de", "ar"],
        "interpreter": "on_request",
        "access": ["child_care"],
        "free": True,
        "no_status": True,
        "online": True,
        "ends": "2027-12-31",
    }


def test_the_whole_county_names_no_single_municipality(store: Store, bundled: Library) -> None:
    body = register_one(store, bundled, A17_whole="yes")
    assert (body["whole_county"], body["municipalities"]) == (True, [])


def sent_again(store: Store, **changes: Any) -> dict[str, Any]:
    """Let the provider send other answers, and return the document of the offer."""
    stored = next(register.all_offers(store))
    response = {"key": stored.body["response_key"], "revision": "offers-1", "language": "de", "mode": "web"}
    answers = {**stored.body["answers"], **changes}
    register.update(store, {**response, "answers": answers}, TODAY + dt.timedelta(days=40))
    return register.find(store, stored.body["offer"]).body


def test_a_change_waits_and_what_was_published_stays(store: Store, bundled: Library) -> None:
    offer = register_one(store, bundled)["offer"]
    moderation.decide(store, offer, "published", "Mara")
    body = sent_again(store, A04_name="Sprachtreff", A19_free=3)
    assert (body["moderation"], body["listed"], body["name"], body["public"]["A19_free"]) == (
        *("submitted", True, "Sprachcafé", 12),
    )
    assert (body["answers"]["A04_name"], body["confirmed"]) == ("Sprachtreff", "2027-01-02")
    returned = moderation.decide(store, offer, "returned", "Mara", reason=" Bitte mit Adresse. ").body
    assert (returned["moderation"], returned["reason"], returned["name"]) == (
        *("returned", "Bitte mit Adresse.", "Sprachcafé"),
    )
    assert moderation.decide(store, offer, "published", "Mara").body["name"] == "Sprachtreff"
    told = [(event.kind, event.by, event.reason, event.changed) for event in events.of(store, offer)]
    assert told[0] == ("registered", "provider", "", ())
    assert told[2:] == [
        ("changed", "provider", "", ("A04_name", "A19_free")),
        ("returned", "Mara", "Bitte mit Adresse.", ()),
        ("published", "Mara", "", ("A04_name", "A19_free")),
    ]


def test_a_small_change_of_a_trusted_organisation_goes_live(store: Store, bundled: Library) -> None:
    first = register_one(store, bundled)
    organisations.change(store, first["organisation_id"], trusted=True)
    assert sent_again(store, A19_free=1)["listed"] is False  # nothing was published yet
    moderation.decide(store, first["offer"], "published", "Mara")
    small = sent_again(store, A19_free=2)
    assert (small["moderation"], small["public"]["A19_free"]) == ("published", 2)
    large = sent_again(store, A19_free=3, A14_free="no")
    assert (large["moderation"], large["public"]["A19_free"], large["free"]) == ("submitted", 2, True)
    assert [event.kind for event in events.of(store, first["offer"])][-2:] == ["live", "changed"]


def test_decisions_need_a_state_and_a_reason(store: Store, bundled: Library) -> None:
    offer = register_one(store, bundled)["offer"]
    with pytest.raises(ValueError, match="no decision"):
        moderation.decide(store, offer, "perfect", "Mara")
    for act in (moderation.decide, moderation.take_off):
        with pytest.raises(Problem) as caught:
            act(store, offer, *(("returned",) if act is moderation.decide else ()), "Mara", reason=" ")
        assert caught.value.code == "offer.reason"
    moderation.decide(store, offer, "published", "Mara")
    taken = moderation.take_off(store, offer, "Mara", reason="Es gibt den Verein nicht mehr.").body
    assert (taken["listed"], taken["public"], taken["moderation"]) == (False, None, "rejected")
    assert [entry.body["offer"] for entry in register.all_offers(store, "rejected")] == [offer]


def test_withdrawing_erases_what_was_typed_everywhere(store: Store, bundled: Library) -> None:
    body = register_one(store, bundled)
    moderation.decide(store, body["offer"], "published", "Mara")
    register.withdraw(store, body["response_key"])
    after = register.find(store, body["offer"]).body
    assert (after["answers"], after["public"], after["listed"]) == ({}, None, False)
    assert [(event.kind, event.answers) for event in events.of(store, body["offer"])] == [
        ("registered", None), ("published", None), ("withdrawn", None),
    ]  # fmt: skip
    with pytest.raises(Problem) as caught:
        moderation.decide(store, body["offer"], "published", "Mara")
    assert caught.value.code == "offer.withdrawn"


def test_offers_of_the_first_schema_are_read_as_published_or_not(tmp_path: Path) -> None:
    old = {"offer": "aaaaaaaaaa", "response_key": "k", "moderation": "published", "confirmed": "2026-01-01"}
    with_answers = {**old, "answers": {"A02": "Verein"}, **register.describe({"A02": "Verein"})}
    with contextlib.closing(open_store("tinydb:", tmp_path)) as store:
        store.collection(CollectionSpec("offers")).add(with_answers)
        store.collection(CollectionSpec("offers")).add({**with_answers, "offer": "b", "moderation": "returned"})
    with contextlib.closing(open_store("tinydb:", tmp_path)) as store:
        first, second = (stored.body for stored in store.collection(register.OFFERS).find())
    assert (first["listed"], first["public"], first["language"]) == (True, {"A02": "Verein"}, "de")
    assert (second["listed"], second["public"]) == (False, None)


def test_without_consent_there_is_no_offer(store: Store, bundled: Library) -> None:
    with pytest.raises(Problem) as caught:
        register_one(store, bundled, A00="no")
    assert caught.value.code == "response.no_consent"
    assert list(register.all_offers(store)) == []
