"""Which offer stands at a public address: itself, the one it was merged into, or none any more."""

from __future__ import annotations

from survey_service.offers import events, register
from survey_service.problems import Problem
from survey_service.store.base import Document, Store

_PUBLIC = frozenset({"published", "live"})


def standing(store: Store, offer: str) -> Document:
    """Return the document of the offer that is shown for an id: the one it was merged into at last, if it was.

    Raises Problem page.missing for an id that never stood in the directory, and offer.gone for one that does no longer.
    """
    body = last(store, offer)
    if body["listed"]:
        return body
    was_public = any(event.kind in _PUBLIC for event in events.of(store, body["offer"]))
    raise Problem("offer.gone" if was_public else "page.missing")


def last(store: Store, offer: str) -> Document:
    """Return the document at the end of a chain of merges; a chain that bites its tail ends before it does.

    Raises Problem page.missing.
    """
    seen: set[str] = set()
    while True:
        stored = store.collection(register.OFFERS).first(offer=offer)
        if stored is None:
            raise Problem("page.missing")
        seen.add(offer)
        offer = stored.body["merged_into"]
        if not offer or offer in seen:
            return stored.body
