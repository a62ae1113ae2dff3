"""What is published of indicators: batches of figures that never change, each with a hash of what it says.

Everything public reads batches and nothing else. Nobody who reads one can tell hidden figures from each other: there is
one reason for all of them.
"""

from __future__ import annotations

import functools
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from survey_service import digests, languages
from survey_service.monitoring import corrections
from survey_service.monitoring.corrections import Absent, Correction, Remarks
from survey_service.monitoring.definitions import Indicator, Version
from survey_service.monitoring.goals import Goal
from survey_service.monitoring.observations import COUNTY, Observation, Recorded
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

BATCHES = CollectionSpec("figure_batches", unique=("number",))
HIDDEN = "•"
_MOST_KEPT = 4
"""How many batches are kept in memory: some MB each, if all indicators have figures of all municipalities."""


@dataclass(frozen=True)
class Cell:
    """One figure as everybody may see it: of one version of the definition, one period and one area.

    Hidden ones have no numbers at all. ``rounded`` tells that numerator and denominator are multiples of 5 and the
    share is computed from them; ``batch`` is the number of the batch since which it stands so.
    """

    version: int
    period: str
    area: str
    value: float | None
    numerator: int | None = None
    denominator: int | None = None
    low: float | None = None
    high: float | None = None
    preliminary: bool = False
    rounded: bool = False
    source: str = ""
    note: str = ""
    batch: int = 0

    @property
    def key(self) -> tuple[int, str, str]:
        """Version, period and area."""
        return self.version, self.period, self.area

    @property
    def hidden(self) -> bool:
        return self.value is None


@dataclass(frozen=True)
class Target:
    """A goal as everybody may see it; its baseline is the published figure, None if that is hidden."""

    version: int
    baseline_period: str
    baseline: float | None
    target_period: str
    target: float
    decided: str


@dataclass(frozen=True)
class Figure:
    """An indicator with its definition as it was on that day, its target, and its cells by version, period, area."""

    indicator: Indicator
    target: Target | None
    cells: tuple[Cell, ...]

    @functools.cached_property
    def areas(self) -> frozenset[str]:
        """The areas there are figures of."""
        return frozenset(cell.area for cell in self.cells)

    @functools.cached_property
    def years(self) -> frozenset[str]:
        """The years there are figures of."""
        return frozenset(cell.period[:4] for cell in self.cells)

    def runs(self, area: str = COUNTY, year: str = "") -> list[list[Recorded]]:
        """Return the cells of an area as runs that may be drawn as one line each; ``year`` leaves others out."""
        runs: list[list[Recorded]] = []
        chosen = [cell for cell in self.cells if cell.area == area and cell.period.startswith(year)]
        for cell in sorted(chosen, key=lambda cell: (cell.period, cell.version)):
            if not runs or runs[-1][-1].observation.version != cell.version:
                runs.append([])
            runs[-1].append(Recorded(self.observation(cell), "", ""))
        return runs

    def observation(self, cell: Cell) -> Observation:
        """Return a cell as an observation that holds nothing but what is public."""
        return Observation(
            indicator=self.indicator.code,
            version=cell.version,
            period=cell.period,
            value=cell.value,
            numerator=cell.numerator,
            denominator=cell.denominator,
            area=cell.area,
            preliminary=cell.preliminary,
            source=cell.source,
            note=cell.note,
            low=cell.low,
            high=cell.high,
            suppressed="small" if cell.hidden else "",
        )

    def goal(self) -> Goal | None:
        """Return the target as a goal to draw and compare with; None without one, or while its baseline is hidden."""
        target = self.target
        if target is None or target.baseline is None:
            return None
        return Goal(self.indicator.code, target.version, target.baseline_period, target.baseline,
                    target.target_period, target.target, target.decided)  # fmt: skip


@dataclass(frozen=True)
class Batch:
    """A publication: number from 1, ISO day and moment (UTC), who published it, its figures, the hash of what it says
    (``digest``), that of the batch before ("" for the first), what it corrects, and what is withdrawn by now.
    """

    number: int
    day: str
    moment: str
    by: str
    figures: tuple[Figure, ...]
    previous: str
    digest: str = ""
    corrections: tuple[Correction, ...] = ()
    absent: tuple[Absent, ...] = ()

    def figure(self, code: str) -> Figure | None:
        """Return the figure of an indicator, or None."""
        return next((each for each in self.figures if each.indicator.code == code), None)

    def speaks(self, tag: str) -> bool:
        """Tell whether all that it holds has texts in a language, so that its page is no mixture."""
        return tag in self._languages

    @functools.cached_property
    def _languages(self) -> frozenset[str]:
        return frozenset(languages.registry()) - lacking(self.figures, languages.registry()).keys()

    def body(self) -> dict[str, Any]:
        """Return the batch as a document, with its hash."""
        body = {
            "number": self.number,
            "day": self.day,
            "moment": self.moment,
            "by": self.by,
            "previous": self.previous,
            "figures": [_figure_body(each) for each in self.figures],
            "corrections": [each.body() for each in self.corrections],
            "absent": [each.body() for each in self.absent],
        }
        return {**body, "digest": digests.of_published(body)}


