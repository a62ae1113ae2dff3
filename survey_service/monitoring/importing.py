"""Official figures from a table: read whole, every fault with its cell; nothing is recorded unless all of it fits."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from survey_service.monitoring import observations, periods
from survey_service.monitoring.definitions import Indicators
from survey_service.monitoring.observations import COUNTY, IMPORTED, Observation
from survey_service.problems import D_, Problem, Said, said
from survey_service.questionnaire.xlsform.workbook import Row, Sheet, letter
from survey_service.store.base import Store

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "indicator": ("indicator", "kennzahl", "indikator", "code"),
    "period": ("period", "zeitraum", "jahr"),
    "area": ("area", "gebiet", "gemeinde", "ags"),
    "numerator": ("numerator", "zähler", "zaehler"),
    "denominator": ("denominator", "nenner"),
    "percent": ("percent", "prozent", "wert"),
    "unit": ("unit", "einheit"),
    "state": ("state", "stand", "status"),
    "source": ("source", "quelle"),
    "note": ("note", "anmerkung", "bemerkung"),
}
"""Column → the headings it may have, in lower case."""
NEEDED = ("indicator", "period", "source")
_UNITS = frozenset({"%", "percent", "prozent", ""})
_STATES = {"": False, "final": False, "endgültig": False, "preliminary": True, "vorläufig": True}
_GROUPED = re.compile(r"\d{1,3}(?:[. \u00a0\u202f']\d{3})+")
"""A number in groups of three digits: 1.000 is a thousand in German."""
_WHOLE = re.compile(r"(\d+)(?:[.,]0+)?")
_DECIMAL = re.compile(r"\d{1,3}(?:[.,]\d+)?")
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the sheet, and the cell as spreadsheets name it (``C7``) or the row alone."""

    sheet: str
    cell: str
    reason: Said


@dataclass(frozen=True)
class Plan:
    """What a table holds: the observations, and the faults that stand against recording any of them."""

    observations: tuple[Observation, ...]
    faults: tuple[Fault, ...]


def read(sheets: Sequence[Sheet], indicators: Indicators, areas: frozenset[str]) -> Plan:
    """Read the sheets of a file; ``areas`` are the keys of municipalities. Nothing is recorded."""
    found: list[Observation] = []
    faults: list[Fault] = []
    cells: dict[str, str] = {}
    for sheet in sheets:
        columns = _columns(sheet)
        missing = [name for name in NEEDED if name not in columns]
        if missing:
            reason = said(D_("The columns are missing: %(names)s."), names=", ".join(missing))
            faults.append(Fault(sheet.name, "1", reason))
            continue
        for row in sheet.rows:
            reader = _Reader(sheet, row, columns, indicators, areas)
            observation = reader.observation()
            faults += reader.faults
            if observation is None:
                continue
            if observation.key in cells:
                reason = said(D_("The same figure stands in row %(row)s already."), row=cells[observation.key])
                faults.append(Fault(sheet.name, str(row.number), reason))
            cells.setdefault(observation.key, str(row.number))
            found.append(observation)
    if not found and not faults:
        faults.append(Fault(sheets[0].name if sheets else "", "1", said(D_("There are no rows."))))
    return Plan(tuple(found), tuple(faults))


def keep(store: Store, indicators: Indicators, plan: Plan, by: str, *, reason: str = "") -> dict[str, int]:
    """Record the observations of a plan, all or none, and return how many were new, changed and unchanged.

    Raises Problems observation.faulty if there is any fault, and observation.reason if a final figure changes without
    one.
    """
    if plan.faults:
        raise faulty(plan)
    counts = dict.fromkeys((observations.NEW, observations.CHANGED, observations.UNCHANGED), 0)
    with store.transaction():
        for observation in plan.observations:
            indicator = indicators[observation.indicator]
            counts[observations.record(store, indicator, observation, by, reason=reason)] += 1
    return counts


def faulty(plan: Plan) -> Problem:
    """Return the Problem that names all faults of a plan with their cells."""
    listing = tuple(
        said(D_("%(sheet)s, cell %(cell)s: %(reason)s"), sheet=fault.sheet, cell=fault.cell, reason=fault.reason)
        for fault in plan.faults[:100]
    )
    return Problem("observation.faulty", count=len(plan.faults), listing=listing)


def figure_of(cells: Mapping[str, str]) -> tuple[float, int | None, int | None]:
    """Return value, numerator and denominator of what was typed for ``numerator``, ``denominator`` and ``percent``.

    Raises Problem observation.share.
    """
    names = ("numerator", "denominator", "percent")
    row = Row(1, {place: cells[name] for place, name in enumerate(names) if cells.get(name)})
    reader = _Reader(Sheet(""), row, {name: place for place, name in enumerate(names)}, {}, frozenset())
    value, numerator, denominator = reader.value()
    if value is None:
        raise Problem("observation.share")
    return value, numerator, denominator


def _columns(sheet: Sheet) -> dict[str, int]:
    names = {heading: name for name, headings in COLUMNS.items() for heading in headings}
    found: dict[str, int] = {}
    for index, heading in sheet.headers.items():
        name = names.get(heading.strip().casefold())
        if name is not None:
            found.setdefault(name, index)
    return found


