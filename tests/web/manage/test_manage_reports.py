"""Reports on the desk: made once, shown as a page with tables and charts, taken away as JSON and CSV."""

from __future__ import annotations

import csv
import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from html import unescape
from pathlib import Path

import pytest
from flask import Flask

from survey_service import clock, demo
from survey_service.accounts import accounts, audit
from survey_service.app import create_app
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.reports import host
from survey_service.reports.render import html
from survey_service.reports.report import REPORTS, load
from survey_service.responses.revisions import Publications
from survey_service.settings import load as load_settings
from survey_service.store import open_store
from survey_service.store.base import Store
from survey_service.web.manage import reports
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
        "language_equity",
        "monitoring",
        "needs_and_offers",
        "offers_coverage",
        "response_quality",
    ]
    rows = [words(row) for row in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)]
    assert rows[1:] == [
        "Monitoring (invented responses) 2 Nov 23, 2026 2026-Q4 1.0",
        "Offers and needs (invented responses) 1 Nov 23, 2026 2026-Q4 1.1",
    ]


def test_a_report_is_made_stored_audited_and_shown(filled: tuple[Flask, Store], reader: Desk) -> None:
    _, store = filled
    count = store.collection(REPORTS).count()
    answer = reader.client.post(
        "/manage/reports", data={"_csrf": reader.token("/manage/reports"), "plugin": "monitoring"}
    )
    assert (answer.status_code, answer.headers["Location"]) == (303, "/manage/reports/2")
    assert store.collection(REPORTS).count() == count  # over the same answers on the same day it is the same report
    noted = [entry for entry in audit.entries(store) if entry.action == "report.run"]
    assert [(entry.actor, entry.subject, dict(entry.details)) for entry in noted] == [
        ("Willi", "monitoring", {"report": 2})
    ]
    assert reader.get("/manage/reports/2").status_code == 200


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
    tables = [block for block in html.view(made, tag).blocks if block.kind in ("table", "chart")]
    assert page.count("<table") == len(tables) >= counts["table"] + counts["chart"] + bool(figures)
    ids = re.findall(r' id="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'aria-labelledby="([^"]+)"', page)) <= set(ids)
    assert "style=" not in page
    assert "<script" not in page


def test_an_invented_report_says_so(reader: Desk) -> None:
    assert "a demonstration, not a result" in reader.get("/manage/reports/1?lang=en").text


def test_a_report_as_json_is_the_stored_document(filled: tuple[Flask, Store], reader: Desk) -> None:
    answer = reader.get("/manage/reports/1.json")
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["Content-Disposition"] == "attachment; filename=needs_and_offers-2026-11-23.json"
    assert json.loads(answer.data) == load(filled[1], 1).to_json()


def test_a_report_as_csv_has_a_mark_and_no_formulas(filled: tuple[Flask, Store], reader: Desk) -> None:
    answer = reader.get("/manage/reports/1.csv?lang=de")
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
    "path", ["/manage/reports/99", "/manage/reports/1.pdf", "/manage/reports/0.csv", "/manage/reports/x"]
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
    for _ in range(reports.MOST_AT_ONCE + 1):  # a failure gives its place back
        answer = reader.client.post("/manage/reports", data=data)
        assert answer.status_code == 502
        assert "ZeroDivisionError" in answer.text
    assert reader.get("/manage/reports/1").status_code == 200


def test_a_third_report_at_once_is_refused_for_now(
    filled: tuple[Flask, Store], reader: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, go_on = threading.Semaphore(0), threading.Event()
    real: Callable[..., object] = host.run

    def slow(*arguments: object, **named: object) -> object:
        started.release()
        assert go_on.wait(10)
        return real(*arguments, **named)

    monkeypatch.setattr(host, "run", slow)
    cookie, data = reader.cookie, {"_csrf": reader.token("/manage/reports"), "plugin": "monitoring"}
    survey = reader.client.get_cookie("survey")
    assert survey is not None
    answers: list[int] = []

    def ask() -> None:
        client = filled[0].test_client()
        client.set_cookie("desk", cookie)
        client.set_cookie("survey", survey.value)
        answers.append(client.post("/manage/reports", data=data).status_code)

    threads = [threading.Thread(target=ask) for _ in range(reports.MOST_AT_ONCE)]
    for thread in threads:
        thread.start()
        assert started.acquire(timeout=10)
    third = reader.client.post("/manage/reports", data=data)
    go_on.set()
    for thread in threads:
        thread.join()
    assert third.status_code == 503
    assert "Retry-After" in third.headers
    assert answers == [303, 303]


def test_a_faulty_plugin_is_listed_with_its_fault(
    reader: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "plugin.toml").write_text("name = 1", "utf-8")
    entries = host.list_plugins(tmp_path)
    monkeypatch.setattr(host, "list_plugins", lambda: entries)
    page = reader.get("/manage/reports?lang=en").text
    assert "This report plugin cannot be used: plugin.toml" in page
    assert 'name="plugin"' not in page
