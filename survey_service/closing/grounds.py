"""What statements of the concept rest on: whose answers, of which waves, and which need they are about."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.concept import evidence
from survey_service.concept.model import STATEMENT, Concept, Evidence, Item, Wording
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.reports import report as reports
from survey_service.reports.report import Report
from survey_service.statistics.disclosure import THRESHOLD, share_reason
from survey_service.statistics.rounding import rounded
from survey_service.statistics.shares import wilson
from survey_service.store.base import Store

_NEED = ".need."


@dataclass(frozen=True)
class Ground:
    """The answers behind a statement: to which questionnaire, of which periods, oldest first, and about which need
    ("" if it is about none).
    """

    questionnaire: str
    periods: tuple[str, ...]
    need: str


@dataclass(frozen=True)
class Disclosed:
    """Figures as everybody may see them: rounded, or None."""

    count: int | None
    n: int | None


HIDDEN = Disclosed(None, None)


class Grounds:
    """Looks grounds up; each report is read once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._reports: dict[int, tuple[Report | None, dict[str, Mapping[str, Any]]]] = {}

    def of(self, item: Item) -> Ground | None:
        """Return what a statement rests on; None if that is a judgement, or the report has gone."""
        basis = item.wording.basis
        if item.kind != STATEMENT or not isinstance(basis, Evidence):
            return None
        report, block = self._block(basis)
        if report is None or block is None:
            return None
        for name, facts in report.basis.items():
            if block["revisions"] and set(block["revisions"]) <= set(facts["revisions"]):
                return Ground(name, tuple(sorted(facts["periods"])), basis.block.partition(_NEED)[2])
        return None

    def texts(self, wording: Wording, shown: Disclosed) -> Text:
        """Return the sentence of a statement for everybody.

        If it is the report's own, the rounded numbers stand in it, in each language of the report; else it is as
        somebody worded it.
        """
        basis = wording.basis
        _, block = self._block(basis) if isinstance(basis, Evidence) else (None, None)
        if block is None or evidence.texts_of(block).get("de") != wording.texts.get("de"):
            return wording.texts
        return evidence.texts_of({**block, "values": {**block["values"], **_values(shown)}})

    def disclosed(self, item: Item, adopted: Iterable[Concept]) -> Disclosed:
        """Return the figures of a statement as everybody may see them: rounded to 5; hidden if they are about fewer
        than 5 people, or if they differ by fewer than 5 from earlier ones of the same people in an adopted version.
        """
        basis = item.wording.basis
        now = _groups(basis) if isinstance(basis, Evidence) else None
        if now is None or share_reason(now[0], now[2]) is not None:
            return HIDDEN
        for before in self._earlier(item, adopted):
            if any(0 < abs(new - old) < THRESHOLD for new, old in zip(now, before, strict=True)):
                return HIDDEN
        return Disclosed(rounded(now[0]), rounded(now[2]))

    def _earlier(self, item: Item, adopted: Iterable[Concept]) -> Iterator[tuple[int, int, int]]:
        """Yield earlier figures of the same statement of a report that may hold answers of the same people."""
        basis, mine = item.wording.basis, self.of(item)
        for each in (each for concept in adopted for each in concept.items):
            other = each.wording.basis
            if not (isinstance(other, Evidence) and isinstance(basis, Evidence) and other.report < basis.report):
                continue
            if (other.plugin, other.block) != (basis.plugin, basis.block) or (groups := _groups(other)) is None:
                continue
            theirs = self.of(each)
            if mine is None or theirs is None or not set(mine.periods).isdisjoint(theirs.periods):
                yield groups

    def _block(self, basis: Evidence) -> tuple[Report | None, Mapping[str, Any] | None]:
        if basis.report not in self._reports:
            try:
                report: Report | None = reports.load(self._store, basis.report)
            except Problem:
                report = None
            blocks = report.blocks if report is not None else ()
            statements = {each["id"]: each for each in blocks if each["type"] == STATEMENT}
            self._reports[basis.report] = report, statements
        found, by_id = self._reports[basis.report]
        return found, by_id.get(basis.block)


def _values(shown: Disclosed) -> dict[str, Any]:
    if shown.count is None or not shown.n:
        return {name: {"kind": "hidden", "value": None} for name in ("count", "n", "share", "low", "high")}
    low, high = wilson(shown.count / shown.n, shown.n)
    shares = {"share": shown.count / shown.n, "low": low, "high": high}
    return {
        **{name: {"kind": "persons", "value": value} for name, value in (("count", shown.count), ("n", shown.n))},
        **{name: {"kind": "percent", "value": value} for name, value in shares.items()},
    }


def _groups(basis: Evidence) -> tuple[int, int, int] | None:
    """Return how many people said it, how many did not, and all."""
    if basis.suppressed is not None or basis.count is None or basis.n is None:
        return None
    return basis.count, basis.n - basis.count, basis.n
