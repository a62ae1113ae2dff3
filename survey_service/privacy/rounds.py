"""The rounds in which the retention rules run, and the record of what each has erased: numbers, never whose.

A rule that fails does not keep the others from running; the record says so, and the first fault is raised at the end.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.accounts import audit
from survey_service.privacy.instance import Instance
from survey_service.privacy.rules import TABLE, Rule
from survey_service.store.base import CollectionSpec, Store

ROUNDS = CollectionSpec("retention_rounds")
"""Each round that erased something: its moment, and how much by rule."""
LAST = CollectionSpec("retention_last", unique=("rule",))
"""Of each rule when it last ran, whether that failed, and when it last erased how many."""
NEXT_DAYS = 30
OVERDUE = dt.timedelta(days=2)
"""The rules run every hour; if one has not for so long, somebody should look."""


@dataclass(frozen=True)
class Standing:
    """A rule as it stands: when it ran last (None: never), the code of what it failed of (or ""), when it last erased
    how many, and how many are due by now and within the next days (None where nobody can tell)."""

    rule: Rule
    ran: dt.datetime | None
    fault: str
    erased: dt.datetime | None
    count: int
    now: int | None
    soon: int | None

    def is_late(self, moment: dt.datetime) -> bool:
        """Tell whether it should have run long ago, or fails."""
        return bool(self.fault) or self.ran is None or moment - self.ran > OVERDUE


def apply(here: Instance, now: dt.datetime) -> Mapping[str, int]:
    """Run all rules, note what they erased, and return how much by rule. Raises the first fault, after all have run."""
    erased: dict[str, int] = {}
    faults: dict[str, Exception] = {}
    for rule in TABLE:
        try:
            erased[rule.name] = rule.erase(here, now)
        except Exception as fault:
            faults[rule.name] = fault
    _note(
        here.store, erased, {name: getattr(fault, "code", type(fault).__name__) for name, fault in faults.items()}, now
    )
    for first in faults.values():
        raise first
    return erased


def _note(store: Store, erased: Mapping[str, int], faults: Mapping[str, str], now: dt.datetime) -> None:
    told = {rule.name: erased[rule.name] for rule in TABLE if not rule.quiet and erased.get(rule.name)}
    moment = now.astimezone(dt.UTC).isoformat(timespec="seconds")
    with store.transaction():
        if told:
            store.collection(ROUNDS).add({"moment": moment, "erased": told})
            audit.append(store, "service", "retention.applied", "responses", told, now=now)
        for rule in TABLE:
            known = store.collection(LAST).first(rule=rule.name)
            body = known.body if known is not None else {"rule": rule.name, "erased": "", "count": 0}
            body = {**body, "ran": moment, "fault": faults.get(rule.name, "")}
            if rule.name in told:
                body |= {"erased": moment, "count": told[rule.name]}
            if known is None:
                store.collection(LAST).add(body)
            else:
                store.collection(LAST).replace(known.id, body, version=known.version)


def standing(here: Instance, today: dt.date, *, days: int = NEXT_DAYS) -> list[Standing]:
    """Return how each rule stands: a dry run that changes nothing."""
    known = {stored.body["rule"]: stored.body for stored in here.store.collection(LAST).iterate()}
    return [_standing(here, rule, known.get(rule.name), today, days) for rule in TABLE]


def _standing(here: Instance, rule: Rule, body: Mapping[str, object] | None, today: dt.date, days: int) -> Standing:
    facts = body or {"ran": "", "fault": "", "erased": "", "count": 0}
    now = rule.due(here, today) if rule.due is not None else None
    soon = rule.due(here, today + dt.timedelta(days=days)) if rule.due is not None else None
    ran, erased = _moment(str(facts["ran"])), _moment(str(facts["erased"]))
    return Standing(rule, ran, str(facts["fault"]), erased, int(str(facts["count"])), now, soon)


def _moment(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def overdue(store: Store, now: dt.datetime) -> int:
    """Return how many rules fail or have not run for long: what the desk's home page asks. 0 before the first round."""
    found = [stored.body for stored in store.collection(LAST).iterate()]
    late = (now - OVERDUE).astimezone(dt.UTC).isoformat(timespec="seconds")
    return sum(bool(body["fault"]) or body["ran"] < late for body in found)


def months(store: Store) -> list[tuple[str, Mapping[str, int]]]:
    """Return what was erased in each month (``2026-11``) by rule, newest first."""
    found: dict[str, Counter[str]] = {}
    for stored in store.collection(ROUNDS).iterate():
        found.setdefault(stored.body["moment"][:7], Counter()).update(stored.body["erased"])
    return sorted(found.items(), reverse=True)
