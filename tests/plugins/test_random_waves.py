"""Every number of the bundled reports, on the demo and on random waves, equals an independent recomputation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from survey_service.questionnaire.loader import Library
from survey_service.reports import output
from tests.conftest import TODAY
from tests.plugins import recompute, recompute_language, recompute_offers, recompute_quality
from tests.plugins.checks import blocks_of, four, one, same_row, three, words_of
from tests.plugins.conftest import Documents, Wave
from tests.plugins.recompute import FIELDS, says, share
from tests.plugins.test_bundled import check_monitoring, check_needs_and_offers
from tests.plugins.waves import draw

PLUGINS = ("language_equity", "response_quality", "offers_coverage", "needs_and_offers", "monitoring")
CLOSED = ("select_one", "select_multiple", "rank", "integer", "decimal", "range")
BASE_AND_SHARE = ("matching", "lines", "heaping", "contradictions", "gap.language", "gap.hurdle", "gap.items")
"""Tables of people whose base and share stand side by side."""
Blocks = Iterable[Mapping[str, Any]]
RunPlugin = Callable[[str, Path], output.Blocks]
random_waves = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.generate],  # a seed can't be made simpler
)


def kinds(library: Library) -> dict[str, str]:
    """Question → type of the needs questionnaire, in order, without notes."""
    pages = library.questionnaires["needs"].pages
    return {q.name: q.type for page in pages for q in page.questions if q.type != "note"}


def closed(library: Library) -> list[str]:
    return [name for name, kind in kinds(library).items() if kind in CLOSED]


# -- language equity --------------------------------------------------------------------------------------------------


def check_language_equity(blocks: Blocks, library: Library, needs: Documents, drafts: Mapping[str, int]) -> None:
    tables = blocks_of(blocks, "table")
    languages = sorted({person["language"] for person in needs})
    everybody = sorted({*languages, *drafts}) if needs else []
    rows = {words_of(row[0]): row for row in tables["participation"]["rows"]} if languages else {}
    assert len(rows) == len(languages) == (len(tables["matching"]["rows"]) if languages else 0)
    sent = recompute_language.completed(needs, languages)
    begun = recompute_language.begun(needs, drafts, languages)
    matching = recompute_language.matching(needs)
    for place, tag in enumerate(languages):
        count = sum(tag in recompute.said(person, "B06") for person in needs)
        known = count if count >= 5 else "small_group"
        row = tables["participation"]["rows"][place]
        same_row(row[1:4], [known, begun[tag], sent[tag]])
        if isinstance(begun[tag], int) and isinstance(sent[tag], int):
            same_row([row[4]], [sent[tag] / begun[tag] if begun[tag] - sent[tag] >= 5 else "small_group"])
        part = matching.parts[tag]
        same_row(tables["matching"]["rows"][place][1:], [part.suppressed or part.n, *three(part)])
    codes = [row.name for row in library.vocabularies["languages"].choices if row.name != "pna"]
    understood = recompute_language.understood(needs, codes)
    named = {code: found for code, found in understood.items() if found.suppressed is None}
    shown = tables["understood"]["rows"] if named else []
    assert [row[1]["value"] for row in shown] == sorted((found.count for found in named.values()), reverse=True)
    assert len(shown) == len(named)
    splits = {name: recompute_language.unanswered(needs, name) for name in closed(library)}
    jumps, tested = recompute_language.jumps(splits)
    statements = [block for block in blocks if block["type"] == "statement"]
    assert [block["id"] for block in statements] == [f"jump.{jump.question}.{jump.language}" for jump in jumps[:40]]
    for block, jump in zip(statements, jumps, strict=False):
        here = jump.here
        expected = [here.count, here.n, here.share, here.low, here.high]
        assert [block[key] for key in ("count", "n", "share", "low", "high")] == pytest.approx(expected)
        values = block["values"]
        assert values["others"]["value"] == pytest.approx(jump.others.share)
        assert values["others_n"]["value"] == jump.others.n
        assert values["points"]["value"] == pytest.approx(100 * jump.difference, abs=0.051)
        assert values["effect"]["value"] == pytest.approx(jump.effect, abs=0.0051)
        assert values["p"]["value"]["en"] == next(f"< {limit}" for limit in (0.001, 0.01, 0.05) if jump.p < limit)
        assert block["base"] == "asked"
    counted = next(block["values"] for block in blocks if block["type"] == "text" and "tested" in block["values"])
    assert (counted["tested"]["value"], counted["found"]["value"]) == (tested, len(jumps))
    assert counted["skipped"]["value"] == len(closed(library)) * len(languages) - tested
    named_languages = sorted(
        {tag for found in splits.values() for tag, part in found.parts.items() if not part.suppressed}
    )
    if not named_languages:
        assert "nonresponse" not in tables
        return
    for row, (name, found) in zip(tables["nonresponse"]["rows"], splits.items(), strict=True):
        assert words_of(row[1]) == name
        same_row(row[2:], [one(found.total), *(one(found.parts[tag]) for tag in named_languages)])
    assert everybody


# -- response quality -------------------------------------------------------------------------------------------------


def check_response_quality(blocks: Blocks, library: Library, needs: Documents) -> None:
    tables, questions = blocks_of(blocks, "table"), closed(library)
    for fact in ("period", "mode"):
        found = recompute_quality.compared(needs, questions, fact)
        names = sorted({person[fact] for person in needs})
        rows = tables[f"by.{fact}"]["rows"]
        assert len(rows) == 1 + len(names)
        same_row(rows[0][1:], [one(each.total) for each in found])
        for row, name in zip(rows[1:], names, strict=True):
            same_row(row[1:], [one(each.parts[name]) for each in found])
    pages = {
        page.name: [q.name for q in page.questions if q.type != "note"]
        for page in library.questionnaires["needs"].pages
    }
    fixed = {page: [name for name in names if name in questions] for page, names in pages.items()}
    for row, names in zip(tables["pages"]["rows"], (each for each in fixed.values() if each), strict=True):
        there = sum(any(recompute.was_asked(name)(person) for name in names) for person in needs)
        same_row(row[1:], [there if there >= 5 else "small_group", *three(recompute_quality.page(needs, names))])
    last = recompute_quality.last_pages(needs, pages)
    for row, released in zip(tables["last_page"]["rows"], last.values(), strict=True):
        same_row(row[1:], [released.suppressed or released.count, one(released)])
    for row, names in zip(tables["lines"]["rows"], recompute_quality.BATTERIES.values(), strict=True):
        found_line = share(needs, *recompute_quality.line(names))
        chance = found_line.suppressed or recompute_quality.line_by_chance(needs, names)
        same_row(row[2:], [*four(found_line), chance])
    equal = share(needs, *recompute_quality.equal(needs, questions))
    surplus, largest, chance_pairs = recompute_quality.twins(needs, questions)
    [row] = tables["duplicates"]["rows"]
    many = [count if count >= 5 else "small_group" for count in (surplus, largest)]
    hidden = [equal.suppressed] * 2
    same_row(row[:3], ["small_base" if equal.n is None else equal.n, equal.suppressed or equal.count, one(equal)])
    same_row(row[3:5], hidden if equal.suppressed else many)
    same_row(row[5:], ["small_base" if equal.n is None else round(chance_pairs, 2)])
    scales = [share(needs, says(name, "3"), recompute.is_answered(name)) for name in ("B07", "B17")]
    for row, released in zip(tables["heaping"]["rows"], scales, strict=True):
        same_row(row[2:], four(released))
    rules = recompute_quality.contradictions()
    expected = [*rules.values(), recompute_quality.either(list(rules.values()))]
    for row, rule in zip(tables["contradictions"]["rows"], expected, strict=True):
        same_row(row[1:], four(share(needs, *rule)))
    form = library.questionnaires["needs"]
    by_name = {q.name: q for page in form.pages for q in page.questions}
    for row, name in zip(tables["questions"]["rows"], kinds(library), strict=True):
        choices = form.lists.get(by_name[name].list_name or "", ())
        found_states = recompute_quality.states(needs, name, any(choice.name == "pna" for choice in choices))
        n = sum(name in person["states"] for person in needs)
        impossible = recompute.Expected(0, n, 0.0, 0.0, 0.0, None)
        wanted = [one(found_states.get(state, impossible)) for state in ("answered", "pna", "skipped", "not_shown")]
        assert words_of(row[1]) == name
        same_row(row[2:], [n if n >= 5 else "small_base", *wanted])


# -- offers coverage --------------------------------------------------------------------------------------------------


def check_offers_coverage(blocks: Blocks, library: Library, offers: Documents) -> None:
    tables, charts = blocks_of(blocks, "table"), blocks_of(blocks, "chart")
    running = recompute.active(offers, TODAY)
    for row, field in zip(tables["freshness.field"]["rows"], FIELDS, strict=False):
        same_row(row[1:], recompute_offers.ages(recompute_offers.of_field(running, field), TODAY))
    for row, kind in zip(tables["freshness.kind"]["rows"], ("offer", "project", "structure"), strict=False):
        same_row(row[1:], recompute_offers.ages([offer for offer in running if offer["kind"] == kind], TODAY))
    for name in ("freshness.field", "freshness.kind"):
        same_row(tables[name]["rows"][-1][1:], recompute_offers.ages(running, TODAY))
    towns = {row.name: row.label for row in library.vocabularies["municipalities"].choices if row.name != "other"}
    whole = [sum(field in offer["fields"] for offer in running if offer["whole_county"]) for field in FIELDS]
    confirmed = recompute.active(offers, TODAY, recompute.CONFIRMED)
    stale = [offer for offer in running if offer not in confirmed]
    silent = sum(bool(offer["whole_county"]) for offer in stale)
    same_row(tables["coverage"]["rows"][0][1:], [*whole, sum(count > 0 for count in whole), silent])
    few = {}
    for place, town in enumerate(towns):
        counts = [recompute_offers.serving(running, town, field) for field in FIELDS]
        reached = sum(count > 0 for count in counts)
        silent = sum(recompute_offers.serves(offer, town) for offer in stale)
        same_row(tables["coverage"]["rows"][place + 1][1:], [*counts, reached, silent])
        check_languages_of_place(tables["languages.place"], place, running, town, library)
        local = [count - every for count, every in zip(counts, whole, strict=True)]
        same_row(tables["coverage.local"]["rows"][place][1:], local)
        assert charts["chart.covered"]["bars"][place]["value"]["value"] == reached
        if reached < 4:
            few[words_of({"value": towns[town]})] = reached
    missing = tables.get("missing.municipalities", {"rows": []})["rows"]
    assert {words_of(row[0]): row[1]["value"] for row in missing} == few
    [figure] = [block for block in blocks if block["type"] == "figure"]
    assert (figure["numerator"], figure["denominator"]) == (len(towns) - len(few), len(towns))
    for row, field in zip(tables["reach"]["rows"], FIELDS, strict=False):
        same_row(row[1:], recompute_offers.reach(recompute_offers.of_field(running, field)))
    same_row(tables["reach"]["rows"][-1][1:], recompute_offers.reach(running))
    spoken = [
        row.name
        for row in library.vocabularies["languages"].choices
        if any(row.name in o["languages"] for o in running)
    ]
    for row, language in zip(tables["languages"]["rows"], spoken, strict=True):
        speaking = [offer for offer in running if language in offer["languages"]]
        same_row(row[1:], [len(recompute_offers.of_field(speaking, field)) for field in FIELDS])
    ends = [(row[3]["value"], words_of(row[0]), words_of(row[1])) for row in tables.get("ends", {"rows": []})["rows"]]
    assert ends == recompute_offers.ending(offers, TODAY)
    silent = [field for field in FIELDS if recompute_offers.reach(recompute_offers.of_field(running, field))[2] == 0]
    said = [block["values"]["field"] for block in blocks if block["type"] == "text" and "field" in block["values"]]
    assert len(said) == len(silent)


def check_languages_of_place(
    table: Mapping[str, Any], place: int, running: Documents, town: str, library: Library
) -> None:
    here = [offer for offer in running if recompute_offers.serves(offer, town)]
    known = [row.name for row in library.vocabularies["languages"].choices if row.name != "de"]
    spoken = [name for name in known if any(name in offer["languages"] for offer in running if serves_any(offer))]
    counts = [sum(name in offer["languages"] for offer in here) for name in spoken]
    same_row(table["rows"][place][1:], [len(here), sum(offer["interpreter"] != "none" for offer in here), *counts])


def serves_any(offer: Mapping[str, Any]) -> bool:
    return bool(offer["whole_county"] or offer["municipalities"])


# -- gap matrix -------------------------------------------------------------------------------------------------------


def check_gap(blocks: Blocks, library: Library, needs: Documents, offers: Documents) -> None:
    tables = blocks_of(blocks, "table")
    running = recompute.active(offers, TODAY, recompute.CONFIRMED)
    stale = [offer for offer in recompute.active(offers, TODAY) if offer not in running]
    towns = [row.name for row in library.vocabularies["municipalities"].choices if row.name != "other"]
    languages, items_published, gap = [], [], iter(tables["gap"]["rows"])
    hurdles = iter(tables["gap.hurdle"]["rows"])
    names = [row.name for row in library.vocabularies["hurdles"].choices if row.name != "pna"]
    for place, field in enumerate(FIELDS):
        inside = recompute_offers.of_field(running, field)
        speakers = recompute_offers.by_language(needs, field)
        needed = recompute_offers.needed(speakers)
        for name, part in speakers.parts.items():
            if not part.suppressed and name not in ("other", "none", "pna"):
                speaking = sum(name in offer["languages"] for offer in inside)
                interpreted = sum(offer["interpreter"] != "none" for offer in inside)
                languages.append([*recompute_offers.cells(part), len(inside), speaking, interpreted])
        same_row(tables["gap.easing"]["rows"][place][1:], [len(inside), *recompute_offers.easing(inside)])
        for figure in recompute.hurdle_figures(needs, field, names).values():
            same_row(next(hurdles)[2:], four(figure))
        parts = recompute_offers.by_place(needs, field).parts
        for row, town in zip(tables[f"gap.place.{field}"]["rows"], towns, strict=True):
            here = [offer for offer in inside if recompute_offers.serves(offer, town)]
            reached = recompute_offers.reached(here, needed)
            silent = len(
                [offer for offer in recompute_offers.of_field(stale, field) if recompute_offers.serves(offer, town)]
            )
            same_row(row[1:], [*recompute_offers.cells(parts.get(town)), len(here), reached, silent])
        for item in (row.name for row in library.vocabularies["needs"].choices if row.columns.get("field") == field):
            silent = len(recompute_offers.of_field(stale, field))
            same_row(next(gap)[6:9], [len(inside), recompute_offers.reached(inside, needed), silent])
            for town, part in recompute_offers.items_by_place(needs, field, item).parts.items():
                if not part.suppressed and town in towns:
                    here = [offer for offer in inside if recompute_offers.serves(offer, town)]
                    silent = sum(
                        recompute_offers.serves(offer, town) for offer in recompute_offers.of_field(stale, field)
                    )
                    reached = recompute_offers.reached(here, needed)
                    cells = [*recompute_offers.cells(part), len(here), reached, silent]
                    items_published.append(cells)
    assert next(gap, None) is next(hurdles, None) is None
    same_rows(tables.get("gap.language", {"rows": []})["rows"], 2, languages)
    same_rows(tables.get("gap.items", {"rows": []})["rows"], 3, items_published)


def same_rows(rows: list[list[Mapping[str, Any]]], heads: int, expected: list[list[object]]) -> None:
    """Compare rows whose order does not matter."""

    def sorted_by_cells(all_rows: list[list[object]]) -> list[list[object]]:
        return sorted(all_rows, key=lambda row: [str(cell) if isinstance(cell, str) else f"{cell:.6f}" for cell in row])

    found: list[list[object]] = [[cell["value"] for cell in row[heads:]] for row in rows]
    for row, wanted in zip(sorted_by_cells(found), sorted_by_cells(expected), strict=True):
        assert row == [cell if isinstance(cell, str) else pytest.approx(cell, abs=1e-9) for cell in wanted]


# -- on the demo and on random waves ----------------------------------------------------------------------------------


def no_small_group(blocks: Blocks) -> None:
    """No count of people below 5 stands anywhere, and none follows from a share and its base in the same row."""
    for block in blocks:
        for row in block.get("rows", []):
            bases = [cell["value"] for cell in row if cell["kind"] == "persons"]
            assert all(base >= 5 for base in bases)
        if block["type"] == "statement" and block["suppressed"] is None:
            assert min(block["count"], block["n"] - block["count"]) >= 5
    tables = blocks_of(blocks, "table")
    for name, table in tables.items():
        kinds_of = [column["kind"] for column in table["columns"]]
        place = kinds_of.index("persons") if "persons" in kinds_of else -1
        if name not in (
            "matching",
            "nonresponse",
            "lines",
            "heaping",
            "contradictions",
            "gap.language",
            "gap.hurdle",
            "gap.items",
        ):
            continue
        if place < 0 or name == "nonresponse":
            continue
        for row in table["rows"]:
            if row[place]["kind"] == "persons" and row[place + 1]["kind"] == "percent":
                hits = row[place]["value"] * row[place + 1]["value"]
                assert 4.99 < hits < row[place]["value"] - 4.99


@pytest.mark.parametrize("count", [9, pytest.param(47, marks=[pytest.mark.faults, pytest.mark.timeout(1200)])])
def test_random_waves(
    wave: Wave, frozen: Callable[..., Path], run_plugin: RunPlugin, bundled: Library, count: int
) -> None:
    """An empty wave, one of a single person, one of 60, and so many more; fifty in all by ``make test-faults``."""

    def check(seed: int, size: int) -> None:
        needs, experts, offers, drafts = draw(wave, seed, size)
        folder = frozen(needs, experts, offers, drafts)
        reports = {name: run_plugin(name, folder) for name in PLUGINS}
        check_language_equity(reports["language_equity"], bundled, needs, drafts)
        check_response_quality(reports["response_quality"], bundled, needs)
        check_offers_coverage(reports["offers_coverage"], bundled, offers)
        check_gap(reports["needs_and_offers"], bundled, needs, offers)
        check_needs_and_offers(reports["needs_and_offers"], bundled, needs, experts, offers)
        check_monitoring(reports["monitoring"], bundled, needs, offers)
        for blocks in reports.values():
            no_small_group(blocks)

    tried = given(seed=st.integers(0, 2**32 - 1), size=st.integers(0, 60))(check)
    for seed, size in ((1, 0), (2, 1), (3, 60)):
        tried = example(seed=seed, size=size)(tried)
    settings(random_waves, max_examples=count)(tried)()


def test_on_the_demo(wave: Wave, run_on: Callable[..., output.Blocks], bundled: Library) -> None:
    """300 people, checked as the service checks the output of any plugin."""
    drawn = (wave.needs, wave.experts, wave.offers)
    check_language_equity(run_on("language_equity", *drawn), bundled, wave.needs, {})
    check_response_quality(run_on("response_quality", *drawn), bundled, wave.needs)
    check_offers_coverage(run_on("offers_coverage", *drawn), bundled, wave.offers)
    check_gap(run_on("needs_and_offers", *drawn), bundled, wave.needs, wave.offers)
