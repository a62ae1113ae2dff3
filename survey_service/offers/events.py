"""What happened to an offer, entry by entry, from the first registration on: nothing is overwritten, nothing left out.

Only when a response is withdrawn, what its provider typed is erased here too; that and when it happened stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.store.base import CollectionSpec, Store

EVENTS = CollectionSpec("offer_events", indexes=("offer",))
KINDS = (
    *("registered", "imported", "changed", "published", "live", "returned", "rejected", "taken_off", "withdrawn"),
    *("confirmed", "reminded", "ended", "merged", "separated", "reassigned"),
)
"""``live``: a small change of a trusted provider that was published by itself; ``separated``: a merge was undone."""
PROVIDER, SERVICE = "provider", "service"
"""Who did it, if no account of the desk did."""


@dataclass(frozen=True)
class Event:
    """One entry: ``moment`` (ISO 8601, UTC, to the second), ``kind`` of KINDS, ``by`` (an account's name, PROVIDER or
    SERVICE), the ``reason`` given, the names of the questions ``changed``, and the ``answers`` as they were then, where
    the entry is about answers.
    """

    moment: str
    kind: str
    by: str
    reason: str
    changed: tuple[str, ...]
    answers: Mapping[str, Any] | None


def append(
    store: Store,
    offer: str,
    kind: str,
    by: str,
    *,
    reason: str = "",
    changed: Sequence[str] = (),
    answers: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry to the history of an offer. Raises ValueError for a kind that is none."""
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no kind of event")
    store.collection(EVENTS).add(
        {
            "offer": offer,
            "moment": clock.now().replace(microsecond=0).isoformat(),
            "kind": kind,
            "by": by,
            "reason": reason,
            "changed": list(changed),
            "answers": dict(answers) if answers is not None else None,
        }
    )


def of(store: Store, offer: str) -> list[Event]:
    """Return the history of an offer, oldest first."""
    return [
        Event(body["moment"], body["kind"], body["by"], body["reason"], tuple(body["changed"]), body["answers"])
        for body in (stored.body for stored in store.collection(EVENTS).find(offer=offer))
    ]


def erase_answers(store: Store, offer: str) -> None:
    """Erase what was typed from the history of an offer; that and when something happened stays."""
    collection = store.collection(EVENTS)
    for stored in collection.find(offer=offer):
        if stored.body["answers"] is not None:
            collection.replace(stored.id, {**stored.body, "answers": None}, version=stored.version)
