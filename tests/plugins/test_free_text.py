"""The report of coded texts, made by the real worker, over the demonstration's experts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from survey_service import settings
from survey_service.accounts import accounts
from survey_service.coding import codebooks, codings, deciding, people, quotes, tasks, units
from survey_service.coding.codebooks import Code
from survey_service.coding.codings import Judgement
from survey_service.coding.tasks import Plan
from survey_service.questionnaire.loader import Library
from survey_service.reports import host
from survey_service.responses import submissions
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission
from survey_service.store.base import Store

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def blocks(store: Store, bundled: Library, tmp_path: Path) -> list[Mapping[str, Any]]:
    """12 experts on strengths at work: 7 name a course, 5 a house, one of each sort may be quoted; two texts open."""
    publications = Publications(store)
    publications.publish(bundled.questionnaires)
    for number in range(14):
        may = {0: {"E12": "by_name", "E12_name": "Ina Wolf"}, 7: {"E12": "anonymous"}}.get(number, {})
        inputs = {"E00": "yes", "E02": ["ARB"], "E03_ARB": f"100 % gut {number}", **may}
        key = f"00000000-0000-4000-8000-{number:012}"
        revision = publications.current("experts").revision
        submission = Submission(key, revision, "de", inputs, number, "web")
        submissions.submit(store, publications, submission, receipt_key="k" * 64, today=NOW.date())
    team = [
        people.of(accounts.add(store, name, ["manager"], "drei Birnen im Schnee", actor="test", now=NOW))
        for name in ("Mara", "Anna")
    ]
    book = codebooks.begin(store, "Stärken", by=team[0], now=NOW).codebook
    for label in ("Kurs", "Haus"):
        codebooks.add(store, book, Code("", {"de": label, "en": label}), by=team[0], now=NOW)
    plan = Plan(book, "experts", ("E03_ARB",), (), (team[0].id, team[1].id))
    task = tasks.begin(store, publications, plan, by=team[0], now=NOW)
    for unit in units.of_task(store, task.task):
        for person in team:
            other = unit.number > 12 and person is team[1]
            code = "kurs" if (unit.number <= 7) != other else "haus"
            found = codebooks.find(store, book)
            codings.save(store, task, unit, found, Judgement((code,)), by=person, now=NOW)
    codings.compare(store, task, by=team[0], now=NOW)
    assert deciding.accept_agreed(store, task, by=team[0], now=NOW) == 12
    for place in (0, 7):
        unit = units.of_task(store, task.task)[place]
        quotes.release(store, publications, task, unit, "100 % gut", of="original", checked=True, by=team[0], now=NOW)
    made = host.run("free_text", store, publications, settings.load(tmp_path / "instance"), today=NOW.date())
    return list(made.blocks)


def test_frequencies_agreement_quotes_and_what_is_open(blocks: list[Mapping[str, Any]]) -> None:
    tables = {block["id"]: block for block in blocks if block["type"] == "table"}
    assert [[cell["value"] for cell in row[1:4]] for row in tables["experts.all"]["rows"]] == [
        [7, 12, pytest.approx(7 / 12)], [5, 12, pytest.approx(5 / 12)],
    ]  # fmt: skip
    assert [row[0]["value"]["de"] for row in tables["experts.all"]["rows"]] == ["Kurs", "Haus"]
    assert "experts.language" not in tables  # all are German: it would say the same again
    # Of 14, 12 alike; course: Mara 7, Anna 9; (12/14 - (7·9+7·5)/196) / (1 - 98/196) = 5/7
    first = tables["experts.agreement"]["rows"][0]
    assert [first[place]["value"] for place in (1, 2)] == [1, 14]
    assert first[3]["value"] == pytest.approx(12 / 14)
    assert first[4]["value"] == pytest.approx(0.71)
    rows = tables["experts.quotes"]["rows"]
    assert sorted((row[0]["value"]["de"], row[3]["value"]["de"], row[5]["value"]["*"]) for row in rows) == [
        ("100 % gut", "mit Namen: Ina Wolf", "Mara"), ("100 % gut", "ohne Namen", "Mara"),
    ]  # fmt: skip
    texts = [block for block in blocks if block["type"] == "text"]
    progress = next(block for block in texts if "decided" in block["values"])
    assert {name: value["value"] for name, value in progress["values"].items()} == {"all": 14, "decided": 12, "open": 2}
    assert any("noch keine Texte kodiert" in block["text"]["de"] for block in texts)  # newcomers
