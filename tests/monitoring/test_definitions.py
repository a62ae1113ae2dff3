"""Definitions are data: the bundled ones are whole and the same as those that the plugin computes by."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from survey_service.monitoring import definitions, figures, periods
from survey_service.monitoring.definitions import Indicators, Version
from survey_service.monitoring.figures import Cell, Figure, Lack
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library, load_folder

PLUGIN = Path(__file__).resolve().parents[2] / "plugins" / "monitoring"
GOOD = """indicators:
  - code: ARB1
    field: ARB
    name: {de: "Quote", en: "Rate"}
    period: year
    better: up
    source: official
    sets: [ILM]
    versions:
      - {version: 1, definition: {de: "Alt", en: "Old"}}
      - {version: 2, definition: {de: "Neu", en: "New"}}
"""


def test_the_draft_set_of_27_indicators(indicators: Indicators, bundled: Library) -> None:
    assert len(indicators) == 27
    fields = {choice.name for choice in bundled.vocabularies["fields_of_action"].choices}
    assert {each.field for each in indicators.values()} == fields | {""}
    by_period = {kind: sum(each.period == kind for each in indicators.values()) for kind in periods.KINDS}
    assert by_period == {"year": 9, "quarter": 7, "wave": 11}
    neutral = {each.code for each in indicators.values() if each.better == "neutral"}
    assert neutral == {"ARB4", "WOH2", "BIL2"}


def test_the_plugin_computes_by_the_same_definitions(indicators: Indicators) -> None:
    computed = {each.code: each for each in indicators.values() if each.computed}
    rows = yaml.safe_load((PLUGIN / "indicators.yaml").read_text("utf-8"))
    assert {row["code"] for row in rows} == set(computed)
    for row in rows:
        ours = computed[row["code"]]
        current = (ours.current.version, ours.current.definition, ours.name, ours.better, ours.source)
        assert current == (row["version"], row["definition"], row["name"], row["better"], row["source"])
    elsewhere = yaml.safe_load((PLUGIN / "elsewhere.yaml").read_text("utf-8"))
    told = {row["code"]: (row["name"], row["source"], row["period"]) for row in elsewhere}
    others = {code: (each.name, each.source, each.period) for code, each in indicators.items() if not each.computed}
    assert told == others


def test_versions_and_none_without_a_file(tmp_path: Path) -> None:
    assert definitions.load(tmp_path) == {}
    (tmp_path / "indicators.yaml").write_text(GOOD, "utf-8")
    found = definitions.load(tmp_path)["ARB1"]
    assert (found.current.version, found.current.definition["de"]) == (2, "Neu")
    assert (found.version(1), found.version(3)) == (found.versions[0], None)
    with pytest.raises(Problem) as caught:
        definitions.find({}, "ARB1")
    assert caught.value.code == "indicator.missing"


def test_catalogs_give_texts_but_none_of_an_older_wording(tmp_path: Path) -> None:
    (tmp_path / "indicators.yaml").write_text(GOOD, "utf-8")
    (tmp_path / "translations").mkdir()
    entries = (("name", "Quote", "Taux"), ("1/definition", "Alt", "Ancien"), ("2/definition", "Noch alt", "Vieux"))
    (tmp_path / "translations" / "fr.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n'
        + "".join(
            f'\nmsgctxt "indicators/ARB1/{place}"\nmsgid "{source}"\nmsgstr "{wording}"\n'
            for place, source, wording in entries
        ),
        "utf-8",
    )
    found = definitions.load(tmp_path, load_folder(tmp_path, gate=False).texts)["ARB1"]
    assert found.name == {"de": "Quote", "en": "Rate", "fr": "Taux"}
    assert found.version(1) == Version(1, {"de": "Alt", "en": "Old", "fr": "Ancien"})
    assert found.current == Version(2, {"de": "Neu", "en": "New"})  # made from “Noch alt”
    cells = (Cell(2, "2026", "", 0.5),)
    lacks = figures.lacking([Figure(found, None, cells)], ["de", "fr", "uk"])
    addresses = [address for address, _ in found.texts()]
    assert lacks == {
        "fr": [Lack("ARB1", "indicators/ARB1/2/definition")],
        "uk": [Lack("ARB1", address) for address in addresses],
    }
    assert addresses == [f"indicators/ARB1/{place}" for place, _, _ in entries]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("period: year", "period: month", "indicators.yaml:5: ARB1: “month” is none of: year, quarter, wave"),
        ("better: up", "better: more", "indicators.yaml:6: ARB1: “more” is none of: up, down, neutral"),
        ("source: official", "source: rumour", "indicators.yaml:7: ARB1"),
        ("code: ARB1", "code: work", "“work” is no code"),
        ('en: "Rate"', 'xx: "Rate"', "indicators.yaml:4: ARB1: there is no name"),
        ("version: 2", "version: 3", "indicators.yaml:9: ARB1: the versions are not numbered 1, 2, 3 …: 3"),
        ("sets:", "groups:", "the key “groups” is unknown"),
        ("indicators:\n", "indicators: none\nrest:\n", "there is no indicators"),
        ("  - code", "  - 7\n  - code", "is not a mapping"),
    ],
)
def test_faults_name_file_place_and_remedy(tmp_path: Path, before: str, after: str, told: str) -> None:
    (tmp_path / "indicators.yaml").write_text(GOOD.replace(before, after), "utf-8")
    with pytest.raises(Problem) as caught:
        definitions.load(tmp_path)
    assert caught.value.code == "questionnaire.faulty"
    assert told in caught.value.message()


def test_a_code_that_stands_twice(tmp_path: Path) -> None:
    (tmp_path / "indicators.yaml").write_text(GOOD + GOOD.removeprefix("indicators:\n"), "utf-8")
    with pytest.raises(Problem) as caught:
        definitions.load(tmp_path)
    assert "the code stands twice" in caught.value.message()


@pytest.mark.parametrize(
    ("typed", "period"),
    [
        ("2026", "2026"),
        (" 2026-Q2 ", "2026-Q2"),
        ("Q2 2026", "2026-Q2"),
        ("2026 q2", "2026-Q2"),
        ("2/2026", "2026-Q2"),
        ("2026/2", "2026-Q2"),
        ("2. Quartal 2026", "2026-Q2"),
        ("20262", "20262"),
        ("5/2026", "5/2026"),
        ("2026-02", "2026-02"),
        ("", ""),
    ],
)
def test_periods_as_people_type_them(typed: str, period: str) -> None:
    assert periods.read(typed) == period


@pytest.mark.parametrize(
    ("period", "kind", "fits"),
    [
        ("2026", "year", True), ("2026", "quarter", False), ("2026-Q4", "quarter", True), ("2026-Q5", "wave", False),
        ("1026", "year", False), ("2026-Q1", "wave", True), ("٢٠٢٦", "year", False), ("2026\n", "year", False),
    ],
)  # fmt: skip
def test_which_period_an_indicator_has(period: str, kind: str, fits: bool) -> None:
    assert periods.fits(period, kind) is fits
