"""Forms that practitioners bring, filled in on a phone: UNHCR's household survey with two members, in two languages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from survey_service import languages
from survey_service.questionnaire.xlsform import importing
from survey_service.questionnaire.xlsform.importing import Options
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from tests.journeys.conftest import OpenPage, Service
from tests.journeys.inspection import Inspector, shown
from tests.questionnaire.xlsform.workbooks import read
from tests.samples import sample

MAIN_BUTTON = "#_form .actions button"
ANSWERS: dict[str, str] = {
    "Intro01": "E-7",
    "Intro02": "H-12",
    "Intro03": "1",
    "Intro04": "1",
    "HH01": "2",
    "geopoint": "50.57 10.41",
    "S1~1/HH02": "Layla",
    "S1~1/HH03": "1",
    "S1~1/HH04": "1",
    "S1~1/HH05": "0",
    "S1~1/HH07": "34",
    "S1~2/HH02": "Samir",
    "S1~2/HH03": "3",
    "S1~2/HH04": "2",
    "S1~2/HH05": "0",
    "S1~2/HH07": "7",
    "interviewdate": "2026-11-20",
}
"""What the robot answers by key; elsewhere it takes the first choice, a small number or a short text."""
ROSTER = {
    "hh_rpt~1/firstname_raw": "Abeba",
    "hh_rpt~1/relationship": "head",
    "hh_rpt~1/age": "41",
    "gps_point": "9.03 38.74",
}
"""The same for the form from Ethiopia, whose notes demand one head and one respondent."""


FILL = """({answers, prefix}) => {
  for (const group of document.querySelectorAll(".question")) {
    const controls = [...group.querySelectorAll("input:not([type=hidden]), select, textarea")];
    if (!controls.length) continue;
    const first = controls[0], name = first.name.split(":")[0];
    const wanted = answers[prefix + name] || answers[name] || "";
    if (first.type === "radio" || first.type === "checkbox") {
      if (!controls.some(control => control.checked))
        (controls.find(control => control.value === wanted) || first).checked = true;
    } else if (first.tagName === "SELECT") {
      if (!first.value) first.selectedIndex = 1;
    } else if (first.name.includes(":")) {
      const parts = (wanted || "1990-02-03").split("-");
      for (const control of controls)
        control.value = parts[["year", "month", "day"].indexOf(control.name.split(":")[1])];
    } else if (!first.value) {
      first.value = wanted || (first.inputMode === "numeric" ? "2" : "abc");
    }
  }
}"""


class Robot:
    """Fills in whatever a page asks and goes on, as a patient person would."""

    def __init__(self, page: Page, inspector: Inspector, tag: str, answers: dict[str, str], repeat: str) -> None:
        self.answers, self.repeat = answers, repeat
        self.page, self.inspector, self.language = page, inspector, languages.language(tag)
        self.visited = list[str]()
        self.add = 0  # how many entries to add where one may

    def run(self) -> None:
        for _ in range(150):
            address = self.page.url.split("?")[0].rsplit("/", 1)[-1]
            if address == "check":
                return
            self.fill(address)
            if address not in self.visited:
                self.visited.append(address)
                self.look(len(self.visited) in (1, 5, 12))
            if address.endswith("~") and self.page.locator(".entries > li").count() < self.add:
                self.page.locator("button[name=_add]").click()
            else:
                self.page.locator(MAIN_BUTTON).first.click()
            self.page.wait_for_load_state("load")
        raise AssertionError(f"no end: {self.visited[-5:]}")

    def look(self, closely: bool) -> None:
        """Look at a page with all rules, or only at its width."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, (self.page.url, wide)
        if closely:
            found = self.inspector.faults(shown(self.page), self.language.html, self.language.direction, "light")
            ours = [
                fault for fault in found if not fault.startswith("lang does not fit")
            ]  # the form leaves some English
            assert ours == [], (self.page.url, ours)

    def fill(self, address: str) -> None:
        numbers = address.split("~")[1:]
        self.page.evaluate(FILL, {"answers": self.answers, "prefix": f"{self.repeat}~{numbers[0]}/" if numbers else ""})


