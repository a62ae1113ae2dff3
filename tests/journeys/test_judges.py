"""The phone's judge and the service's: random answers to the bundled questionnaires, judged by both, come out alike."""

from __future__ import annotations

import datetime as dt
import random
import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from survey_service.questionnaire.judge import Judgement, judge
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.web import offline, styles
from tests.journeys.conftest import OpenPage, Service

SAMPLES = 250
GARBAGE = (
    "",
    " ",
    "nobody",
    "-1",
    "12",
    "3.5",
    "١٢",
    "2024-02-30",
    "2024-02-29",
    "1399-01-01",
    "25:00",
    "7:05",
    "x" * 2100,
)
JUDGED = """many => many.map(inputs => {
  const found = tested.judge(inputs);
  const {answers, refusals, shown, end, consented} = found;
  return [answers, Object.keys(refusals), [...shown], end ? end.name : null, consented];
})"""


def typed(question: Question, chance: random.Random) -> Any:
    """Return something a page could send for a question: mostly an answer, at times none or a wrong one."""
    names = [choice.name for choice in question.choices]
    if chance.random() < 0.15:
        return None
    if question.type == "select_one":
        return chance.choice([*names, *names, "nobody"])
    if question.type in ("select_multiple", "rank"):
        some = chance.sample(names, min(len(names), chance.choice([0, 1, 1, 2, 3, 4])))
        return [*some, "nobody"] if chance.random() < 0.05 else some
    if question.type == "acknowledge":
        return chance.choice(["yes", ""])
    return chance.choice([*GARBAGE, "Ein Satz.", f"2024-{chance.randint(1, 12)}-{chance.randint(1, 28)}", "20"])


def answers_of_somebody(questionnaire: Questionnaire, chance: random.Random) -> dict[str, Any]:
    inputs = {name: typed(question, chance) for name, question in questionnaire.questions.items() if asks(question)}
    if questionnaire.consent and chance.random() < 0.9:
        inputs[questionnaire.consent] = "yes"
    return {name: value for name, value in inputs.items() if value is not None}


def accepted(judgement: Judgement, questionnaire: Questionnaire) -> dict[str, Any]:
    """Return the accepted values of what asks or calculates, ``pna`` included."""
    values = {name: judgement.value(name) for name in questionnaire.questions}
    return {name: value for name, value in values.items() if value is not None and value != ""}


def in_the_open(route: Route) -> None:
    """Send the document's script with all its parts and its judge in sight; the one that is sent hides its names."""
    parts = "\n".join(styles.read(f"{part}.js") for part in offline.DEVICE)
    route.fulfill(body=f"(() => {{\n{parts}\nself.tested = {{judge, now}};\n}})()", content_type="text/javascript")


@pytest.mark.parametrize("name, tag", [("needs", "de"), ("needs", "uk"), ("experts", "ar"), ("consultation", "en")])
def test_both_judges_come_to_the_same(service: Service, phone: OpenPage, library: Library, name: str, tag: str) -> None:
    page: Page = phone(tag)
    page.route(re.compile(r"/static/[0-9a-f]{8}\.js$"), in_the_open)
    page.goto(f"{service.url}/{tag}/offline/{name}-1")
    page.locator("[data-view]:not([hidden])").first.wait_for()
    today = dt.date.fromisoformat(page.evaluate("tested.now.slice(0, 10)"))
    questionnaire, chance = library.questionnaires[name], random.Random(f"{name} {tag}")
    many = [answers_of_somebody(questionnaire, chance) for _ in range(SAMPLES)]
    refused = ended = 0
    for inputs, (answers, refusals, shown, end, consented) in zip(many, page.evaluate(JUDGED, many), strict=True):
        ours = judge(questionnaire, inputs, today)
        assert set(refusals) == set(ours.refusals), inputs
        assert set(shown) == set(ours.shown), inputs
        assert answers == accepted(ours, questionnaire), inputs
        assert end == (ours.screen_out.name if ours.screen_out else None), inputs
        assert consented == ours.consented
        refused += bool(refusals)
        ended += end is not None
    assert refused > SAMPLES / 10, "the sample has what is refused"
    assert ended or not questionnaire.screen_outs
