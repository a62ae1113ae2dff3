"""What people made of single answers of a response, on floors above: it goes with the response, in one transaction.

A document of such a collection names its response in the field ``response``, or the one it hangs on in ``unit``.
"""

from __future__ import annotations

from survey_service.store.base import CollectionSpec, Store

UNITS = CollectionSpec("coding_units", indexes=("task", "response"), unique=("unit", "place"))
"""One free text to be coded: where its text stands, never the text."""
CODINGS = CollectionSpec("codings", indexes=("unit", "task"), unique=("key",))
CONSENSUS = CollectionSpec("coding_consensus", indexes=("task",), unique=("unit",))
QUOTES = CollectionSpec("coding_quotes", indexes=("unit", "task"), unique=("quote",))
REVIEWS = CollectionSpec("response_reviews", indexes=("state",), unique=("response",), tracked=True)
"""What the team has noted on a response, and how far it is with it; see ``reviewing``."""

_OF_UNIT = (CODINGS, CONSENSUS, QUOTES)


def erase(store: Store, response: str) -> int:
    """Erase what was made of the response of this key, within the caller's transaction; return how many units went."""
    erase_review(store, response)
    found = store.collection(UNITS).find(response=response)
    for stored in found:
        erase_unit(store, stored.id, stored.body["unit"])
    return len(found)


def erase_review(store: Store, response: str) -> None:
    """Erase what the team noted on the response of this key, within the caller's transaction."""
    review = store.collection(REVIEWS).first(response=response)
    if review is not None:
        store.collection(REVIEWS).delete(review.id)


def erase_unit(store: Store, identifier: int, unit: str) -> None:
    """Erase a unit and all that hangs on it, within the caller's transaction."""
    clear_unit(store, unit)
    store.collection(UNITS).delete(identifier)


def clear_unit(store: Store, unit: str) -> None:
    """Erase what hangs on a unit: codings, decision, quotes."""
    for spec in _OF_UNIT:
        for stored in store.collection(spec).find(unit=unit):
            store.collection(spec).delete(stored.id)
