"""Taking a plan over into the register: all of it in one transaction, or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.bulk.plan import Entry, Plan
from survey_service.offers import moderation, register
from survey_service.problems import Problem
from survey_service.responses import receipts
from survey_service.responses.collection import RESPONSES
from survey_service.store.base import Store

_KEPT = ("period", "mode", "status", "source", "receipt_hash")


@dataclass(frozen=True)
class Counts:
    """How many offers an import made and changed, and how many entries it left as they were or out."""

    new: int
    changed: int
    unchanged: int
    refused: int
    like: int
    """Entries left out because the register may have them already."""


def apply(
    store: Store,
    plan: Plan,
    by: str,
    *,
    receipt_key: str,
    today: dt.date,
    publish: bool = False,
    also_like: bool = False,
) -> Counts:
    """Store what a plan has found, all or nothing, in the name of ``by`` (an account, or events.PROVIDER).

    With ``publish`` it is published at once, else it waits for a decision. New entries that may be duplicates of an
    offer are left out unless ``also_like``. Raises Problem bulk.changed if an offer was changed meanwhile.
    """
    new = [entry for entry in plan.new if also_like or not entry.like]
    with store.transaction():
        for entry in new:
            response = {**entry.response, "receipt_hash": _receipt_hash(entry.response["key"], receipt_key)}
            store.collection(RESPONSES).add(response)
            stored = register.register(store, response, _day(entry, today), by=by)
            _decide(store, stored.body["offer"], by, publish=publish)
        for entry in plan.changed:
            _correct(store, entry, by, today)
            _decide(store, entry.offer, by, publish=publish)
    left = len(plan.new) - len(new)
    return Counts(len(new), len(plan.changed), len(plan.unchanged), len(plan.refused), left)


def _receipt_hash(key: str, receipt_key: str) -> str:
    return receipts.hash_of(receipts.words_for(key, receipt_key))


def _day(entry: Entry, today: dt.date) -> dt.date:
    """Return the day on which the provider checked the entry, never one to come."""
    told = entry.proposed.confirmed
    return min(dt.date.fromisoformat(told), today) if told else today


def _decide(store: Store, offer: str, by: str, *, publish: bool) -> None:
    if publish:
        moderation.decide(store, offer, "published", by)


def _correct(store: Store, entry: Entry, by: str, today: dt.date) -> None:
    responses = store.collection(RESPONSES)
    stored = responses.first(key=entry.response["key"])
    if stored is None:
        raise Problem("bulk.changed")
    kept: Mapping[str, Any] = {name: stored.body[name] for name in _KEPT if name in stored.body}
    body = {**entry.response, **kept}
    responses.replace(stored.id, body, version=stored.version)
    register.update(store, {**body, "mode": entry.response["mode"]}, _day(entry, today), by=by)
