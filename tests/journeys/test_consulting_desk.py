"""A round from the manager's side, on a phone without scripts: prepared, opened, comments grouped and answered, the
version taken back, an accepted wording taken over, the table of comments made final and taken away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.concept import items, versions
from survey_service.concept.model import Judgement
from survey_service.consulting import ballots, invitations, rounds
from survey_service.network import bodies, members
from survey_service.questionnaire.loader import Library
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_concept import arrive
from tests.journeys.test_desk import PASSWORD, Manager

OpenPage = Callable[..., Page]
STATEMENTS = (
    ("ARB", {"de": "Zwei von drei Befragten suchen Arbeit.", "en": "Two of three look for work."}),
    ("ARB", {"de": "Es gibt zu wenige Kurse am Abend."}),
    ("WOH", {"de": "Wohnungen sind knapp.", "en": "Flats are scarce."}),
)
FIELDS = {"ARB": {"de": "Arbeitsmarkt/Wirtschaft"}, "WOH": {"de": "Wohnen"}}
PEOPLE = ((1, "Anna", "Jobcenter"), (1, "Dora", ""), (2, "Cem", "Caritas"))
PROPOSED = "Zwei von drei Befragten suchen Arbeit, die meisten auf dem Land."


@pytest.fixture
def mara(service: Service, phone: OpenPage, inspector: Inspector) -> Manager:
    store = service.store
    accounts.add(store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    number = versions.begin(store, {"de": "Integrationskonzept"}, FIELDS, "Mara").number
    for field, texts in STATEMENTS:
        items.add(store, number, kind="statement", field=field, texts=texts, basis=Judgement("AK"), by="Mara")
    for name in ("Arbeitskreis Arbeit", "Integrationsbeirat"):
        bodies.add(store, {"de": name}, "working_group")
    for body, name, organisation in PEOPLE:
        members.add(store, body, name=name, email=f"{name.lower()}@example.org", organisation=organisation)
    return Manager(arrive(service, phone, "Mara"), service.url, inspector, "light")


def vote(service: Service, library: Library, name: str, item: str, **answers: str) -> None:
    invitation = next(each for each in invitations.of_round(service.store, 1) if each.name == name)
    form = library.questionnaires["consultation"]
    ballots.cast(service.store, invitation, item, 1, {"K1": "agree", **answers}, form=form)


def test_from_a_round_to_the_final_table(service: Service, library: Library, mara: Manager) -> None:
    page, store = mara.page, service.store
    mara.open("/manage/consulting")
    page.click("main a.button")
    page.wait_for_url("**/consulting/new")
    page.click("main form .actions button")
    page.wait_for_selector("[role=alert]")
    mara.look("what is missing")
    page.fill("#title", "Herbst 2026")
    page.fill("#closes", (clock.today() + dt.timedelta(days=14)).isoformat())
    for name, value in (("body", "1"), ("body", "2"), ("field", "ARB"), ("item", "item-3"), ("language", "en")):
        page.check(f"main [name={name}][value='{value}']")
    page.click("main form .actions button")
    page.wait_for_selector("[role=alert]")  # the second item has no English text
    assert "Englisch" in page.locator("[role=alert]").inner_text()
    page.uncheck("main [name=language][value=en]")
    page.click("main form .actions button")
    page.wait_for_url("**/consulting/1")
    mara.look("prepared")
    mara.open("/manage/consulting/1/preview")
    mara.open("/manage/consulting/1")
    page.click("button[value=open]")
    page.wait_for_url("**done=open")
    mara.look("opened")

    vote(
        service, library, "Anna", "item-1", K1="reservation", K2="Das gilt vor allem auf dem Land.", K3=PROPOSED, K4="5"
    )
    vote(service, library, "Dora", "item-1", K2="Vor allem gilt das auf dem Land!", K4="4", K5="self")
    vote(service, library, "Cem", "item-2", K1="disagree", K2="Die Kurse sind da, aber der Bus fährt nicht.", K4="2")
    mara.open("/manage/consulting/1/people")
    mara.open("/manage/consulting/1/comments")
    page.click("button[value=join]")
    page.wait_for_url("**done=join")
    mara.look("grouped")
    page.click("article .links a >> nth=0")
    page.wait_for_selector("#reason")
    page.click("button[name=next]")
    page.wait_for_selector("[role=alert]")
    mara.look("an answer without a reason")
    page.check("[value=accepted]")
    page.fill("#reason", "Das zeigen auch die Zahlen.")
    page.click("button[name=next]")
    page.wait_for_selector("text=Die Kurse sind da")  # the next one that has no answer
    page.check("[value=rejected]")
    page.fill("#reason", "Das steht in Aussage 7.")
    page.click("button[name=next]")
    page.wait_for_selector("[role=status]")
    mara.open("/manage/consulting/1")
    page.click("button[value=close]")
    page.wait_for_url("**done=close")
    mara.look("closed")

    mara.open("/manage/concept/1")
    page.click("button[value=take_back]")
    page.wait_for_url("**done=take_back")
    mara.open(f"/manage/consulting/1/comments/{ballots.current(store, 1)[0].id}")
    page.click("form[action$=wording] button")
    page.wait_for_url("**done=taken")
    mara.look("taken over")
    assert versions.load(store, 1).item("item-1").wording.texts == {"de": PROPOSED}
    mara.open("/manage/consulting/1/table")
    page.click("main form button")
    page.wait_for_url("**done=final")
    mara.look("final")
    assert rounds.load(store, 1).final
    assert f"1.2: {PROPOSED}" in page.locator("#caption-comments ~ tbody").inner_text()
    assert mara.faults == {}
