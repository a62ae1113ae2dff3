"""From a provider's response to an entry of the inventory, on the bundled questionnaire."""

from __future__ import annotations

from typing import Any

import pytest

from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.store.base import Store
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
    assert body == {
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


def test_moderation(store: Store, bundled: Library) -> None:
    offer = register_one(store, bundled)["offer"]
    register.moderate(store, offer, "published")
    assert [entry.body["offer"] for entry in register.all_offers(store, "published")] == [offer]
    assert list(register.all_offers(store, "submitted")) == []
    with pytest.raises(ValueError, match="no state"):
        register.moderate(store, offer, "perfect")


def test_without_consent_there_is_no_offer(store: Store, bundled: Library) -> None:
    with pytest.raises(Problem) as caught:
        register_one(store, bundled, A00="no")
    assert caught.value.code == "response.no_consent"
    assert list(register.all_offers(store)) == []
