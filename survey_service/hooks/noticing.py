"""Finding out what has happened since the last look, from what stands in the store.

So nothing that is published, sent in or decided has to know of webhooks or to wait for them, whichever way it happens:
at the desk, by a command, or because a day has come. What is told and how far it was noticed is stored as one.
Responses are looked at once an hour, so that nobody learns from outside at which minute somebody answered.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import digests
from survey_service.hooks import deliveries, endpoints, events
from survey_service.hooks.events import Event, Fact
from survey_service.monitoring.figures import Batches
from survey_service.offers.register import OFFERS
from survey_service.problems import Problem
from survey_service.reports import runs
from survey_service.responses import standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store import rounds
from survey_service.store.base import Changes, CollectionSpec, Store

SEEN = CollectionSpec("hook_seen", unique=("what",))
"""How far each of the lookers has seen."""
SHOWN = CollectionSpec("hook_offers", unique=("row",))
"""The offers that were public when last looked at, each with a hash of what it said."""
EVERY, RESPONSES_EVERY = 30.0, 3_600.0
State = Mapping[str, Any]


@dataclass(frozen=True)
class Here:
    """What is looked at."""

    store: Store
    publications: Publications


Look = Callable[[Here, State | None], tuple[list[Event], State]]
"""Takes how far it has seen, None at the first look, and returns what happened since and how far it has seen now."""


def look(here: Here, *, now: dt.datetime) -> int:
    """Put what has happened into the outbox, and return how many deliveries that are; of several processes one looks.

    Without any endpoint nothing is looked at, and the next one begins with what happens from then on.
    """
    store, wanted, count = here.store, _wanted(here.store), 0
    for what, looker in LOOKERS.items():
        if not wanted.intersection(looker.kinds):
            _forget(store, what)
        elif _is_turn(store, what, now):
            count += _looked(here, what, now)
    return count


def begin(here: Here, *, now: dt.datetime) -> None:
    """See what there is before anything more happens, when an endpoint was noted or changed."""
    wanted = _wanted(here.store)
    for what, looker in LOOKERS.items():
        if wanted.intersection(looker.kinds) and here.store.collection(SEEN).first(what=what) is None:
            if looker.every > EVERY:  # a response right after this is told no sooner than others
                _is_turn(here.store, what, now)
            try:
                _looked(here, what, now)
            except Problem as problem:
                if problem.code not in ("store.duplicate", "store.conflict"):
                    raise  # else another process was faster


def _wanted(store: Store) -> set[str]:
    return {kind for endpoint in endpoints.everyone(store) for kind in endpoint.kinds}


def _is_turn(store: Store, what: str, now: dt.datetime) -> bool:
    return rounds.claim(store, f"webhooks {what}", every=LOOKERS[what].every, now=now.timestamp())


def _looked(here: Here, what: str, now: dt.datetime) -> int:
    """Look, and store in one what happened and how far was seen; a long look is over before others have to wait."""
    looker, seen = LOOKERS[what], here.store.collection(SEEN)
    stored = seen.first(what=what)
    before = None if stored is None else stored.body["state"]
    found = None if looker.writes else looker.look(here, before)
    with here.store.transaction():
        happened, state = found or looker.look(here, before)
        if stored is None:
            seen.add({"what": what, "state": dict(state)})
            return 0
        if state != before:
            seen.replace(stored.id, {"what": what, "state": dict(state)}, version=stored.version)
        return deliveries.put(here.store, happened, now=now)


def _forget(store: Store, what: str) -> None:
    stored = store.collection(SEEN).first(what=what)
    if stored is not None:
        store.collection(SEEN).delete(stored.id)


def _responses(here: Here, before: State | None) -> tuple[list[Event], State]:
    """Count the responses that are new, by questionnaire, period and language."""
    start = before or {"cursor": "", "highest": 0}
    changes = here.store.collection(RESPONSES).changes(start["cursor"])
    cursor, highest = start["cursor"], start["highest"]
    new: Counter[tuple[str, str, str]] = Counter()
    for change in changes.rows:
        found = change.document
        is_new = found is not None and (found.version == 1 or change.id > start["highest"])
        if found is not None and is_new and standing.counts(found.body):
            new[found.body["questionnaire"], found.body["period"], found.body["language"]] += 1
        cursor, highest = change.cursor, max(highest, change.id)
    state = {"cursor": cursor, "highest": highest}
    if before is None or _is_void(start["cursor"], changes):
        return [], state
    happened = [
        Event(events.RESPONSES, {"questionnaire": name, "period": period, "language": language, "count": count})
        for (name, period, language), count in sorted(new.items())
    ]
    return happened, state


def _is_void(cursor: str, changes: Changes) -> bool:
    """Tell whether what was seen is not of this store: it was restored since. Where there was nothing there is no
    cursor either."""
    return changes.reset and cursor != ""


def _offers(here: Here, before: State | None) -> tuple[list[Event], State]:
    """Compare the offers that have changed with what was public of them."""
    cursor = (before or {"cursor": ""})["cursor"]
    changes = here.store.collection(OFFERS).changes(cursor)
    silent = before is None or _is_void(cursor, changes)
    if silent:
        _forget_shown(here.store)
    happened: list[Event] = []
    for change in changes.rows:
        body = change.document.body if change.document is not None else None
        happened.extend(_compared(here.store, change.id, body))
        cursor = change.cursor
    return [] if silent else happened, {"cursor": cursor}


def _compared(store: Store, row: int, body: Mapping[str, Any] | None) -> Iterator[Event]:
    """Yield what has become of an offer's public state, and note that."""
    shown = store.collection(SHOWN)
    known = shown.first(row=row)
    if body is None or not body["listed"]:
        if known is not None:
            shown.delete(known.id)
            facts: dict[str, Fact] = {"offer": known.body["offer"]}
            if body is not None and body["merged_into"]:
                facts["merged_into"] = body["merged_into"]
            yield Event(events.OFFER_WITHDRAWN, facts)
        return
    says = {"row": row, "offer": body["offer"], "digest": digests.of_json([body["public"], body["organisation"]])}
    if known is None:
        shown.add(says)
        yield Event(events.OFFER_PUBLISHED, {"offer": body["offer"]})
    elif known.body != says:
        shown.replace(known.id, says, version=known.version)
        yield Event(events.OFFER_CHANGED, {"offer": body["offer"]})


