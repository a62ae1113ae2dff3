"""What a publication says of figures that were public and wrong, and what is to be known of a figure for that reason.

Nothing that was published changes: a later batch corrects or withdraws it, says why, and all batches tell of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from survey_service.monitoring.figures import Batch, News

Place = tuple[int, str, str]
"""Version, period and area of a figure of an indicator."""


@dataclass(frozen=True)
class Correction:
    """What a batch says of figures of an indicator that were public and wrong: they stand in it as they are right, or
    are ``withdrawn`` with it; ``since`` is the first batch in which one of them stands, ``reason`` is for everybody, as
    the manager wrote it.
    """

    indicator: str
    cells: tuple[Place, ...]
    since: int
    withdrawn: bool
    reason: str = ""

    def body(self) -> dict[str, Any]:
        """Return it as a part of a document."""
        return {**asdict(self), "cells": [list(place) for place in self.cells]}

    @classmethod
    def of_body(cls, body: Mapping[str, Any]) -> Correction:
        """Return the correction of a document."""
        return cls(**{**body, "cells": tuple((version, period, area) for version, period, area in body["cells"])})


@dataclass(frozen=True)
class Absent:
    """Figures of an indicator, version and period that were withdrawn and have not come back, for some areas; ``batch``
    is the last one they stand in.
    """

    indicator: str
    version: int
    period: str
    areas: tuple[str, ...]
    batch: int

    def body(self) -> dict[str, Any]:
        """Return it as a part of a document."""
        return {**asdict(self), "areas": list(self.areas)}

    @classmethod
    def of_body(cls, body: Mapping[str, Any]) -> Absent:
        """Return what is withdrawn, of a document."""
        return cls(**{**body, "areas": tuple(body["areas"])})


CORRECTED, WRONG, WITHDRAWN = "corrected", "wrong", "withdrawn"


@dataclass(frozen=True)
class Remark:
    """What is to be known of a figure as a batch shows it: CORRECTED (it stands for one that was wrong), WRONG (a later
    batch corrects it) or WITHDRAWN; by which batch, of which day, and why.
    """

    kind: str
    batch: int
    day: str
    reason: str


Remarks = Mapping[tuple[str, Place], Remark]
"""By indicator and place; also of places that are not in the batch, because they were withdrawn."""


def remarks(batch: Batch, news: Iterable[News]) -> Remarks:
    """Return what is to be known of the figures of a batch, by the corrections of all batches (``news``)."""
    news = [one for one in news if one.corrections]
    if not news:
        return {}
    since = {(each.indicator.code, cell.key): cell.batch for each in batch.figures for cell in each.cells}
    gone = {(each.indicator, (each.version, each.period, area)) for each in batch.absent for area in each.areas}
    found: dict[tuple[str, Place], Remark] = {}
    for one in sorted(news, key=lambda one: one.number):
        for correction in one.corrections:
            for place in correction.cells:
                kind = _kind(correction, (correction.indicator, place), one.number, batch.number, since, gone)
                if kind:
                    remark = Remark(kind, one.number, one.day, correction.reason)
                    found[correction.indicator, place] = remark
    return found


def _kind(
    correction: Correction,
    key: tuple[str, Place],
    number: int,
    shown: int,
    since: Mapping[tuple[str, Place], int],
    gone: Collection[tuple[str, Place]],
) -> str:
    """Return what a correction of batch ``number`` means for a figure as batch ``shown`` has it, "" if nothing."""
    if number > shown:
        return "" if key not in since else WITHDRAWN if correction.withdrawn else WRONG
    if correction.withdrawn:
        return WITHDRAWN if key in gone else ""
    return CORRECTED if since.get(key) == number else ""
