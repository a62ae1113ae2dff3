"""Two offers that are one: one stays, the other leads to it, and both ids stay. What was before is kept in the history,
so that a merge can be undone exactly.

A provider who changes an offer that was merged loses nothing: the answers wait for a decision like any others, but are
not published by themselves. The desk undoes the merge, sends them back, or leaves the offer merged.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service.offers import changes, events, moderation, register
from survey_service.problems import Problem
from survey_service.store.base import Document, Store, Stored

_KEPT_BACK = ("answers", "public", "moderation", "reason", "organisation_id")
"""What a merge changes in the document of the offer that stays."""


@dataclass(frozen=True)
class Separated:
    """A merge that was undone: both offers, and what the response behind the one that stayed was before (see `merge`);
    None if that offer was changed since and stays as it is.
    """

    kept: Stored
    gone: Stored
    response: Mapping[str, Any] | None


def standing(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the answers of an offer (its document) that stand: those published, or those sent if there are none."""
    answers: Mapping[str, Any] = body["answers"] if body["public"] is None else body["public"]
    return answers


def differing(keep: Mapping[str, Any], gone: Mapping[str, Any]) -> tuple[changes.Difference, ...]:
    """Return what differs between two offers (their documents); ``before`` is what the one that stays says."""
    return changes.between(standing(keep), standing(gone))


def check(store: Store, keep: str, gone: str) -> tuple[Stored, Stored]:
    """Return two offers that may be merged.

    Raises Problems offer.missing, offer.itself, offer.withdrawn, offer.merged, and offer.waiting if one has a change
    about which nobody has decided: merging must neither publish nor drop it.
    """
    if keep == gone:
        raise Problem("offer.itself")
    found = register.find(store, keep), register.find(store, gone)
    for stored in found:
        body = stored.body
        if body["moderation"] == "withdrawn":
            raise Problem("offer.withdrawn")
        if body["merged_into"]:
            raise Problem("offer.merged")
        if body["moderation"] == "submitted" and body["public"] not in (None, body["answers"]):
            raise Problem("offer.waiting", name=body["name"])
    return found


def merge(
    store: Store,
    keep: str,
    gone: str,
    answers: Mapping[str, Any],
    by: str,
    *,
    response: Mapping[str, Any],
    seen: Sequence[str] = (),
) -> Stored:
    """Merge one offer into another that says ``answers`` from now on, and return the one that stays.

    It is published if one of the two was. ``response`` is what the response behind it was before, kept for the undo;
    ``seen`` the marks of both (see `moderation.mark`) as they were looked at. Raises as `check`, and offer.changed.
    """
    with store.transaction():
        stays, goes = check(store, keep, gone)
        if seen and [moderation.mark(stays.body), moderation.mark(goes.body)] != list(seen):
            raise Problem("offer.changed")
        public = stays.body["public"] is not None or goes.body["public"] is not None
        fields = {
            "answers": dict(answers),
            "public": dict(answers) if public else None,
            "moderation": "published" if public else stays.body["moderation"],
            "reason": "" if public else stays.body["reason"],
            "organisation_id": _organisation(stays.body, goes.body, answers),
        }
        before = {name: stays.body[name] for name in _KEPT_BACK}
        names = [difference.question for difference in changes.between(standing(stays.body), answers)]
        kept = register.change(store, keep, **fields)
        register.change(store, gone, merged_into=keep, moderation="merged", reason="")
        undo = {"fields": before, "after": {**fields, "answers": None, "public": public}, "response": dict(response)}
        events.append(store, keep, "absorbed", by, changed=names, answers=answers, other=gone, before=undo)
        left = {name: goes.body[name] for name in ("moderation", "reason")}
        events.append(store, gone, "merged", by, other=keep, before=left)
        return kept


def separate(store: Store, gone: str, by: str, *, forced: bool = False) -> Separated:
    """Undo the merge of an offer into another.

    Both are again what they were; an offer that was changed or decided about since stays as it is now. Raises Problems
    offer.missing, offer.not_merged, and offer.merged if the other was itself merged on since, unless ``forced``.
    """
    with store.transaction():
        goes = register.find(store, gone).body
        keep = goes["merged_into"]
        if not keep:
            raise Problem("offer.not_merged")
        stays = register.find(store, keep).body
        if stays["merged_into"] and not forced:
            raise Problem("offer.merged")
        undo = _undo_of(store, keep, gone)
        back: Mapping[str, Any] = {}
        if undo is not None and undo.before is not None and _is_as_left(stays, undo):
            back = undo.before["fields"]
        kept = register.change(store, keep, **_back(stays, back, undo))
        left = events.last(store, gone, "merged")
        was = left.before if left is not None and left.before is not None and goes["moderation"] == "merged" else {}
        again = register.change(store, gone, merged_into="", **was)
        events.append(store, gone, "separated", by, other=keep)
        events.append(store, keep, "separated", by, other=gone)
        response = undo.before["response"] if back and undo is not None and undo.before is not None else None
        return Separated(kept, again, response)


def leave_merged(store: Store, gone: str, by: str, *, seen: str = "") -> Stored:
    """Let an offer that was merged, and changed by its provider since, stay merged.

    Raises Problems offer.missing, offer.changed and offer.not_merged.
    """
    with store.transaction():
        body = register.find(store, gone).body
        if not body["merged_into"] or body["moderation"] in moderation.OVER:
            raise Problem("offer.not_merged")
        if seen and seen != moderation.mark(body):
            raise Problem("offer.changed")
        left = {name: body[name] for name in ("moderation", "reason")}
        events.append(store, gone, "merged", by, other=body["merged_into"], before=left)
        return register.change(store, gone, moderation="merged", reason="")


def merged_into(store: Store, keep: str) -> list[Stored]:
    """Return the offers that were merged into one, by their documents."""
    return store.collection(register.OFFERS).find(merged_into=keep)


def _organisation(stays: Document, goes: Document, answers: Mapping[str, Any]) -> str:
    """Return the organisation of the merged offer: that of the one whose name for it was taken."""
    taken = answers.get("A02") != standing(stays).get("A02") and answers.get("A02") == standing(goes).get("A02")
    organisation: str = (goes if taken else stays)["organisation_id"]
    return organisation


def _undo_of(store: Store, keep: str, gone: str) -> events.Event | None:
    found = (event for event in reversed(events.of(store, keep)) if event.kind == "absorbed" and event.other == gone)
    return next(found, None)


def _is_as_left(stays: Document, undo: events.Event) -> bool:
    """Tell whether an offer still says what a merge has left."""
    after = (undo.before or {})["after"]
    return (
        stays["answers"] == undo.answers
        and stays["public"] == (undo.answers if after["public"] else None)
        and (stays["moderation"], stays["reason"]) == (after["moderation"], after["reason"])
    )


def _back(stays: Document, back: Mapping[str, Any], undo: events.Event | None) -> dict[str, Any]:
    """Return the fields of the offer that stays which go back; where it was reassigned since, it stays."""
    fields = dict(back)
    if fields and undo is not None and undo.before is not None:
        reassigned = stays["organisation_id"] != undo.before["after"]["organisation_id"]
        fields |= {"organisation_id": stays["organisation_id"]} if reassigned else {}
    return fields
