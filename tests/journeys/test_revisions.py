"""A live questionnaire is changed: the manager looks, publishes with a note, decides, pauses; people go on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import Page

from survey_service.accounts import accounts
from survey_service.questionnaire import definition
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import definitions, verdicts
from survey_service.responses.revisions import Publications
from tests.journeys.conftest import Service
from tests.journeys.inspection import Inspector, shown
from tests.journeys.test_desk import PASSWORD, Manager

OpenPage = Callable[..., Page]


def changed(questionnaire: Questionnaire) -> Questionnaire:
    """Return the needs questionnaire with another wording, a choice less, and a question less."""
    pages = []
    for page in questionnaire.pages:
        questions = []
        for question in page.questions:
            if question.name == "B05":
                question = replace(question, label={**question.label, "de": "Seit wann leben Sie in Deutschland?"})
            elif question.name == "B15":
                question = replace(question, list_name="fewer", choices=question.choices[:-1])
            if question.name != "B21":
                questions.append(question)
        pages.append(replace(page, questions=tuple(questions)))
    fewer = questionnaire.questions["B15"].choices[:-1]
    return replace(questionnaire, pages=tuple(pages), lists={**questionnaire.lists, "fewer": fewer})


@pytest.fixture
def desk(service: Service) -> Service:
    """The service with a working copy of the needs questionnaire, and a manager called Mara."""
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    later = changed(Publications(service.store).current("needs").questionnaire)
    definitions.put(service.store, definition.to_json(later), "2026-11-23")
    return service


def sign_in(mara: Manager) -> None:
    mara.page.goto(f"{mara.url}/manage/")
    mara.page.fill("#name", "Mara")
    mara.page.fill("#password", PASSWORD)
    mara.page.click("main button")


def test_a_manager_changes_a_live_questionnaire_without_scripts(
    desk: Service, phone: OpenPage, inspector: Inspector
) -> None:
    page = phone("de", scripts=False)
    mara = Manager(page, desk.url, inspector, "light")
    sign_in(mara)
    mara.look("home")
    page.goto(f"{desk.url}/manage/drafts/needs")
    page.click('a[href="/manage/drafts/needs/publish"]')
    mara.look("review")
    page.fill("#note", "Nach dem Test mit fünf Personen")
    page.click('form[action="/manage/drafts/needs/publish"] button')
    page.wait_for_url("**/manage/#title-needs")
    publications = Publications(desk.store)
    assert publications.entry("needs-2").note == "Nach dem Test mit fünf Personen"

    page.click('a[href="/manage/questionnaires/needs/revisions"]')
    mara.look("history")
    page.click('td a[href*="compare"]')
    mara.look("comparison")
    summary = page.locator('article[aria-labelledby="q-B05"] summary')
    summary.click()
    mara.look("verdict")
    form = page.locator('article[aria-labelledby="q-B05"] form')
    form.locator("input[value=comparable]").check()
    form.locator("textarea").fill("Gleich gemeint")
    form.locator("button").click()
    mara.look("decided")
    by_name = {one.question: one for one in verdicts.judged(desk.store, publications, "needs-2")}
    assert [one.reason for one in by_name["B05"].overrides] == ["Gleich gemeint"]

    page.goto(f"{desk.url}/manage/questionnaires/needs/schedule")
    mara.look("schedule")
    page.fill("#limit", "viele")
    page.click('form[action$="schedule"] button')
    mara.look("wrong schedule")
    page.fill("#limit", "500")
    page.check("[name=paused]")
    page.fill("#message-ar", "سنعود يوم الاثنين.")
    page.fill("#message-de", "Am Montag geht es weiter.")
    page.click('form[action$="schedule"] button')
    mara.look("paused")
    assert publications.current("needs").state == "paused"
    assert mara.faults == {}

    for tag, language, direction, words in (("de", "de", "ltr", "Montag"), ("ar", "ar", "rtl", "الاثنين")):
        visitor = phone(tag, scripts=False)
        visitor.goto(f"{desk.url}/{tag}/q/needs")
        assert words in visitor.inner_text("main")
        assert inspector.faults(shown(visitor), language, direction) == []
