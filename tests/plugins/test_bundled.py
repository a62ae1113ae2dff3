"""Every number of the two oldest bundled reports equals an independent recomputation; and what holds for all."""

from __future__ import annotations

import ast
import json
import random
import sys
import textwrap
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from survey_service.paths import bundled as bundled_folder
from survey_service.questionnaire.loader import Library
from survey_service.reports import guest, host, output
from survey_service.reports.report import Report
from survey_service.responses.export import documents
from tests.conftest import TODAY
from tests.plugins import recompute
from tests.plugins.conftest import Wave
from tests.plugins.recompute import FIELDS, Expected

RunOn = Callable[..., output.Blocks]
PLUGINS = ("needs_and_offers", "monitoring", "language_equity", "offers_coverage", "response_quality")


@pytest.fixture(scope="session")
def reports(wave: Wave) -> Mapping[str, Report]:
    """The reports on the demo, made the real way: by a worker process."""
    return {name: host.run(name, wave.store, wave.publications, wave.settings, today=TODAY) for name in PLUGINS}


def of_type(blocks: Iterable[Mapping[str, Any]], kind: str) -> list[Mapping[str, Any]]:
    return [block for block in blocks if block["type"] == kind]


def by_id(blocks: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {block["id"]: block for block in blocks if "id" in block}


def same(found: Mapping[str, Any], names: str, expected: Expected) -> None:
    """Compare the five numbers of a block, under their names, and the reason."""
    keys = names.split()
    assert [found[key] for key in keys[:2]] == [expected.count, expected.n]
    for key, value in zip(keys[2:], (expected.share, expected.low, expected.high), strict=True):
        assert found[key] == (None if value is None else pytest.approx(value, abs=1e-9)), (found, expected)
    assert found["suppressed"] == expected.suppressed


def same_cells(cells: Iterable[Mapping[str, Any]], expected: Expected) -> None:
    """Compare the cells count, share, low, high of a table."""
    for cell, value in zip(cells, (expected.count, expected.share, expected.low, expected.high), strict=True):
        if expected.suppressed:
            assert cell == {"kind": "hidden", "value": expected.suppressed}
        else:
            assert cell["value"] == pytest.approx(value, abs=1e-9)


def items_of(library: Library, field: str) -> list[str]:
    return [row.name for row in library.vocabularies["needs"].choices if row.columns.get("field") == field]


def hurdles_of(library: Library) -> list[str]:
    return [row.name for row in library.vocabularies["hurdles"].choices if row.name != "pna"]


def check_needs_and_offers(
    blocks: output.Blocks | tuple[Mapping[str, Any], ...],
    library: Library,
    needs: list[dict[str, Any]],
    experts: list[dict[str, Any]],
    offers: list[dict[str, Any]],
) -> None:
    statements = by_id(of_type(blocks, "statement"))
    tables, charts = by_id(of_type(blocks, "table")), by_id(of_type(blocks, "chart"))
    running = recompute.active(offers, TODAY, recompute.CONFIRMED)
    checked = set()
    gap = iter(tables["gap"]["rows"])
    for place, field in enumerate(FIELDS):
        count = sum(field in offer["fields"] for offer in running)
        figures = recompute.field_figures(needs, offers, field, TODAY)
        items = recompute.item_figures(needs, field, items_of(library, field))
        hurdles = recompute.hurdle_figures(needs, field, hurdles_of(library))
        expected = {"chosen": figures["chosen"], "used": figures["used"], "unknown": figures["no"]}
        expected |= {"reached": figures["reached"]}
        expected |= {f"need.{name}": items[name] for name in top(items, 3)}
        expected |= {f"hurdle.{name}": hurdles[name] for name in top(hurdles, 1)}
        for name, value in expected.items():
            statement = statements[f"{field}.{name}"]
            same(statement, "count n share low high", value)
            assert (statement["field"], statement["offers"], statement["base"]) == (field, count, "answered")
            assert statement["values"]["offers"] == {"kind": "integer", "value": count}
            checked.add(f"{field}.{name}")
        row = tables["fields"]["rows"][place]
        same_cells(row[1:5], figures["chosen"])
        assert row[5]["value"] == charts["chart.offers"]["bars"][place]["value"]["value"] == count
        bar = charts["chart.chosen"]["bars"][place]
        assert (bar["low"], bar["high"]) == (row[3]["value"], row[4]["value"]) or row[3]["kind"] == "hidden"
        assert bar["value"] == row[2]
        for item in items_of(library, field):
            row = next(gap)
            same_cells(row[2:6], items[item])
            assert row[6]["value"] == count
            mentions = sum(item in expert["answers"].get(f"E08_{field}", []) for expert in experts)
            assert row[10]["value"] == (mentions if mentions >= 5 else "small_group")
            if (statement := statements.get(f"{field}.need.{item}")) is not None:
                assert statement["values"]["experts"] == row[10]
        row = tables["awareness"]["rows"][place]
        n = figures["used"].n
        assert row[1]["value"] == ("small_base" if n is None else n)
        for cell, name in zip(row[2:], ("used", "known_not_used", "no"), strict=True):
            value = figures[name]
            assert cell["value"] == (value.suppressed if value.suppressed else pytest.approx(value.share))
    assert checked == set(statements)
    assert next(gap, None) is None
    anywhere = recompute.hurdles_anywhere(needs, hurdles_of(library))
    for row, expected_hurdle in zip(tables["hurdles"]["rows"], anywhere.values(), strict=True):
        same_cells(row[1:], expected_hurdle)


def test_statements_of_needs_tell_how_many_experts_name_them(run_on: Callable[..., output.Blocks], wave: Wave) -> None:
    """20 people chose work: 12 want recognition, 8 a job. Of 9 experts 7 see too little recognition, 3 too few jobs."""
    needs = [
        asked(wave.needs[0], B08=["ARB"], B09_ARB=["ARB.recog" if number < 12 else "ARB.job"]) for number in range(20)
    ]
    named = [["ARB.recog"]] * 6 + [["ARB.recog", "ARB.job"]] + [["ARB.job"]] * 2
    experts = [asked(wave.experts[0], E02=["ARB"], E08_ARB=items) for items in named]
    statements = by_id(of_type(run_on("needs_and_offers", needs, experts, []), "statement"))
    recognition, job = statements["ARB.need.ARB.recog"], statements["ARB.need.ARB.job"]
    assert (recognition["count"], recognition["values"]["experts"]) == (12, {"kind": "persons", "value": 7})
    assert (job["count"], job["values"]["experts"]) == (8, {"kind": "hidden", "value": "small_group"})
    assert "experts" not in statements["ARB.chosen"]["values"]


def asked(like: dict[str, Any], **answers: Any) -> dict[str, Any]:
    """Return a response to the same revision with these answers only."""
    return {**like, "answers": answers, "states": dict.fromkeys(answers, "answered")}


def top(figures: Mapping[str, Expected], most: int) -> list[str]:
    named = [name for name, figure in figures.items() if figure.count is not None]
    return sorted(named, key=lambda name: -(figures[name].count or 0))[:most]


def check_sample(blocks: Iterable[Mapping[str, Any]], needs: list[dict[str, Any]]) -> None:
    tables = by_id(of_type(blocks, "table"))
    for fact in ("language", "mode"):
        names = sorted({person[fact] for person in needs})
        if not names:
            assert f"sample.needs.{fact}" not in tables
            continue
        rows = tables[f"sample.needs.{fact}"]["rows"]
        tests = {name: (lambda person, fact=fact, name=name: person[fact] == name) for name in names}
        expected = recompute.parts(needs, tests, lambda _: True)
        if len(names) == 1:
            n = len(needs)
            assert rows[0][1]["value"] == (n if n >= 5 else "small_group")
            continue
        for row, name in zip(rows, names, strict=True):
            value = expected[name]
            assert row[1]["value"] == (value.suppressed if value.suppressed else value.count)
            assert row[2]["value"] == (value.suppressed if value.suppressed else pytest.approx(value.share))


def check_monitoring(
    blocks: output.Blocks | tuple[Mapping[str, Any], ...],
    library: Library,
    needs: list[dict[str, Any]],
    offers: list[dict[str, Any]],
) -> None:
    figures = {(block["indicator"], block["period"]): block for block in of_type(blocks, "figure")}
    checked = set()
    for period in sorted({person["period"] for person in needs}) or ["2026-Q4"]:
        people = [person for person in needs if person["period"] == period]
        for code, expected in recompute.survey_indicators(people, offers, TODAY).items():
            figure = figures[code, period]
            same(figure, "numerator denominator value low high", expected)
            assert figure["preliminary"] is (period == "2026-Q4")
            checked.add((code, period))
    towns = [row.name for row in library.vocabularies["municipalities"].choices if row.name != "other"]
    assert len(towns) == 38
    for code, (numerator, denominator) in recompute.register_indicators(offers, towns, TODAY).items():
        figure = figures[code, "2026-Q4"]
        assert (figure["numerator"], figure["denominator"]) == (numerator, denominator)
        assert figure["value"] == (pytest.approx(numerator / denominator) if denominator else None)
        assert (figure["low"], figure["high"], figure["suppressed"]) == (None, None, None)
        checked.add((code, "2026-Q4"))
    assert checked == set(figures)
    newest = {code: figures[code, period]["value"] for code, period in sorted(figures)}
    bars = [bar["value"]["value"] for chart in of_type(blocks, "chart") for bar in chart["bars"]]
    assert sorted(bars) == sorted(value for value in newest.values() if value is not None)


def test_needs_and_offers_on_the_demo(wave: Wave, reports: Mapping[str, Report], bundled: Library) -> None:
    exported = [json.loads(json.dumps(document)) for document in documents(wave.store, "needs")]
    blocks = reports["needs_and_offers"].blocks
    check_needs_and_offers(blocks, bundled, exported, wave.experts, wave.offers)
    check_sample(blocks, exported)
    assert {block["field"] for block in of_type(blocks, "statement") if block["suppressed"] is None} == set(FIELDS)


def test_monitoring_on_the_demo(wave: Wave, reports: Mapping[str, Report], bundled: Library) -> None:
    exported = list(documents(wave.store, "needs"))
    check_monitoring(reports["monitoring"].blocks, bundled, exported, wave.offers)
    check_sample(reports["monitoring"].blocks, exported)


def test_the_reports_name_what_they_rest_on(reports: Mapping[str, Report]) -> None:
    for name, report in reports.items():
        assert report.synthetic
        if name == "offers_coverage":
            assert set(report.counts) == {"offers"}  # nothing in it is about people
            continue
        assert report.counts["needs"] == {"valid": 300}
        notes = [block["text"]["en"] for block in of_type(report.blocks, "text")]
        for words in ("voluntary", "not representative", "random error only", "invented", "fewer than five"):
            assert any(words in note for note in notes), words
    assert sum(reports["needs_and_offers"].counts["offers"].values()) == 120
    assert reports["monitoring"].snapshot != reports["needs_and_offers"].snapshot


@pytest.mark.parametrize("size", [4, 5, 9, 120])
@pytest.mark.parametrize("seed", [1, 2])
def test_any_part_of_the_wave(wave: Wave, run_on: RunOn, bundled: Library, size: int, seed: int) -> None:
    dice = random.Random(seed)
    needs = [{**person, "period": dice.choice(["2026-Q2", "2026-Q4"])} for person in dice.sample(wave.needs, size)]
    experts, offers = dice.sample(wave.experts, min(size, 25)), dice.sample(wave.offers, min(size, 120))
    blocks = run_on("needs_and_offers", needs, experts, offers)
    check_needs_and_offers(blocks, bundled, needs, experts, offers)
    check_sample(blocks, needs)
    blocks = run_on("monitoring", needs, [], offers)
    check_monitoring(blocks, bundled, needs, offers)
    check_sample(blocks, needs)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_plugins_import_nothing_else_of_ours(plugin: str) -> None:
    files = sorted((bundled_folder("plugins") / plugin).glob("*.py"))
    assert files
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module or ""]
            for name in names:
                assert not name.startswith("survey_service") or name == "survey_service.reports.plugin", (path, name)


