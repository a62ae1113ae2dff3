"""What the team does with responses: look at them, note something, exclude some for a reason, let others count again.

Whether a response counts stands in the response itself, see ``standing``. Notes and how far the team is stand apart, in
REVIEWS, and go with the response. What is done to several at once is a batch, which can be undone within a day.
"""

from __future__ import annotations

import datetime as dt
import functools
import secrets
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from survey_service.problems import Problem
from survey_service.responses import standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.derived import REVIEWS
from survey_service.store.base import CollectionSpec, Store, Stored

NEW, LOOKED_AT, FOLLOW_UP, DONE = "new", "looked_at", "follow_up", "done"
STATES = (NEW, LOOKED_AT, FOLLOW_UP, DONE)
EXCLUDE, INCLUDE, STATE = "exclude", "include", "state"
BATCHES = CollectionSpec("review_batches", indexes=("questionnaire",), unique=("batch",))
"""What was done to several responses, with what they were before."""
UNDO = dt.timedelta(days=1)
LONGEST_NOTE, MOST_NOTES, LONGEST_REMARK = 2_000, 100, 500
_CHUNK = 500
"""So many responses are changed in one transaction, so that nobody waits for long."""
_STANDING = ("status", "exclusion", "aside", "cleared")
Facts = dict[str, Any]


@dataclass(frozen=True)
class Note:
    """What somebody of the team wrote on a day (ISO)."""

    note: str
    by: str
    day: str
    text: str


@dataclass(frozen=True)
class Review:
    """How far the team is with a response, why in their words it was excluded, and their notes, oldest first."""

    state: str = NEW
    remark: str = ""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Act:
    """What is to be done: EXCLUDE for one of ``standing.REASONS`` with a remark, INCLUDE, or STATE with a state."""

    what: str
    value: str = ""
    remark: str = ""


@dataclass(frozen=True)
class Batch:
    """What was done to several responses by whom and when (UTC, ISO), and how many it changed."""

    batch: str
    questionnaire: str
    act: str
    value: str
    by: str
    at: str
    count: int

    def can_be_undone(self, now: dt.datetime) -> bool:
        """Tell whether it was within the last day."""
        return now - dt.datetime.fromisoformat(self.at) < UNDO


def of(store: Store, response: str) -> Review:
    """Return the review of the response of a key."""
    stored = store.collection(REVIEWS).first(response=response)
    return _review(stored) if stored is not None else Review()


def _review(stored: Stored) -> Review:
    body = stored.body
    return Review(body["state"], body["remark"], tuple(Note(**note) for note in body["notes"]))


def written(store: Store, response: str) -> str:
    """Return the notes on a response as one text, each with day and author; "" without notes."""
    return "\n".join(f"{note.day} {note.by}: {note.text}" for note in of(store, response).notes)


def checked(act: Act) -> Act:
    """Return what somebody wants to do. Raises Problems review.reason, review.state and review.remark."""
    if act.what == EXCLUDE and act.value not in standing.REASONS:
        raise Problem("review.reason")
    if act.what == STATE and act.value not in STATES:
        raise Problem("review.state")
    if act.what not in (EXCLUDE, INCLUDE, STATE):
        raise Problem("review.state")
    if len(act.remark) > LONGEST_REMARK:
        raise Problem("review.remark", most=LONGEST_REMARK)
    return act


def add_note(store: Store, response: str, text: str, by: str, today: dt.date) -> None:
    """Note something on the response of a key. Raises Problems review.note and review.many."""
    said = "\n".join(line.rstrip() for line in text.replace("\0", "").splitlines()).strip()
    if not said or len(said) > LONGEST_NOTE:
        raise Problem("review.note", most=LONGEST_NOTE)
    note = {"note": secrets.token_hex(8), "by": by, "day": today.isoformat(), "text": said}
    with store.transaction():
        if len(of(store, response).notes) >= MOST_NOTES:
            raise Problem("review.many", most=MOST_NOTES)
        _change(store, response, lambda body: {**body, "notes": [*body["notes"], note]})


def remove_note(store: Store, response: str, note: str) -> None:
    """Remove a note; it is no fault if it is gone."""
    with store.transaction():
        _change(
            store,
            response,
            lambda body: {**body, "notes": [one for one in body["notes"] if one["note"] != note]},
        )


def look(store: Store, response: str) -> None:
    """Note that somebody has opened a response that nobody has looked at yet."""
    with store.transaction():
        if of(store, response).state == NEW:
            _change(store, response, lambda body: {**body, "state": LOOKED_AT})


def do(store: Store, questionnaire: str, numbers: Sequence[int], act: Act, by: str, now: dt.datetime) -> Batch:
    """Do something to responses of a questionnaire (their numbers), and return the batch; those it changes nothing of
    are left out, as are those that are gone.

    The batch is kept before anything is changed, so that what a crash leaves half done can be undone too. Raises the
    Problems of `checked`.
    """
    checked(act)
    groups: dict[tuple[tuple[str, Any], ...], list[int]] = defaultdict(list)
    for number in numbers:
        before = _before(store, store.collection(RESPONSES).get(number), questionnaire)
        if before is not None and _would_change(before, act):
            groups[tuple(before.items())].append(number)
    batch = Batch(
        batch=secrets.token_hex(8),
        questionnaire=questionnaire,
        act=act.what,
        value=act.value,
        by=by,
        at=now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        count=sum(map(len, groups.values())),
    )
    if batch.count:
        kept = [[dict(before), ids] for before, ids in groups.items()]
        store.collection(BATCHES).add({**asdict(batch), "before": kept})
        for ids in groups.values():
            _each(store, ids, functools.partial(_apply, store, act))
    return batch


