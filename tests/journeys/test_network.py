"""A working group at a phone without scripts: taken from the choice list, its members added one by one and from a file,
a meeting from the invitation to the minutes, and what the concept's paper says of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.network import bodies, meetings, members
from tests.concept.conftest import add, begin
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager

OpenPage = Callable[..., Page]
FILE = "Name;E-Mail;Träger;Rolle\nBen Bau;ben@example.org;DIAKONIE Meiningen;Leitung\n"
MORE = "Cem Cafe;cem@example.org;Diakonie Meinigen e.V.;\nDana Dorf;dana@example.org;;\n"


@pytest.fixture
def mara(service: Service, phone: OpenPage, inspector: Inspector) -> Manager:
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/manage/login?next=/manage/network")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/manage/network")
    return Manager(page, service.url, inspector, "light")


def bring(page: Page, text: str) -> None:
    page.set_input_files("#file", {"name": "leute.csv", "mimeType": "text/csv", "buffer": text.encode()})
    page.click("main button")


def test_a_working_group_meets(service: Service, mara: Manager) -> None:
    page, store = mara.page, service.store
    mara.look("no bodies yet")
    page.click("button[value=take]")
    page.wait_for_url("**taken=9")
    mara.look("bodies")
    place = f"/manage/network/{next(body.id for body in bodies.all_bodies(store) if body.code == 'AK_WOH')}"
    mara.open(place)
    page.click("summary:has(+ form[action$=members])")
    page.fill("#name", "Anna Amt")
    page.fill("#email", "anna.@example.org")  # browsers take it
    page.fill("#organisation", "Diakonie Meiningen e.V.")
    page.check("[name=consent]")
    page.click("form[action$=members] button")
    page.wait_for_selector("[role=alert]")
    mara.look("an address that is none")
    page.fill("#email", "anna@example.org")
    page.click("form[action$=members] button")
    page.wait_for_url("**done=member")
    mara.open(f"{place}/import")
    bring(page, f"{FILE}{MORE}Emil;emil;;König\n")
    page.wait_for_selector("[role=alert]")
    mara.look("a file with faults")
    told = page.locator("[role=alert]").inner_text()
    assert "B5" in told
    assert "D5" in told
    bring(page, FILE + MORE)
    page.wait_for_url("**done=import")
    mara.look("members")
    page.click("button[value=write_as]")  # a slip of the pen in the name of an organisation
    page.wait_for_url("**done=write_as")
    body = int(place.rpartition("/")[2])
    voters = members.voters(store, body, clock.today())
    assert [(voter.organisation, len(voter.people)) for voter in voters] == [("Diakonie Meiningen e.V.", 3), ("", 1)]
    mara.open(f"{place}/members/{voters[0].people[1].id}")

    mara.open(f"{place}/meetings/new")
    day = clock.today() + dt.timedelta(days=14)
    for name, text in {"day": day.isoformat(), "time": "18:00", "ends": "17:00", "place": "Rathaus"}.items():
        page.fill(f"#{name}", text)
    page.fill("#agenda", "1. Stand\n2. Wohnungen")
    page.click("main form button")
    page.wait_for_selector("[role=alert]")
    mara.look("an end before the begin")
    page.fill("#ends", "20:00")
    page.click("main form button")
    page.wait_for_url("**/meetings/1")
    page.click("button[value=invite]")
    page.wait_for_url("**sent=4&before=0&failed=0")
    mara.look("invited")
    page.fill("#minutes_url", "https://example.org/protokolle/7.pdf")
    page.click("button[value=minutes]")
    page.wait_for_url("**done=minutes")
    page.locator("[name=present]").first.check()
    page.fill("[name^=spoke-] >> nth=3", "die Nachbarschaft")
    page.click("button[value=people]")
    page.wait_for_url("**done=people")
    mara.look("who was there")
    assert meetings.turnout(store, meetings.of_id(store, 1)) == meetings.Turnout(2, 2)
    mara.open(place)

    number = begin(store)
    add(store, number)
    meetings.change(store, 1, day=clock.today().isoformat())
    answer = page.request.get(f"{service.url}/manage/concept/{number}/file?format=html")
    page.set_content(answer.text())
    mara.look("the concept's paper")
    annex = page.locator("[aria-labelledby=involvement]").inner_text()
    for text in (
        "Diakonie Meiningen e.V.",
        "Anna Amt (Diakonie Meiningen e.V.)",
        "https://example.org/protokolle/7.pdf",
    ):
        assert text in annex
    assert "Ben Bau" not in annex
    assert mara.faults == {}
