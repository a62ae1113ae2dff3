"""Providers in a real browser without scripts: registered, published, changed by a link from a mail; a change of
staff."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from survey_service import clock, settings
from survey_service.cli.linking import send_asked
from survey_service.offers import contacts, moderation, register
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.web.context import Context
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.inspection import Inspector
from tests.journeys.providing import ANNA, BEN, CARO, enter, press
from tests.journeys.test_respondents import Watcher, path, proceed

ANSWERS = {
    "A00": "yes",
    "A01": "offer",
    "A02": "Verein Beispiel",
    "A04_name": "Sprachcafé Meiningen",
    "A05_fields": ["INT"],
    "A22_by": ANNA,
}
"""How they are given on a phone, ``test_offers_story.py`` tells."""
Post = Callable[[], list[tuple[str, str]]]


@pytest.fixture
def post(service: Service, tmp_path: Path) -> Post:
    """Return a function that sends what was asked for and returns address and link of each letter, once."""

    def letters() -> list[tuple[str, str]]:
        send_asked(Context(settings.load(tmp_path / "instance"), service.store))
        found = []
        for file in sorted((tmp_path / "instance" / "outbox").glob("*.eml")):
            message = message_from_bytes(file.read_bytes(), policy=policy.default)
            body = message.get_body(("plain",))
            assert body is not None
            found.append((str(message["To"]), re.findall(r"http\S+/open/\S+", body.get_content())[0]))
            file.unlink()
        return found

    return letters


@pytest.mark.parametrize("tag", ["de", pytest.param("de-simple", marks=pytest.mark.languages)])
def test_registered_published_and_changed_by_a_link(
    service: Service, phone: OpenPage, inspector: Inspector, tmp_path: Path, post: Post, tag: str
) -> None:
    look = Watcher(inspector, tag, "light", tmp_path).look
    page = phone(tag, scripts=False)
    publications = Publications(service.store)
    submission = Submission(str(uuid.uuid4()), publications.current("offers").revision, tag, ANSWERS, 0, "web")
    submit(service.store, publications, submission, receipt_key="0" * 64, today=clock.today())
    (registered,) = register.all_offers(service.store)
    offer = registered.body["offer"]
    page.goto(f"{service.url}/provider/{tag}/?q=Sprachkafe+Meinigen")
    assert page.get_by_text("Sprachcafé Meiningen").is_visible()
    assert not page.get_by_text("Verein Beispiel").is_visible(), "not published yet"
    moderation.decide(service.store, offer, "published", "Mara")

    office = phone(tag, scripts=False)
    office.goto(f"{service.url}/provider/{tag}/?q=Sprachkafe+Meinigen")
    look(office)
    office.click(f'a[href$="/link?offer={offer}"]')
    look(office)
    office.fill("#email", "anna@")
    office.click("main form button")
    look(office)
    office.fill("#email", ANNA)
    office.click("main form button")
    assert path(office) == f"/provider/{tag}/link/sent"
    look(office)
    ((to, link),) = post()
    assert to == ANNA

    enter(office, link, look)
    look(office)
    press(office, f"/offers/{offer}/change")
    assert path(office) == f"/{tag}/q/offers/check"
    office.goto(f"{service.url}/{tag}/q/offers/entry?_return=check")
    office.fill('input[name="A04_name"]', "Sprachcafé am Markt")
    proceed(office)
    office.goto(f"{service.url}/provider/{tag}/offers/{offer}")
    look(office)
    press(office, "/change")
    proceed(office)
    assert path(office) == f"/provider/{tag}/offers?sent=yes"
    look(office)
    office.click(f'a[href$="/offers/{offer}"]')
    look(office)
    body = register.find(service.store, offer).body
    assert (body["moderation"], body["name"]) == ("submitted", "Sprachcafé Meiningen")
    assert body["answers"]["A04_name"] == "Sprachcafé am Markt"
    moderation.decide(service.store, offer, "returned", "Mara", reason="Bitte nennen Sie die Zeiten.")
    office.goto(f"{service.url}/provider/{tag}/offers")
    look(office)
    assert office.get_by_text("Bitte nennen Sie die Zeiten.").is_visible()
    press(office, f"/offers/{offer}/confirm")
    look(office)
    office.goto(f"{service.url}/provider/{tag}/offers/{offer}/withdraw")
    look(office)
    press(office, "/finish")
    assert path(office) == f"/provider/{tag}/?finished=yes"
    office.goto(f"{service.url}/provider/{tag}/offers")
    look(office)


@pytest.mark.parametrize("tag", ["de", pytest.param("de-simple", marks=pytest.mark.languages)])
def test_the_staff_changes(
    service: Service, phone: OpenPage, inspector: Inspector, tmp_path: Path, post: Post, tag: str
) -> None:
    look = Watcher(inspector, tag, "dark", tmp_path).look
    answers = {"A01": "offer", "A02": "Verein Beispiel", "A04_name": "Nähstube", "A22_by": ANNA}
    response = {"key": "k", "answers": answers, "revision": "offers-1", "language": "de", "mode": "web"}
    offer = register.register(service.store, response, dt.date(2026, 11, 23)).body["offer"]
    moderation.decide(service.store, offer, "published", "Mara")
    anna, ben, caro = (phone(tag, scripts=False, scheme="dark") for _ in range(3))
    anna.goto(f"{service.url}/provider/{tag}/link")
    anna.fill("#email", ANNA)
    anna.click("main form button")
    ((_to, link),) = post()
    enter(anna, link, look)

    anna.goto(f"{service.url}/provider/{tag}/people")
    look(anna)
    anna.fill("#email", BEN)
    anna.select_option("#offer", offer)
    press(anna, "/people")
    look(anna)
    ((to, link),) = post()
    assert to == BEN
    enter(ben, link, look)
    assert ben.get_by_text("Nähstube").first.is_visible()

    (contact,) = contacts.of_address(service.store, BEN)
    anna.click(f'a[href$="/people/{contact.contact}/remove"]')
    look(anna)
    press(anna, "/remove")
    look(anna)
    ben.reload()
    look(ben)
    assert not ben.get_by_text("Nähstube").is_visible()

    anna.click('a[href$="/leave"]')
    look(anna)
    anna.fill("#email", CARO)
    press(anna, "/leave")
    look(anna)
    ((to, link),) = post()
    assert to == CARO
    anna.goto(f"{service.url}/provider/{tag}/offers")
    look(anna)
    enter(caro, link, look)
    anna.reload()
    assert not anna.get_by_text("Nähstube").is_visible()
    assert contacts.of_address(service.store, ANNA) == []

    (contact,) = contacts.of_address(service.store, CARO)
    caro.goto(f"{service.url}/provider/{tag}/people/{contact.contact}/remove")
    look(caro)
    press(caro, "/remove")
    assert path(caro) == f"/provider/{tag}/?left=yes"
    look(caro)
    assert contacts.of_address(service.store, CARO) == []
