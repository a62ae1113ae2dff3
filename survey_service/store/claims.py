"""A piece of work that one holder does at a time, over all processes and machines: a lease that ends by itself.

Unlike a round of `rounds`, which says when something is due next, a claim says who is at it now. A holder who dies, or
is cut off, holds it no longer than the seconds that were asked for; whoever works longer claims again meanwhile.
"""

from __future__ import annotations

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

CLAIMS = CollectionSpec("claims", unique=("name",))
"""Documents ``{"name": …, "host": holder, "until": seconds since 1970-01-01 UTC}``."""
_FASTER = ("store.duplicate", "store.conflict", "store.missing")


def claim(store: Store, name: str, host: str, now: float, seconds: float) -> bool:
    """Return whether ``host`` holds a piece of work now; then it is its own until ``seconds`` from ``now``.

    Of several that ask, one is told so, and again as often as it asks. The clocks of machines may differ by less than
    ``seconds``; a claim that lasts twice as long as anybody would ask for was made by a clock that went wrong.
    """
    claims = store.collection(CLAIMS)
    found = claims.first(name=name)
    body = {"name": name, "host": host, "until": now + seconds}
    try:
        if found is None:
            claims.add(body)
            return True
        if found.body["host"] != host and now < found.body["until"] <= now + 2 * seconds:
            return False
        claims.replace(found.id, body, version=found.version)
    except Problem as problem:
        if problem.code not in _FASTER:
            raise
        return False
    return True


def release(store: Store, name: str, host: str) -> None:
    """Give a piece of work back, if ``host`` still holds it: the next who asks has it at once."""
    claims = store.collection(CLAIMS)
    found = claims.first(name=name, host=host)
    if found is None:
        return
    try:
        claims.delete(found.id, version=found.version)
    except Problem as problem:
        if problem.code not in _FASTER:
            raise


def holder(store: Store, name: str, now: float) -> str:
    """Return who holds a piece of work now, "" if nobody does."""
    found = store.collection(CLAIMS).first(name=name)
    return str(found.body["host"]) if found is not None and found.body["until"] > now else ""
