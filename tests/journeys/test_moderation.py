"""The desk looks after the inventory, in German, without scripts: what waits is compared, returned, published; what was
entered twice is merged and parted; a trusted organisation's small change is taken back.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import audit
from survey_service.offers import organisations, register
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.providing import signed_in
from tests.journeys.test_desk import Manager

OpenPage = Callable[..., Page]
OFFER = {
    "A00": "yes",
    "A01": "offer",
    "A02": "Sozialwerk Meiningen e. V.",
    "A04_name": "Möbellager",
    "A04_description": "Gebrauchte Möbel für wenig Geld.",
    "A05_fields": ["WOH"],
    "A07_type": "physical",
    "A07_street": "Marktplatz 1",
    "A07_postcode": "98617",
    "A07_place": "16066042",
    "A08_days": ["MO", "TU"],
    "A09": ["de", "ar"],
    "A17_whole": "yes",
    "A19_max": 10,
    "A19_free": 4,
    "A20_phone": "03693 123456",
    "A20_email": "anna@beispiel.example",
}


def send(service: Service, number: int, **changes: Any) -> dict[str, Any]:
    """Let a provider send an offer, or its correction, and return its document."""
    key = f"44444444-4444-4444-8444-{number:012}"
    known = service.store.collection(register.OFFERS).first(response_key=key)
    before = known.body["answers"] if known is not None else OFFER
    submission = Submission(key, "offers-1", "de", {**before, **changes}, 0, "web", replaces=known is not None)
    submit(service.store, Publications(service.store), submission, receipt_key="k" * 64, today=clock.today())
    found = service.store.collection(register.OFFERS).first(response_key=key)
    assert found is not None
    return found.body


def now(service: Service, offer: str) -> dict[str, Any]:
    return register.find(service.store, offer).body


@pytest.fixture
def mara(service: Service, phone: OpenPage, inspector: Inspector) -> Manager:
    """The manager, signed in on a phone without scripts; each page is looked at on a phone and on a desk's screen."""
    return signed_in(service, phone("de", scripts=False), inspector)


def test_what_waits_is_returned_with_a_reason_and_published_when_it_was_changed(
    service: Service, mara: Manager
) -> None:
    offer, page = send(service, 1)["offer"], mara.page
    mara.open("/manage/offers")
    page.click("tbody th a")
    page.wait_for_url(f"**/manage/offers/{offer}")
    mara.look("first registration")
    page.click("button[value=returned]")
    page.wait_for_selector("[role=alert] a")
    mara.look("reason missing")
    page.fill("#reason", "Bitte schreiben Sie auch die Uhrzeiten.")
    page.click("button[value=returned]")
    page.wait_for_url("**/manage/offers?done=*")
    mara.look("returned")
    assert (now(service, offer)["moderation"], now(service, offer)["reason"]) == (
        *("returned", "Bitte schreiben Sie auch die Uhrzeiten."),
    )
    send(service, 1, A08_from="09:00", A08_to="16:00")
    page.goto(f"{service.url}/manage/offers/{offer}")
    page.click("button[value=published]")
    page.wait_for_url("**/manage/offers?done=*")
    assert now(service, offer)["listed"]

    send(service, 1, A04_description="Möbel und Küchengeräte.", A14_free="no", A14_cost=5)
    mara.open(f"/manage/offers/{offer}")
    told = {
        row.locator("th").inner_text(): row.locator("del, ins").all_inner_texts()
        for row in page.locator(".diff tbody tr").all()
    }
    assert told["Was bekommen die Menschen dort?"] == ["Gebrauchte Möbel für wenig Geld.", "Möbel und Küchengeräte."]
    assert told["Ist das Angebot kostenlos?"] == ["Nein"]
    page.click("button[value=published]")
    page.wait_for_url("**/manage/offers?done=*")
    assert now(service, offer)["public"]["A14_cost"] == 5
    assert mara.faults == {}
    assert audit.first_fault(service.store) is None


def test_duplicates_are_merged_field_by_field_and_parted_again(service: Service, mara: Manager) -> None:
    first, page = send(service, 1), mara.page
    second = send(
        service, 2, A04_name="Möbel-Lager", A02="Sozialwerk Meinigen", A20_phone="+49 3693 123456", A19_max=12
    )
    mara.open("/manage/offers/duplicates")
    page.click("article a.button")
    page.wait_for_url(f"**/manage/offers/{first['offer']}/merge/{second['offer']}")
    mara.look("merge")
    page.check(f'input[name="take-A19_max"][value="{second["offer"]}"]')
    page.click("main form button")
    page.wait_for_url(re.compile(f"/manage/offers/{first['offer']}#merged"))
    mara.look("merged")
    merged = now(service, first["offer"])
    assert (merged["name"], merged["answers"]["A19_max"]) == ("Möbellager", 12)
    mara.open(f"/manage/offers/{second['offer']}")
    page.click(f'form[action="/manage/offers/{second["offer"]}/separate"] button')
    page.wait_for_selector("button[value=published]")
    assert (now(service, first["offer"]), now(service, second["offer"])) == (first, second)
    mara.open("/manage/offers/duplicates")
    page.click('form[action="/manage/offers/duplicates"] button')
    page.wait_for_selector("button[value=again]")
    mara.look("declared different")
    assert mara.faults == {}


def test_organisations_are_trusted_and_their_small_changes_taken_back(service: Service, mara: Manager) -> None:
    offer, page = send(service, 1), mara.page
    mara.open("/manage/organisations")
    page.click("tbody th a")
    page.wait_for_url(f"**/manage/organisations/{offer['organisation_id']}")
    mara.look("organisation")
    page.click("button[value=trust]")
    page.wait_for_selector('input[name="trusted"][value="no"]', state="attached")
    assert organisations.find(service.store, offer["organisation_id"]).trusted
    page.click('article button[value="left"]')
    page.wait_for_selector('article button[value="back"]')
    page.click("details:has(#email) summary")
    page.fill("#email", "bea@beispiel.example")
    page.click("details:has(#email) button")
    page.wait_for_selector("text=bea@beispiel.example")
    mara.look("staff change")
    mara.open(f"/manage/offers/{offer['offer']}/organisation")

    page.goto(f"{service.url}/manage/offers/{offer['offer']}")
    page.click("button[value=published]")
    page.wait_for_url("**/manage/offers?done=*")
    send(service, 1, A19_free=0)
    assert now(service, offer["offer"])["public"]["A19_free"] == 0
    mara.open("/manage/offers/live")
    page.click("article summary")
    page.fill("article textarea", "Es sind noch Plätze frei.")
    mara.look("take back")
    page.click("article details button")
    page.wait_for_selector("article p.soft")
    assert now(service, offer["offer"])["public"]["A19_free"] == 4
    assert mara.faults == {}
