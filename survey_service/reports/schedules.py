"""Reports that are made by themselves: on a calendar, or when a questionnaire has closed.

A schedule is a document with the moment at which it is due next. Whoever claims it makes the report, once over all
processes and machines; what was missed while the service was off is made once. A report that fails is tried again, then
left until the next time; both are said by mail.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service import clock, mail
from survey_service.problems import Problem
from survey_service.reports import calendar
from survey_service.reports.report import Report
from survey_service.responses import schedule as taking
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import CollectionSpec, Document, Store, Stored

SCHEDULES = CollectionSpec("report_schedules")
MOST, MOST_READERS = 50, 10
ATTEMPTS = 3
AGAIN = dt.timedelta(minutes=15)
"""When a report that failed, or whose maker ended in the middle, is tried again."""
NEVER = 32_503_680_000.0
"""The year 3000: a wave that has not closed is due then."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Scheduled:
    """A schedule. ``questionnaire`` is that of a wave, else empty; ``due`` is None for a wave that has not closed.

    ``report`` is the newest report and ``before`` the one made by this schedule before, to compare it with; None if
    there is none. ``covers`` is what the newest report covers, ``fault`` the code of the Problem of the last attempt.
    """

    id: int
    plugin: str
    rhythm: str
    questionnaire: str
    readers: tuple[str, ...]
    language: str
    due: dt.datetime | None
    report: int | None
    before: int | None
    covers: str
    fault: str


@dataclass(frozen=True)
class Done:
    """What came of a schedule that was due: the report, or the Problem why there is none."""

    scheduled: Scheduled
    report: Report | None
    problem: Problem | None = None


Make = Callable[[str], Report]
"""Runs the plugin of a name and returns the stored report; raises Problems."""
Tell = Callable[[Done], tuple[str, str]]
"""Returns subject and text of the mail about a schedule that was due."""


def add(
    store: Store, plugin: str, rhythm: str, *, questionnaire: str = "", readers: Sequence[str] = (), language: str
) -> Scheduled:
    """Store a schedule, due when its time is over next. Raises Problems schedule.rhythm and mail.address."""
    schedules = store.collection(SCHEDULES)
    wave = rhythm == calendar.WAVE
    if not plugin or rhythm not in calendar.RHYTHMS or wave != bool(questionnaire) or len(readers) > MOST_READERS:
        raise Problem("schedule.rhythm")
    addresses = list(dict.fromkeys(map(mail.checked, readers)))
    due = NEVER if wave else calendar.next_due(rhythm, clock.now()).timestamp()
    with store.transaction():
        if schedules.count() >= MOST:
            raise Problem("schedule.rhythm")
        body = {
            "plugin": plugin,
            "rhythm": rhythm,
            "questionnaire": questionnaire,
            "readers": addresses,
            "language": language,
            "due": due,
            "attempts": 0,
            "open": False,
            "report": None,
            "before": None,
            "covers": "",
            "fault": "",
        }
        return _scheduled(schedules.add(body))


def remove(store: Store, id: int) -> None:
    """Delete a schedule; its reports stay. Raises Problem schedule.missing."""
    schedules = store.collection(SCHEDULES)
    with store.transaction():
        if schedules.get(id) is None:
            raise Problem("schedule.missing")
        schedules.delete(id)


def all_schedules(store: Store) -> list[Scheduled]:
    """Return the schedules, oldest first."""
    return [_scheduled(stored) for stored in store.collection(SCHEDULES).find()]


def make_due(store: Store, publications: Publications, settings: Settings, make: Make, tell: Tell) -> list[Done]:
    """Make all reports that are due now, and put a mail to each reader into the outbox; return what came of them."""
    _watch_waves(store, publications)
    done = []
    for _ in range(MOST):
        claimed = _claimed(store)
        if claimed is None:
            break
        found = _made(store, claimed, make)
        if found is not None:
            _post(settings, found, tell)
            done.append(found)
    return done


