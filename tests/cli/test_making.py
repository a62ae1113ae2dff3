"""The running service makes what is due by itself; `report due` does it once, from a timer."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service import clock, outbox, settings
from survey_service.accounts import audit
from survey_service.cli import making
from survey_service.cli.linking import send_asked
from survey_service.cli.repeating import repeating
from survey_service.consulting import asked
from survey_service.problems import Problem
from survey_service.reports import host, schedules
from survey_service.reports.report import REPORTS, Report
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.reports.test_schedules import stored
from tests.web import consultation

DUE = dt.datetime(2027, 1, 1, 4, tzinfo=dt.UTC)


@pytest.fixture
def context(store: Store, publications: Publications, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setattr(host, "run", lambda name, opened, *_rest, **_named: stored(opened, name))
    with clock.fixed(dt.datetime(2026, 11, 23, tzinfo=dt.UTC)):
        schedules.add(store, "monitoring", "quarterly", readers=["mara@example.org"], language="de")
    return Context(settings.load(tmp_path / "instance"), store)


def until(done: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not done() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert done()


def test_members_are_invited_to_a_vote_by_itself_and_asked_for_links_are_sent(store: Store, tmp_path: Path) -> None:
    context = Context(settings.load(tmp_path / "instance", public_url="https://survey.example"), store)
    with clock.fixed(consultation.OPENED):
        held = consultation.begin(store)
        making.make_due(context)
        making.make_due(context)  # not again within ten minutes
        assert {held.invitation(name).sent for name in consultation.PEOPLE} == {"2026-09-01"}
        assert outbox.count(context.settings.instance, outbox.OUTBOX) == len(consultation.PEOPLE)
        asked.ask(store, "dora@example.org", "https://survey.example", "network")
        assert (send_asked(context), send_asked(context)) == (1, 0)
    assert outbox.count(context.settings.instance, outbox.OUTBOX) == len(consultation.PEOPLE) + 1


def test_it_goes_on_by_itself_after_a_fault(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    real: Callable[..., Report] = host.run

    def run(name: str, *rest: object, **named: object) -> Report:
        asked.append(name)
        if len(asked) == 1:
            raise ZeroDivisionError
        return real(name, *rest, **named)

    monkeypatch.setattr(host, "run", run)
    monkeypatch.setattr(schedules, "AGAIN", dt.timedelta(0))
    with clock.fixed(DUE), repeating("reports", lambda: making.make_due(context), every=0.01):
        until(lambda: context.store.collection(REPORTS).count() == 1)
    assert asked == ["monitoring", "monitoring"]


def test_what_was_made_is_audited_and_told(context: Context) -> None:
    with clock.fixed(DUE):
        (done,) = making.make_due(context)
        assert making.make_due(context) == []
    assert done.report is not None
    entries = [entry for entry in audit.entries(context.store) if entry.action == "report.run"]
    assert [(entry.actor, entry.subject, dict(entry.details)) for entry in entries] == [
        ("service", "monitoring", {"report": done.report.id})
    ]
    assert len(list((context.settings.instance / "outbox").glob("*.eml"))) == 1


def test_a_problem_is_no_fault_of_the_round(context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_named: object) -> None:
        raise Problem("plugin.busy", most=2)

    monkeypatch.setattr(host, "run", fail)
    with clock.fixed(DUE):
        assert making.make_due(context) == []
    assert schedules.all_schedules(context.store)[0].fault == "plugin.busy"
