"""Runs of report plugins: documents that say how far each is, and the work itself.

A run waits in the line of its machine, runs, and ends as ``finished`` with a report, or as ``failed``, ``cancelled`` or
``interrupted`` with a Problem. Whoever carries it out holds a ticket; if the service ends in the middle the ticket is
dead, and the next look at the run ends it. Runs of other machines are known by their beat.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from survey_service import clock
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.reports import host, upgrading
from survey_service.reports.process import Progress
from survey_service.reports.queue import MOST_AT_ONCE, Queue, Ticket
from survey_service.reports.report import Report
from survey_service.reports.upgrading import Comparison
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import CollectionSpec, Store, Stored

RUNS = CollectionSpec("runs", indexes=("state",))
WAITING, RUNNING = "waiting", "running"
REPORT, COMPARISON = "report", "comparison"
FINISHED, FAILED, CANCELLED, INTERRUPTED = "finished", "failed", "cancelled", "interrupted"
MOST_WAITING = 8
KEPT = 50
"""How many ended runs are kept."""
_BEAT = dt.timedelta(seconds=20)
_DEAD = dt.timedelta(minutes=2)
_PAUSE = 0.25
T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Run:
    """A run. ``done`` of ``total`` steps are made, as the plugin counts them (0 of 0: it has said nothing); ``report``
    is the number of the finished report; ``problem`` the Problem it ended with."""

    id: int
    plugin: str
    by: str
    state: str
    done: int
    total: int
    report: int | None
    problem: Problem | None
    kind: str = REPORT
    """``report``, or ``comparison`` of a plugin's candidate with its active version."""
    ahead: int | None = None
    """How many runs stand before this one, of a run that waits on this machine."""

    @property
    def ended(self) -> bool:
        """Tell whether nothing more will happen to this run."""
        return self.state not in (WAITING, RUNNING)


def begin(store: Store, settings: Settings, plugin: str, by: str, kind: str = REPORT) -> tuple[Run, Ticket]:
    """Join the line; whoever calls this carries the run out. Raises Problem plugin.busy if too many wait."""
    queue, runs = Queue(settings.instance), store.collection(RUNS)
    if sum(not run.ended for run in all_runs(store, settings)) >= MOST_AT_ONCE + MOST_WAITING:
        raise Problem("plugin.busy", most=MOST_AT_ONCE + MOST_WAITING)
    ticket = queue.join()
    try:
        body = {"plugin": plugin, "by": by, "state": WAITING, "done": 0, "total": 0, "report": None, "problem": None}
        place = {"machine": queue.machine, "ticket": ticket.name, "beat": clock.now().isoformat()}
        stored = runs.add(body | place | {"kind": kind, "cancel": False})
        _sweep(store)
    except BaseException:
        ticket.leave()
        raise
    return _run(stored), ticket


def carry_out(
    run: Run,
    ticket: Ticket,
    store: Store,
    publications: Publications,
    settings: Settings,
    *,
    plugins: Path | None = None,
    parameters: Mapping[str, Any] | None = None,
    seen: Callable[[Run], None] = lambda _run: None,
) -> Report:
    """Wait for the turn of a run, run its plugin, note it in the audit log and return the report.

    ``seen`` gets the run whenever it changes. Raises the Problems of `host.run`, and plugin.cancelled; the run's
    document says the same.
    """

    def work(told: Progress, wanted: Callable[[], None]) -> Report:
        made = host.run(
            run.plugin,
            store,
            publications,
            settings,
            plugins=plugins,
            parameters=parameters,
            told=told,
            wanted=wanted,
        )
        audit.append(store, run.by, "report.run", run.plugin, {"report": made.id}, now=clock.now())
        return made

    return see_through(run, ticket, store, work, lambda made: made.id, seen)


def compare(
    run: Run,
    ticket: Ticket,
    store: Store,
    publications: Publications,
    settings: Settings,
    *,
    seen: Callable[[Run], None] = lambda _run: None,
) -> Comparison:
    """Wait for the turn of a run that compares a plugin's candidate, and carry it out; see `carry_out`."""

    def work(told: Progress, wanted: Callable[[], None]) -> Comparison:
        return upgrading.compare_candidate(run.plugin, run.by, store, publications, settings, told=told, wanted=wanted)

    return see_through(run, ticket, store, work, lambda _made: None, seen)


def see_through(
    run: Run,
    ticket: Ticket,
    store: Store,
    work: Callable[[Progress, Callable[[], None]], T],
    number: Callable[[T], int | None],
    seen: Callable[[Run], None],
) -> T:
    """Wait for the turn of a run, do its work and return what it made; ``number`` is that of the report, if it is one.

    Raises what the work raises, and plugin.cancelled.
    """
    keeper = _Keeper(store, run.id, seen)
    with ticket:
        try:
            while not ticket.may_run():
                keeper.wanted()
                time.sleep(_PAUSE)
            keeper.write(state=RUNNING)
            made = work(keeper.told, keeper.wanted)
            keeper.write(state=FINISHED, report=number(made))
        except Problem as problem:
            state = CANCELLED if problem.code == "plugin.cancelled" else FAILED
            keeper.write(state=state, problem=_document(problem))
            raise
        except Exception as error:
            _log.error("run %s of %s: %s", run.id, run.plugin, type(error).__name__)
            interrupted = Problem("plugin.interrupted", name=run.plugin)
            with contextlib.suppress(Problem):
                keeper.write(state=INTERRUPTED, problem=_document(interrupted))
            raise interrupted from error
    return made


