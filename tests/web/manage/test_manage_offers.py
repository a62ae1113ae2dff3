"""Offers on the desk: the list by state, one offer, publish and return."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from survey_service.accounts import audit
from survey_service.offers import moderation, register
from survey_service.responses import holder
from survey_service.store.base import Store
from tests.web.manage.conftest import Desk
from tests.web.manage.test_manage_responses import noted, table


@pytest.fixture
def receipt(respond: Callable[..., str]) -> str:
    return respond("offers", A02="Verein <b>", A04_name="Sprachcafé", A05_fields=["ARB", "WOH"])


@pytest.fixture
def offer(store: Store, receipt: str) -> str:
    return str(next(register.all_offers(store)).body["offer"])


def state(store: Store) -> str:
    return str(next(register.all_offers(store)).body["moderation"])


@pytest.mark.parametrize("name", ["Mara", "Willi"])
def test_an_offer_is_published_and_returned_by_moderators(
    as_role: Callable[[str], Desk], store: Store, offer: str, name: str
) -> None:
    desk = as_role(name)
    for decision in ("published", "returned"):
        token = desk.token("/manage/")
        answer = desk.client.post(
            f"/manage/offers/{offer}", data={"_csrf": token, "decision": decision, "reason": "Bitte kürzer"}
        )
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/manage/offers?done={offer}")
        assert state(store) == decision
    assert noted(store, "offer.moderated") == [
        (name, offer, {"moderation": "published"}), (name, offer, {"moderation": "returned"}),
    ]  # fmt: skip


@pytest.mark.parametrize("decision", ["", "withdrawn", "merged", "submitted", "x"])
def test_no_other_decision_is_taken(manager: Desk, store: Store, offer: str, decision: str) -> None:
    data = {"_csrf": manager.token("/manage/"), "decision": decision}
    assert manager.client.post(f"/manage/offers/{offer}", data=data).status_code == 400
    assert state(store) == "submitted"
    assert noted(store, "offer.moderated") == []


def test_a_withdrawn_offer_stays_withdrawn(manager: Desk, store: Store, offer: str, receipt: str) -> None:
    holder.withdraw(store, receipt)
    data = {"_csrf": manager.token("/manage/"), "decision": "published"}
    assert manager.client.post(f"/manage/offers/{offer}", data=data).status_code == 409
    assert state(store) == "withdrawn"
    page = manager.get(f"/manage/offers/{offer}?lang=en").text
    assert "Withdrawn" in page
    assert "Verein &lt;b&gt;" in page, "the entry stays, called like its organisation"
    assert "Sprachcafé" not in page
    assert "Work" not in page
    assert 'value="published"' not in page


def test_the_list_shows_each_state_with_labels(manager: Desk, store: Store, offer: str) -> None:
    waiting = manager.get("/manage/offers?lang=en").text
    assert table(waiting)[1][:4] == ["Sprachcafé", "Verein <b>", "Work, Housing", "Nov 23, 2026"]
    assert "<b>" not in waiting
    assert "no offers" in manager.get("/manage/offers?lang=en&state=published").text
    moderation.decide(store, offer, "published", "Mara")
    assert table(manager.get("/manage/offers?state=published&lang=de").text)[1][2:4] == ["Arbeit, Wohnen", "23.11.2026"]


def test_one_offer_shows_all_answers_and_that_is_audited(manager: Desk, store: Store, offer: str) -> None:
    page = manager.get(f"/manage/offers/{offer}?lang=en").text
    assert "<dt>Organisation</dt><dd><bdi>Verein &lt;b&gt;</bdi></dd>" in page
    assert "<dt>Fields</dt><dd>Work; Housing</dd>" in page
    assert noted(store, "offer.read") == [("Mara", offer, {})]
    assert audit.first_fault(store) is None
