"""Confirming offers from a letter: one button, single use, and whoever only looks changes nothing."""

from __future__ import annotations

import datetime as dt
import logging
import re

import pytest

from survey_service import clock, outbox
from survey_service.letters import reminding
from survey_service.offers import contacts, events, links, register
from survey_service.offers.links import LINKS
from tests.web.browser import Browser
from tests.web.provider_desk import ANNA, Office

BOTH_STORES = True

LATER = dt.datetime(2027, 6, 1, 9, tzinfo=dt.UTC)
EARLIER = "2026-11-23"


def made(office: Office, *, offer: str = "", tag: str = "de") -> str:
    """Return the address of a page to confirm, as it stands in a letter to ANNA."""
    contact = contacts.of_address(office.store, ANNA)[0]
    return f"/provider/{tag}/confirm/{links.issue(office.store, contact.contact, links.CONFIRM, offer=offer)}"


def confirmed(office: Office, offer: str) -> str:
    return str(office.offer(offer)["confirmed"])


def press(browser: Browser, address: str) -> None:
    browser.open(address)
    browser.send(address)


def kinds(office: Office, offer: str) -> list[str]:
    return [event.kind for event in events.of(office.store, offer)]


@pytest.fixture(autouse=True)
def later() -> object:
    with clock.fixed(LATER):
        yield


def old(office: Office, **changes: object) -> str:
    offer = office.register(**changes)
    register.change(office.store, offer, confirmed=EARLIER, reminded=180)
    return offer


def test_one_press_confirms_and_the_history_says_so(office: Office) -> None:
    offer, address = old(office), ""
    address = made(office)
    browser = office.browser()
    page = browser.open(address)
    assert "Sprachcafé" in page.text
    press(browser, address)
    assert browser.status == 200
    assert (confirmed(office, offer), office.offer(offer)["reminded"]) == ("2027-06-01", 0)
    assert kinds(office, offer)[-1] == "confirmed"
    assert office.store.collection(LINKS).count(contact=contacts.of_address(office.store, ANNA)[0].contact) == 1
    (edit,) = [link for link in browser.page.links if "/open/" in link]
    browser.open(edit)
    browser.send(edit)
    assert browser.url == "/provider/de/offers"


def test_looking_changes_nothing_however_it_is_done(office: Office) -> None:
    offer = old(office)
    address = made(office)
    before = office.offer(offer), office.store.collection(LINKS).count(), kinds(office, offer)
    for headers in ({}, {"Sec-Purpose": "prefetch"}, {"User-Agent": "scanner", "X-Moz": "prefetch"}):
        client = office.app.test_client()
        assert client.head(address, headers=headers).status_code == 200
        assert client.get(address, headers=headers).status_code == 200
        client.options(address, headers=headers)
        assert client.post(address, headers=headers).status_code in (200, 400)  # a press without the page's own mark
    assert (office.offer(offer), office.store.collection(LINKS).count(), kinds(office, offer)) == before
    press(office.browser(), address)
    assert confirmed(office, offer) == "2027-06-01"


def test_altered_used_old_and_missing_are_one_page(office: Office) -> None:
    old(office)
    address = made(office)
    edit = made(office).replace("/confirm/", "/open/")
    browser = office.browser()
    press(browser, address)
    wrong = [
        address,
        address[:-1] + ("A" if address[-1] != "A" else "B"),
        address[:-1],
        "/provider/de/confirm/nothing",
        "/provider/de/confirm/" + "A" * 22,
    ]
    client = office.app.test_client()
    pages = {client.get(one).text for one in wrong}
    assert {client.get(one).status_code for one in wrong} == {404}
    assert len(pages) == 1
    assert client.get(edit).status_code == 404, "a link is good for one purpose"
    expired = made(office)
    with clock.fixed(LATER + dt.timedelta(days=61)):
        assert client.get(expired).text in pages


def test_a_second_press_is_refused_as_missing_and_confirms_once(office: Office) -> None:
    offer = old(office)
    address = made(office)
    first, second = office.browser(), office.browser()
    first.open(address)
    second.open(address)
    first.send(address)
    second.send(address)
    assert (first.status, second.status) == (200, 404)
    assert kinds(office, offer).count("confirmed") == 1


def test_an_expired_page_shows_the_button_again_and_uses_nothing_up(office: Office) -> None:
    offer = old(office)
    address = made(office)
    browser = office.browser()
    browser.open(address)
    with clock.fixed(LATER):
        browser.client.delete_cookie("survey")
        page = browser.send(address)
    assert [control.kind for control in page.controls].count("button") == 2
    assert confirmed(office, offer) == EARLIER
    browser.send(address)
    assert confirmed(office, offer) == "2027-06-01"


