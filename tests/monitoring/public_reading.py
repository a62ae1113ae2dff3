"""Reads the published figures as anybody can: every channel, every batch; the channels must say the same numbers."""

from __future__ import annotations

import csv
import html
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree

import openpyxl
from flask.testing import FlaskClient

from survey_service.statistics.shares import wilson

Key = tuple[str, str]
"""Period and area; "" is the county."""
NUMBERS = ("percent", "numerator", "denominator", "low", "high")
COUNTY = ""
_ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Told:
    """A cell as everybody reads it: percentages and counts, None where hidden; the batch since which it stands."""

    percent: float | None
    numerator: int | None
    denominator: int | None
    low: float | None
    high: float | None
    rounded: bool
    batch: int

    @property
    def numbers(self) -> tuple[float | None, ...]:
        return self.percent, self.numerator, self.denominator, self.low, self.high


@dataclass(frozen=True)
class Goal:
    """What is told of a target: shares in percent."""

    better: str
    baseline_period: str
    baseline: float | None
    target_period: str
    target: float


@dataclass
class Publication:
    """A batch as read: cells by indicator, and targets."""

    number: int
    cells: dict[str, dict[Key, Told]] = field(default_factory=dict)
    goals: dict[str, Goal] = field(default_factory=dict)
    fields: dict[str, str] = field(default_factory=dict)


def read_all(client: FlaskClient) -> list[Publication]:
    """Read the files of all batches, oldest first, and assert that all of them say the same."""
    feed = ElementTree.fromstring(client.get("/results/feed.atom").data)
    count = len(feed.findall(f"{_ATOM}entry"))
    found = [_read(client, number) for number in range(1, count + 1)]
    for name in ("figures.json", "figures.csv"):
        assert client.get(f"/results/files/{name}").data == client.get(f"/results/{count}/{name}").data
    news = [entry.findtext(f"{_ATOM}summary") or "" for entry in feed.findall(f"{_ATOM}entry")][::-1]
    for publication, summary in zip(found, news, strict=True):
        codes = [code for code, cells in publication.cells.items()
                 if any(cell.batch == publication.number for cell in cells.values())]  # fmt: skip
        assert summary.partition(": ")[2].partition(". ")[0] == (", ".join(codes) or "–")
    catalog = client.get("/results/catalog.jsonld").get_json(force=True)
    assert not re.search(r"percent|numerator", str(catalog))
    return found


def _read(client: FlaskClient, number: int) -> Publication:
    told = client.get(f"/results/{number}/figures.json").get_json()
    publication = Publication(number)
    rows: dict[tuple[str, ...], tuple[float | None, ...]] = {}
    for row in told["figures"]:
        cell = Told(*(row[name] for name in NUMBERS), row["rounded"], row["batch"])
        assert (cell.percent is None) == (row["state"] in ("hidden", "withdrawn"))
        if cell.percent is None:
            assert cell.numbers == (None,) * 5
        own = publication.cells.setdefault(row["indicator"], {})
        if row["state"] != "withdrawn":
            own[row["period"], row["area"]] = cell
        publication.fields[row["indicator"]] = row["field"]
        rows[row["indicator"], row["period"], row["area"]] = cell.numbers
    for about in told["indicators"]:
        goal = about["target"]
        if goal is not None:
            publication.goals[about["code"]] = Goal(
                about["better"], goal["baseline_period"], goal["baseline_percent"], goal["target_period"],
                goal["target_percent"],
            )  # fmt: skip
    for other in _tables(client, number):
        assert other == rows
    return publication


def _tables(client: FlaskClient, number: int) -> Iterator[dict[tuple[str, ...], tuple[float | None, ...]]]:
    """Yield what CSV, workbook and SDMX-CSV say."""
    text = client.get(f"/results/{number}/figures.csv").data.decode("utf-8-sig")
    yield {_own(row): tuple(map(_number, (row[name] for name in NUMBERS))) for row in _rows(text)}
    content = client.get(f"/results/{number}/figures.xlsx").data
    sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True)["figures"]
    heading, *lines = sheet.iter_rows(values_only=True)
    named = [dict(zip(map(str, heading), line, strict=True)) for line in lines]
    yield {_own(row): tuple(map(_number, (row[name] for name in NUMBERS))) for row in named}
    names = ("OBS_VALUE", "NUMERATOR", "DENOMINATOR", "LOWER", "UPPER")
    yield {
        (row["INDICATOR"], row["TIME_PERIOD"], row["REF_AREA"].replace("_T", "")): tuple(
            map(_number, (row[name] for name in names))
        )
        for row in _rows(client.get(f"/results/{number}/figures.sdmx.csv").text)
    }


def _rows(text: str) -> Iterator[Mapping[str, Any]]:
    return csv.DictReader(io.StringIO(text))


