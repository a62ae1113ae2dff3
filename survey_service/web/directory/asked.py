"""What a visitor of the directory asks for, from the arguments of an address and back. Nothing of it is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import request, url_for

from survey_service.offers.directory import LONGEST_QUERY, Wanted
from survey_service.offers.entry import COUNTY, DAY, FIELD, FLAG, FLAGS, KIND, LANGUAGE, PLACE, Mark
from survey_service.web.directory.naming import Names

QUERY, PAGE, INACTIVE = "q", "page", "inactive"
ARGUMENTS: Mapping[str, str] = {
    FIELD: "field",
    LANGUAGE: "language",
    DAY: "day",
    KIND: "kind",
    PLACE: "place",
    FLAG: "only",
}
"""Kind of code → the argument that chooses one."""
_SEVERAL = (FIELD, LANGUAGE, DAY, KIND)
_MOST_PAGES = 6
"""Digits of the longest number of a page."""


def read(names: Names) -> tuple[Wanted, bool]:
    """Return what is asked for, and whether some code is none and was left out."""
    given = {kind: list(filter(None, request.args.getlist(name))) for kind, name in ARGUMENTS.items()}
    known = {kind: _known(names, kind, values) for kind, values in given.items()}
    wanted = Wanted(
        query=" ".join(request.args.get(QUERY, "").replace("\0", " ").split()),
        chosen={kind: tuple(known[kind]) for kind in _SEVERAL if known[kind]},
        place=known[PLACE][0] if known[PLACE] else "",
        flags=tuple(flag for flag in FLAGS if flag in known[FLAG]),
        inactive=bool(request.args.get(INACTIVE)),
        page=_number(request.args.get(PAGE, "")),
    )
    return wanted, any(set(values) - set(known[kind]) for kind, values in given.items())


def _known(names: Names, kind: str, values: Iterable[str]) -> list[str]:
    return [value for value in dict.fromkeys(values) if (kind, value) in names.plain]


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_PAGES else 1


def base() -> tuple[str, list[tuple[str, str]]]:
    """Return the path of the list, and what its address carries besides: on a shared tablet, or in two languages."""
    parts = urlsplit(url_for("directory.offers"))
    return parts.path, parse_qsl(parts.query)


def arguments(wanted: Wanted) -> list[tuple[str, str]]:
    """Return the arguments that ask for something, without the page."""
    pairs = [(QUERY, wanted.query[: LONGEST_QUERY * 2])] if wanted.query else []
    pairs += [(ARGUMENTS[PLACE], wanted.place)] if wanted.place else []
    pairs += [(ARGUMENTS[kind], value) for kind in _SEVERAL for value in wanted.chosen.get(kind, ())]
    pairs += [(ARGUMENTS[FLAG], flag) for flag in wanted.flags]
    return pairs + ([(INACTIVE, "yes")] if wanted.inactive else [])


def address(wanted: Wanted, page: int = 1) -> str:
    """Return the address of a page of the list of what is asked for, from the results on."""
    path, carried = base()
    pairs = [*arguments(wanted), *([(PAGE, str(page))] if page > 1 else []), *carried]
    return f"{path}?{urlencode(pairs)}#found" if pairs else f"{path}#found"


def without(wanted: Wanted, mark: Mark) -> Wanted:
    """Return what is asked for without one of its filters."""
    kind, value = mark
    if kind == PLACE:
        return replace(wanted, place="", page=1)
    if kind == FLAG:
        return replace(wanted, flags=tuple(flag for flag in wanted.flags if flag != value), page=1)
    left = tuple(other for other in wanted.chosen.get(kind, ()) if other != value)
    return replace(wanted, chosen={**wanted.chosen, kind: left}, page=1)


def filters(wanted: Wanted) -> list[Mark]:
    """Return the filters that are chosen."""
    several = [(kind, value) for kind in _SEVERAL for value in wanted.chosen.get(kind, ())]
    return [*([(PLACE, wanted.place)] if wanted.place else []), *several, *((FLAG, flag) for flag in wanted.flags)]


def ways_on(wanted: Wanted) -> list[Wanted]:
    """Return what to ask for instead where nothing was found: everywhere, without filters."""
    everywhere = replace(wanted, place="", page=1)
    unfiltered = Wanted(query=wanted.query)
    return [
        *([everywhere] if wanted.place and wanted.place != COUNTY and everywhere != unfiltered else []),
        *([unfiltered] if filters(wanted) and wanted.query else []),
    ]