def undo(store: Store, batch: str, now: dt.datetime) -> Batch:
    """Make the responses of a batch what they were before, as far as nothing else was done to them since; return it
    with the number of those that were changed back.

    Raises Problem review.undo if there is no such batch, or it is older than a day.
    """
    stored = store.collection(BATCHES).first(batch=batch)
    found = _batch(stored) if stored is not None else None
    if stored is None or found is None or not found.can_be_undone(now):
        raise Problem("review.undo")
    back = 0
    for before, ids in stored.body["before"]:
        back += _each(store, ids, functools.partial(_take_back, store, found, before))
    store.collection(BATCHES).delete(stored.id)
    return replace(found, count=back)


def newest(store: Store, questionnaire: str, now: dt.datetime) -> Batch | None:
    """Return the last batch over a questionnaire that can still be undone, None if there is none."""
    found = [_batch(stored) for stored in store.collection(BATCHES).find(questionnaire=questionnaire)]
    return next((batch for batch in reversed(found) if batch.can_be_undone(now)), None)


def forget_old(store: Store, now: dt.datetime) -> None:
    """Erase the batches that can no longer be undone."""
    for stored in list(store.collection(BATCHES).iterate()):
        if not _batch(stored).can_be_undone(now):
            store.collection(BATCHES).delete(stored.id)


def forget(store: Store, number: int) -> None:
    """Let no batch remember a response that is going to be erased, within the caller's transaction."""
    batches = store.collection(BATCHES)
    for stored in list(batches.iterate()):
        groups = stored.body["before"]
        left = [[before, [one for one in ids if one != number]] for before, ids in groups]
        if left != groups:
            batches.replace(
                stored.id, {**stored.body, "before": [group for group in left if group[1]]}, version=stored.version
            )


def excluded(store: Store, questionnaire: str) -> dict[str, int]:
    """Return how many responses to a questionnaire are excluded, by reason."""
    found: dict[str, int] = {}
    for stored in store.collection(RESPONSES).find(questionnaire=questionnaire, status=standing.EXCLUDED):
        reason = standing.reason_of(stored.body)
        found[reason] = found.get(reason, 0) + 1
    return found


def _batch(stored: Stored) -> Batch:
    return Batch(**{name: value for name, value in stored.body.items() if name != "before"})


def _each(store: Store, ids: Sequence[int], change: Callable[[Stored], bool]) -> int:
    """Change responses, some hundred in each transaction, and return how many were."""
    count = 0
    for start in range(0, len(ids), _CHUNK):
        with store.transaction():
            found = (store.collection(RESPONSES).get(number) for number in ids[start : start + _CHUNK])
            count += sum(change(stored) for stored in found if stored is not None)
    return count


def _before(store: Store, stored: Stored | None, questionnaire: str) -> Facts | None:
    """Return what a batch remembers of a response, None for one that is none of the questionnaire's."""
    if stored is None or stored.body["questionnaire"] != questionnaire:
        return None
    review = of(store, stored.body["key"])
    kept = {name: stored.body[name] for name in _STANDING if name in stored.body}
    return {**kept, "state": review.state, "remark": review.remark}


def _would_change(before: Mapping[str, Any], act: Act) -> bool:
    if act.what == STATE:
        return bool(before["state"] != act.value)
    if act.what == INCLUDE:
        return bool(before["status"] != standing.VALID)
    return (before["status"], before.get("exclusion"), before["remark"]) != (
        standing.EXCLUDED,
        act.value,
        act.remark,
    )


def _apply(store: Store, act: Act, stored: Stored) -> bool:
    key = stored.body["key"]
    if act.what == STATE:
        _change(store, key, lambda body: {**body, "state": act.value})
        return True
    rest = {name: value for name, value in stored.body.items() if name not in _STANDING}
    if act.what == EXCLUDE:
        changed = {**rest, "status": standing.EXCLUDED, "exclusion": act.value}
    else:
        changed = {**rest, "status": standing.VALID, **({"cleared": True} if stored.body.get("flags") else {})}
    store.collection(RESPONSES).replace(stored.id, changed, version=stored.version)
    _change(store, key, lambda body: {**body, "remark": act.remark})
    return True


def _take_back(store: Store, batch: Batch, before: Mapping[str, Any], stored: Stored) -> bool:
    key = stored.body["key"]
    if batch.act == STATE:
        if of(store, key).state != batch.value:
            return False
        _change(store, key, lambda body: {**body, "state": before["state"]})
        return True
    after = standing.EXCLUDED if batch.act == EXCLUDE else standing.VALID
    if stored.body["status"] != after or (batch.act == EXCLUDE and stored.body["exclusion"] != batch.value):
        return False
    rest = {name: value for name, value in stored.body.items() if name not in _STANDING}
    known = {name: before[name] for name in _STANDING if name in before}
    store.collection(RESPONSES).replace(stored.id, {**rest, **known}, version=stored.version)
    _change(store, key, lambda body: {**body, "remark": before["remark"]})
    return True


def _change(store: Store, response: str, change: Callable[[Facts], Facts]) -> None:
    """Change the review of a response, within the caller's transaction; one that says nothing is not kept."""
    reviews = store.collection(REVIEWS)
    stored = reviews.first(response=response)
    body = stored.body if stored is not None else {"response": response, "state": NEW, "remark": "", "notes": []}
    changed = change(body)
    says = changed["state"] != NEW or changed["remark"] or changed["notes"]
    if stored is None:
        if says:
            reviews.add(changed)
    elif not says:
        reviews.delete(stored.id)
    elif changed != stored.body:
        reviews.replace(stored.id, changed, version=stored.version)
