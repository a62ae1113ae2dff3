"""Enketo in a real browser asks a questionnaire by a channel, in Arabic: what arrives is what our own page stores."""

from __future__ import annotations

import base64
import datetime as dt
import io
import json
import random
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from lxml import etree
from PIL import Image
from playwright.sync_api import Browser, Page

from survey_service.accounts import accounts
from survey_service.questionnaire.judge import Judgement, judge
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.values import to_text, value_of
from survey_service.questionnaire.xform import reading, writing
from survey_service.responses.submissions import RESPONSES
from tests.conftest import SMALL, TODAY
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.enketo import building
from tests.journeys.inspection import Inspector, shown
from tests.journeys.test_respondents import NEEDS
from tests.questionnaire.xform import filling
from tests.questionnaire.xform.test_xforms import NESTED
from tests.web.conftest import EVERY_TYPE
from tests.web.test_poster import decoded

PASSWORD = "drei Birnen im Schnee"
OTHER = "كلمات بالعربية & <b>"


class Enketo:
    """A phone with Enketo, set up with a server's address."""

    def __init__(self, page: Page, service: Service) -> None:
        self.page = page
        self.errors: list[str] = []
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.route("**/enketo/", lambda route: route.fulfill(body=building.page(), content_type="text/html"))
        page.goto(f"{service.url}/enketo/")

    def begin(self, server: str, tag: str) -> None:
        complaints = self.page.evaluate("([server, tag]) => begin(server, tag)", [server, tag])
        assert complaints == []

    def choose(self, path: str, *values: str) -> None:
        for value in values:
            self.page.locator(f'label:has(> input[name="/data/{path}"][value="{value}"])').click()

    def select(self, path: str, value: str) -> None:
        """Choose from a list that Enketo draws in the place of the browser's."""
        question = self.page.locator(f'.question:has(select[name="/data/{path}"])')
        question.locator(".dropdown-toggle").click()
        question.locator(f'.dropdown-menu label:has(input[value="{value}"])').click()

    def write(self, path: str, text: str) -> None:
        self.page.locator(f'[name="/data/{path}"]').fill(text)

    def proceed(self, page: str) -> None:
        """Go on and wait for a page."""
        self.page.locator(".next-page").click()
        self.page.locator(f'section.current[name="/data/{page}"]').wait_for(timeout=60_000)


@pytest.fixture
def server(service: Service, phone: OpenPage, inspector: Inspector) -> str:
    """The address that a phone reads from the code of a channel, which a manager opens on a phone in German."""
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    desk = phone("de", scripts=False)
    desk.goto(f"{service.url}/manage/questionnaires/needs/phones")
    desk.fill("#name", "Mara")
    desk.fill("#password", PASSWORD)
    desk.click("main button")
    desk.locator("#label").wait_for()
    assert inspector.faults(shown(desk), "de", "ltr") == []
    desk.fill("#label", "VHS, Tablet 1")
    desk.click("main form button")
    desk.locator("svg[role=img]").wait_for()
    assert inspector.faults(shown(desk), "de", "ltr") == []
    code = Image.open(io.BytesIO(desk.locator("svg[role=img]").screenshot()))
    settings: dict[str, Any] = json.loads(zlib.decompress(base64.b64decode(decoded(code))))
    assert settings["project"]["name"] == "Was brauchen Sie? (VHS, Tablet 1)"
    address: str = settings["general"]["server_url"]
    assert address.startswith(f"{service.url}/openrosa/")
    return address


@pytest.fixture
def enketo(service: Service, phone: OpenPage) -> Iterator[Enketo]:
    made = Enketo(phone("ar"), service)
    yield made
    assert made.errors == []


