"""Our published figures beside those of other counties: which of them count the same, and what differs if they don't.

Figures count the same only if version, wording, direction and origin of the definition are the same. Others are shown
with the difference, and nothing is drawn across them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from survey_service.monitoring.definitions import Indicators
from survey_service.packages import figures
from survey_service.packages.figures import Defined, Given, Texts
from survey_service.packages.kept import Kept
from survey_service.packages.manifest import County

OURS, SAME, WORDING, VERSION = "ours", "same", "wording", "version"
MISSING, GONE, UNKNOWN = "missing", "gone", "unknown"
"""How a county's indicator stands to ours: it has none, no longer has it, or has it while we don't publish it."""
DEFINING = ("de", "en")
"""The languages in which an indicator is defined; a translation may be worded otherwise and count the same."""
NEWEST = ""
"""Of no period: the newest figure of each county."""


@dataclass(frozen=True)
class Difference:
    """A text or fact of the definition that differs: its name (``name``, ``definition``, ``better``, ``source``), the
    language it is in ("" for a fact), ours and theirs."""

    name: str
    tag: str
    ours: str
    theirs: str


@dataclass(frozen=True)
class Beside:
    """One county in the comparison of an indicator. ``figure`` is None if it has none of the period; ``newest`` is then
    the period of the newest it has, "" if there is none at all. ``made`` is the day of its package or publication,
    ``licence`` the address of the licence that it is under."""

    county: County
    standing: str
    figure: Given | None
    newest: str
    made: str = ""
    version: int = 0
    differences: tuple[Difference, ...] = ()
    comparable: bool = False
    licence: str = ""


@dataclass(frozen=True)
class Compared:
    """An indicator: code, name and field as we have them, else as they have; the period that is compared (NEWEST if we
    have no figure); the counties, ours first; ``periods`` are those that anybody has figures of, newest first."""

    code: str
    name: Texts
    field: str
    period: str
    besides: tuple[Beside, ...]
    periods: tuple[str, ...]

    @property
    def most(self) -> float:
        """The largest share of those that can be compared, in percent, to draw them by."""
        shown = [each.figure.percent for each in self.besides if each.comparable and each.figure is not None]
        return max((share for share in shown if share is not None), default=0.0)


def compare(
    ours: County,
    public: Mapping[str, Any] | None,
    indicators: Indicators,
    packages: Sequence[Kept],
    period: str = NEWEST,
) -> list[Compared]:
    """Return the comparison of all indicators that anybody has published, ours first, in the order of their files.

    ``public`` is what our own package would hold, None if nothing was published. ``period`` chooses one; else each
    indicator is compared in the newest period that we have a figure of.
    """
    mine = {each.code: each for each in figures.of_content(public)} if public is not None else {}
    theirs = [(each, {one.code: one for one in figures.of_content(each.content)}) for each in packages]
    codes = [code for code in indicators if code in mine or any(code in found for _, found in theirs)]
    for found in (mine, *(found for _, found in theirs)):
        codes += [code for code in found if code not in codes]
    whole = [_compared(ours, code, mine.get(code), theirs, period) for code in codes]
    licences = {each.county: each.licence.get("url", "") for each in packages}
    days = {each.county: each.made[:10] for each in packages}
    if public is not None:
        licences[ours.key], days[ours.key] = str(public["license"]), str(public["day"])
    return [_dated(each, days, licences) for each in whole]


def _dated(compared: Compared, days: Mapping[str, str], licences: Mapping[str, str]) -> Compared:
    """Return a comparison with the day and the licence of what each county gave."""
    besides = (
        replace(each, made=days.get(each.county.key, ""), licence=licences.get(each.county.key, ""))
        for each in compared.besides
    )
    return replace(compared, besides=tuple(besides))


def _compared(
    ours: County,
    code: str,
    mine: Defined | None,
    theirs: Sequence[tuple[Kept, Mapping[str, Defined]]],
    period: str,
) -> Compared:
    own = mine.of_county() if mine is not None else []
    chosen = period or (own[-1].period if own else NEWEST)
    first = _beside(ours, OURS if mine is not None else MISSING, mine, chosen)
    besides = [first]
    for package, found in theirs:
        county, other = County(package.county, package.name), found.get(code)
        if other is None:
            standing = GONE if code in package.gone else MISSING
            besides.append(Beside(county, standing, None, ""))
        elif mine is None:
            besides.append(_beside(county, UNKNOWN, other, chosen))
        else:
            besides.append(_against(mine, first, _beside(county, SAME, other, chosen), other))
    some = mine or next(found[code] for _, found in theirs if code in found)
    all_periods = {one.period for each in (mine, *(found.get(code) for _, found in theirs)) if each is not None
                   for one in each.of_county()}  # fmt: skip
    drawn = sum(each.comparable for each in besides[1:]) > 0
    besides[0] = replace(first, comparable=drawn and _has_share(first.figure))
    return Compared(code, some.name, some.field, chosen, tuple(besides), tuple(sorted(all_periods, reverse=True)))


def _beside(county: County, standing: str, defined: Defined | None, period: str) -> Beside:
    """Return a county with its figure of a period; of its newest version if there are several."""
    own = defined.of_county() if defined is not None else []
    fitting = [each for each in own if period in (NEWEST, each.period)]
    figure = fitting[-1] if fitting else None
    version = figure.version if figure is not None else defined.newest if defined is not None else 0
    return Beside(county, standing, figure, own[-1].period if own else "", version=version)


def _against(mine: Defined, first: Beside, other: Beside, defined: Defined) -> Beside:
    """Return how another county's indicator stands to ours, with all that differs in the definition."""
    differences = tuple(_differences(mine, first.version, defined, other.version))
    standing = VERSION if first.version != other.version else WORDING if differences else SAME
    comparable = standing == SAME and _has_share(first.figure) and _has_share(other.figure)
    return replace(other, standing=standing, differences=differences, comparable=comparable)


