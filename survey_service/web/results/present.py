"""What the pages of published figures say: shares in words, how they stand to the target, charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from flask_babel import format_date, format_decimal, format_percent
from markupsafe import Markup

from survey_service.monitoring import files, goals
from survey_service.monitoring.corrections import CORRECTED, WITHDRAWN, WRONG, Absent, Place, Remark, Remarks
from survey_service.monitoring.figures import HIDDEN, Batch, Cell, Figure
from survey_service.monitoring.observations import COUNTY
from survey_service.problems import N_
from survey_service.questionnaire.model import Text
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.trend import trend

if TYPE_CHECKING:
    from survey_service.web.results.pages import Wanted

MARKS: Mapping[str, str] = {CORRECTED: N_("corrected"), WRONG: N_("wrong"), WITHDRAWN: N_("withdrawn")}
"""What stands beside a figure that was wrong, or stands for one that was."""
TOLD: Mapping[str, str] = {
    CORRECTED: N_("Corrected with publication %(number)s on %(day)s."),
    WRONG: N_("This figure was wrong. Publication %(number)s of %(day)s corrects it."),
    WITHDRAWN: N_("This figure was wrong. It was withdrawn with publication %(number)s on %(day)s."),
}
TOGETHER = "all"
"""What stands in an address for the topic of all topics together."""
BETTER: Mapping[str, str] = {"up": N_("More is better."), "down": N_("Less is better.")}
STANDING: Mapping[str, str] = {
    goals.REACHED: N_("The target is reached."),
    goals.ON_THE_WAY: N_("Better than at the start: %(share)s in %(period)s."),
    goals.AWAY: N_("Worse than at the start: %(share)s in %(period)s."),
    goals.OPEN: N_("The same as at the start: %(share)s in %(period)s."),
}


@dataclass(frozen=True)
class Row:
    """A row of a table: a cell in words with the ``marks`` beside it, or where the definition changed (then ``broken``
    says so).
    """

    period: str
    area: str
    share: str
    counts: str
    limits: str
    marks: Sequence[str] = ()
    broken: str = ""


@dataclass(frozen=True)
class Shown:
    """An indicator on a page."""

    figure: Figure
    definition: Text
    better: str
    target: str
    standing: str
    chart: Markup
    rows: Sequence[Row]
    sources: Sequence[str]
    notes: Sequence[str]
    any_hidden: bool
    any_rounded: bool
    remarks: Sequence[tuple[str, Remark]] = ()


def share(value: float | None) -> str:
    """Return a share as it is written here, the same number as in the files; "•" for a hidden one."""
    number = files.percent(value)
    return HIDDEN if number is None else str(format_percent(Decimal(str(number)) / 100, format="0.# %"))


def day(iso: str) -> str:
    """Return a day as it is written here."""
    return str(format_date(dt.date.fromisoformat(iso), "long"))


def fields(figures: Iterable[Figure]) -> list[str]:
    """Return the topics there are figures of, in their order."""
    return list(dict.fromkeys(figure.indicator.field for figure in figures))


def names() -> dict[str, Text]:
    """Return the names of topics and municipalities by code."""
    library = current().library
    return library.labels("fields_of_action") | library.labels("municipalities")


def areas(figures: Sequence[Figure], batch: Batch) -> list[str]:
    """Return the areas there are figures of, or were until they were withdrawn, the county first."""
    gone = {area for each in _withdrawn(figures, batch) for area in each.areas}
    return sorted({area for figure in figures for area in figure.areas} | gone | {COUNTY})


def years(figures: Sequence[Figure], batch: Batch) -> list[str]:
    """Return the years there are figures of, or were until they were withdrawn, newest first."""
    gone = {each.period[:4] for each in _withdrawn(figures, batch)}
    return sorted({year for figure in figures for year in figure.years} | gone, reverse=True)


def _withdrawn(figures: Sequence[Figure], batch: Batch) -> list[Absent]:
    codes = {figure.indicator.code for figure in figures}
    return [each for each in batch.absent if each.indicator in codes]


def shown(figure: Figure, wanted: Wanted, remarks: Remarks) -> Shown:
    """Return an indicator as a page shows it: the area and year that are asked for."""
    own = {place: remark for (code, place), remark in remarks.items() if code == figure.indicator.code}
    runs = figure.runs(wanted.area, wanted.year)
    cells = {cell.key: cell for cell in figure.cells}
    rows: list[Row] = []
    used: list[Cell] = []
    for number, run in enumerate(runs):
        if number:
            rows.append(_break(run[0].observation.period))
        for each in run:
            cell = cells[each.observation.version, each.observation.period, each.observation.area]
            used.append(cell)
            rows.append(_row(cell, own.get(cell.key)))
    gone = _gone(figure, wanted)
    for version, period, area in gone:
        row = Row(period, area, "–", "", "", _marks(own.get((version, period, area))))
        rows.insert(next((at for at, each in enumerate(rows) if each.period > period), len(rows)), row)
    told = [own[place] for place in (*(cell.key for cell in used), *gone) if place in own]
    goal = figure.goal() if wanted.area == COUNTY else None
    version = used[-1].version if used else figure.indicator.current.version
    definition = figure.indicator.version(version) or figure.indicator.current
    return Shown(
        figure=figure,
        definition=definition.definition,
        better=gettext(BETTER[figure.indicator.better]) if figure.indicator.better in BETTER else "",
        target=_target(figure) if wanted.area == COUNTY else "",
        standing=_standing(figure) if wanted.area == COUNTY else "",
        chart=trend(runs, goal, gettext("Chart. The table below says the same.")) if len(used) > 1 else Markup(""),
        rows=list(reversed(rows)),
        sources=list(dict.fromkeys(cell.source for cell in used if cell.source)),
        notes=list(dict.fromkeys(cell.note for cell in used if cell.note)),
        any_hidden=any(cell.hidden for cell in used),
        any_rounded=any(cell.rounded for cell in used),
        remarks=[(_told(remark), remark) for remark in dict.fromkeys(told)],
    )


def _gone(figure: Figure, wanted: Wanted) -> list[Place]:
    """Return the places of figures that are withdrawn in what is asked for."""
    return [
        (each.version, each.period, wanted.area)
        for each in wanted.batch.absent
        if each.indicator == figure.indicator.code and wanted.area in each.areas and each.period.startswith(wanted.year)
    ]


def _told(remark: Remark) -> str:
    return gettext(TOLD[remark.kind], number=remark.batch, day=day(remark.day))


def by_area(figure: Figure, wanted: Wanted, remarks: Remarks) -> tuple[str, list[Row]]:
    """Return the newest period of the year that is asked for with figures of municipalities, and a row for each."""
    chosen = [cell for cell in figure.cells if cell.area != COUNTY and cell.period.startswith(wanted.year)]
    period = max((cell.period for cell in chosen), default="")
    code = figure.indicator.code
    return period, [_row(cell, remarks.get((code, cell.key))) for cell in files.by_area(figure, period)]


def _marks(remark: Remark | None) -> list[str]:
    return [gettext(MARKS[remark.kind])] if remark is not None else []


def _row(cell: Cell, remark: Remark | None) -> Row:
    counts = limits = ""
    if cell.numerator is not None and cell.denominator is not None:
        part, whole = (str(format_decimal(number)) for number in (cell.numerator, cell.denominator))
        counts = gettext("%(part)s of %(whole)s", part=part, whole=whole)
    if cell.low is not None and cell.high is not None:
        limits = gettext("between %(low)s and %(high)s", low=share(cell.low), high=share(cell.high))
    marks = [gettext("preliminary")] if cell.preliminary else []
    return Row(cell.period, cell.area, share(cell.value), counts, limits, [*marks, *_marks(remark)])


def _break(period: str) -> Row:
    told = gettext(
        "From %(period)s on it was counted differently. Do not compare with earlier figures.", period=_isolated(period)
    )
    return Row(period, "", "", "", "", broken=told)


def _isolated(period: str) -> str:
    """Return a period so that a sentence from right to left doesn't turn 2026-Q2 round."""
    return period if period.isdigit() else f"\u2068{period}\u2069"


def _target(figure: Figure) -> str:
    target = figure.target
    if target is None:
        return ""
    return gettext(
        "Target: %(share)s by %(period)s.", share=share(target.target), period=_isolated(target.target_period)
    )


def _standing(figure: Figure) -> str:
    """Return in words how the newest figure stands to the target; "" if that cannot be said from what is public."""
    goal = figure.goal()
    runs = figure.runs()
    newest = runs[-1][-1].observation if runs else None
    if goal is None or newest is None or newest.value is None or newest.version != goal.version:
        return ""
    state = goals.progress(figure.indicator, goal, newest.value)
    return gettext(STANDING[state], share=share(goal.baseline), period=_isolated(goal.baseline_period))
