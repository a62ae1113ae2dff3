"""Endpoints: the addresses of other systems that get webhooks, each with the kinds it wants and a secret of its own.

The secret is shown once and kept sealed, because each delivery is signed with it. While a new one is taken over, the
old one signs as well. An endpoint that fails again and again is paused; a person lets it go on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service.accounts import audit, sealing
from survey_service.accounts.audit import Detail
from survey_service.hooks import events, networks, sending, signing
from survey_service.hooks.networks import Network
from survey_service.hooks.sending import Answer
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store, Stored

ENDPOINTS = CollectionSpec("hook_endpoints")
MOST = 20
ACTIVE, PAUSED, FAILING = "active", "paused", "failing"
"""States: a person has paused one that is ``paused``; ``failing`` one has paused itself."""
FAILURES = 12
"""An endpoint is paused after so many failures in a row, which is after some two days."""
PAUSES = (60, 5 * 60, 15 * 60, 3_600, 3 * 3_600, 6 * 3_600)
"""Seconds of rest after the first, second … failure in a row; the last holds from then on."""
OVERLAP = dt.timedelta(hours=24)
"""How long the old secret signs beside the new one."""
_LONGEST_NAME = 100


@dataclass(frozen=True)
class Endpoint:
    """Where webhooks go. ``failures`` in a row, ``rest``: POSIX time before which nothing is sent, ``reason`` of the
    last failure or "", ``missed``: events that were not kept for it because too many waited.
    """

    id: int
    name: str
    url: str
    kinds: tuple[str, ...]
    state: str
    by: str
    day: str
    failures: int = 0
    rest: float = 0
    reason: str = ""
    missed: int = 0


def add(
    store: Store,
    name: str,
    url: str,
    kinds: Iterable[str],
    *,
    key: str,
    allowed: Sequence[Network],
    by: str,
    now: dt.datetime,
) -> tuple[Endpoint, str]:
    """Note an endpoint and return it with its secret, which is told only now.

    Raises Problems hook.name, hook.kinds, hook.address and hook.many.
    """
    facts = _facts(name, url, kinds, allowed)
    secret = signing.new_secret()
    with store.transaction():
        endpoints = store.collection(ENDPOINTS)
        if endpoints.count() >= MOST:
            raise Problem("hook.many", most=MOST)
        new: Document = {"state": ACTIVE, "by": by, "day": now.date().isoformat(), "missed": 0, **_fresh()}
        stored = endpoints.add({**facts, **new, "secrets": [], "old_until": 0})
        body = {**stored.body, "secrets": [_sealed(key, secret, stored.id)]}
        stored = endpoints.replace(stored.id, body, version=stored.version)
        _note(store, by, "hook.added", stored, now, kinds=len(facts["kinds"]))
    return _endpoint(stored), secret


def everyone(store: Store) -> list[Endpoint]:
    """Return all endpoints, oldest first."""
    return [_endpoint(stored) for stored in store.collection(ENDPOINTS).iterate()]


def find(store: Store, number: int) -> Endpoint:
    """Return an endpoint. Raises Problem hook.missing."""
    return _endpoint(_stored(store, number))


def change(
    store: Store,
    number: int,
    name: str,
    url: str,
    kinds: Iterable[str],
    *,
    allowed: Sequence[Network],
    by: str,
    now: dt.datetime,
) -> None:
    """Change what an endpoint is. Raises Problems hook.missing, hook.name, hook.kinds and hook.address."""
    facts = _facts(name, url, kinds, allowed)
    _change(
        store, number, lambda body: {**body, **facts, **_fresh()}, by, "hook.changed", now, kinds=len(facts["kinds"])
    )


def pause(store: Store, number: int, *, by: str, now: dt.datetime) -> None:
    """Send nothing more until `resume`. Raises Problem hook.missing."""
    _change(store, number, lambda body: {**body, "state": PAUSED}, by, "hook.paused", now)


def resume(store: Store, number: int, *, by: str, now: dt.datetime) -> None:
    """Send again, what waits first. Raises Problem hook.missing."""
    _change(store, number, lambda body: {**body, "state": ACTIVE, "missed": 0, **_fresh()}, by, "hook.resumed", now)


def rotate(store: Store, number: int, *, key: str, by: str, now: dt.datetime) -> str:
    """Return a new secret, which is told only now; for a day the old one signs as well. Raises Problem hook.missing."""
    secret = signing.new_secret()

    def renewed(body: Document) -> Document:
        until = (now + OVERLAP).timestamp()
        return {**body, "secrets": [_sealed(key, secret, number), *body["secrets"][:1]], "old_until": until}

    _change(store, number, renewed, by, "hook.secret", now)
    return secret


def remove(store: Store, number: int, *, by: str, now: dt.datetime) -> None:
    """Forget an endpoint; its deliveries go with `deliveries.forget`. Raises Problem hook.missing."""
    with store.transaction():
        stored = _stored(store, number)
        store.collection(ENDPOINTS).delete(number, version=stored.version)
        _note(store, by, "hook.removed", stored, now)


def secrets_of(store: Store, number: int, *, key: str, now: dt.datetime) -> list[str]:
    """Return the secrets that sign now, the newest first. Raises Problems hook.missing, and hook.unreadable if the key
    is not the one they were sealed with."""
    body = _stored(store, number).body
    sealed = body["secrets"] if body["old_until"] > now.timestamp() else body["secrets"][:1]
    return [sealing.unseal(key, each, _bound_to(number), "hook.unreadable") for each in sealed]


def note_answer(store: Store, number: int, answer: Answer, *, now: dt.datetime) -> None:
    """Note what came of an attempt: after a failure there is a rest, after too many a pause; 410 pauses at once.

    An endpoint that is gone by now is no fault.
    """
    with store.transaction():
        stored = store.collection(ENDPOINTS).get(number)
        if stored is None:
            return
        body = stored.body
        if answer.outcome == sending.DONE:
            if not body["failures"]:
                return  # nearly always
            store.collection(ENDPOINTS).replace(number, {**body, **_fresh()}, version=stored.version)
            return
        failures = body["failures"] + 1
        pause_ = max(answer.pause, PAUSES[min(failures, len(PAUSES)) - 1])
        after = {**body, "failures": failures, "rest": now.timestamp() + pause_, "reason": answer.outcome}
        if body["state"] == ACTIVE and (failures >= FAILURES or answer.outcome == sending.GONE):
            after["state"] = FAILING
            _note(store, "service", "hook.failing", stored, now, failures=failures)
        store.collection(ENDPOINTS).replace(number, after, version=stored.version)


def note_missed(store: Store, number: int, count: int) -> None:
    """Count events that were not kept for an endpoint."""
    stored = _stored(store, number)
    body = {**stored.body, "missed": stored.body["missed"] + count}
    store.collection(ENDPOINTS).replace(number, body, version=stored.version)


def _facts(name: str, url: str, kinds: Iterable[str], allowed: Sequence[Network]) -> Document:
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST_NAME or not plain.isprintable():
        raise Problem("hook.name", most=_LONGEST_NAME)
    return {"name": plain, "url": networks.target(url, allowed).url, "kinds": events.chosen(kinds)}


def _fresh() -> dict[str, Any]:
    return {"failures": 0, "rest": 0, "reason": ""}


def _change(
    store: Store,
    number: int,
    make: Callable[[Document], Document],
    by: str,
    action: str,
    now: dt.datetime,
    **details: Detail,
) -> None:
    with store.transaction():
        stored = _stored(store, number)
        changed = store.collection(ENDPOINTS).replace(number, make(stored.body), version=stored.version)
        _note(store, by, action, changed, now, **details)


def _note(store: Store, by: str, action: str, stored: Stored, now: dt.datetime, **details: Detail) -> None:
    audit.append(store, by, action, f"{stored.id} {stored.body['name']}", details, now=now)


def _stored(store: Store, number: int) -> Stored:
    stored = store.collection(ENDPOINTS).get(number)
    if stored is None:
        raise Problem("hook.missing")
    return stored


def _sealed(key: str, secret: str, number: int) -> str:
    return sealing.seal(key, secret, _bound_to(number))


def _bound_to(number: int) -> str:
    return f"hook {number}"


def _endpoint(stored: Stored) -> Endpoint:
    body = stored.body
    names = ("name", "url", "state", "by", "day", "failures", "rest", "reason", "missed")
    return Endpoint(id=stored.id, kinds=tuple(body["kinds"]), **{name: body[name] for name in names})