def _forget_shown(store: Store) -> None:
    for stored in list(store.collection(SHOWN).iterate()):
        store.collection(SHOWN).delete(stored.id)


def _questionnaires(here: Here, before: State | None) -> tuple[list[Event], State]:
    """Compare revision and opening of each questionnaire."""
    found = {each.questionnaire.name: (each.revision, each.is_open) for each in here.publications.all()}
    happened: list[Event] = []
    for name, (revision, is_open) in found.items():
        data: dict[str, str | int] = {"questionnaire": name, "revision": revision}
        known, was_open = (before or {}).get(name, ("", False))
        if known != revision:
            happened.append(Event(events.QUESTIONNAIRE_PUBLISHED, data))
        if was_open != is_open:
            kind = events.QUESTIONNAIRE_OPENED if is_open else events.QUESTIONNAIRE_CLOSED
            happened.append(Event(kind, {"questionnaire": name}))
    return happened, {name: list(pair) for name, pair in found.items()}


def _reports(here: Here, before: State | None) -> tuple[list[Event], State]:
    """Find the runs of reports that have ended; the last ones are kept as long as it takes to see them."""
    ended = [*_runs(here.store, runs.FINISHED), *_runs(here.store, runs.FAILED)]
    known = set((before or {"ended": ()})["ended"])
    happened = [event for number, event in ended if number not in known]
    return happened, {"ended": [number for number, _ in ended]}


def _runs(store: Store, state: str) -> Iterator[tuple[int, Event]]:
    for stored in store.collection(runs.RUNS).find(state=state):
        body = stored.body
        if body["kind"] != runs.REPORT:
            continue
        if state == runs.FINISHED:
            yield stored.id, Event(events.REPORT_FINISHED, {"plugin": body["plugin"], "report": body["report"] or 0})
        else:
            code = (body["problem"] or {}).get("code", "")
            yield stored.id, Event(events.REPORT_FAILED, {"plugin": body["plugin"], "problem": code})


def _figures(here: Here, before: State | None) -> tuple[list[Event], State]:
    """Find the batches of figures that were published."""
    batches = Batches(lambda: here.store)
    count = batches.count()
    numbers = range((before or {"count": count})["count"] + 1, count + 1)
    found = [batch for batch in map(batches.get, numbers) if batch is not None]
    return [Event(events.FIGURES_PUBLISHED, {"batch": batch.number, "digest": batch.digest}) for batch in found], {
        "count": count
    }


@dataclass(frozen=True)
class Looker:
    """What looks for events of which kinds, seconds between two looks, and whether it writes while it looks."""

    kinds: tuple[str, ...]
    look: Look
    every: float = EVERY
    writes: bool = False


LOOKERS: Mapping[str, Looker] = {
    "responses": Looker((events.RESPONSES,), _responses, RESPONSES_EVERY),
    "offers": Looker((events.OFFER_PUBLISHED, events.OFFER_CHANGED, events.OFFER_WITHDRAWN), _offers, writes=True),
    "questionnaires": Looker(
        (events.QUESTIONNAIRE_PUBLISHED, events.QUESTIONNAIRE_OPENED, events.QUESTIONNAIRE_CLOSED), _questionnaires
    ),
    "reports": Looker((events.REPORT_FINISHED, events.REPORT_FAILED), _reports),
    "figures": Looker((events.FIGURES_PUBLISHED,), _figures),
}
