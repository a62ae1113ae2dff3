"""Six offers made by hand, and every figure of the register worked out beside them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from survey_service.paths import bundled as bundled_folder
from survey_service.questionnaire.loader import Library
from survey_service.reports import guest, output, snapshot
from survey_service.reports.codebook import codebook_of
from survey_service.reports.context import ReportContext
from tests.conftest import TODAY
from tests.plugins.checks import blocks_of, same_row, words_of

MEININGEN, OTHER = "16066042", "16066063"
FRESH, LAST_DAY, STALE = "2026-11-01", "2026-05-27", "2026-05-26"
"""On 23 November 2026 these are 22, 180 and 181 days ago."""


def offer(name: str, **changes: Any) -> dict[str, Any]:
    """An active offer for integration in Meiningen, in German, closed to many; ``changes`` say what is otherwise."""
    return {
        "offer": name,
        "name": name,
        "kind": "offer",
        "organisation": "Verein",
        "status": "active",
        "types": [],
        "fields": ["INT"],
        "whole_county": False,
        "municipalities": [MEININGEN],
        "languages": ["de"],
        "interpreter": "none",
        "access": [],
        "free": False,
        "no_status": False,
        "online": False,
        "confirmed": FRESH,
        "ends": None,
        "moderation": "published",
        "listed": True,
        "mode": "web",
        **changes,
    }


OFFERS = [
    offer("a", free=True, no_status=True, languages=["de", "ar"], fields=["INT", "BIL"]),
    offer("b", free=True, no_status=True, interpreter="on_request", fields=["GES"], confirmed=LAST_DAY),
    offer("c", free=True, no_status=True, fields=["GES", "ARB"], online=True, confirmed=STALE, whole_county=True),
    offer("d", kind="project", ends="2026-11-23", languages=["uk"], municipalities=[OTHER]),
    offer("ended", kind="project", ends="2026-11-22"),
    offer("closed", status="temporarily_closed"),
    offer("hidden", listed=False),
]
"""Active are a, b, c and d: the funding of d ends today, that of “ended” ended yesterday."""


@pytest.fixture
def report(bundled: Library, tmp_path: Path) -> Callable[..., output.Blocks]:
    """Return a function that runs a plugin over these offers and people (none unless given)."""
    forms = {name: {f"{name}-1": bundled.questionnaires[name]} for name in ("needs", "experts", "offers")}

    def run(plugin: str, people: list[dict[str, Any]] | None = None, days: int = 180) -> output.Blocks:
        tables = {
            "responses-needs": snapshot.responses_table(people or [], forms["needs"]),
            "responses-experts": snapshot.responses_table([], forms["experts"]),
            "offers": snapshot.offers_table(OFFERS, confirmed_days=days),
        }
        frozen = snapshot.write(tmp_path / "frozen", tables, {name: codebook_of(each) for name, each in forms.items()})
        hook = guest.manager_of(guest.load(plugin, str(bundled_folder("plugins") / plugin))).hook
        context = ReportContext(frozen.folder, hook.report_info(), TODAY)
        blocks: output.Blocks = hook.report_run(context=context).to_json()["blocks"]
        return blocks

    return run


def test_the_indicators_of_the_register(report: Callable[..., output.Blocks]) -> None:
    """SYS1: a, b and d of 4 are fresh, 180 days included. SYS2: a speaks Arabic, b has interpreting; c is understood in
    German only. INF3: c. GES2: b of b and c. INF1: nowhere four fields; Meiningen has INT, BIL, GES, ARB: one of 38.
    """
    figures = {block["indicator"]: block for block in report("monitoring") if block["type"] == "figure"}
    found = {
        code: (figures[code]["numerator"], figures[code]["denominator"])
        for code in figures
        if figures[code]["source"] == "offers"
    }
    assert found == {"SYS1": (3, 4), "SYS2": (2, 4), "INF3": (1, 4), "GES2": (1, 2), "INF1": (1, 38)}


def test_language_cover_counts_people_with_an_offer_in_a_language_of_theirs(
    report: Callable[..., output.Blocks],
) -> None:
    """INT6: six speak Arabic and chose INT, which has Arabic; five speak Ukrainian and chose GES, in German only. One
    who did not say a language is no base: 6 of 11.
    """

    def person(language: str | None, field: str) -> dict[str, Any]:
        answers = {"B00": "yes", "B08": [field], **({"B06": [language]} if language else {})}
        states = {"B00": "answered", "B08": "answered", "B06": "answered" if language else "skipped"}
        facts = {"revision": "needs-1", "language": "de", "period": "2026-Q4", "mode": "web", "status": "valid"}
        return {**facts, "answers": answers, "states": states}

    people = [*(person("ar", "INT") for _ in range(6)), *(person("uk", "GES") for _ in range(5)), person(None, "INT")]
    [figure] = [b for b in report("monitoring", people) if b["type"] == "figure" and b["indicator"] == "INT6"]
    assert (figure["numerator"], figure["denominator"]) == (6, 11)


def test_coverage_shows_what_is_not_confirmed_beside_the_rest(report: Callable[..., output.Blocks]) -> None:
    """Fields in order ARB WOH INT INF GES BIL KIF. Only c is for the whole county; it is not confirmed."""
    tables = blocks_of(report("offers_coverage"), "table")
    rows = {words_of(row[0]): row[1:] for row in tables["coverage"]["rows"]}
    same_row(rows["Nur Angebote für den ganzen Landkreis"], [1, 0, 0, 0, 1, 0, 0, 2, 1])
    same_row(rows["Meiningen"], [1, 0, 1, 0, 2, 1, 0, 4, 1])
    same_row(tables["freshness.field"]["rows"][4][1:], [2, 1, 1, 0, 0, 0.5])  # GES: b fresh, c 181 days
    same_row(tables["freshness.field"]["rows"][-1][1:], [4, 3, 1, 0, 0, 0.75])
    assert [cell["value"] for cell in tables["reach"]["rows"][-1][-1:]] == [2]  # open access: a and b
    # Arabic and Ukrainian; Meiningen has a, b and c (one with interpreting), one of them in Arabic.
    places = {words_of(row[0]): row[1:] for row in tables["languages.place"]["rows"]}
    assert len(tables["languages.place"]["columns"]) == 5
    assert sorted(cell["value"] for cell in places["Meiningen"]) == [0, 1, 1, 3]


@pytest.mark.parametrize("days, offers, silent", [(180, [1, 1], [1, 0]), (181, [2, 1], [0, 0]), (22, [0, 1], [2, 0])])
def test_an_offer_past_the_last_reminder_is_out_of_the_gap(
    report: Callable[..., output.Blocks], days: int, offers: list[int], silent: list[int]
) -> None:
    """Health has b (180 days) and c (181), integration a (22) and d (22); so many in the gap, and not confirmed."""
    tables = blocks_of(report("needs_and_offers", days=days), "table")
    place = {words_of(row[0]): row for row in tables["gap.place.GES"]["rows"]}["Meiningen"]
    assert (place[5]["value"], place[7]["value"]) == (offers[0], silent[0])
    town = {words_of(row[0]): row for row in tables["gap.place.INT"]["rows"]}["Meiningen"]
    assert (town[5]["value"], town[7]["value"]) == (offers[1], silent[1])


def test_the_snapshot_says_which_limit_a_figure_rests_on(bundled: Library, tmp_path: Path) -> None:
    book = {"offers": codebook_of({"offers-1": bundled.questionnaires["offers"]})}
    made = [
        snapshot.write(tmp_path, {"offers": snapshot.offers_table(OFFERS, confirmed_days=days)}, book)
        for days in (180, 200)
    ]
    assert made[0].id != made[1].id
    assert [each.manifest["tables"]["offers"]["counts"]["limits"] for each in made] == [
        {"confirmed_days": 180},
        {"confirmed_days": 200},
    ]