class _Reader:
    """Reads one row; what is wrong with it is kept with its cell."""

    def __init__(
        self, sheet: Sheet, row: Row, columns: Mapping[str, int], indicators: Indicators, areas: frozenset[str]
    ) -> None:
        self.sheet, self.row, self.columns = sheet, row, columns
        self.indicators, self.areas = indicators, areas
        self.faults: list[Fault] = []

    def text(self, name: str) -> str:
        """Return a cell's text, "" if there is none."""
        return self.row.cells.get(self.columns.get(name, -1), "").strip()

    def fault(self, name: str, message: str, **values: object) -> None:
        """Note what is wrong with a cell."""
        column = self.columns.get(name)
        cell = f"{letter(column)}{self.row.number}" if column is not None else str(self.row.number)
        self.faults.append(Fault(self.sheet.name, cell, said(message, **values)))

    def observation(self) -> Observation | None:
        """Return the row's observation, or None if anything is wrong with it."""
        indicator = self.indicators.get(self.text("indicator").upper())
        if indicator is None:
            self.fault("indicator", D_("“%(code)s” is no indicator."), code=self.text("indicator")[:20])
            return None
        if indicator.computed:
            self.fault("indicator", D_("%(code)s is computed from answers and offers."), code=indicator.code)
        period = periods.read(self.text("period"))
        if not periods.fits(period, indicator.period):
            if indicator.period == periods.YEAR:
                self.fault("period", D_("%(code)s has a figure a year: write 2026."), code=indicator.code)
            else:
                self.fault("period", D_("%(code)s has a figure a quarter: write 2026-Q2."), code=indicator.code)
        area = self.text("area")
        if area != COUNTY and area not in self.areas:
            self.fault("area", D_("“%(area)s” is the key of no municipality of the county."), area=area[:20])
        if self.text("unit").casefold() not in _UNITS:
            self.fault("unit", D_("The unit of %(code)s is percent."), code=indicator.code)
        state = self.text("state").casefold()
        if state not in _STATES:
            self.fault("state", D_("Write final or preliminary."))
        if not self.text("source"):
            self.fault("source", D_("The source is missing."))
        value, numerator, denominator = self.value()
        if self.faults or value is None:
            return None
        return Observation(
            indicator=indicator.code,
            version=indicator.current.version,
            period=period,
            value=value,
            numerator=numerator,
            denominator=denominator,
            area=area,
            preliminary=_STATES[state],
            source=self.text("source"),
            note=self.text("note"),
            origin=IMPORTED,
        )

    def value(self) -> tuple[float | None, int | None, int | None]:
        """Return value, numerator and denominator of a row; the value is None after a fault."""
        percent = self._percent()
        counts = [self._count(name) for name in ("numerator", "denominator")]
        if self.faults:
            return None, None, None
        numerator, denominator = counts
        if numerator is None or denominator is None:
            if numerator is not None or denominator is not None:
                other = "denominator" if denominator is None else "numerator"
                self.fault(other, D_("Numerator and denominator go together."))
            elif percent is None:
                self.fault("percent", D_("There is no figure: give numerator and denominator, or the percentage."))
            return percent, None, None
        if denominator == 0:
            self.fault("denominator", D_("The denominator is 0: there is no share of nothing."))
            return None, None, None
        if numerator > denominator:
            self.fault("numerator", D_("The numerator is larger than the denominator: that is more than 100 percent."))
            return None, None, None
        value = numerator / denominator
        if percent is not None and abs(percent - value) > 0.0005:
            shown = f"{value * 100:.1f}"
            self.fault("percent", D_("Numerator and denominator make %(percent)s percent."), percent=shown)
        return value, numerator, denominator

    def _percent(self) -> float | None:
        text = self.text("percent").translate(_DIGITS).removesuffix("%").strip()
        if not text:
            return None
        if not _DECIMAL.fullmatch(text):
            self.fault("percent", D_("“%(text)s” is no percentage."), text=text[:20])
            return None
        value = float(text.replace(",", "."))
        if value > 100:
            self.fault("percent", D_("A percentage is at most 100."))
        return value / 100

    def _count(self, name: str) -> int | None:
        text = self.text(name).translate(_DIGITS)
        if not text:
            return None
        grouped, plain = _GROUPED.fullmatch(text), _WHOLE.fullmatch(text)
        if len(text) > 15 or not (grouped or plain):
            self.fault(name, D_("“%(text)s” is no count: write digits only."), text=text[:20])
            return None
        return int(re.sub(r"\D", "", text) if plain is None or grouped else plain[1])


def rows(recorded: Sequence[observations.Recorded]) -> Iterator[dict[str, str]]:
    """Yield observations as rows with the columns of a table that `read` takes."""
    for each in recorded:
        found = each.observation
        yield {
            "indicator": found.indicator,
            "period": found.period,
            "area": found.area,
            "numerator": "" if found.numerator is None else str(found.numerator),
            "denominator": "" if found.denominator is None else str(found.denominator),
            "percent": "" if found.value is None else f"{found.value * 100:.10g}",
            "unit": "percent",
            "state": "preliminary" if found.preliminary else "final",
            "source": found.source,
            "note": found.note,
        }