def _own(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(row[name] or "" for name in ("indicator", "period", "area"))


def _number(value: Any) -> float | None:
    return None if value in ("", "•", None) else float(value)


def check_limits(cell: Told) -> None:
    """Assert that share and limits follow from the two rounded counts and a number of cases rounded as they are."""
    if not cell.rounded or cell.numerator is None or cell.denominator is None:
        return
    share = cell.numerator / cell.denominator
    assert cell.percent == round(100 * share, 1)
    if cell.low is not None:
        found = [
            cases
            for cases in range(5, cell.denominator + 1, 5)
            if tuple(round(100 * limit, 1) for limit in wilson(share, cases)) == (cell.low, cell.high)
        ]
        assert cell.denominator in found  # of one answer a person: the limits say nothing that the counts don't


def walk(client: FlaskClient, publication: Publication, newest: int, choices: list[tuple[int, int, int]]) -> None:
    """Read pages of a publication and assert that they say what the files say.

    ``choices`` are the numbers of kind of page, area and year among those there are.
    """
    batch = "" if publication.number == newest else f"batch={publication.number}"
    for kind, place, when in choices:
        for code, cells in publication.cells.items():
            areas = sorted({area for _, area in cells}) or [COUNTY]
            years = ["", *sorted({period[:4] for period, _ in cells})]
            area, year = areas[place % len(areas)], years[when % len(years)]
            path = [f"/en/results/{code}?", f"/en/results?field={publication.fields[code] or 'all'}&",
                    f"/en/results/{code}?embed=1&"][kind % 3]  # fmt: skip
            page = client.get(f"{path}area={area}&year={year}&{batch}").text
            section = _section(page, code)
            wanted = {period: cell for (period, own), cell in cells.items() if own == area and period.startswith(year)}
            _same(_table(section), wanted)
            if area == COUNTY:
                _same_words(section, publication.goals.get(code), cells, year)
            if kind % 3 == 0:
                _same_areas(page, cells, year)


def everywhere(publication: Publication) -> list[tuple[int, int, int]]:
    """Return choices for `walk` that lead to all pages."""
    areas = max(len({area for _, area in cells}) for cells in publication.cells.values())
    years = max(len({period[:4] for period, _ in cells}) for cells in publication.cells.values())
    return list(itertools.product(range(3), range(areas), range(years + 1)))


def _section(page: str, code: str) -> str:
    found = re.search(rf'<h[12] id="{code}">.*?</section>', page, re.S)
    assert found is not None
    return found[0]


def _plain(text: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", text)).replace("\u00a0", " ").split())


def _table(part: str) -> dict[str, tuple[str, str]]:
    """Return the rows of the first table with figures: heading → share with limits, and counts."""
    found = re.search(r"<table.*?</table>", part, re.S)
    rows = re.findall(r'<tr><th scope="row">(.*?)</th>\s*<td>(.*?)</td>\s*<td>(.*?)</td>', found[0] if found else "",
                      re.S)  # fmt: skip
    return {_plain(head): (_plain(share), _plain(counts)) for head, share, counts in rows if not share.startswith("–")}


def _same(table: Mapping[str, tuple[str, str]], cells: Mapping[str, Told]) -> None:
    assert table.keys() == cells.keys()
    for period, (share, counts) in table.items():
        cell = cells[period]
        written = [float(number) for number in re.findall(r"([\d.]+) %", share)]
        assert written == [number for number in (cell.percent, cell.low, cell.high) if number is not None]
        numbers = [int(number.replace(",", "")) for number in re.findall(r"[\d,]+", counts)]
        assert numbers == [number for number in (cell.numerator, cell.denominator) if number is not None]
        assert ("•" in share) == (cell.percent is None)


def _same_areas(page: str, cells: Mapping[Key, Told], year: str) -> None:
    """Assert that the table of municipalities says what the files say."""
    chosen = {key: cell for key, cell in cells.items() if key[1] != COUNTY and key[0].startswith(year)}
    newest = max((period for period, _ in chosen), default="")
    rows = _table(page.partition('id="_areas"')[2])
    expected = sorted((cell.percent or -1, cell.numerator or -1) for key, cell in chosen.items() if key[0] == newest)
    found = []
    for share, counts in rows.values():
        percent, count = re.match(r"([\d.]+) %", share), re.match(r"[\d,]+", counts)
        found.append((float(percent[1]) if percent else -1, int(count[0].replace(",", "")) if count else -1))
    assert sorted(found) == expected


def _same_words(section: str, goal: Goal | None, cells: Mapping[Key, Told], year: str) -> None:
    """Assert that the words about a target say nothing that doesn't follow from the shares that are shown."""
    said = re.search(r"The target is reached|Better than at the start|Worse than at the start|The same as at the start",
                     section)  # fmt: skip
    newest = cells[max(key for key in cells if key[1] == COUNTY)] if any(a == COUNTY for _, a in cells) else None
    if goal is None or goal.baseline is None or newest is None or newest.percent is None:
        assert said is None
        assert goal is not None or "Target:" not in section
        return
    baseline = cells[goal.baseline_period, COUNTY]
    assert said is not None
    assert f"Target: {goal.target:g} %" in _plain(section)
    assert None not in (newest.numerator, newest.denominator, baseline.numerator, baseline.denominator)
    now, start = (cell.numerator / cell.denominator for cell in (newest, baseline))  # type: ignore[operator]
    sign = 1 if goal.better == "up" else -1
    better = sign * (now - start)
    expected = (
        "The target is reached" if sign * (now - goal.target / 100) >= 0
        else "The same as at the start" if better == 0
        else "Better than at the start" if better > 0
        else "Worse than at the start"
    )  # fmt: skip
    assert said[0] == expected
