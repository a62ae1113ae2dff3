"""Reports on the desk: made once, shown as a page with tables and charts, taken away as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
import time
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_service import clock, demo
from survey_service.accounts import accounts, audit
from survey_service.app import create_app
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.reports import finding, host, runs, sandbox
from survey_service.reports.process import Progress
from survey_service.reports.queue import MOST_AT_ONCE
from survey_service.reports.render.view import view as view_of
from survey_service.reports.report import REPORTS, load
from survey_service.reports.sandbox import Support
from survey_service.responses.revisions import Publications
from survey_service.settings import load as load_settings
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.web.manage.conftest import NOW, PASSWORD, Desk


@pytest.fixture(scope="module")
def filled(bundled: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Store]]:
    """An application over the demonstration, with one finished report of each bundled plugin (numbers 1 and 2)."""
    folder = tmp_path_factory.mktemp("reports")
    store = open_store("memory:", folder)
    publications = Publications(store)
    publications.publish(bundled.questionnaires)
    settings = load_settings(folder)
    with clock.fixed(NOW):
        demo.fill(store, publications, today=clock.today())
        for name, role in (("Mara", "manager"), ("Willi", "working_group")):
            accounts.add(store, name, [role], PASSWORD, actor="test", now=NOW)
        for plugin in ("needs_and_offers", "monitoring"):
            host.run(plugin, store, publications, settings)
    app = create_app(settings, store)
    app.testing = True
    yield app, store
    store.close()


@pytest.fixture
def reader(filled: tuple[Flask, Store], at_nine: None) -> Desk:
    desk = Desk(filled[0])
    assert desk.sign_in("Willi").status_code == 303
    return desk


def words(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def test_the_list_offers_the_plugins_and_the_finished_reports(reader: Desk) -> None:
    page = reader.get("/manage/reports?lang=en").text
    assert re.findall(r'<button type="submit" name="plugin" value="(\w+)"', page) == [
        "free_text",
        "language_equity",
        "monitoring",
        "needs_and_offers",
        "offers_coverage",
        "response_quality",
    ]
    rows = [words(row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    assert rows[1:] == [
        "Monitoring (invented responses) 2 Nov 23, 2026 2026-Q4 1.0",
        "Offers and needs (invented responses) 1 Nov 23, 2026 2026-Q4 1.3",
    ]


def test_a_report_is_made_stored_audited_and_shown(filled: tuple[Flask, Store], reader: Desk) -> None:
    _, store = filled
    count = store.collection(REPORTS).count()
    answer = reader.client.post(
        "/manage/reports", data={"_csrf": reader.token("/manage/reports"), "plugin": "monitoring"}
    )
    assert answer.status_code == 303
    assert re.fullmatch(r"/manage/reports/runs/\d+", answer.headers["Location"])
    ended = until_ended(reader, answer.headers["Location"])
    assert (ended.status_code, ended.headers["Location"]) == (303, "/manage/reports/2")
    assert store.collection(REPORTS).count() == count  # over the same answers on the same day it is the same report
    noted = [entry for entry in audit.entries(store) if entry.action == "report.run"]
    assert [(entry.actor, entry.subject, dict(entry.details)) for entry in noted] == [
        ("Willi", "monitoring", {"report": 2})
    ]
    assert reader.get("/manage/reports/2").status_code == 200


def until_ended(desk: Desk, address: str) -> TestResponse:
    """Look at a run until it has ended, and return the last answer."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        answer = desk.get(address)
        if "Refresh" not in answer.headers:
            return answer
        time.sleep(0.1)
    raise AssertionError("the run did not end")


