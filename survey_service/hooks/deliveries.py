"""The outbox of webhooks: a document for each event and endpoint, tried until it is there or given up, then its log.

Each has an id that stays the same however often it is sent: whoever receives one twice takes it once. Of several
processes, also on several machines, each takes another one.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from survey_service.hooks import endpoints, sending
from survey_service.hooks.events import Event
from survey_service.hooks.sending import Answer
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store, Stored

DELIVERIES = CollectionSpec("hook_deliveries", indexes=("hook", "state", "line", "due"))
"""``line`` is the endpoint's number while a delivery waits, null else: who claims looks into one line only."""
WAITING, DONE, FAILED, DROPPED = "waiting", "done", "failed", "dropped"
"""``dropped``: given up, and a person has seen that and does without it."""
PAUSES = (60, 5 * 60, 30 * 60, 2 * 3_600, 6 * 3_600, 12 * 3_600, 24 * 3_600)
"""Seconds until the next attempt after the first, second … one; after the last of them it is given up."""
MOST_WAITING = 1_000
"""For one endpoint; of what happens beyond that only the number is kept."""
REMEMBERED = dt.timedelta(days=30)
"""How long the log goes back."""
WAITS_AT_MOST = dt.timedelta(days=14)
"""After so long a delivery is given up, also one of an endpoint that is paused."""


@dataclass(frozen=True)
class Delivery:
    """One delivery: ``identifier`` as it is sent, its event's kind and body, when it was noticed, when the next attempt
    is due (both POSIX times), how often it was tried, the outcome of the last attempt and the status it got.
    """

    id: int
    hook: int
    identifier: str
    kind: str
    body: str
    state: str
    at: float
    due: float
    tries: int
    outcome: str
    code: int


def put(store: Store, found: Iterable[Event], *, now: dt.datetime) -> int:
    """Put events into the outbox for each endpoint that wants them, and return how many deliveries that are.

    Call it in the transaction that notes that they were noticed, so that each is put there once.
    """
    happened, made = list(found), 0
    for endpoint in endpoints.everyone(store) if happened else ():
        wanted = [event for event in happened if event.kind in endpoint.kinds]
        room = max(0, MOST_WAITING - store.collection(DELIVERIES).count(line=endpoint.id))
        for event in wanted[:room]:
            _add(store, endpoint.id, event, now)
        if wanted[room:]:
            endpoints.note_missed(store, endpoint.id, len(wanted[room:]))
        made += len(wanted[:room])
    return made


def begin_one(store: Store, hook: int, event: Event, *, now: dt.datetime) -> Delivery:
    """Put an event into the outbox for one endpoint, whether it chose its kind or not, as taken by the caller."""
    stored = _add(store, hook, event, now)
    body = {**stored.body, "tries": 1, "due": now.timestamp() + PAUSES[0]}
    return _delivery(store.collection(DELIVERIES).replace(stored.id, body, version=stored.version))


def take(store: Store, hook: int, *, now: dt.datetime) -> Delivery | None:
    """Take what has been due for an endpoint longest, or None; its next attempt is due after a pause.

    So one that is taken and then neither done nor failed, because the machine went out, is tried again.
    """

    def taken(body: Document) -> Document:
        pause = PAUSES[min(body["tries"], len(PAUSES) - 1)]
        return {**body, "tries": body["tries"] + 1, "due": now.timestamp() + pause}

    stored = store.collection(DELIVERIES).claim("due", now.timestamp(), taken, line=hook)
    return _delivery(stored) if stored is not None else None


def note_answer(store: Store, delivery: Delivery, answer: Answer, *, last: bool = False) -> None:
    """Note what came of an attempt; after the last one, or if the endpoint wants no more, the delivery is given up.

    ``last``: this was the only one, and a person has seen what came of it.
    """
    stored = store.collection(DELIVERIES).get(delivery.id)
    if stored is None or stored.body["state"] != WAITING:
        return  # the endpoint was taken away meanwhile
    over = stored.body["tries"] > len(PAUSES) or answer.outcome == sending.GONE
    given_up = DROPPED if last else FAILED if over else WAITING
    state = DONE if answer.outcome == sending.DONE else given_up
    said = {"state": state, "outcome": answer.outcome, "code": answer.code}
    body = {**stored.body, **said, "line": delivery.hook if state == WAITING else None}
    store.collection(DELIVERIES).replace(stored.id, body, version=stored.version)


