"""Lock-out: after so many wrong attempts within a while the next is refused. Kept in the store, so a restart forgives
nothing. Unknown names are counted alike, so that a lock tells nothing about who has an account."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

ATTEMPTS = CollectionSpec("login_attempts", unique=("name_hash",))


@dataclass(frozen=True)
class Rule:
    """How many wrong attempts are allowed within which time, the Problem that the next one gets, and where they are
    counted: each rule in a collection of its own.
    """

    most: int
    window: dt.timedelta
    problem: str
    attempts: CollectionSpec


LOGIN = Rule(5, dt.timedelta(seconds=60), "access.locked", ATTEMPTS)
ADDRESS = Rule(
    30, dt.timedelta(minutes=10), "access.locked_address", CollectionSpec("login_addresses", unique=("name_hash",))
)
"""An office shares one address, so this is soft; a browser in which somebody signed in before is not counted here."""
FACTOR = Rule(
    5, dt.timedelta(minutes=15), "access.locked_factor", CollectionSpec("factor_attempts", unique=("name_hash",))
)
"""Six digits are few: at this pace who has the password alone needs more than a year for an even chance."""
RULES = (LOGIN, ADDRESS, FACTOR)


def take(store: Store, key: str, *, now: dt.datetime, rule: Rule = LOGIN) -> bool:
    """Count an attempt as wrong before its password is looked at; `give_back` clears the count if it was right.

    So twenty attempts at once cannot slip past the limit. ``key`` is the name as compared. Returns whether this one was
    the last allowed within the window. Raises the rule's Problem; a refused attempt does not prolong the lock.
    """
    attempts = store.collection(rule.attempts)
    with store.transaction():
        stored = attempts.first(name_hash=_hash(key))
        recent = [] if stored is None else _recent(stored.body["times"], now, rule)
        if len(recent) >= rule.most:
            raise Problem(rule.problem)
        body = {"name_hash": _hash(key), "times": [*recent, now.timestamp()]}
        if stored is None:
            forget_old(store, now=now, rule=rule)
            attempts.add(body)
        else:
            attempts.replace(stored.id, body, version=stored.version)
    return len(recent) + 1 == rule.most


def give_back(store: Store, key: str, rule: Rule = LOGIN) -> None:
    """Forget the wrong attempts of a name, after a right one."""
    attempts = store.collection(rule.attempts)
    with store.transaction():
        stored = attempts.first(name_hash=_hash(key))
        if stored is not None:
            attempts.delete(stored.id)


def take_back(store: Store, key: str, rule: Rule) -> None:
    """Forget the newest attempt only: a right one among the wrong ones of others forgives those not."""
    attempts = store.collection(rule.attempts)
    with store.transaction():
        stored = attempts.first(name_hash=_hash(key))
        if stored is not None:
            body = {**stored.body, "times": sorted(stored.body["times"])[:-1]}
            attempts.replace(stored.id, body, version=stored.version)


def check(store: Store, key: str, *, now: dt.datetime, rule: Rule) -> None:
    """Pass if a name has attempts left, and count nothing. Raises the rule's Problem."""
    stored = store.collection(rule.attempts).first(name_hash=_hash(key))
    if stored is not None and len(_recent(stored.body["times"], now, rule)) >= rule.most:
        raise Problem(rule.problem)


def forget_old(store: Store, *, now: dt.datetime, rule: Rule = LOGIN) -> None:
    """Forget whose attempts have all passed out of the window."""
    attempts = store.collection(rule.attempts)
    for stored in list(attempts.iterate()):
        if not _recent(stored.body["times"], now, rule):
            attempts.delete(stored.id)


def _recent(times: list[float], now: dt.datetime, rule: Rule) -> list[float]:
    return [moment for moment in times if abs(now.timestamp() - moment) < rule.window.total_seconds()]


def _hash(key: str) -> str:
    """Return what is kept of a name: some people type their password into the wrong field."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
