"""What the preview of a publication says of figures that were public and are corrected or withdrawn with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from survey_service.monitoring import observations, publication
from survey_service.monitoring.corrections import Place
from survey_service.monitoring.figures import Figure
from survey_service.monitoring.publication import Draft, Period
from survey_service.web.context import current
from survey_service.web.manage import names


@dataclass(frozen=True)
class Wrong:
    """Figures of an indicator that were public and are corrected or withdrawn: period, area, before, now; "" if there
    is none.
    """

    code: str
    rows: Sequence[tuple[str, str, str, str]]


def withdrawn(values: Sequence[str]) -> frozenset[Period]:
    """Return what is to be withdrawn, of values like ``ARB1/1/2025``; what is none is left out."""
    parts = (value.split("/") for value in values)
    return frozenset(
        (part[0], int(part[1]), part[2])
        for part in parts
        if len(part) == 3 and part[1].isascii() and part[1].isdigit() and len(part[1]) < 4
    )


def published() -> dict[str, list[str]]:
    """Return what is public and can be withdrawn, by indicator: values for `withdrawn`, newest period first."""
    newest = current().batches.newest()
    found = {}
    for figure in newest.figures if newest is not None else ():
        code = figure.indicator.code
        groups = {(cell.period, cell.version) for cell in figure.cells}
        if groups:
            found[code] = [f"{code}/{version}/{period}" for period, version in sorted(groups, reverse=True)]
    return found


def wrong(draft: Draft) -> list[Wrong]:
    """Return what a draft corrects and withdraws, with the shares before and after."""
    newest = current().batches.newest()
    found = []
    for correction in draft.corrections:
        code = correction.indicator
        before = _shares(newest.figure(code) if newest is not None else None)
        now = _shares(next((each for each in draft.figures if each.indicator.code == code), None))
        rows = [(place[1], place[2], before.get(place, ""), now.get(place, "")) for place in correction.cells]
        found.append(Wrong(code, rows))
    return found


def _shares(figure: Figure | None) -> dict[Place, str]:
    return {cell.key: names.share(cell.value) for cell in figure.cells} if figure is not None else {}


def reason(draft: Draft) -> str:
    """Return why the figures were corrected when they were recorded, as a proposal for what everybody will read."""
    store, found = current().store, []
    for correction in draft.corrections:
        if not correction.withdrawn:
            recorded = observations.of_indicator(store, correction.indicator)
            whys = {(each.observation.version, each.observation.period, each.observation.area): each.reason
                    for each in recorded}  # fmt: skip
            found += [whys.get(place, "") for place in correction.cells]
    return "; ".join(dict.fromkeys(filter(None, found)))[: publication.LONGEST_REASON]