def test_needs_in_arabic_arrive_as_our_own_page_stores_them(enketo: Enketo, server: str, service: Service) -> None:
    enketo.begin(server, "ar")
    form = enketo.page.locator("form.or")
    assert form.get_attribute("dir") == "rtl"
    enketo.select("_language", "ar")
    enketo.proceed("consent")
    assert "نعم، أوافق" in form.inner_text()
    enketo.choose("consent/B00", "yes")
    enketo.proceed("about")
    enketo.choose("about/B01", "self")
    enketo.choose("about/B02", "27-44")
    enketo.choose("about/B03", "pna")
    enketo.select("about/B04", "16066042")
    enketo.choose("about/B05", "2-5_years")
    enketo.proceed("language")
    enketo.choose("language/B06", "ar", "de")
    enketo.choose("language/B07", "2")
    enketo.proceed("personal")
    enketo.choose("personal/C2", "yes")
    enketo.proceed("fields")
    enketo.choose("fields/B08", "ARB", "GES")
    for field, need in (("ARB", "ARB.job"), ("GES", "GES.doctor")):
        at = f"needs_{field}"
        enketo.proceed(at)
        enketo.choose(f"{at}/B09_{field}", need, "other")
        enketo.choose(f"{at}/B11_{field}", "known_not_used")
        enketo.write(f"{at}/B09_{field}_other", OTHER)
        enketo.choose(f"{at}/B10_{field}", "3")
        enketo.choose(f"{at}/B12_{field}", "language", "waiting")
    enketo.proceed("home")
    enketo.choose("home/B13", "yes")
    enketo.choose("home/B16", "own")
    enketo.choose("home/B14", "3-5")
    enketo.proceed("life")
    enketo.proceed("closing")
    assert enketo.page.evaluate("valid()") is True
    sent = enketo.page.evaluate("send()")
    assert sent["status"] == 201
    assert len(sent["message"].splitlines()[-1].split("-")) == 4 or len(sent["message"].splitlines()[-1].split()) == 4
    (response,) = service.store.collection(RESPONSES).iterate()
    body = response.body
    assert body["answers"] == NEEDS
    assert (body["language"], body["revision"], body["mode"]) == ("ar", "needs-1", "interview")
    assert enketo.page.evaluate("send()") == sent
    assert service.store.collection(RESPONSES).count() == 1


