"""The whole life of an offer from the outside, with a real mail server and a clock that moves.

A provider registers it, the desk publishes it, a newcomer finds it in Arabic; it grows old, its provider is reminded
and confirms it. The other story is of an offer entered twice, by a contact who then hands over to somebody else.
Providers and newcomers have no scripts; each new kind of page is inspected.
"""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.cli import making
from survey_service.cli.linking import send_asked
from survey_service.offers import contacts, events, freshness, register
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission, submit
from survey_service.settings import Settings
from survey_service.web.context import Context
from tests.journeys.conftest import OpenPage, Service, serving
from tests.journeys.inspection import Inspector
from tests.journeys.providing import ANNA, BEN, answer, enter, press, signed_in
from tests.journeys.test_respondents import Watcher, path
from tests.test_mail import Box, started

__all__ = ["started"]

BEGIN = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
MEININGEN, SCHMALKALDEN = "16066042", "16066063"
CAFE = {
    "A00": "yes",
    "A01": "offer",
    "A02": "=Verein Beispiel",
    "A04_name": "=Sprachcafé am Markt",
    "A05_fields": "INT",
    "A05_types": "INT.meeting_place",
    "A09": "ar",
    "A17_whole": "no",
    "A17": MEININGEN,
    "A20_phone": "=03693 123456",
    "A22_by": f"={ANNA}",
}
SEVERAL = ("A05_fields", "A05_types", "A09", "A17")
PLACE_TO_MEET = "مكان لقاء"
"""What the type of the offer is called in Arabic, without the little word between."""
NOT_CONFIRMED = "غير مؤكدة منذ 23\u200f/11\u200f/2026"
DOUBTS = ".found .marks strong"


@dataclass
class Town:
    """The service, the mail server it writes to, and people who look at it."""

    service: Service
    box: Box
    settings: Settings

    def letter(self, to: str) -> str:
        """Let the service do its round, and return the text of the one letter that has come since the last time."""
        send_asked(Context(self.settings, self.service.store))
        making.remind(Context(self.settings, self.service.store))
        making.exchange(Context(self.settings, self.service.store))
        (mail,) = self.box.mails
        self.box.mails.clear()
        assert mail["To"] == to
        return str(mail.get_body(("plain",)).get_content())

    def link(self, to: str, kind: str) -> str:
        """Return the link of that letter: ``open`` or ``confirm``."""
        found = re.search(rf"https?://\S+/{kind}/\S+", self.letter(to))
        assert found
        return found[0]

    def offer(self, name: str) -> dict[str, Any]:
        """Return the document of an offer."""
        return register.find(self.service.store, name).body

    def search(self, page: Page, **wanted: str) -> list[str]:
        """Look into the directory in Arabic and return the names that are found there."""
        page.goto(f"{self.service.url}/ar/offers?{urlencode(wanted)}")
        return page.locator(".found h3").all_inner_texts()

    def until(self, page: Page, names: list[str], doubts: tuple[str, ...] = (), **wanted: str) -> None:
        """Look again until the directory, which looks at the store and the day each second, finds just these names and
        says these doubts about them.
        """
        for _ in range(240):
            if self.search(page, **wanted) == names and page.locator(DOUBTS).all_inner_texts() == [*doubts]:
                return
            page.wait_for_timeout(250)
        raise AssertionError(f"found {self.search(page, **wanted)}, {page.locator(DOUBTS).all_inner_texts()}")


