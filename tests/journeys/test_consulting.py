"""Three people of two bodies vote on their phones, by links from letters, without scripts: two colleagues in German, of
whom the later vote counts, and one in Arabic with the keyboard; then the results with the answers to their comments.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from survey_service import clock, outbox, settings
from survey_service.consulting import ballots, comments, inviting, rounds
from survey_service.questionnaire.loader import Library
from tests.journeys.conftest import Service, serving
from tests.journeys.inspection import Inspector, shown
from tests.web import consultation
from tests.web.consultation import AFTER, OPENED, Consultation

OpenPage = Callable[..., Page]
SAVE = "#_form .actions button"
TYPED = "غالٍ جدًا."


class Member:
    """Somebody with a phone and a letter; each page they look at is inspected."""

    def __init__(self, page: Page, address: str, tag: str, inspector: Inspector) -> None:
        page.set_default_timeout(30_000)
        self.page, self.address, self.tag, self.inspector = page, address, tag, inspector
        self.faults: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        direction = "rtl" if self.tag == "ar" else "ltr"
        found = self.inspector.faults(shown(self.page), self.tag, direction)
        if found:
            self.faults[name] = found

    def open(self, path: str = "") -> None:
        self.page.goto(self.address + path)

    def arrive(self) -> None:
        self.open()
        self.look("start")
        self.page.click(SAVE)
        self.page.wait_for_selector("[role=alert]")
        self.look("start refused")
        self.page.check("input[name=K0][value=yes]")
        self.page.check("input[name=K5][value=organisation]")
        self.page.click(SAVE)
        self.page.wait_for_url("**/statements")
        self.look("statements")

    def said(self) -> str:
        return self.page.locator("main").inner_text()


People = tuple[Service, Consultation, Callable[[str, str], Member]]


@pytest.fixture
def people(library: Library, tmp_path: Path, phone: OpenPage, inspector: Inspector) -> Iterator[People]:
    """Return a function that gives the members of a round their letters and phones, while the service runs."""
    with clock.fixed(OPENED), serving(library, tmp_path) as service:
        held = consultation.begin(service.store)
        yield (
            service,
            held,
            lambda name, tag: Member(
                phone(tag, scripts=False), _link(service, held, tmp_path, name, tag), tag, inspector
            ),
        )


def _link(service: Service, held: Consultation, folder: Path, name: str, tag: str) -> str:
    """Return the link in somebody's letter, in a language."""
    values = settings.load(folder / "instance", public_url=service.url)
    inviting.send(service.store, values, clock.today())
    letters = map(outbox.message, outbox.folder(values.instance, outbox.OUTBOX).glob("*.eml"))
    letter = next(each for each in letters if each["To"] == held.invitation(name).email)
    body = letter.get_body(("plain",))
    assert body is not None
    (link,) = set(re.findall(rf"{service.url}/\S+", body.get_content()))
    return re.sub(r"/[a-z]+/consulting/", f"/{tag}/consulting/", link)


def test_three_people_of_two_bodies(people: People) -> None:
    service, held, member = people
    anna, ben, cem = member("Anna", "de"), member("Ben", "de"), member("Cem", "ar")
    _anna_votes_on_everything(anna)
    _ben_votes_later(ben)
    _cem_votes_with_the_keyboard(cem)
    found = {(vote.item, vote.body): (vote.name, vote.answers["K1"]) for vote in ballots.current(service.store, 1)}
    work, housing = held.round.bodies
    assert found["item-1", work] == ("Ben", "reservation")
    assert found["item-2", work] == ("Anna", "agree")
    assert found["item-1", housing] == ("Cem", "disagree")

    for comment in comments.of_round(service.store, held.now()):
        comments.answer(service.store, 1, comment.id, "partly", "Wir sparen anderswo.", seen=0, by="Mara")
    stored = service.store.collection(rounds.ROUNDS).get(1)
    assert stored is not None
    final = {**stored.body, "final": "2026-09-16"}
    service.store.collection(rounds.ROUNDS).replace(stored.id, final, version=stored.version)
    with clock.fixed(AFTER):
        for one in (ben, cem):
            one.open()
            one.page.wait_for_url("**/results")
            one.look("results")
            assert TYPED in one.said()
            assert one.said().count("Wir sparen anderswo.") == 2
        cem.open("/votes")
        cem.look("votes, over")
    assert (anna.faults, ben.faults, cem.faults) == ({}, {}, {})


def _anna_votes_on_everything(anna: Member) -> None:
    page = anna.page
    anna.arrive()
    page.click("main .actions a.button")
    page.wait_for_url("**/statements/item-1")
    assert "40 von 95 suchen Arbeit." in anna.said()
    anna.look("statement")
    page.check("input[name=K1][value=disagree]")
    page.click(SAVE)
    page.wait_for_selector("[role=alert]")
    anna.look("statement refused")
    page.click(".errors a")
    page.fill("#K2", "Zu teuer.")
    page.click(SAVE)
    page.wait_for_url("**/statements/item-2?saved=yes")
    anna.look("next statement")
    for vote, then in (("agree", "**/statements/item-3?saved=yes"), ("abstain", "**/votes?saved=yes")):
        page.check(f"input[name=K1][value={vote}]")
        page.click(SAVE)
        page.wait_for_url(then)
    anna.look("votes")
    assert "Zu teuer." in anna.said()


def _ben_votes_later(ben: Member) -> None:
    page = ben.page
    ben.arrive()
    ben.open("/statements/item-1")
    assert "Anna" in ben.said()
    assert page.input_value("#K2") == "Zu teuer."
    ben.look("a colleague has voted")
    page.check("input[name=K1][value=reservation]")
    page.click(SAVE)
    page.wait_for_url("**/votes?saved=yes")  # nothing else is without a vote of the organisation


def _cem_votes_with_the_keyboard(cem: Member) -> None:
    page, keys = cem.page, cem.page.keyboard
    cem.arrive()
    cem.open("/statements/item-1")
    assert "Zu teuer." not in cem.said()
    page.focus("#K1")
    for _ in range(2):
        keys.press("ArrowDown")
    assert page.is_checked("input[name=K1][value=disagree]")
    keys.press("Tab")
    keys.type(TYPED)
    for _ in range(2):
        keys.press("Tab")
    keys.press("Space")  # the first priority
    keys.press("Tab")
    keys.press("Enter")
    page.wait_for_url("**/statements/item-2?saved=yes")
    cem.look("next statement")
    cem.open("/votes")
    cem.look("votes")
    assert TYPED in cem.said()
