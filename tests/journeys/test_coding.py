"""Two people code what experts and newcomers wrote, in German and Arabic, without scripts, on a phone."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import accounts, audit
from survey_service.coding import deciding, tasks, units
from survey_service.responses import derived, submissions
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector
from tests.journeys.test_desk import PASSWORD, Manager

OpenPage = Callable[..., Page]
WORDS = (
    ("de", "Die Miete ist zu hoch."),
    ("ar", "نحتاج إلى السكن قريبًا من العمل."),
    ("de", "Frau Weber vom Amt hilft."),
)


def send(service: Service) -> None:
    """Three experts have answered; all may be quoted without a name."""
    publications = Publications(service.store)
    revision = publications.current("experts").revision
    for number, (tag, words) in enumerate(WORDS):
        inputs = {"E00": "yes", "E02": ["WOH"], "E04_WOH": words, "E12": "anonymous"}
        submission = Submission(f"00000000-0000-4000-8000-{number:012}", revision, tag, inputs, number, "web")
        submissions.submit(service.store, publications, submission, receipt_key="k" * 64, today=clock.today())


def signed_in(page: Page, service: Service, inspector: Inspector, name: str) -> Manager:
    page.goto(f"{service.url}/manage/login?next=/manage/coding")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/manage/coding")
    return Manager(page, service.url, inspector, "light")


def add_code(mara: Manager, german: str, english: str, keywords: str) -> None:
    mara.page.goto(f"{mara.url}/manage/coding/codebooks/bedarfe/new")
    mara.page.fill("#label-de", german)
    mara.page.fill("#label-en", english)
    mara.page.fill("#keywords", keywords)
    mara.page.click("main form button")
    mara.page.wait_for_url("**/codebooks/bedarfe")


def code_all(person: Manager, *given: str) -> None:
    """Code one text after the other by keyboard alone, from the list on."""
    page = person.page
    page.goto(f"{person.url}/manage/coding")
    person.look("tasks")
    page.click("tbody a.button")
    for number, code in enumerate(given):
        page.wait_for_url(re.compile("/manage/coding/texts/"))
        if not number:
            person.look("text")
        address = page.url
        page.focus(f'input[name="code"][value="{code}"]')
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        page.wait_for_url(lambda url, before=address: url != before)
    page.wait_for_url(re.compile("/manage/coding/tasks/"))
    person.look("task")


def test_two_people_code_compare_decide_and_quote(service: Service, phone: OpenPage, inspector: Inspector) -> None:
    send(service)
    for name, role in (("Mara", "manager"), ("Willi", "working_group")):
        accounts.add(service.store, name, [role], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    mara = signed_in(phone("de", scripts=False), service, inspector, "Mara")
    page = mara.page
    page.fill("#title", "Bedarfe")
    page.click('form[action="/manage/coding/codebooks"] button')
    page.wait_for_url("**/codebooks/bedarfe")
    mara.open("/manage/coding/codebooks/bedarfe/new")
    add_code(mara, "Wohnen", "Housing", "Miete\nسكن")
    add_code(mara, "Verwaltung", "Administration", "Amt")
    mara.look("codebook")

    page.goto(f"{service.url}/manage/coding")
    page.select_option("#questionnaire", "experts")
    page.click('form[action="/manage/coding/new"] button')
    page.wait_for_selector("#first")
    page.check('input[name="question"][value="E04_WOH"]')
    page.select_option("#first", label="Mara")
    page.select_option("#second", label="Willi")
    mara.look("new task")
    page.click("main form button")
    page.wait_for_url(re.compile("/manage/coding/tasks/"))
    (task,) = tasks.of_questionnaire(service.store, "experts")
    assert [units.read(service.store, unit).text for unit in units.of_task(service.store, task.task)] == [
        words for _, words in WORDS
    ]

    willi = signed_in(phone("de", scripts=False), service, inspector, "Willi")
    code_all(willi, "wohnen", "wohnen", "verwaltung")
    code_all(mara, "wohnen", "wohnen", "wohnen")
    page.click(f'form[action="/manage/coding/tasks/{task.task}/compare"] button')
    page.wait_for_url("**/agreement")
    mara.look("agreement")
    page.click("main .actions a")
    page.wait_for_url("**/decisions")
    mara.look("decisions")
    page.click("main .actions form button")
    page.wait_for_url("**/decisions")
    page.click("main .actions a")
    page.wait_for_url("**/decision")
    mara.look("decision")
    page.check('input[name="code"][value="verwaltung"]')
    page.click("main form button")
    page.wait_for_url("**/decisions")
    found = deciding.decisions(service.store, task.task)
    ordered = [found[unit.unit] for unit in units.of_task(service.store, task.task)]
    assert [(one.codes, one.way) for one in ordered] == [
        (("wohnen",), "agreed"), (("wohnen",), "agreed"), (("verwaltung",), "decided"),
    ]  # fmt: skip

    mara.open(f"/manage/coding/tasks/{task.task}/quotes")
    page.click("tbody a >> nth=2")
    page.wait_for_url("**/quote")
    mara.look("quote with a warning")
    assert page.locator("main .notice bdi").all_inner_texts() == ["Frau Weber"]
    page.fill("#quote", "[…] vom Amt hilft.")
    page.check('input[name="checked"]')
    page.click("main form button")  # other signs than were shown: look again
    page.wait_for_selector("main .errors")
    mara.look("quote again")
    page.check('input[name="checked"]')
    page.click("main form button")
    page.wait_for_url("**/quotes")
    mara.look("quotes")
    assert page.locator("section .words").all_inner_texts() == ["vom Amt hilft."]
    assert service.store.collection(derived.QUOTES).count() == 1
    assert (mara.faults, willi.faults) == ({}, {})
    assert audit.first_fault(service.store) is None