def again(store: Store, hook: int, number: int, *, now: dt.datetime) -> None:
    """Let a delivery be tried in the next round as a new one, with the same id. Raises Problem hook.missing."""
    with store.transaction():
        stored = store.collection(DELIVERIES).get(number)
        if stored is None or stored.body["hook"] != hook:
            raise Problem("hook.missing")
        fresh = {"state": WAITING, "line": hook, "due": now.timestamp(), "tries": 0, "outcome": "", "code": 0}
        store.collection(DELIVERIES).replace(number, {**stored.body, **fresh}, version=stored.version)


def hurry(store: Store, hook: int, *, now: dt.datetime) -> None:
    """Let all that waits for an endpoint be tried in the next round: it answers again."""
    with store.transaction():
        for stored in store.collection(DELIVERIES).find(line=hook):
            body = {**stored.body, "due": now.timestamp(), "tries": 0}
            store.collection(DELIVERIES).replace(stored.id, body, version=stored.version)


def failed(store: Store) -> int:
    """Return how many deliveries were given up that nobody has decided about, for the desk."""
    return count(store, FAILED)


def count(store: Store, state: str) -> int:
    """Return how many deliveries are in a state, of all endpoints."""
    return store.collection(DELIVERIES).count(state=state)


def counted(store: Store, hook: int) -> dict[str, int]:
    """Return how many deliveries of an endpoint are in each state."""
    states = [stored.body["state"] for stored in store.collection(DELIVERIES).find(hook=hook)]
    return {state: states.count(state) for state in (WAITING, DONE, FAILED)}


def drop_failed(store: Store, hook: int) -> None:
    """Do without what was given up for an endpoint: the desk asks nobody about it any more."""
    with store.transaction():
        for stored in store.collection(DELIVERIES).find(hook=hook, state=FAILED):
            store.collection(DELIVERIES).replace(stored.id, {**stored.body, "state": DROPPED}, version=stored.version)


def log(store: Store, hook: int, most: int) -> list[Delivery]:
    """Return the deliveries of an endpoint, the newest first, at most so many."""
    return [_delivery(stored) for stored in store.collection(DELIVERIES).find(hook=hook)[: -most - 1 : -1]]


def forget(store: Store, hook: int) -> None:
    """Erase the deliveries of an endpoint."""
    with store.transaction():
        for stored in store.collection(DELIVERIES).find(hook=hook):
            store.collection(DELIVERIES).delete(stored.id)


def forget_old(store: Store, *, now: dt.datetime) -> None:
    """Give up what has waited too long, and erase the log of what is over."""
    deliveries = store.collection(DELIVERIES)
    for stored in list(deliveries.iterate()):
        age = now.timestamp() - stored.body["at"]
        if stored.body["state"] != WAITING and age > REMEMBERED.total_seconds():
            deliveries.delete(stored.id)
        elif stored.body["state"] == WAITING and age > WAITS_AT_MOST.total_seconds():
            body = {**stored.body, "state": FAILED, "line": None}
            deliveries.replace(stored.id, body, version=stored.version)


def _add(store: Store, hook: int, event: Event, now: dt.datetime) -> Stored:
    facts: dict[str, Any] = {"hook": hook, "line": hook, "kind": event.kind, "body": event.body(now), "state": WAITING}
    times = {"at": now.timestamp(), "due": now.timestamp(), "tries": 0, "outcome": "", "code": 0}
    return store.collection(DELIVERIES).add({"identifier": f"msg_{secrets.token_urlsafe(18)}", **facts, **times})


def _delivery(stored: Stored) -> Delivery:
    names = ("hook", "identifier", "kind", "body", "state", "at", "due", "tries", "outcome", "code")
    return Delivery(id=stored.id, **{name: stored.body[name] for name in names})