def test_another_site_confirms_nothing(office: Office) -> None:
    offer = old(office)
    answer = office.app.test_client().post(made(office), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert confirmed(office, offer) == EARLIER


def test_of_several_those_with_a_tick_are_confirmed(office: Office) -> None:
    first, second, third = (old(office, A04_name=name) for name in ("Eins", "Zwei", "Drei"))
    address = made(office)
    browser = office.browser()
    page = browser.open(address)
    boxes = [control for control in page.controls if control.kind == "checkbox"]
    assert [(box.value, box.on) for box in boxes] == [(first, True), (second, True), (third, True)]
    browser.send(address, offer=[first, third])
    assert [confirmed(office, offer) for offer in (first, second, third)] == ["2027-06-01", EARLIER, "2027-06-01"]
    assert "Zwei" not in browser.page.text


def test_without_a_tick_nothing_is_used_up(office: Office) -> None:
    first = old(office, A04_name="Eins")
    old(office, A04_name="Zwei")
    address = made(office)
    browser = office.browser()
    browser.open(address)
    browser.send(address, offer=[])
    assert browser.status == 422
    assert "offer-1" in browser.page.ids
    assert confirmed(office, first) == EARLIER
    browser.send(address, offer=[first])
    assert confirmed(office, first) == "2027-06-01"


def test_somebody_elses_offer_is_not_confirmed(office: Office) -> None:
    mine, others = old(office), old(office, A02="Ein anderer Verein", A22_by="else@example.org")
    address = made(office)
    browser = office.browser()
    page = browser.open(address)
    assert others not in page.html
    data = {"_csrf": next(control.value for control in page.controls if control.name == "_csrf"), "offer": others}
    assert browser.client.post(address, data=data).status_code == 404
    assert (confirmed(office, mine), confirmed(office, others)) == (EARLIER, EARLIER)
    assert browser.client.get(address).status_code == 200, "and the link is still good"


def test_something_has_changed_leads_to_ones_offers_and_uses_the_link_up(office: Office) -> None:
    offer = old(office)
    address = made(office)
    browser = office.browser()
    page = browser.open(address)
    token = next(control.value for control in page.controls if control.name == "_csrf")
    answer = browser.client.post(address, data={"_csrf": token, "change": "yes", "offer": offer})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/provider/de/offers")
    assert browser.client.get("/provider/de/offers").status_code == 200
    assert browser.client.get(address).status_code == 404
    assert confirmed(office, offer) == EARLIER


def test_who_has_left_confirms_nothing(office: Office) -> None:
    offer = old(office)
    address = made(office)
    contacts.change(office.store, contacts.of_address(office.store, ANNA)[0].contact, left=True)
    assert office.app.test_client().get(address).status_code == 404
    assert confirmed(office, offer) == EARLIER


def test_what_is_not_published_is_not_shown(office: Office) -> None:
    old(office, A20_name="Petra Privat", A20_phone="03693 1234", A20_publish="no")
    page = office.browser().open(made(office))
    for private in ("Petra Privat", "1234", ANNA):
        assert private not in page.html
    with_consent = old(office, A04_name="Zweites", A20_name="Petra Privat", A20_publish="yes")
    assert "Petra Privat" in office.browser().open(made(office, offer=with_consent)).html


def test_a_letter_that_arrives_clears_the_note_that_mail_came_back(office: Office) -> None:
    old(office)
    address = made(office)
    contact = contacts.of_address(office.store, ANNA)[0].contact
    contacts.change(office.store, contact, bounced="2027-01-01")
    press(office.browser(), address)
    assert contacts.find(office.store, contact).bounced == ""


def test_a_project_that_has_ended_is_said_to_have(office: Office) -> None:
    offer = old(office, A21="2027-05-01")
    page = office.browser().open(made(office, offer=offer, tag="en"))
    assert "The funding has ended" in page.text


@pytest.mark.parametrize("tag", ["de", "de-simple", "en"])
def test_the_page_speaks_the_languages_of_providers(office: Office, tag: str) -> None:
    old(office)
    page = office.browser().open(made(office, tag=tag))
    assert sum("/confirm/" in link for link in page.links) == 3
    assert office.app.test_client().get(made(office).replace("/de/", "/ar/")).status_code == 404


def test_headers_keep_the_address_to_oneself(office: Office) -> None:
    old(office)
    answer = office.app.test_client().get(made(office))
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"


def test_from_the_letter_to_the_confirmation_no_record_holds_a_token(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    offer = old(office)
    register.change(office.store, offer, reminded=0)
    settings = type(office.settings)(
        office.settings.instance, {**office.settings.values, "public_url": "https://s.example"}
    )
    assert reminding.send(office.store, settings, LATER.date()).letters == 1
    (path,) = (settings.instance / "outbox").glob("*.eml")
    body = outbox.message(path).get_body(("plain",))
    assert body is not None
    found = re.search(r"/provider/de/confirm/\S+", body.get_content())
    assert found
    address = found[0]
    press(office.browser(), address)
    office.app.test_client().get(address)
    assert confirmed(office, offer) == "2027-06-01"
    token = address.rpartition("/")[2]
    assert len(token) == 22
    assert not [record for record in caplog.records if token in record.getMessage()]