def load(store: Store, settings: Settings, id: int) -> Run:
    """Return a run; one whose service has ended is ended first. Raises Problem run.missing."""
    stored = store.collection(RUNS).get(id)
    if stored is None:
        raise Problem("run.missing")
    return _looked_at(store, Queue(settings.instance), stored)


def all_runs(store: Store, settings: Settings) -> list[Run]:
    """Return the runs that are kept, newest first; those whose service has ended are ended first."""
    queue = Queue(settings.instance)
    return [_looked_at(store, queue, stored) for stored in reversed(store.collection(RUNS).find())]


def cancel(store: Store, settings: Settings, id: int) -> Run:
    """Ask that a run ends; whoever carries it out does so within a second. Raises Problem run.missing."""
    run = load(store, settings, id)
    if not run.ended:
        _change(store, id, lambda body: body | {"cancel": True})
    return run


class _Keeper:
    """Keeps the document of a run up to date for the one who carries it out."""

    def __init__(self, store: Store, id: int, seen: Callable[[Run], None]) -> None:
        self._store, self._id, self._seen = store, id, seen
        self._beat = clock.now()
        self._told: tuple[int, int] = (0, 0)

    def told(self, done: int, total: int) -> None:
        """Keep what the plugin says; it is written at the next look."""
        self._told = (done, total)

    def wanted(self) -> None:
        """Write what is new. Raises Problem plugin.cancelled if somebody wants the run to end."""
        stored = self._store.collection(RUNS).get(self._id)
        if stored is None or stored.body["cancel"]:
            raise Problem("plugin.cancelled", name=stored.body["plugin"] if stored else "")
        if self._told != (stored.body["done"], stored.body["total"]) or clock.now() >= self._beat + _BEAT:
            self.write()

    def write(self, **facts: Any) -> None:
        self._beat = clock.now()
        done, total = self._told
        news = {"done": done, "total": total, "beat": self._beat.isoformat(), **facts}
        self._seen(_run(_change(self._store, self._id, lambda body: body | news)))


def _change(store: Store, id: int, change: Callable[[dict[str, Any]], dict[str, Any]]) -> Stored:
    """Change a run's document, which somebody else may change at the same time. Raises Problem run.missing."""
    runs = store.collection(RUNS)
    while True:
        stored = runs.get(id)
        if stored is None:
            raise Problem("run.missing")
        try:
            return runs.replace(id, change(stored.body), version=stored.version)
        except Problem as problem:
            if problem.code != "store.conflict":
                raise


def _looked_at(store: Store, queue: Queue, stored: Stored) -> Run:
    body = stored.body
    if body["state"] not in (WAITING, RUNNING):
        return _run(stored)
    ahead = None
    if body["machine"] == queue.machine:
        ahead = queue.ahead(body["ticket"])
        dead = ahead is None
    else:
        dead = clock.now() > dt.datetime.fromisoformat(body["beat"]) + _DEAD
    return _run(_end(store, stored.id)) if dead else _run(stored, ahead)


def _end(store: Store, id: int) -> Stored:
    """End a run whose service has ended, unless it has ended by itself in this moment."""

    def change(body: dict[str, Any]) -> dict[str, Any]:
        if body["state"] not in (WAITING, RUNNING):
            return body
        problem = Problem("plugin.interrupted", name=body["plugin"])
        return body | {"state": INTERRUPTED, "problem": _document(problem)}

    return _change(store, id, change)


def _sweep(store: Store) -> None:
    """Forget the oldest of the ended runs."""
    runs = store.collection(RUNS)
    ended = [stored for stored in runs.find() if stored.body["state"] not in (WAITING, RUNNING)]
    for stored in ended[:-KEPT]:
        with contextlib.suppress(Problem):  # somebody else was faster
            runs.delete(stored.id)


def _document(problem: Problem) -> dict[str, Any]:
    details = {name: value if isinstance(value, int) else str(value) for name, value in problem.details.items()}
    return {"code": problem.code, "details": details}


def _run(stored: Stored, ahead: int | None = None) -> Run:
    body = stored.body
    problem = body["problem"]
    return Run(
        id=stored.id,
        plugin=body["plugin"],
        by=body["by"],
        state=body["state"],
        done=body["done"],
        total=body["total"],
        report=body["report"],
        problem=Problem(problem["code"], **problem["details"]) if problem else None,
        kind=body.get("kind", REPORT),
        ahead=ahead,
    )
