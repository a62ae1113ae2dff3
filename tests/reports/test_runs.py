"""Runs: documents that say how far a report is, whoever makes it, and what became of it."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from survey_service import clock
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.reports import runs
from survey_service.reports.queue import Queue, Ticket
from survey_service.reports.report import REPORTS
from survey_service.reports.runs import Run
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store
from tests.reports.conftest import RUN

Write = Callable[..., Path]
NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
HANGS = RUN + "    import time\n    context.progress(1, 4)\n    time.sleep(3600)\n"
BOTH_STORES = True


@pytest.fixture
def carry(store: Store, publications: Publications, settings: Settings, plugin: Write) -> Callable[..., Any]:
    """Return a function that carries out a run of a plugin of the test's folder."""

    def out(run: Run, ticket: Ticket, folder: Path, **options: Any) -> Any:
        return runs.carry_out(run, ticket, store, publications, settings, plugins=folder, **options)

    return out


def begin(store: Store, settings: Settings) -> tuple[Run, Ticket]:
    return runs.begin(store, settings, "trial", "Mara")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert condition()


def test_a_run_waits_runs_and_ends_with_its_report(
    store: Store, settings: Settings, plugin: Write, carry: Callable[..., Any]
) -> None:
    run, ticket = begin(store, settings)
    assert (run.state, run.by, runs.load(store, settings, run.id).ahead) == ("waiting", "Mara", 0)
    seen: list[str] = []
    made = carry(run, ticket, plugin(), seen=lambda each: seen.append(each.state))
    ended = runs.load(store, settings, run.id)
    assert (ended.state, ended.report, ended.problem, ended.ended) == ("finished", made.id, None, True)
    assert (seen[0], seen[-1]) == ("running", "finished")
    noted = [(entry.actor, entry.subject, dict(entry.details)) for entry in audit.entries(store)]
    assert ("Mara", "trial", {"report": made.id}) in noted
    assert Queue(settings.instance).ahead(ticket.name) is None


def test_a_failing_run_says_why(store: Store, settings: Settings, plugin: Write, carry: Callable[..., Any]) -> None:
    run, ticket = begin(store, settings)
    with pytest.raises(Problem) as caught:
        carry(run, ticket, plugin(RUN + "    1 / 0"))
    ended = runs.load(store, settings, run.id)
    assert ended.state == "failed"
    assert ended.problem is not None
    assert (ended.problem.code, ended.problem.message()) == ("plugin.failed", caught.value.message())
    assert "ZeroDivisionError (__init__.py:10)" in ended.problem.message()


def test_progress_is_seen_and_a_running_one_is_cancelled(
    store: Store, settings: Settings, plugin: Write, carry: Callable[..., Any]
) -> None:
    patient = Settings(settings.instance, {**settings.values, "report_seconds": 600})
    folder = plugin(HANGS)
    run, ticket = begin(store, settings)
    problems: list[Problem] = []

    def work() -> None:
        try:
            runs.carry_out(run, ticket, store, Publications(store), patient, plugins=folder)
        except Problem as problem:
            problems.append(problem)

    thread = threading.Thread(target=work)
    thread.start()
    wait_for(lambda: runs.load(store, settings, run.id).total == 4)
    now = runs.load(store, settings, run.id)
    assert (now.state, now.done, now.total, now.ended) == ("running", 1, 4, False)
    runs.cancel(store, settings, run.id)
    thread.join()
    ended = runs.load(store, settings, run.id)
    assert (ended.state, [problem.code for problem in problems]) == ("cancelled", ["plugin.cancelled"])
    assert store.collection(REPORTS).count() == 0
    assert runs.cancel(store, settings, run.id).state == "cancelled"


def test_one_that_waits_is_cancelled_without_running(
    store: Store, settings: Settings, plugin: Write, carry: Callable[..., Any]
) -> None:
    queue = Queue(settings.instance)
    with queue.join(), queue.join():
        run, ticket = begin(store, settings)
        assert runs.load(store, settings, run.id).ahead == 2
        runs.cancel(store, settings, run.id)
        with pytest.raises(Problem) as caught:
            carry(run, ticket, plugin())
    assert caught.value.code == "plugin.cancelled"
    assert runs.load(store, settings, run.id).state == "cancelled"


def test_one_whose_service_has_ended_is_ended_at_the_next_look(store: Store, settings: Settings) -> None:
    run, ticket = begin(store, settings)
    other, still = begin(store, settings)
    ticket.leave()  # as the kernel does when the process ends
    found = {each.id: each for each in runs.all_runs(store, settings)}
    assert (found[run.id].state, found[other.id].state) == ("interrupted", "waiting")
    problem = found[run.id].problem
    assert problem is not None
    assert problem.code == "plugin.interrupted"
    assert runs.load(store, settings, run.id).state == "interrupted"
    still.leave()


def test_a_run_of_another_machine_lives_as_long_as_it_is_heard_of(store: Store, settings: Settings) -> None:
    with clock.fixed(NOW):
        run, ticket = runs.begin(store, Settings(settings.instance / "other", settings.values), "trial", "Mara")
        ticket.leave()
    for minutes, state in ((0, "waiting"), (1, "waiting"), (3, "interrupted")):
        with clock.fixed(NOW + dt.timedelta(minutes=minutes)):
            assert runs.load(store, settings, run.id).state == state


def test_too_many_are_refused_and_old_ones_are_forgotten(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runs, "KEPT", 3)
    held = [begin(store, settings) for _ in range(10)]
    with pytest.raises(Problem) as caught:
        begin(store, settings)
    assert (caught.value.code, caught.value.details["most"]) == ("plugin.busy", 10)
    for _, ticket in held:
        ticket.leave()
    assert [each.state for each in runs.all_runs(store, settings)] == ["interrupted"] * 10
    run, ticket = begin(store, settings)
    assert [each.id for each in runs.all_runs(store, settings)] == [run.id, 10, 9, 8]
    ticket.leave()
    with pytest.raises(Problem) as missing:
        runs.load(store, settings, 1)
    assert missing.value.code == "run.missing"