def test_the_example_of_the_api_page_runs(wave: Wave, tmp_path: Path) -> None:
    from survey_service.reports import plugin

    example = textwrap.dedent((plugin.__doc__ or "").split("::\n\n", 1)[1])
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "__init__.py").write_text(example, "utf-8")
    described = 'name = "home"\nmodule = "home"\nversion = "1.0"\nquestionnaires = ["needs"]\n'
    described += 'title = {de = "Zuhause", en = "At home"}\n'
    (folder / "plugin.toml").write_text(described, "utf-8")
    report = host.run("home", wave.store, wave.publications, wave.settings, plugins=tmp_path, today=TODAY)
    expected = recompute.share(wave.needs, recompute.says("B17", "4", "5"), recompute.is_answered("B17"))
    same(report.blocks[0], "count n share low high", expected)


def test_all_are_listed_with_their_titles() -> None:
    entries = {entry.name: entry for entry in host.list_plugins()}
    assert {name: entries[name].title["de"] for name in PLUGINS} == {
        "needs_and_offers": "Bestand und Bedarf",
        "monitoring": "Monitoring",
        "language_equity": "Gleiche Chancen in jeder Sprache",
        "offers_coverage": "Angebote: Aktualität und Abdeckung",
        "response_quality": "Qualität der Antworten (vergleicht einzelne Antworten miteinander)",
    }
    assert {entries[name].fault for name in PLUGINS} == {""}


