"""A report plugin's life in the browser: brought, approved, run, set, upgraded by exactly two figures, taken back."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from survey_service import clock, demo
from survey_service.accounts import accounts, audit
from survey_service.reports import installed, starting
from survey_service.reports.report import Report, all_reports, load
from survey_service.responses.revisions import Publications
from tests.journeys.conftest import Service
from tests.journeys.desk import faults_at_the_desk
from tests.journeys.inspection import Inspector, shown
from tests.reports.wheelwright import filename, wheel

PASSWORD = "drei Birnen im Schnee"
OpenPage = Callable[..., Page]
NAME = "home_report"


@pytest.fixture
def desk(service: Service) -> Service:
    """The service with the demonstration, a manager called Mara and an administrator called Ada."""
    demo.fill(service.store, Publications(service.store), today=clock.today())
    now = dt.datetime.now(dt.UTC)
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=now)
    accounts.add(service.store, "Ada", ["admin"], PASSWORD, actor="test", now=now)
    return service


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Two wheels of what ``plugins new`` writes; the second counts its two figures differently, and nothing else."""
    folder = starting.create(NAME, tmp_path_factory.mktemp("author"), "Landkreis Nebenan")
    first = _build(folder, tmp_path_factory.mktemp("first"))
    for path in ("pyproject.toml", f"{NAME}/plugin.toml"):
        text = (folder / path).read_text("utf-8")
        (folder / path).write_text(text.replace("0.1.0", "0.2.0"), "utf-8")
    code = (folder / NAME / "__init__.py").read_text("utf-8")
    changed = code.replace(
        "    share = share_of(context, name)\n    return Figure(",
        "    question = QUESTIONS[name]\n"
        '    share = context.share("needs", chose(question, "5"), answered(question))\n    return Figure(',
    )
    assert changed != code
    (folder / NAME / "__init__.py").write_text(changed, "utf-8")
    return first, _build(folder, tmp_path_factory.mktemp("second"))


def _build(folder: Path, out: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "-o", str(out), str(folder)]
    subprocess.run(command, check=True, capture_output=True)
    return next(out.glob("*.whl"))


class Person:
    """Somebody at the desk; every page that is looked at is inspected as on a phone and on a screen."""

    def __init__(self, page: Page, desk: Service, inspector: Inspector, name: str) -> None:
        self.page, self.desk, self.inspector = page, desk, inspector
        self.faults: dict[str, list[str]] = {}
        page.goto(f"{desk.url}/manage/plugins")
        page.fill("#name", name)
        page.fill("#password", PASSWORD)
        page.click("main button")
        page.wait_for_url("**/manage/plugins")

    def look(self, name: str) -> None:
        if found := faults_at_the_desk(self.inspector, shown(self.page)):
            self.faults[name] = found

    def bring(self, path: Path | dict[str, Any]) -> None:
        self.page.goto(f"{self.desk.url}/manage/plugins")
        self.page.set_input_files("#wheel", path)  # type: ignore[arg-type]
        self.page.click('form[enctype="multipart/form-data"] button')

    def open(self) -> None:
        self.page.goto(f"{self.desk.url}/manage/plugins/{NAME}")

    def act(self, step: str) -> None:
        self.page.click(f'form[action$="/plugins/{NAME}/{step}"] button')
        self.page.wait_for_url(f"**/manage/plugins/{NAME}")

    def approve(self) -> None:
        self.open()
        self.page.fill('input[name="password"]', PASSWORD)
        self.page.click('form[action$="/approve"] button')
        self.page.wait_for_url(f"**/manage/plugins/{NAME}")

    def make(self) -> Report:
        """Make a report and return it once its page is there."""
        self.open()
        self.page.click(f"button[value={NAME}]")
        self.page.wait_for_selector("h1", timeout=60_000)
        self.page.wait_for_url(lambda url: "/runs/" not in url and "/manage/reports/" in url, timeout=120_000)
        return load(self.desk.store, int(self.page.url.rsplit("/", 1)[1]))  # the same report is stored once


