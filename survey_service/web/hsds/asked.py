"""What a request asks of a list: parameters read and checked, and the page it gets."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from flask import request

from survey_service.offers.hsds.codes import JSON
from survey_service.problems import D_, Problem, Said, said

USUAL, MOST = 50, 500
"""How many entries a page has, and how many it may have."""
PAGING = ("page", "per_page", "format")
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_LARGEST = 10**9


def check(known: Collection[str]) -> None:
    """Return if the request has known parameters only, each once and of printable signs. Raises Problem hsds.query."""
    for name, values in request.args.lists():
        if name not in known:
            raise _refused(name, said(D_("There is no such parameter here; known: %(known)s."), known=", ".join(known)))
        if len(values) > 1 or not values[0].isprintable():
            raise _refused(name, said(D_("Give it once, with printable signs only.")))


def _refused(name: str, reason: Said) -> Problem:
    return Problem("hsds.query", name=name[:40] if name.isidentifier() else "?", reason=reason)


def text(name: str) -> str:
    """Return a parameter, "" if it is not given."""
    return request.args.get(name, "")


def truth(name: str) -> bool:
    """Return a parameter that is true or false, false if it is not given. Raises Problem hsds.query."""
    given = text(name).lower()
    if not given:
        return False
    if given not in _TRUTHS:
        raise _refused(name, said(D_("Use true or false.")))
    return _TRUTHS[given]


def moment(name: str) -> dt.datetime | None:
    """Return a parameter that is a day or a moment, in UTC unless it says otherwise. Raises Problem hsds.query."""
    given = text(name)
    if not given:
        return None
    try:
        found = dt.datetime.fromisoformat(given.replace(" ", "+"))
        return found.replace(tzinfo=dt.UTC) if found.tzinfo is None else found.astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise _refused(name, said(D_("Use a day or a moment, such as 2026-11-27T10:00:00Z."))) from None


def lines() -> bool:
    """Tell whether all entries are wanted, one a line, rather than a page. Raises Problem hsds.query."""
    given = text("format") or "json"
    if given not in ("json", "ndjson"):
        raise _refused("format", said(D_("Use json or ndjson.")))
    return given == "ndjson"


def page(found: Sequence[Any], *, usual: int = USUAL, most: int = MOST) -> tuple[Sequence[Any], JSON]:
    """Return the entries of the page that is asked for, and what HSDS says of a page.

    Raises Problems hsds.query and hsds.page, if there is no such page.
    """
    number, size = _number("page", 1, _LARGEST), _number("per_page", usual, most)
    pages = max(1, -(-len(found) // size))
    if number > pages:
        raise Problem("hsds.page", page=number, pages=pages)
    entries = found[(number - 1) * size : number * size]
    return entries, {
        "total_items": len(found),
        "total_pages": pages,
        "page_number": number,
        "size": len(entries),
        "first_page": number == 1,
        "last_page": number == pages,
        "empty": not entries,
    }


def _number(name: str, usual: int, most: int) -> int:
    given = text(name)
    if not given:
        return usual
    if not (given.isascii() and given.isdigit() and len(given) <= len(str(most)) and 1 <= int(given) <= most):
        raise _refused(name, said(D_("Use a whole number from 1 to %(most)s."), most=most))
    return int(given)


def scalars(content: JSON) -> JSON:
    """Return an object with its own fields only, none of its parts."""
    return {name: value for name, value in content.items() if not isinstance(value, dict | list)}
