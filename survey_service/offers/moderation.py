"""What the desk decides about an offer: publish its newest answers, send them back, reject them, take it off."""

from __future__ import annotations

from survey_service.offers import changes, events, register
from survey_service.problems import Problem
from survey_service.store.base import Document, Store, Stored

DECISIONS = ("published", "returned", "rejected")
NEED_REASON = frozenset({"returned", "rejected"})
OVER = frozenset({"withdrawn", "merged"})
"""States about which there is nothing left to decide."""


def decide(store: Store, offer: str, decision: str, by: str, *, reason: str = "") -> Stored:
    """Decide about the newest answers of an offer and return it; what was published before stays unless it is replaced.

    Raises Problems offer.missing, offer.withdrawn, and offer.reason if a decision that needs a reason has none.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision!r} is no decision")
    reason = reason.strip()
    if decision in NEED_REASON and not reason:
        raise Problem("offer.reason")
    with store.transaction():
        body = _open(store, offer)
        if decision == "published":
            differences = changes.between(body["public"] or {}, body["answers"])
            decided = register.change(store, offer, moderation=decision, reason="", public=body["answers"])
            names = [difference.question for difference in differences]
            events.append(store, offer, decision, by, changed=names, answers=body["answers"])
        else:
            decided = register.change(store, offer, moderation=decision, reason=reason)
            events.append(store, offer, decision, by, reason=reason)
        return decided


def take_off(store: Store, offer: str, by: str, *, reason: str) -> Stored:
    """Take a published offer out of the directory and the reports; it can be published again. Raises as `decide`."""
    if not reason.strip():
        raise Problem("offer.reason")
    with store.transaction():
        _open(store, offer)
        taken = register.change(store, offer, moderation="rejected", reason=reason.strip(), public=None)
        events.append(store, offer, "taken_off", by, reason=reason.strip())
        return taken


def _open(store: Store, offer: str) -> Document:
    body = register.find(store, offer).body
    if body["moderation"] in OVER:
        raise Problem("offer.withdrawn")
    return body
