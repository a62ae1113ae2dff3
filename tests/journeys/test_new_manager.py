"""A new manager's first day: invitation, second factor, publishing, looking through responses, spam, export, and the
next manager."""

from __future__ import annotations

import csv
import datetime as dt
import io
import uuid
from collections.abc import Callable
from pathlib import Path

import pyotp
from playwright.sync_api import Page, expect

from survey_service.accounts import accounts, audit, tickets
from survey_service.responses import contact_wishes, reviewing, standing, submissions
from survey_service.responses.quarantine import Arrival
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission
from survey_service.store.base import Store
from tests.journeys.conftest import Service
from tests.journeys.desk import judged
from tests.journeys.inspection import Inspector
from tests.journeys.test_accounts import NEW, PASSWORD, Person

TODAY = dt.date(2026, 11, 27)
LINKS = "Günstig einkaufen: https://a.example https://b.example www.c.example"


def answered(store: Store, revision: str) -> None:
    """Store four responses; the third is spam, the fourth was sent to try the questionnaire out."""
    texts = ("Mehr Sprachkurse am Abend", "<b>Kinderbetreuung</b>", LINKS, "test test")
    for number, text in enumerate(texts, 1):
        inputs = {"B00": "yes", "B02": "27-44", "B21": text}
        given = Submission(str(uuid.UUID(int=number)), revision, "ar", inputs, number, "web", arrival=Arrival())
        submissions.submit(store, Publications(store), given, receipt_key="0" * 64, today=TODAY)


def test_a_new_managers_first_day(service: Service, phone: Callable[..., Page], inspector: Inspector) -> None:
    store, now = service.store, dt.datetime.now(dt.UTC)
    accounts.add(store, "Ada", ["admin"], PASSWORD, actor="test", now=now)
    accounts.add(store, "Willi", ["working_group"], PASSWORD, actor="test", now=now)
    contact_wishes.ask(store, "Amina", "03693 12 34", "Sprachkurs", "ar", TODAY)
    token = tickets.invite(store, ["manager"], "", by="Ada", now=now)

    nora = Person(phone("de", scripts=False), service.url, inspector)
    nora.page.goto(f"{nora.url}/manage/invited/{token}")
    nora.fill(name="Nora", new=NEW, again=NEW)
    nora.page.click("main button")
    nora.heading("/manage/account?done=welcome")
    nora.page.click('form[action="/manage/account/app"] button')
    secret = nora.page.locator("code.secret").inner_text().replace(" ", "")
    nora.fill(code=pyotp.TOTP(secret).now())
    nora.page.click('form[action="/manage/account/app/confirm"] button')
    expect(nora.page.locator(".codes code")).to_have_count(10)
    nora.sign_out()
    nora.sign_in("Nora", NEW)
    nora.heading("/manage/login/second?")
    nora.fill(code=pyotp.TOTP(secret).at(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=30)))
    nora.page.click("form:has(#code) button")
    nora.heading("/manage/")

    nora.page.click('form[action="/manage/questionnaires/needs/change"] button')
    nora.page.click('a[href$="/edit/question/B03"]')
    nora.fill(relevant="${B02} != 'under_16'")
    nora.page.click('.actions button[value="save"]')
    nora.heading("/manage/drafts/needs/edit?saved=1")
    nora.page.goto(f"{nora.url}/manage/drafts/needs/publish")
    nora.page.click('form[action="/manage/drafts/needs/publish"] button[type="submit"]')
    nora.heading("/manage/")
    assert Publications(store).current("needs").revision == "needs-2"

    answered(store, "needs-2")
    assert standing.counted(store, "needs") == 3
    nora.page.goto(f"{nora.url}/manage/quarantine")
    nora.heading("/manage/questionnaires/needs/responses?status=quarantined")
    nora.look("quarantine")
    nora.page.click("tbody th a")
    nora.heading("/manage/responses/3")
    expect(nora.page.locator("main")).to_contain_text("https://a.example")
    assert nora.page.locator('dt span[lang="ar"][dir="rtl"]').count() >= 3
    nora.look("response")
    nora.page.select_option("#exclusion", "spam")
    nora.page.click('button[value="exclude"]')
    expect(nora.page.locator("#exclusion")).to_have_count(0)
    nora.fill(note="Kam mehrfach, siehe Nachbarkreis")
    nora.page.click('button[name="add"]')
    expect(nora.page.locator(".history li")).to_have_count(1)

    nora.page.goto(f"{nora.url}/manage/questionnaires/needs/responses?answer=test")
    nora.page.check('input[value="all"]')
    nora.page.select_option("#exclusion", "trial")
    nora.page.click('button[value="exclude"]')
    expect(nora.page.locator('.notice[role="status"]')).to_be_visible()
    nora.look("list with what was done")
    assert reviewing.excluded(store, "needs") == {"spam": 1, "trial": 1}
    nora.page.click('button[name="batch"]')
    nora.page.wait_for_url("**undone=1**")
    assert reviewing.excluded(store, "needs") == {"spam": 1}
    assert [stored.body["status"] for stored in store.collection(RESPONSES).iterate()].count("valid") == 3

    nora.open("/manage/questionnaires/needs/export")
    nora.page.check('input[name="excluded"]')
    with nora.page.expect_download() as started:
        nora.page.click('main form:has(input[name="format"]) button')
    rows = list(csv.DictReader(io.StringIO(Path(started.value.path()).read_text("utf-8-sig"))))
    assert [(row["status"], row["response:exclusion"]) for row in rows] == [
        *(("valid", ""),) * 2, ("excluded", "spam"), ("valid", ""),
    ]  # fmt: skip
    assert "response:notes" not in rows[0]

    nora.open("/manage/contacts")
    nora.page.click('button[value="done"]')
    expect(nora.page.locator('button[value="open"]')).to_be_visible()
    assert contact_wishes.waiting(store) == 0

    willi = Person(phone("de", scripts=False), service.url, inspector)
    nora.page.goto(f"{nora.url}/manage/handover")
    nora.page.select_option("#person", str(accounts.find(store, "Willi").id))
    nora.page.click('button[value="name"]')
    nora.heading("/manage/handover?done=name")
    willi.sign_in("Willi")
    willi.heading("/manage/")
    nora.page.goto(f"{nora.url}/manage/handover")
    nora.page.click('button[value="finish"]')
    nora.heading("/manage/login?done=handed_over")
    willi.page.goto(f"{willi.url}/manage/responses/3")
    expect(willi.page.locator(".history")).to_contain_text("Nachbarkreis")
    assert accounts.find(store, "Nora").disabled
    done = [entry.action for entry in audit.entries(store) if entry.actor == "Nora"]
    for action in ("questionnaire.published", "response.read", "responses.excluded", "responses.undone",
                   "responses.exported", "contacts.read", "handover.finished"):  # fmt: skip
        assert action in done
    assert audit.first_fault(store) is None
    # axe judges no contrast beyond the visible part of a table with a column for each question
    found = {name: judged(faults) for name, faults in nora.faults.items()}
    assert {name: faults for name, faults in found.items() if faults} == {}