def accepted(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values that the judge accepts as a phone has them."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, list) and value and isinstance(value[0], Mapping):
            found[name] = [accepted(entry) for entry in value]
        elif value is True:
            found[name] = "OK"
        elif value not in (None, [], ""):
            found[name] = to_text(value_of(value))
    return found


X = "{http://www.w3.org/2002/xforms}"
Asked = tuple[str, str, str, int]
"""An expression, the kind of its value, the path where it stands and the number of the element of that path."""


class Conditions:
    """The expressions of a written form, by the path of what has them."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.form = writing.write(questionnaire, f"{questionnaire.name}-1", lambda text, _: text)
        tree = etree.fromstring(self.form)
        binds = {bind.get("nodeset"): bind for bind in tree.iter(f"{X}bind")}
        self.relevant = {path: bind.get("relevant") for path, bind in binds.items() if bind.get("relevant")}
        self.calculated = {path: bind.get("calculate") for path, bind in binds.items() if bind.get("calculate")}
        self.constraint = {path: bind.get("constraint") for path, bind in binds.items() if bind.get("constraint")}
        lists = {items.getparent().get("ref"): items.get("nodeset") for items in tree.iter(f"{X}itemset")}
        self.filtered = {path: rows for path, rows in lists.items() if rows.startswith("instance(") and "[" in rows}

    def of(self, judgement: Judgement, values: Mapping[str, Any]) -> Iterator[tuple[str, Asked, Any]]:
        """Yield (key of a question, what is asked, what it must be); None: all of these decide if it is shown."""
        for key, places in filling.Places(self.questionnaire, values).of.items():
            for path, index in places:
                if path in self.relevant:
                    yield key, (self.relevant[path], "boolean", path, index), None
            if key not in judgement.shown:
                continue
            path, index = places[-1]
            question = self.questionnaire.questions[key.rpartition("/")[2]]
            if path in self.calculated:
                computed = to_text(value_of(judgement.value(question.name)))
                yield key, (self.calculated[path], "string", path, index), computed
            if path in self.filtered:
                scope = judgement.scope_at(_path(key))
                offered = len(question.offered_choices(scope))
                yield key, (f"count({self.filtered[path]})", "number", path, index), offered


OF_THE_ANSWER = ("too_small", "too_large", "too_few", "too_many", "exclusive", "date_range", "calendar", "constraint")
"""Refusals that a phone must foresee; others cannot come of what a person picks or types there."""


def foreseen(page: Page, questionnaire: Questionnaire, count: int) -> Counter[str]:
    """Fail unless the constraint of a question breaks wherever the judge refuses its answer; return how often, by code,
    and how often an answer that the judge takes keeps its constraint."""
    conditions, cases, refused = Conditions(questionnaire), [], []
    for seed in range(count):
        inputs = filling.answers(questionnaire, random.Random(seed))
        inputs = {**inputs, **({questionnaire.consent: "yes"} if questionnaire.consent else {})}
        content = filling.instance(questionnaire, inputs)
        judgement = judge(questionnaire, reading.read(questionnaire, reading.opened(content)).inputs, TODAY)
        asked = [
            (key, [conditions.constraint[path], "boolean", path, index])
            for key, places in filling.Places(questionnaire, inputs).of.items()
            for path, index in places[-1:]
            if path in conditions.constraint and (key in judgement.refusals or judgement.states.get(key) == "answered")
        ]
        codes = [judgement.refusals[key].code if key in judgement.refusals else "" for key, _ in asked]
        cases.append({"instance": content.decode(), "questions": [one for _, one in asked]})
        refused.append([(key, code) for (key, _), code in zip(asked, codes, strict=True)])
    found = page.evaluate("([form, cases]) => evaluated(form, cases)", [conditions.form.decode(), cases])
    outcomes: Counter[str] = Counter()
    for keys, results in zip(refused, found, strict=True):
        for (key, code), kept in zip(keys, results, strict=True):
            if code in (*OF_THE_ANSWER, ""):
                assert kept == (not code), (questionnaire.name, key, code)
                outcomes[code] += 1
    return outcomes


def _path(key: str) -> tuple[tuple[str, int], ...]:
    """Return where in repeats the key of a question stands."""
    steps = (step.split("~") for step in key.split("/")[:-1])
    return tuple((repeat, int(number) - 1) for repeat, number in steps)


def judged(questionnaire: Questionnaire, seed: int) -> Judgement:
    inputs = filling.answers(questionnaire, random.Random(seed))
    inputs = {**inputs, **({questionnaire.consent: "yes"} if questionnaire.consent else {})}
    sent = reading.opened(filling.instance(questionnaire, inputs))
    return judge(questionnaire, reading.read(questionnaire, sent).inputs, TODAY)


def compared(page: Page, questionnaire: Questionnaire, count: int) -> Counter[str]:
    """Fail unless Enketo makes of conditions, calculations and choice filters what the judge does, for random answers;
    return how often each came out how."""
    conditions, cases, expected = Conditions(questionnaire), [], []
    for judgement in (judged(questionnaire, seed) for seed in range(count)):
        if judgement.screen_out is None:
            values = accepted(judgement.scope.answers)
            asked = list(conditions.of(judgement, values))
            instance = filling.instance(questionnaire, values).decode()
            cases.append({"instance": instance, "questions": [list(one) for _, one, _ in asked]})
            expected.append((asked, judgement.shown))
    found = page.evaluate("([form, cases]) => evaluated(form, cases)", [conditions.form.decode(), cases])
    outcomes: Counter[str] = Counter()
    for (asked, visible), results in zip(expected, found, strict=True):
        held: dict[str, bool] = {}
        for (key, one, value), result in zip(asked, results, strict=True):
            if value is None:
                held[key] = held.get(key, True) and result
                outcomes[str(result)] += 1
            else:
                assert result == value, (questionnaire.name, key, one)
                outcomes[one[1]] += 1
        assert held == {key: key in visible for key in held}
    return outcomes


def test_enketo_makes_the_same_of_answers_as_the_judge(
    chromium: Browser, library: Library, questionnaire: Callable[[str], Questionnaire]
) -> None:
    page = chromium.new_page()
    page.set_default_timeout(120_000)
    page.set_content(building.page())
    needs = compared(page, library.questionnaires["needs"], 12)
    small, nested = compared(page, questionnaire(SMALL), 40), compared(page, questionnaire(NESTED), 40)
    whole = EVERY_TYPE.replace("[de, de-simple, en, ar]", "[de, en]")  # it has no texts in the others
    refused = foreseen(page, questionnaire(whole), 60) + foreseen(page, questionnaire(NESTED), 20)
    page.close()
    assert all(refused[code] for code in ("too_small", "too_large", "too_many", "exclusive", "date_range", "")), refused
    for outcomes in (needs, small, nested):
        assert min(outcomes["True"], outcomes["False"]) > 20, outcomes
        assert outcomes["number"], "no choice filter was tried"
    assert nested["string"] > 20
