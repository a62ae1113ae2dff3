"""Work that is done again and again by one process at a time, however many there are."""

from __future__ import annotations

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store

ROUNDS = CollectionSpec("rounds", unique=("name",))
"""When each work is due next, in seconds since 1970-01-01 UTC."""


def claim(store: Store, name: str, *, every: float, now: float) -> bool:
    """Return whether the caller is to do a work now; then it is due again ``every`` seconds from ``now``.

    Of several processes that ask, one is told so. If that one fails, the next round comes when it is due.
    """
    rounds = store.collection(ROUNDS)
    found = rounds.first(name=name)
    try:
        if found is None:
            rounds.add({"name": name, "due": now})
        elif found.body["due"] > now + every:  # the clock went wrong, then or now
            rounds.replace(found.id, {**found.body, "due": now}, version=found.version)
    except Problem as problem:
        if problem.code not in ("store.duplicate", "store.conflict"):
            raise  # else another process was faster

    def begin(body: Document) -> Document:
        return {**body, "due": now + every}

    return rounds.claim("due", now, begin, name=name) is not None