def test_every_text_of_the_plugins_is_in_german_and_english(reports: Mapping[str, Report]) -> None:
    for report in reports.values():
        for block in report.blocks:
            texts = [block[key] for key in ("text", "caption", "name", "definition") if key in block]
            texts += [column["label"] for column in block.get("columns", ())]
            texts += [bar["label"] for bar in block.get("bars", ())]
            for text in texts:
                assert set(text) >= {"de", "en"} or "*" in text


@pytest.mark.parametrize("plugin", PLUGINS)
def test_german_and_english_texts_name_the_same_values(plugin: str) -> None:
    """Every text of ``texts.py`` has both languages, and both use the same values."""
    module = guest.load(plugin, str(bundled_folder("plugins") / plugin))
    texts = sys.modules[f"{module.__name__}.texts"]
    found = [value for name, value in vars(texts).items() if name.isupper() and isinstance(value, dict)]
    found = [inner for value in found for inner in ([value] if "de" in value else value.values())]
    assert found
    for text in found:
        names = [
            sorted(match["name"] or "" for match in output.PLACEHOLDER.finditer(text[tag])) for tag in ("de", "en")
        ]
        assert names[0] == names[1], text["en"]


def test_only_the_report_that_compares_responses_reads_rows(reports: Mapping[str, Report]) -> None:
    for plugin in PLUGINS:
        manager = guest.manager_of(guest.load(plugin, str(bundled_folder("plugins") / plugin)))
        permissions = manager.hook.report_info().permissions
        assert permissions == (("aggregates", "rows") if plugin == "response_quality" else ("aggregates",))
    notes = [block["text"]["en"] for block in of_type(reports["response_quality"].blocks, "text")]
    assert any("may read single responses" in note for note in notes)


def test_no_bundled_report_comes_near_the_limit(wave: Wave, run_on: RunOn) -> None:
    """Thirty times as many people: far more may be published, and each report still has room."""
    many = [person for person in wave.needs for _ in range(30)]
    for plugin in PLUGINS:
        blocks = run_on(plugin, many, wave.experts * 3, wave.offers)
        assert len(json.dumps(blocks, ensure_ascii=False).encode()) < 700_000, plugin