def test_a_plugin_is_brought_approved_run_upgraded_taken_back_and_removed(
    desk: Service, phone: OpenPage, inspector: Inspector, built: tuple[Path, Path]
) -> None:
    first, second = built
    mara = Person(phone("de", scripts=False), desk, inspector, "Mara")
    mara.look("catalogue")
    mara.bring(first)
    mara.page.wait_for_url(f"**/manage/plugins/{NAME}")
    mara.look("request")
    assert mara.page.locator('input[name="password"]').count() == 0
    digest = installed.known(desk.store, NAME).waiting[0].digest
    assert mara.page.get_by_text(digest).is_visible()

    ada = Person(phone("de", scripts=False), desk, inspector, "Ada")
    ada.open()
    ada.look("approval")
    ada.page.fill('input[name="password"]', "ein falsches Wort")
    ada.page.click('form[action$="/approve"] button')
    assert ada.page.locator('[role="alert"]').is_visible()
    ada.look("wrong password")
    ada.approve()
    assert installed.known(desk.store, NAME).active

    made = mara.make()
    figures = {block["indicator"]: block for block in made.blocks if block["type"] == "figure"}
    assert (made.version, made.parameters, set(figures)) == ("0.1.0", {"least": 4}, {"home", "german"})

    mara.open()
    mara.page.click('a[href$="/settings"]')
    mara.look("settings")
    mara.page.fill('input[name="set-least"]', "7")
    mara.page.click("main form button")
    assert mara.page.locator("#set-least\\:error").is_visible()
    mara.look("wrong settings")
    mara.page.fill('input[name="set-least"]', "3")
    mara.page.click("main form button")
    mara.page.wait_for_url(f"**/manage/plugins/{NAME}")
    again = mara.make()
    assert again.parameters == {"least": 3}
    home = next(block for block in again.blocks if block["type"] == "figure" and block["indicator"] == "home")
    assert home["numerator"] > figures["home"]["numerator"]

    mara.bring(second)
    mara.page.wait_for_url(f"**/manage/plugins/{NAME}")
    ada.approve()
    mara.open()
    mara.look("candidate")
    mara.page.click('form[action$="/compare"] button')
    mara.page.wait_for_selector("table.changes", timeout=120_000)
    mara.look("what would change")
    things = {row.inner_text() for row in mara.page.locator("table.changes tbody th").all()}
    assert {thing.split(" · ")[0].split(": ")[-1] for thing in things} == {"home", "german"}
    assert len(things) == 2
    assert "2 " in mara.page.locator("#change-table").inner_text()
    assert [report.id for report in all_reports(desk.store, NAME)] == [again.id, made.id]

    mara.act("activate")
    assert mara.make().version == "0.2.0"
    mara.open()
    mara.act("roll-back")
    assert mara.make().version == "0.1.0"
    mara.open()
    mara.act("disable")
    mara.look("disabled")
    mara.act("enable")
    mara.act("remove")
    mara.look("removed")
    mara.page.goto(f"{desk.url}/manage/reports/{made.id}")
    assert mara.page.locator("h1").is_visible()  # its reports stay
    assert (mara.faults, ada.faults) == ({}, {})
    steps = [step.step for step in installed.known(desk.store, NAME).history]
    assert steps == [
        *("requested", "approved", "set", "requested", "approved", "compared", "activated", "rolled_back"),
        *("disabled", "enabled", "removed"),
    ]
    assert audit.first_fault(desk.store) is None


def test_hostile_wheels_are_refused_and_named(desk: Service, phone: OpenPage, inspector: Inspector) -> None:
    mara = Person(phone("de", scripts=False), desk, inspector, "Mara")
    for data, named in (
        (b"no zip at all", "zip"),
        (wheel(package={"trial/fast.so": b"\x7fELF"}), "trial/fast.so"),
        (wheel(package={"../evil.py": b"x"}), "../evil.py"),
        (wheel(package={"trial/bomb.txt": bytes(9_000_000)}), "trial/bomb.txt"),
        (wheel(described={"RECORD": b""}), "record"),
        (wheel(requires=["numpy"]), "numpy"),
    ):
        mara.bring({"name": filename(), "mimeType": "application/zip", "buffer": data})
        assert named in mara.page.locator('[role="alert"]').inner_text().casefold()
    mara.look("refused")
    assert mara.faults == {}
    assert installed.all_plugins(desk.store) == []