@pytest.mark.parametrize("tag", ["ar", pytest.param("es", marks=pytest.mark.languages)])
def test_a_household_of_two_is_interviewed(service: Service, phone: OpenPage, inspector: Inspector, tag: str) -> None:
    found = importing.read(sample("RMS_CAPI_v2.xlsx"), "RMS_CAPI_v2.xlsx", Options(name="rms"))
    assert found.questionnaire is not None
    Publications(service.store).publish({"rms": found.questionnaire})
    page = phone(tag, scripts=False)
    page.goto(f"{service.url}/{tag}/q/rms")
    robot = Robot(page, inspector, tag, ANSWERS, "S1")
    robot.run()
    assert {"S1_Household~1", "S1_Household~2", "S2_start~1", "S2_start~2", "child_edu~2"} <= set(robot.visited)
    assert "child_edu~1" not in robot.visited  # for children of school age only
    page.locator("main form .actions button").click()
    assert page.locator("code").count() >= 1
    (response,) = [each.body for each in service.store.collection(RESPONSES).find(questionnaire="rms")]
    assert response["language"] == tag
    members = response["answers"]["S1"]
    assert [(member["HH02"], member["HH07"]) for member in members] == [("Layla", 34), ("Samir", 7)]
    assert [member["personId"] for member in members] == [1, 2]
    answers: dict[str, Any] = response["answers"]
    assert answers["Relation_Count"] == 1
    assert answers["fam_name2"] == "Samir"
    assert answers["geopoint"] == [50.57, 10.41]
    assert "gps" not in answers
    assert [entry["name_individual"] for entry in answers["S2"]] == ["Layla", "Samir"]


def test_a_form_from_ethiopia_runs_in_tigrinya(service: Service, phone: OpenPage, inspector: Inspector) -> None:
    found = importing.read(sample("demo.xlsx"), "demo.xlsx", Options(name="demo", allow_twice=True))
    assert found.questionnaire is not None
    Publications(service.store).publish({"demo": found.questionnaire})
    page = phone("ti", scripts=False)
    page.goto(f"{service.url}/ti/q/demo")
    robot = Robot(page, inspector, "ti", ROSTER, "hh_rpt")
    robot.add = 1
    robot.run()
    assert "hh_rpt~" in robot.visited
    page.locator("main form .actions button").click()
    assert page.locator("code").count() >= 1
    (response,) = [each.body for each in service.store.collection(RESPONSES).find(questionnaire="demo")]
    assert response["language"] == "ti"
    assert [entry["firstname_raw"] for entry in response["answers"]["hh_rpt"]] == ["Abeba"]
    assert response["answers"]["names"] == "Abeba"


def test_the_browsers_position_is_filled_in_on_request(
    service: Service, contexts: Callable[..., BrowserContext], inspector: Inspector
) -> None:
    rows = [["type", "name", "label::ar"], ["geopoint", "place", "أين؟"], ["end", "end", ""]]
    found = read(rows, name="place")
    assert found.questionnaire is not None
    Publications(service.store).publish({"place": found.questionnaire})
    context = contexts("ar")
    context.grant_permissions(["geolocation"], origin=service.url)
    context.set_geolocation({"latitude": 50.568912, "longitude": 10.4140049})
    page = context.new_page()
    page.goto(f"{service.url}/ar/q/place")
    page.get_by_role("button", name="استخدام المكان الذي أنا فيه الآن").click()
    page.wait_for_function("document.getElementById('place').value !== ''")
    assert page.input_value("#place") == "50.56891, 10.41400"
    assert inspector.faults(shown(page), "ar", "rtl", "light") == []
    page.locator(MAIN_BUTTON).first.click()
    page.locator("main form .actions button").click()
    (response,) = [each.body for each in service.store.collection(RESPONSES).find(questionnaire="place")]
    assert response["answers"]["place"] == [50.56891, 10.414]