@pytest.mark.parametrize("number", [1, 2])
@pytest.mark.parametrize("tag", ["de", "en"])
def test_every_block_of_a_report_stands_on_its_page(
    filled: tuple[Flask, Store], reader: Desk, number: int, tag: str
) -> None:
    made = load(filled[1], number)
    page = reader.get(f"/manage/reports/{number}?lang={tag}").text
    assert f"<h1>{made.title[tag]}</h1>" in page
    counts = {kind: sum(block["type"] == kind for block in made.blocks) for kind in ("statement", "table", "chart")}
    assert page.count('<section class="box" id="') == counts["statement"]
    assert page.count("<svg ") == page.count("<figure") == counts["chart"]
    figures = [block for block in made.blocks if block["type"] == "figure"]
    assert all(f'<th scope="row">{figure["indicator"]} ' in page for figure in figures)
    captions = [block["caption"][tag] for block in made.blocks if block["type"] in ("table", "chart")]
    assert all(caption in unescape(page) for caption in captions)
    tables = [block for block in view_of(made, tag).blocks if block.kind in ("table", "chart")]
    assert page.count("<table") == len(tables) >= counts["table"] + counts["chart"] + bool(figures)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)
    assert "style=" not in page
    assert "<script" not in page


def test_an_invented_report_says_so(reader: Desk) -> None:
    assert "a demonstration, not a result" in reader.get("/manage/reports/1?lang=en").text


