"""Challenges of passkeys, made without writing anything: a page that shows one is only looked at.

A challenge says until when and for what it is good, under a keyed hash; one that was answered is noted and worth
nothing a second time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

SPENT = CollectionSpec("spent_challenges", unique=("mark",))
LIFE = dt.timedelta(minutes=15)
_RANDOM, _TIME, _MARK = 16, 8, 16


def make(key: str, purpose: str, *, now: dt.datetime) -> bytes:
    """Return a new challenge for a purpose: 128 random bits, its last second, a keyed hash of both and the purpose."""
    begin = secrets.token_bytes(_RANDOM) + int((now + LIFE).timestamp()).to_bytes(_TIME, "big")
    return begin + _mark(key, purpose, begin)


def spend(store: Store, key: str, purpose: str, challenge: bytes, *, now: dt.datetime) -> None:
    """Pass once for a challenge that was made for this purpose. Raises Problem factor.stale."""
    begin, mark = challenge[: _RANDOM + _TIME], challenge[_RANDOM + _TIME :]
    if len(challenge) != _RANDOM + _TIME + _MARK or not hmac.compare_digest(mark, _mark(key, purpose, begin)):
        raise Problem("factor.stale")
    until = int.from_bytes(begin[_RANDOM:], "big")
    if until <= now.timestamp():
        raise Problem("factor.stale")
    digest = hashlib.sha256(challenge).hexdigest()
    with store.transaction():
        forget_old(store, now=now)
        if store.collection(SPENT).first(mark=digest) is not None:
            raise Problem("factor.stale")
        store.collection(SPENT).add({"mark": digest, "until": until})


def forget_old(store: Store, *, now: dt.datetime) -> None:
    """Forget the answered challenges whose time is over anyway."""
    for stored in list(store.collection(SPENT).iterate()):
        if stored.body["until"] <= now.timestamp():
            store.collection(SPENT).delete(stored.id)


def _mark(key: str, purpose: str, begin: bytes) -> bytes:
    text = b"challenge " + purpose.encode() + b" " + begin
    return hmac.new(key.encode(), text, hashlib.sha256).digest()[:_MARK]
