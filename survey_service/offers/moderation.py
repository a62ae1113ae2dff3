"""What the desk decides about an offer: publish its newest answers, send them back, reject them, take it off, take a
change back that has gone live by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service import digests
from survey_service.offers import changes, events, register
from survey_service.problems import Problem
from survey_service.store.base import Document, Store, Stored

DECISIONS = ("published", "returned", "rejected")
NEED_REASON = frozenset({"returned", "rejected"})
OVER = frozenset({"withdrawn", "merged"})
"""States about which there is nothing left to decide."""
LONGEST_REASON = 2000


def mark(body: Mapping[str, Any]) -> str:
    """Return a mark of what a decision rests on: what the offer says, what is published of it, where it stands.

    Who decides hands in the mark of what was looked at, so that nobody decides about what another has changed.
    """
    seen = [body["answers"], body["public"], body["moderation"], body["merged_into"]]
    return digests.of_json(seen)[:16]


def decide(store: Store, offer: str, decision: str, by: str, *, reason: str = "", seen: str = "") -> Stored:
    """Decide about the newest answers of an offer and return it; what was published before stays unless it is replaced.

    ``seen`` is the `mark` of what the decision is about, "" for whatever stands there. Raises Problems offer.missing,
    offer.withdrawn, offer.merged, offer.changed, and offer.reason if a decision that needs a reason has none.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision!r} is no decision")
    reason = _reason(reason, needed=decision in NEED_REASON)
    with store.transaction():
        body = _open(store, offer, seen)
        if decision == "published":
            if body["merged_into"]:
                raise Problem("offer.merged")
            differences = changes.between(body["public"] or {}, body["answers"])
            decided = register.change(store, offer, moderation=decision, reason="", public=body["answers"])
            names = [difference.question for difference in differences]
            events.append(store, offer, decision, by, changed=names, answers=body["answers"])
        else:
            decided = register.change(store, offer, moderation=decision, reason=reason)
            events.append(store, offer, decision, by, reason=reason)
        return decided


def take_off(store: Store, offer: str, by: str, *, reason: str, seen: str = "") -> Stored:
    """Take a published offer out of the directory and the reports; it can be published again. Raises as `decide`."""
    reason = _reason(reason, needed=True)
    with store.transaction():
        _open(store, offer, seen)
        taken = register.change(store, offer, moderation="rejected", reason=reason, public=None)
        events.append(store, offer, "taken_off", by, reason=reason)
        return taken


def can_be_taken_back(body: Mapping[str, Any], event: events.Event) -> bool:
    """Tell whether a change that has gone live by itself is still what is published of an offer (its document)."""
    return (
        event.kind == "live"
        and event.before is not None
        and body["public"] is not None
        and body["public"] == event.answers
        and not body["merged_into"]
    )


def take_back(store: Store, offer: str, number: int, by: str, *, reason: str) -> Stored:
    """Publish again what stood before a change that has gone live by itself; its provider gets it back with a reason.

    ``number`` is that of the change's entry in the history. Raises Problems offer.missing, offer.reason and
    offer.not_newest.
    """
    reason = _reason(reason, needed=True)
    with store.transaction():
        body = register.find(store, offer).body
        found = next((event for event in events.of(store, offer) if event.number == number), None)
        if found is None or found.before is None or not can_be_taken_back(body, found):
            raise Problem("offer.not_newest")
        fields = {"public": dict(found.before), "reason": reason}
        if body["answers"] == found.answers:  # nothing newer waits
            fields["moderation"] = "returned"
        taken = register.change(store, offer, **fields)
        events.append(store, offer, "taken_back", by, reason=reason, changed=found.changed, answers=found.before)
        return taken


def _reason(text: str, *, needed: bool) -> str:
    reason = text.replace("\r\n", "\n").strip()[:LONGEST_REASON]
    if needed and not reason:
        raise Problem("offer.reason")
    return reason


def _open(store: Store, offer: str, seen: str) -> Document:
    body = register.find(store, offer).body
    if seen and seen != mark(body):
        raise Problem("offer.changed")
    if body["moderation"] in OVER:
        raise Problem("offer.merged" if body["moderation"] == "merged" else "offer.withdrawn")
    return body