def test_a_report_as_json_is_the_stored_document(filled: tuple[Flask, Store], reader: Desk) -> None:
    answer = reader.get("/manage/reports/1/file?format=json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == "attachment; filename=needs_and_offers-2026-11-23-de.json"
    assert json.loads(answer.data) == load(filled[1], 1).to_json()


def test_a_report_as_csv_has_a_mark_and_no_formulas(filled: tuple[Flask, Store], reader: Desk) -> None:
    answer = reader.get("/manage/reports/1/file?format=csv&language=de")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbfreport,")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    statements = [block for block in load(filled[1], 1).blocks if block["type"] == "statement"]
    found = {row["id"]: row for row in rows if row["block"] == "statement"}
    assert set(found) == {statement["id"] for statement in statements}
    for statement in statements:
        expected = "•" if statement["suppressed"] else str(statement["share"])
        assert found[statement["id"]]["value"] == expected
    assert not any(value.startswith(("=", "+", "@")) for row in rows for value in row.values())


@pytest.mark.parametrize(
    "path",
    [
        "/manage/reports/99",
        "/manage/reports/1/file",
        "/manage/reports/1/file?format=exe",
        "/manage/reports/1/file?format=pdf&language=tlh",
        "/manage/reports/0/file?format=csv",
        "/manage/reports/x",
        "/manage/reports/1/charts/none.svg",
        "/manage/reports/1/charts/chart.chosen.exe",
    ],
)
def test_a_missing_report_or_format_is_a_404(reader: Desk, path: str) -> None:
    assert reader.get(path).status_code == 404


@pytest.mark.parametrize("plugin", ["", "nothing", "../monitoring"])
def test_an_unknown_plugin_is_a_404(reader: Desk, plugin: str) -> None:
    token = reader.token("/manage/reports")
    assert reader.client.post("/manage/reports", data={"_csrf": token, "plugin": plugin}).status_code == 404


def test_a_failing_plugin_is_named_and_the_desk_works_on(
    filled: tuple[Flask, Store], reader: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise Problem("plugin.failed", name="monitoring", reason="ZeroDivisionError")

    monkeypatch.setattr(host, "run", fail)
    data = {"_csrf": reader.token("/manage/reports"), "plugin": "monitoring"}
    for _ in range(MOST_AT_ONCE + 1):  # a failure gives its place back
        answer = until_ended(reader, reader.client.post("/manage/reports", data=data).headers["Location"])
        assert answer.status_code == 200
        assert "ZeroDivisionError" in answer.text
    assert reader.get("/manage/reports/1").status_code == 200


class Slow:
    """A stand-in for the making of reports that begins when asked and goes on when told, and can be cancelled."""

    def __init__(self) -> None:
        self.started, self.go_on = threading.Semaphore(0), threading.Event()
        self._real: Callable[..., object] = host.run

    def __call__(self, *arguments: object, told: Progress, wanted: Callable[[], None], **named: object) -> object:
        told(3, 7)
        wanted()
        self.started.release()
        while not self.go_on.wait(0.05):
            wanted()
        return self._real(*arguments, told=told, wanted=wanted, **named)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch, filled: tuple[Flask, Store]) -> Iterator[Slow]:
    made = Slow()
    monkeypatch.setattr(host, "run", made)
    yield made
    made.go_on.set()
    app, store = filled
    deadline = time.monotonic() + 60
    settings = app.extensions["survey_service"].settings
    while any(not each.ended for each in runs.all_runs(store, settings)) and time.monotonic() < deadline:
        time.sleep(0.05)


def make(desk: Desk) -> str:
    data = {"_csrf": desk.token("/manage/reports"), "plugin": "monitoring"}
    return desk.client.post("/manage/reports", data=data).headers["Location"]


def test_a_third_report_waits_and_pages_are_answered_meanwhile(reader: Desk, slow: Slow) -> None:
    first, second = make(reader), make(reader)
    for _ in range(2):
        assert slow.started.acquire(timeout=60)
    third, fourth = make(reader), make(reader)
    assert not slow.started.acquire(timeout=1)
    assert "3 of 7 steps" in reader.get(f"{first}?lang=en").text
    assert "2 reports are before it." in reader.get(f"{third}?lang=en").text
    assert "3 reports are before it." in reader.get(f"{fourth}?lang=en").text
    page = reader.get("/manage/reports?lang=en")
    assert page.status_code == 200
    assert [address for address in (first, second, third, fourth) if f'href="{address}"' in page.text] == [
        *(first, second, third, fourth)
    ]
    assert reader.get("/en/").status_code == 200
    slow.go_on.set()
    for address in (first, second, third, fourth):
        assert until_ended(reader, address).headers["Location"] == "/manage/reports/2"
    assert "Being made" not in reader.get("/manage/reports?lang=en").text


def test_a_run_is_cancelled_and_noted(filled: tuple[Flask, Store], reader: Desk, slow: Slow) -> None:
    address = make(reader)
    assert slow.started.acquire(timeout=60)
    answer = reader.client.post(f"{address}/cancel", data={"_csrf": reader.token("/manage/reports")})
    assert (answer.status_code, answer.headers["Location"]) == (303, address)
    ended = until_ended(reader, f"{address}?lang=en")
    assert "was cancelled. Nothing was stored." in ended.text
    assert "/cancel" not in ended.text
    noted = [entry for entry in audit.entries(filled[1]) if entry.action == "report.cancelled"]
    assert [(entry.actor, entry.subject, dict(entry.details)) for entry in noted] == [
        ("Willi", "monitoring", {"run": int(address.rpartition("/")[2])})
    ]
    reader.client.post(f"{address}/cancel", data={"_csrf": reader.token("/manage/reports")})
    assert len([entry for entry in audit.entries(filled[1]) if entry.action == "report.cancelled"]) == 1


def test_the_page_of_a_run_reloads_itself_until_the_reader_stops_that(reader: Desk, slow: Slow) -> None:
    address = make(reader)
    assert slow.started.acquire(timeout=60)
    page = reader.get(address)
    assert page.headers["Refresh"] == "3"
    assert f'href="{address}?stay=1"' in page.text
    stays = reader.get(f"{address}?stay=1")
    assert "Refresh" not in stays.headers
    assert f'href="{address}"' in stays.text


def test_a_run_that_is_not_there_is_a_404(reader: Desk) -> None:
    assert reader.get("/manage/reports/runs/999").status_code == 404
    token = reader.token("/manage/reports")
    assert reader.client.post("/manage/reports/runs/999/cancel", data={"_csrf": token}).status_code == 404


def test_the_desk_says_what_the_machine_lacks(reader: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "cannot shut report plugins in" not in reader.get("/manage/reports?lang=en").text
    monkeypatch.setattr(sandbox, "support", lambda: Support(0, True))
    assert "cannot shut report plugins in (Landlock)" in reader.get("/manage/reports?lang=en").text


def test_a_faulty_plugin_is_listed_with_its_fault(
    reader: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "plugin.toml").write_text("name = 1", "utf-8")
    entries = host.list_plugins(tmp_path)
    monkeypatch.setattr(finding, "list_plugins", lambda: entries)
    page = reader.get("/manage/reports?lang=en").text
    assert "This report plugin cannot be used: plugin.toml" in page
    assert 'name="plugin"' not in page