def _has_share(figure: Given | None) -> bool:
    return figure is not None and figure.percent is not None


def _differences(mine: Defined, own: int, theirs: Defined, other: int) -> Iterator[Difference]:
    yield from _texts("name", mine.name, theirs.name)
    yield from _texts("definition", mine.versions.get(own, {}), theirs.versions.get(other, {}))
    for name in ("better", "source"):
        ours, given = getattr(mine, name), getattr(theirs, name)
        if ours != given:
            yield Difference(name, "", ours, given)


def _texts(name: str, ours: Texts, theirs: Texts) -> Iterator[Difference]:
    """Yield the wordings that differ, of DEFINING that both have; blanks and line ends count for nothing."""
    for tag in DEFINING:
        if tag in ours and tag in theirs and ours[tag].split() != theirs[tag].split():
            yield Difference(name, tag, ours[tag], theirs[tag])


def rows(compared: Sequence[Compared]) -> Iterator[dict[str, object]]:
    """Yield the comparison as rows for files: one for each indicator and county."""
    for each in compared:
        for one in each.besides:
            figure = one.figure
            yield {
                "indicator": each.code,
                "name_de": each.name.get("de", ""),
                "name_en": each.name.get("en", ""),
                "field": each.field,
                "county": one.county.key,
                "county_name": one.county.name,
                "definition": one.standing,
                "version": one.version or None,
                "comparable": one.comparable,
                "period": figure.period if figure is not None else each.period,
                "percent": figure.percent if figure is not None else None,
                "numerator": figure.numerator if figure is not None else None,
                "denominator": figure.denominator if figure is not None else None,
                "low": figure.low if figure is not None else None,
                "high": figure.high if figure is not None else None,
                "state": figure.state if figure is not None else "none",
                "source": figure.source if figure is not None else "",
                "correction": figure.correction if figure is not None else "",
                "made": one.made,
                "licence": one.licence,
            }
