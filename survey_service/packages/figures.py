"""The figures in a package: ``figures.json``, the very file that everybody can read at the sender's public address.

So nothing can leave that isn't public. What another county sends is checked number by number; a fault has its place.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as kept
from typing import Any

import orjson

from survey_service.monitoring import periods
from survey_service.monitoring.observations import COUNTY
from survey_service.packages.faults import Faults
from survey_service.packages.manifest import Manifest
from survey_service.problems import D_, Said, said

FILE = "figures.json"
LEAST = 5
"""No count of people below this is published, and none of those that are missing to the whole."""
RULES: Mapping[str, Any] = {"least": LEAST, "least_missing": LEAST, "surveys_rounded_to": 5, "interval_percent": 95}
"""The rules of disclosure control (docs/disclosure.md) that published figures follow; part of the manifest."""
STATES = ("final", "preliminary", "hidden", "withdrawn")
_ABOUT_PEOPLE = ("official", "county", "survey", "survey+offers")
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,19}")
_TOLERANCE = 0.1
"""How far a percentage, which has one decimal place, may be from numerator ÷ denominator."""
_MOST_ROWS = 100_000
Texts = Mapping[str, str]


@dataclass(frozen=True)
class Given:
    """One figure: percent and counts, None where they are hidden or there are none; ``correction`` says in words what
    was wrong with an earlier one, and why this one was withdrawn."""

    version: int
    period: str
    area: str
    percent: float | None
    numerator: int | None
    denominator: int | None
    low: float | None
    high: float | None
    state: str
    source: str
    correction: str = ""


@dataclass(frozen=True)
class Defined:
    """An indicator as its county defines it: ``versions`` are the wordings by number; ``better`` and ``source`` too
    belong to what is counted."""

    code: str
    name: Texts
    field: str
    better: str
    source: str
    versions: Mapping[int, Texts]
    figures: tuple[Given, ...] = kept(default=(), repr=False)

    @property
    def newest(self) -> int:
        """The number of the newest wording."""
        return max(self.versions)

    def of_county(self) -> list[Given]:
        """Return the figures of the whole county, oldest first."""
        return sorted(
            (each for each in self.figures if each.area == COUNTY), key=lambda each: (each.period, each.version)
        )


def read(data: bytes, manifest: Manifest) -> tuple[dict[str, Any], list[Defined]]:
    """Return the content of ``figures.json`` and its indicators. Raises Problem package.faulty, with all faults."""
    faults = Faults(FILE)
    try:
        content = orjson.loads(data)
    except orjson.JSONDecodeError:
        content = None
    lists = ("indicators", "figures")
    if not isinstance(content, dict) or not all(isinstance(content.get(key), list) for key in lists):
        faults.add("", said(D_("it is no list of indicators and figures")))
        faults.refuse()
    if len(content["figures"]) > _MOST_ROWS:
        faults.add("", said(D_("there are more than %(most)s figures"), most=_MOST_ROWS))
        faults.refuse()
    least = manifest.disclosure.get("least")
    if type(least) is not int or least < LEAST:
        faults.add("", said(D_("its rules would show numbers below %(least)s"), least=LEAST))
    defined = _all_defined(content["indicators"], faults)
    figures: dict[str, list[Given]] = {code: [] for code in defined}
    seen: set[tuple[Any, ...]] = set()
    for number, row in enumerate(content["figures"], 1):
        found = _Row(row, number, defined, manifest, faults).read()
        if found is None:
            continue
        code, given = found
        key = code, given.version, given.period, given.area
        if key in seen:
            faults.add(_place(row, number), said(D_("the figure stands there twice")))
        seen.add(key)
        figures[code].append(given)
    faults.raise_if_any()
    return content, [replace(each, figures=tuple(figures[each.code])) for each in defined.values()]


def of_content(content: Mapping[str, Any]) -> list[Defined]:
    """Return the indicators of a content that was checked when it came."""
    figures: dict[str, list[Given]] = {}
    for row in content["figures"]:
        figures.setdefault(row["indicator"], []).append(_given(row))
    return [
        Defined(
            row["code"],
            row["name"],
            row["field"],
            row["better"],
            row["source"],
            {each["version"]: each["definition"] for each in row["versions"]},
            tuple(figures.get(row["code"], ())),
        )
        for row in content["indicators"]
    ]


def _given(row: Mapping[str, Any]) -> Given:
    facts: dict[str, Any] = {name: row.get(name) for name in Given.__dataclass_fields__}
    return Given(**{**facts, "correction": facts["correction"] or ""})


def _all_defined(rows: list[Any], faults: Faults) -> dict[str, Defined]:
    found: dict[str, Defined] = {}
    for number, row in enumerate(rows, 1):
        place = str(row.get("code", number))[:20] if isinstance(row, dict) else str(number)
        versions = _versions(row.get("versions")) if isinstance(row, dict) else None
        texts = ("code", "field", "better", "source")
        named = versions is not None and all(isinstance(row.get(name), str) for name in texts)
        if versions is None or not named or not _texts(row.get("name")) or not _CODE.fullmatch(row["code"]):
            faults.add(place, said(D_("the indicator is not defined as it must be")))
        elif row["code"] in found:
            faults.add(place, said(D_("the code stands twice")))
        else:
            found[row["code"]] = Defined(row["code"], row["name"], row["field"], row["better"], row["source"], versions)
    return found


def _texts(value: Any) -> bool:
    """Tell whether something is a text as definitions have it: in German and English at least."""
    return (
        isinstance(value, dict) and value.keys() >= {"de", "en"} and all(isinstance(one, str) for one in value.values())
    )


def _versions(rows: Any) -> dict[int, Texts] | None:
    if not isinstance(rows, list) or not rows:
        return None
    found: dict[int, Texts] = {}
    for row in rows:
        if not isinstance(row, dict) or type(row.get("version")) is not int or not _texts(row.get("definition")):
            return None
        found[row["version"]] = row["definition"]
    return found if len(found) == len(rows) else None


def _place(row: Any, number: int) -> str:
    if not isinstance(row, dict):
        return str(number)
    return " ".join(str(row[name])[:20] for name in ("indicator", "period", "area") if row.get(name)) or str(number)


class _Row:
    """A row of the figures, with what is wrong with it."""

    def __init__(
        self, row: Any, number: int, defined: Mapping[str, Defined], manifest: Manifest, faults: Faults
    ) -> None:
        self.row: dict[str, Any] = row if isinstance(row, dict) else {}
        self.number, self.defined, self.manifest, self.faults = number, defined, manifest, faults
        self.place, self.good = _place(row, number), True

    def _fault(self, fault: Said) -> None:
        self.good = False
        self.faults.add(self.place, fault)

    def read(self) -> tuple[str, Given] | None:
        """Return the code and the figure, or None after a fault."""
        row = self.row
        indicator = self.defined.get(row["indicator"]) if isinstance(row.get("indicator"), str) else None
        if indicator is None:
            self._fault(said(D_("it is the figure of no indicator of the package")))
            return None
        for fault in self._of_place(indicator):
            self._fault(fault)
        for fault in self._of_numbers(indicator):
            self._fault(fault)
        if not self.good:
            return None
        return indicator.code, _given(row)

    def _of_place(self, indicator: Defined) -> Iterator[Said]:
        """Yield what is wrong with version, period, area and words."""
        row = self.row
        if type(row.get("version")) is not int or row["version"] not in indicator.versions:
            version = str(row.get("version"))[:20]
            yield said(D_("there is no version %(version)s of the definition in the package"), version=version)
        period = row.get("period")
        if not isinstance(period, str) or not any(periods.fits(period, kind) for kind in periods.KINDS):
            yield said(D_("“%(period)s” is no year and no quarter"), period=str(period)[:20])
        area, own = row.get("area"), re.compile(rf"{self.manifest.county.key}[0-9]{{3}}")
        if area != COUNTY and not (isinstance(area, str) and own.fullmatch(area)):
            yield said(D_("“%(area)s” is no municipality of this county"), area=str(area)[:20])
        words = row.get("source"), row.get("correction", "")
        if row.get("state") not in STATES or not all(isinstance(each, str) for each in words):
            yield said(D_("state or source is missing"))

    def _of_numbers(self, indicator: Defined) -> Iterator[Said]:
        """Yield what is wrong with the numbers."""
        row = self.row
        percent, low, high = (row.get(name) for name in ("percent", "low", "high"))
        numerator, denominator = row.get("numerator"), row.get("denominator")
        if row.get("state") in ("hidden", "withdrawn"):
            if any(each is not None for each in (percent, low, high, numerator, denominator)):
                yield said(D_("it is hidden and has numbers all the same"))
            return
        if not all(_is_share(each) for each in (percent, low, high) if each is not None) or percent is None:
            yield said(D_("a percentage is from 0 to 100"))
            return
        if (low is None) != (high is None) or (low is not None and not low <= percent <= high):
            yield said(D_("the percentage is not within its limits"))
        if numerator is not None or denominator is not None:
            yield from self._of_counts(indicator, percent, numerator, denominator)

    @staticmethod
    def _of_counts(indicator: Defined, percent: float, numerator: Any, denominator: Any) -> Iterator[Said]:
        if type(numerator) is not int or type(denominator) is not int or numerator < 0:
            yield said(D_("numerator and denominator are no counts"))
        elif denominator < 1:
            yield said(D_("the denominator is 0"))
        elif numerator > denominator:
            yield said(D_("the numerator is larger than the denominator"))
        elif abs(numerator / denominator * 100 - percent) > _TOLERANCE:
            yield said(D_("numerator and denominator make another percentage"))
        elif indicator.source in _ABOUT_PEOPLE and min(numerator, denominator - numerator) < LEAST:
            yield said(D_("it tells of fewer than %(least)s people"), least=LEAST)


def _is_share(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value) and 0 <= value <= 100