def _watch_waves(store: Store, publications: Publications) -> None:
    """Let the schedules of questionnaires that were open and have closed since be due; a pause closes none."""
    today = clock.today().isoformat()
    for stored in store.collection(SCHEDULES).find(rhythm=calendar.WAVE):
        name = stored.body["questionnaire"]
        if not publications.history(name):
            continue
        state = publications.current(name).schedule.state(today, lambda: 0)
        over = state in (taking.CLOSED, taking.ENDED)
        if not over and state != taking.PLANNED and not stored.body["open"]:
            _change(store, stored, {"open": True})
        elif over and stored.body["open"]:
            _change(store, stored, {"open": False, "due": clock.now().timestamp()})


def _change(store: Store, stored: Stored, changes: Mapping[str, Any]) -> None:
    try:
        store.collection(SCHEDULES).replace(stored.id, {**stored.body, **changes}, version=stored.version)
    except Problem as problem:
        if problem.code not in ("store.conflict", "store.missing"):  # else another process was faster
            raise


def _claimed(store: Store) -> Stored | None:
    """Return a schedule that is due and now ours: if we end in the middle, it is due again after a while."""
    now = clock.now()

    def begin(body: Document) -> Document:
        return {**body, "due": (now + AGAIN).timestamp(), "attempts": body["attempts"] + 1}

    return store.collection(SCHEDULES).claim("due", now.timestamp(), begin)


def _made(store: Store, claimed: Stored, make: Make) -> Done | None:
    """Make the report of a schedule and note what came of it; None if it is to be tried again first."""
    report, problem = None, None
    if claimed.body["attempts"] <= ATTEMPTS:
        try:
            report = make(claimed.body["plugin"])
        except Problem as fault:
            _log.warning("scheduled report %s: %s", claimed.body["plugin"], fault.code)
            problem = fault
    else:  # whoever made it ended in the middle each time
        problem = Problem("plugin.failed", name=claimed.body["plugin"], reason="no answer")
    if problem is not None and claimed.body["attempts"] < ATTEMPTS:
        _change(store, claimed, {"fault": problem.code})
        return None
    body = {**claimed.body, **_ended(claimed.body, report, problem)}
    _change(store, claimed, body)
    return Done(_scheduled(Stored(claimed.id, claimed.version, body)), report, problem)


def _ended(body: Mapping[str, Any], report: Report | None, problem: Problem | None) -> dict[str, Any]:
    """Return what changes in a schedule when its turn is over; what was missed meanwhile is not made up for."""
    wave = body["rhythm"] == calendar.WAVE
    ended: dict[str, Any] = {
        "due": NEVER if wave else calendar.next_due(body["rhythm"], clock.now()).timestamp(),
        "attempts": 0,
        "fault": problem.code if problem is not None else "",
    }
    # Of several that were missed the last is made, so it covers the time that was over last.
    last = clock.now() if wave else _last_due(body["rhythm"], clock.now())
    ended["covers"] = calendar.covered(body["rhythm"], last)
    if report is not None:
        ended["before"] = body["report"] if body["report"] != report.id else body["before"]
        ended["report"] = report.id
    return ended


def _last_due(rhythm: str, now: dt.datetime) -> dt.datetime:
    """Return the last moment up to ``now`` at which a report was due by the calendar."""
    due = calendar.next_due(rhythm, now - dt.timedelta(days=400))
    while (following := calendar.next_due(rhythm, due)) <= now:
        due = following
    return due


def _post(settings: Settings, done: Done, tell: Tell) -> None:
    subject, text = tell(done)
    for reader in done.scheduled.readers:
        try:
            mail.post(settings, reader, subject, text)
        except (Problem, OSError) as error:  # the report is there; that nobody was told is no reason to make it again
            _log.warning("mail about report %s: %s", done.scheduled.plugin, type(error).__name__)


def _scheduled(stored: Stored) -> Scheduled:
    body = stored.body
    return Scheduled(
        id=stored.id,
        plugin=body["plugin"],
        rhythm=body["rhythm"],
        questionnaire=body["questionnaire"],
        readers=tuple(body["readers"]),
        language=body["language"],
        due=dt.datetime.fromtimestamp(body["due"], dt.UTC) if body["due"] < NEVER else None,
        report=body["report"],
        before=body["before"],
        covers=body["covers"],
        fault=body["fault"],
    )
