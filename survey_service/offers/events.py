"""What happened to an offer, entry by entry, from the first registration on: nothing is overwritten, nothing left out.

Only when a response is withdrawn, what its provider typed is erased here too; that and when it happened stay.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.store.base import CollectionSpec, Store, Stored

EVENTS = CollectionSpec("offer_events", indexes=("offer", "kind"))
KINDS = (
    *("registered", "imported", "changed", "published", "live", "returned", "rejected", "taken_off", "withdrawn"),
    *("confirmed", "reminded", "ended", "merged", "absorbed", "separated", "reassigned", "taken_back"),
)
"""``live``: a small change of a trusted provider was published by itself; ``taken_back``: what stood before such a one
was published again; ``absorbed``: another offer was merged into this one; ``separated``: a merge was undone.
"""
PROVIDER, SERVICE = "provider", "service"
"""Who did it, if no account of the desk did."""


@dataclass(frozen=True)
class Event:
    """One entry: ``moment`` (ISO 8601, UTC, to the second), ``kind`` of KINDS, ``by`` (an account's name, PROVIDER or
    SERVICE), the ``reason`` given, the names of the questions ``changed``, and the ``answers`` as they were then, where
    the entry is about answers. ``other`` is the offer or organisation it is about besides, ``before`` what must be
    known to take it back. ``number`` names the entry in the whole history.
    """

    moment: str
    kind: str
    by: str
    reason: str
    changed: tuple[str, ...]
    answers: Mapping[str, Any] | None
    other: str = ""
    before: Mapping[str, Any] | None = None
    number: int = 0
    offer: str = ""


def append(
    store: Store,
    offer: str,
    kind: str,
    by: str,
    *,
    reason: str = "",
    changed: Sequence[str] = (),
    answers: Mapping[str, Any] | None = None,
    other: str = "",
    before: Mapping[str, Any] | None = None,
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
            **({"other": other} if other else {}),
            **({"before": dict(before)} if before is not None else {}),
        }
    )


def of(store: Store, offer: str) -> list[Event]:
    """Return the history of an offer, oldest first."""
    return [_event(stored) for stored in store.collection(EVENTS).find(offer=offer)]


def of_kind(store: Store, kind: str) -> list[Event]:
    """Return the entries of one kind, of all offers, oldest first."""
    return [_event(stored) for stored in store.collection(EVENTS).find(kind=kind)]


def last(store: Store, offer: str, *kinds: str) -> Event | None:
    """Return the newest entry of these kinds in the history of an offer, None if there is none."""
    return next((event for event in reversed(of(store, offer)) if event.kind in kinds), None)


def erase_answers(store: Store, offer: str) -> None:
    """Erase what was typed from the history of an offer; that and when something happened stays."""
    for stored in store.collection(EVENTS).find(offer=offer):
        _erase(store, stored)


def erase_absorbed(store: Store, offer: str, other: str) -> None:
    """Erase from the history of an offer what was taken over from another that was merged into it."""
    for stored in store.collection(EVENTS).find(offer=offer, kind="absorbed"):
        if stored.body.get("other") == other:
            _erase(store, stored)


def _erase(store: Store, stored: Stored) -> None:
    if stored.body["answers"] is not None or "before" in stored.body:
        body = {name: value for name, value in stored.body.items() if name != "before"}
        store.collection(EVENTS).replace(stored.id, {**body, "answers": None}, version=stored.version)


def _event(stored: Stored) -> Event:
    body = stored.body
    return Event(
        moment=body["moment"],
        kind=body["kind"],
        by=body["by"],
        reason=body["reason"],
        changed=tuple(body["changed"]),
        answers=body["answers"],
        other=body.get("other", ""),
        before=body.get("before"),
        number=stored.id,
        offer=body["offer"],
    )