@dataclass(frozen=True)
class Lack:
    """A text that figures have in no wording of a language: the indicator's code, and the address of the text."""

    code: str
    address: str


def lacking(figures: Sequence[Figure], tags: Iterable[str]) -> dict[str, list[Lack]]:
    """Return for each of the languages that figures cannot be offered in what they lack there."""
    texts = [(each.indicator.code, *pair) for each in figures for pair in each.indicator.texts()]
    found = {tag: [Lack(code, address) for code, address, text in texts if tag not in text] for tag in tags}
    return {tag: lacks for tag, lacks in found.items() if lacks}


def sealed(batch: Batch) -> Batch:
    """Return a batch with the hash of what it says."""
    return replace(batch, digest=batch.body()["digest"])


def content_hash(figures: Sequence[Figure], absent: Sequence[Absent] = ()) -> str:
    """Return a hash of figures and of what is withdrawn, to see whether they are those of a preview."""
    parts = [[_figure_body(each) for each in figures], [each.body() for each in absent]]
    return digests.of_json(parts)


def _figure_body(figure: Figure) -> dict[str, Any]:
    return {
        "indicator": {**asdict(figure.indicator), "sets": list(figure.indicator.sets),
                      "versions": [asdict(each) for each in figure.indicator.versions]},
        "target": asdict(figure.target) if figure.target is not None else None,
        "cells": [asdict(cell) for cell in figure.cells],
    }  # fmt: skip


def of_body(body: dict[str, Any]) -> Batch:
    """Return the batch of a document. Raises Problem figures.broken if it is not what was published."""
    if digests.of_published(body) != body["digest"]:
        raise Problem("figures.broken", number=body["number"])
    figures = []
    for each in body["figures"]:
        about = each["indicator"]
        versions = tuple(Version(**version) for version in about["versions"])
        indicator = Indicator(**{**about, "sets": tuple(about["sets"]), "versions": versions})
        target = Target(**each["target"]) if each["target"] is not None else None
        figures.append(Figure(indicator, target, tuple(Cell(**cell) for cell in each["cells"])))
    corrected = tuple(map(Correction.of_body, body.get("corrections", ())))
    absent = tuple(map(Absent.of_body, body.get("absent", ())))
    return Batch(body["number"], body["day"], body["moment"], body["by"], tuple(figures), body["previous"],
                 body["digest"], corrected, absent)  # fmt: skip


@dataclass(frozen=True)
class News:
    """What is told of a batch without its figures; ``codes`` are the indicators that are new or changed in it,
    ``corrections`` what it says of earlier batches.
    """

    number: int
    day: str
    moment: str
    by: str
    digest: str
    codes: tuple[str, ...]
    corrections: tuple[Correction, ...] = ()


class Batches:
    """The batches of a store. They never change, so those last asked for are kept in memory, and the news of all."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self._read: OrderedDict[int, Batch] = OrderedDict()
        self._news: dict[int, News] = {}
        self._lock = threading.Lock()

    def count(self) -> int:
        """Return how many batches there are, which is the number of the newest."""
        return self._store().collection(BATCHES).count()

    def newest(self) -> Batch | None:
        """Return the newest batch, or None. Raises Problem figures.broken."""
        count = self.count()
        return self.get(count) if count else None

    def get(self, number: int) -> Batch | None:
        """Return a batch, or None. Raises Problem figures.broken."""
        with self._lock:
            if number in self._read:
                self._read.move_to_end(number)
                return self._read[number]
        stored = self._store().collection(BATCHES).first(number=number)
        if stored is None:
            return None
        batch = of_body(stored.body)
        codes = (each.indicator.code for each in batch.figures if any(cell.batch == number for cell in each.cells))
        news = News(number, batch.day, batch.moment, batch.by, batch.digest, tuple(codes), batch.corrections)
        with self._lock:
            self._news[number] = news
            self._read[number] = batch
            while len(self._read) > _MOST_KEPT:
                self._read.popitem(last=False)
        return batch

    def news(self) -> list[News]:
        """Return the news of all batches, newest first."""
        found = []
        for number in range(self.count(), 0, -1):
            if number not in self._news:
                self.get(number)
            found.append(self._news[number])
        return found

    def remarks(self, batch: Batch) -> Remarks:
        """Return what is to be known of the figures of a batch by now."""
        return corrections.remarks(batch, self.news())