@pytest.fixture
def town(library: Library, tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> Iterator[Town]:
    box, port = started()
    values = {"mail_url": f"smtp://127.0.0.1:{port}", "operator": "Landkreis Muster"}
    with serving(library, tmp_path, **values) as service:
        yield Town(service, box, settings.load(tmp_path / "instance", public_url=service.url, **values))


def register_offer(town: Town, page: Page, look: Callable[[Page], None], searched: str) -> str:
    """Look for an offer among those that are there, register it by the questionnaire, and return its id."""
    page.goto(f"{town.service.url}/provider/de/")
    page.fill("#q", searched)
    page.click('form[role="search"] button')
    look(page)
    page.click('a[href$="/de/q/offers"]')
    answer(page, CAFE)
    look(page)
    (new,) = register.all_offers(town.service.store)
    return str(new.body["offer"])


def sent_in(town: Town, name: str) -> str:
    """Register the same offer under a name, without the browser, and return its id."""
    given: dict[str, Any] = {question: given.removeprefix("=") for question, given in CAFE.items()}
    given |= {question: [given[question]] for question in SEVERAL} | {"A04_name": name}
    key, publications = str(uuid.uuid4()), Publications(town.service.store)
    submission = Submission(key, publications.current("offers").revision, "de", given, 0, "web")
    submit(town.service.store, publications, submission, receipt_key="0" * 64, today=clock.today())
    (stored,) = town.service.store.collection(register.OFFERS).find(response_key=key)
    return str(stored.body["offer"])


def publish(town: Town, desk: Page, offer: str) -> None:
    desk.goto(f"{town.service.url}/manage/offers")
    desk.click(f'tbody a[href$="/manage/offers/{offer}"]')
    desk.click("button[value=published]")
    desk.wait_for_url("**/manage/offers?done=*")


def test_an_offer_from_its_registration_to_its_confirmation(
    town: Town, phone: OpenPage, inspector: Inspector, tmp_path: Path
) -> None:
    look, look_arabic = (Watcher(inspector, tag, "light", tmp_path).look for tag in ("de", "ar"))
    found_so = {"field": "INT", "place": MEININGEN}
    with clock.fixed(BEGIN):
        provider, newcomer = phone("de", scripts=False), phone("ar", scripts=False)
        offer = register_offer(town, provider, look, "Sprachkafe Meiningen")
        assert town.search(newcomer, **found_so) == [], "it waits for the desk"
        mara = signed_in(town.service, phone("de", scripts=False), inspector)
        assert mara.page.locator("tbody th a").all_inner_texts() == ["Sprachcafé am Markt"]
        publish(town, mara.page, offer)
        assert f"{town.service.url}/de/offers/{offer}" in town.letter(ANNA)

        town.until(newcomer, ["Sprachcafé am Markt"], **found_so)
        look_arabic(newcomer)
        assert town.search(newcomer, field="INT", place=SCHMALKALDEN) == []
        look_arabic(newcomer)
        assert town.search(newcomer, q=PLACE_TO_MEET) == ["Sprachcafé am Markt"]
        newcomer.locator(".found a").click()
        assert path(newcomer) == f"/ar/offers/{offer}"
        look_arabic(newcomer)
        assert newcomer.locator("html").get_attribute("dir") == "rtl"
        assert "مكان للقاء" in newcomer.locator("main").inner_text()
        assert freshness.counts(town.offer(offer), clock.today(), town.settings)

    with clock.fixed(BEGIN + dt.timedelta(days=150)):
        first = town.link(ANNA, "confirm")
        assert town.offer(offer)["reminded"] == 150
        assert freshness.counts(town.offer(offer), clock.today(), town.settings), "it is only due"

    with clock.fixed(BEGIN + dt.timedelta(days=181)):
        last = town.link(ANNA, "confirm")
        assert last != first
        town.until(newcomer, ["Sprachcafé am Markt"], (NOT_CONFIRMED,), **found_so)
        look_arabic(newcomer)
        newcomer.locator(".found a").click()
        assert newcomer.locator("main .notice").count() == 1
        look_arabic(newcomer)
        assert not freshness.counts(town.offer(offer), clock.today(), town.settings)

        provider.goto(last)
        look(provider)
        assert not freshness.counts(town.offer(offer), clock.today(), town.settings), "looking confirms nothing"
        provider.locator("main form button").first.click()
        provider.wait_for_selector("[role=status]")
        look(provider)
        assert town.offer(offer)["confirmed"] == "2027-05-23"
        assert freshness.counts(town.offer(offer), clock.today(), town.settings)
        town.until(newcomer, ["Sprachcafé am Markt"], **found_so)
        look_arabic(newcomer)
        provider.goto(last)
        look(provider)
        assert provider.locator("main form button").count() == 0, "a link works once"
    kinds = [event.kind for event in events.of(town.service.store, offer)]
    assert kinds == ["registered", "published", "reminded", "reminded", "confirmed"]
    assert mara.faults == {}
    assert audit.first_fault(town.service.store) is None


def test_entered_twice_by_somebody_who_then_hands_over(
    town: Town, phone: OpenPage, inspector: Inspector, tmp_path: Path
) -> None:
    look, look_arabic = (Watcher(inspector, tag, "dark", tmp_path).look for tag in ("de", "ar"))
    with clock.fixed(BEGIN):
        anna, newcomer = phone("de", scripts=False, scheme="dark"), phone("ar", scripts=False, scheme="dark")
        first, again = sent_in(town, "Sprachcafé am Markt"), sent_in(town, "Sprach-Café am Markt")
        mara = signed_in(town.service, phone("de", scripts=False), inspector)
        for each in (first, again):
            publish(town, mara.page, each)
            assert f"/offers/{each}" in town.letter(ANNA)

        mara.open("/manage/offers/duplicates")
        mara.page.click("article a.button")
        mara.page.wait_for_url(f"**/manage/offers/{first}/merge/{again}")
        mara.look("merge")
        mara.page.click("main form button")
        mara.page.wait_for_url(f"**/manage/offers/{first}#merged")
        newcomer.goto(f"{town.service.url}/ar/offers/{again}")
        assert path(newcomer) == f"/ar/offers/{first}"
        look_arabic(newcomer)
        town.until(newcomer, ["Sprachcafé am Markt"], place=MEININGEN)
        mara.open(f"/manage/offers/{again}")
        press(mara.page, f"/manage/offers/{again}/separate")
        mara.page.wait_for_selector("button[value=published], button[value=taken_off]")
        for each in (first, again):
            answered = newcomer.goto(f"{town.service.url}/ar/offers/{each}")
            assert answered is not None
            assert answered.status == 200
            assert path(newcomer) == f"/ar/offers/{each}"
        town.until(newcomer, ["Sprach-Café am Markt", "Sprachcafé am Markt"], place=MEININGEN)

        hand_over(town, anna, phone("de", scripts=False, scheme="dark"), look)
        assert [town.offer(each)["name"] for each in (first, again)] == ["Sprachcafé am Markt", "Sprach-Café am Markt"]
    with clock.fixed(BEGIN + dt.timedelta(days=150)):
        assert "/confirm/" in town.letter(BEN), "who has left is no longer written to"
    assert mara.faults == {}
    assert audit.first_fault(town.service.store) is None


def hand_over(town: Town, anna: Page, ben: Page, look: Callable[[Page], None]) -> None:
    """Anna leaves and names Ben, who comes by the link that he gets and sees the offers."""
    anna.goto(f"{town.service.url}/provider/de/link")
    anna.fill("#email", ANNA)
    anna.click("main form button")
    enter(anna, town.link(ANNA, "open"), look)
    look(anna)
    anna.goto(f"{town.service.url}/provider/de/leave")
    look(anna)
    anna.fill("#email", BEN)
    press(anna, "/leave")
    look(anna)
    enter(ben, town.link(BEN, "open"), look)
    look(ben)
    for name in ("Sprachcafé am Markt", "Sprach-Café am Markt"):
        assert ben.get_by_text(name, exact=True).first.is_visible()
    anna.goto(f"{town.service.url}/provider/de/offers")
    assert not anna.get_by_text("Sprachcafé am Markt").is_visible()
    assert contacts.of_address(town.service.store, ANNA) == []
