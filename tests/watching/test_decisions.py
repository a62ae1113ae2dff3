"""What waits is found, with since when, how urgent it is, and only for who may decide about it."""

from __future__ import annotations

import datetime as dt
import shutil
from collections import namedtuple
from collections.abc import Callable
from dataclasses import replace

import pytest

from survey_service import clock, outbox
from survey_service.accounts import access, accounts, tokens
from survey_service.closing import receipts
from survey_service.consulting import rounds
from survey_service.consulting.model import CLOSED, OPEN, Put, Round, round_to_json
from survey_service.hooks import deliveries, endpoints
from survey_service.monitoring import definitions, observations, periods
from survey_service.monitoring.observations import Observation
from survey_service.offers import notices
from survey_service.offers.lists import Row
from survey_service.paths import bundled
from survey_service.privacy import erasing
from survey_service.privacy import rounds as retention
from survey_service.problems import Problem
from survey_service.reports import calendar, installed, runs, schedules
from survey_service.responses import contact_wishes
from survey_service.responses import standing as standing_of
from survey_service.responses.revisions import Publications
from survey_service.responses.schedule import Schedule
from survey_service.store import hosts
from survey_service.store.base import Store
from survey_service.watching import backups, chain, machine, standing, table, work
from survey_service.watching.model import LATER, TODAY, WEEK, Decision, Look
from tests.watching.conftest import NOW, See

Usage = namedtuple("Usage", "total used free")
GIB = 1 << 30


@pytest.fixture(autouse=True)
def much_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100 * GIB, 0, 60 * GIB))


def found(look: Look, kind: str) -> list[Decision]:
    return [decision for decision in table.decisions(look) if decision.kind == kind]


def one(look: Look, kind: str) -> Decision:
    (decision,) = found(look, kind)
    return decision


def row(offer: str, since: str, *, listed: bool = False, moderation: str = "submitted") -> Row:
    facts = dict.fromkeys(Row.__dataclass_fields__, "") | {"offer": offer, "since": since, "listed": listed}
    return Row(**{**facts, "moderation": moderation})


def test_where_nothing_waits_there_is_nothing(see: See) -> None:
    assert table.decisions(see()) == ()


def test_every_kind_has_an_action_and_a_name_of_its_own() -> None:
    assert {kind.action for kind in table.TABLE} <= set(access.TABLE)
    assert len({kind.name for kind in table.TABLE}) == len(table.TABLE)


def test_areas_are_those_in_which_somebody_decides(see: See) -> None:
    assert table.areas(see(("translator",))) == ("team", "translations")
    assert "offers" in table.areas(see(("working_group",)))
    assert "service" not in table.areas(see(("working_group",)))
    assert {kind.area for kind in table.TABLE} == set(table.areas(see()))


def test_offers_wait_today_from_the_third_day_on(see: See) -> None:
    rows = [
        row("a", "2026-11-22T10:00:00+00:00"),
        row("b", "2026-11-20T10:00:00+00:00"),
        row("c", "2026-11-21T10:00:00+00:00", listed=True),
        row("d", "2026-01-01T10:00:00+00:00", listed=True, moderation="published"),
    ]
    look = see(offers=lambda: rows)
    new, changed = one(look, "offers_new"), one(look, "offers_changed")
    assert (new.count, new.since, new.urgency, new.age(look.today)) == (2, "2026-11-20", TODAY, 3)
    assert (changed.count, changed.since, changed.urgency) == (1, "2026-11-21", WEEK)
    assert [d.kind for d in table.decisions(look)] == ["offers_new", "offers_changed"]  # the most urgent first
    assert table.decisions(see(("translator",), offers=lambda: rows)) == ()


def test_errors_that_readers_reported(see: See, store: Store) -> None:
    with clock.fixed(NOW - dt.timedelta(days=5)):
        notices.report(store, "abc", next(iter(notices.ABOUT)), "zu")
    told = one(see(), "offers_told")
    assert (told.count, told.since, told.urgency) == (1, "2026-11-18", TODAY)


@pytest.mark.parametrize(
    ("closes", "urgency"),
    [("2026-11-23", TODAY), ("2026-11-25", TODAY), ("2026-11-26", WEEK), ("2026-12-07", WEEK), ("2026-12-08", None)],
)
def test_a_wave_that_ends(see: See, publications: Publications, closes: str, urgency: str | None) -> None:
    publications.set_schedule("small", Schedule(closes=closes))
    ending = found(see(), "wave_ends")
    assert [(d.subject, d.until, d.urgency) for d in ending] == ([("small", closes, urgency)] if urgency else [])


def test_a_wave_that_is_over_or_closed_ends_no_more(see: See, publications: Publications) -> None:
    for schedule in (Schedule(closes="2026-11-22"), Schedule(is_open=False, closes="2026-11-24")):
        publications.set_schedule("small", schedule)
        assert found(see(), "wave_ends") == []


def test_translations_as_they_were_counted(see: See, store: Store) -> None:
    body = {"name": "texts", "outdated": {"ar": 20}, "drafted": {"ar": 5, "uk": 9}, "lost": {"small": ["en"]}}
    store.collection(standing.KEPT).add(body)
    look = see()
    outdated, drafted, gate = (one(look, kind) for kind in ("outdated", "drafted", "gate"))
    assert (outdated.count, outdated.urgency, outdated.facts["languages"]) == (20, WEEK, "ar")
    assert (drafted.count, drafted.urgency, drafted.facts["languages"]) == (14, LATER, "uk ar")
    assert (gate.subject, gate.count, gate.facts["languages"]) == ("small", 1, "en")
    stored = store.collection(standing.KEPT).first(name="texts")
    more = {f"x{number}": 10 - number for number in range(8)}
    store.collection(standing.KEPT).replace(stored.id, {**body, "outdated": more}, version=stored.version)
    outdated = one(see(), "outdated")
    assert (outdated.count, outdated.urgency) == (52, LATER)
    assert outdated.facts["languages"] == "x0 x1 x2 x3 x4 x5 +2"


def test_plugins_and_reports(see: See, store: Store) -> None:
    for _ in range(installed.MOST_FAILURES):
        installed.failed(store, "trial", "ZeroDivisionError", NOW - dt.timedelta(days=2))
    made = schedules.add(store, "needs", calendar.MONTHLY, language="de")
    stored = store.collection(schedules.SCHEDULES).get(made.id)
    store.collection(schedules.SCHEDULES).replace(stored.id, {**stored.body, "fault": "plugin.failed"}, version=1)
    ended = {"by": "Mara", "done": 0, "total": 0, "report": None, "machine": "", "ticket": "", "cancel": False}
    ended |= {"beat": NOW.isoformat(), "kind": "report", "problem": {"code": "plugin.slow", "details": {}}}
    for plugin, state in (("a", runs.FAILED), ("b", runs.FAILED), ("b", runs.FINISHED), ("needs", runs.FAILED)):
        problem = None if state == runs.FINISHED else {"code": "plugin.interrupted", "details": {"name": plugin}}
        store.collection(runs.RUNS).add({**ended, "plugin": plugin, "state": state, "problem": problem})
    look = see()
    failing = one(look, "plugin_failing")
    assert (failing.subject, failing.since, failing.urgency) == ("trial", "2026-11-21", TODAY)
    assert one(look, "report_scheduled").subject == "needs"
    assert [(d.subject, d.facts) for d in found(look, "report_failed")] == [("a", {"run": 1})]  # b went well since


def test_consultations(see: See, store: Store) -> None:
    made = Round(0, 1, "Runde", "2026-11-01", "2026-11-24", (1,), ("de",), OPEN, (Put("item-1", 1),))
    for each in (made, replace(made, closes="2026-12-24"), replace(made, closes="2026-11-20")):
        store.collection(rounds.ROUNDS).add(round_to_json(each))
    done = replace(made, state=CLOSED, closes="2026-11-10", final="2026-11-12")
    store.collection(rounds.ROUNDS).add(round_to_json(done))
    look = see()
    ends = one(look, "consultation_ends")
    assert (ends.subject, ends.until, ends.urgency) == ("1", "2026-11-24", TODAY)
    final = one(look, "consultation_final")  # its last day is over, nobody commented
    assert (final.subject, final.since) == ("3", "2026-11-20")


@pytest.mark.parametrize(
    ("kind", "today", "expected"),
    [
        (periods.YEAR, "2026-01-01", ("2025", "2026-01-01")),
        (periods.YEAR, "2025-12-31", ("2024", "2025-01-01")),
        (periods.QUARTER, "2026-01-01", ("2025-Q4", "2026-01-01")),
        (periods.QUARTER, "2026-06-30", ("2026-Q1", "2026-04-01")),
        (periods.QUARTER, "2026-12-31", ("2026-Q3", "2026-10-01")),
        (periods.WAVE, "2026-12-31", None),
    ],
)
def test_the_period_that_was_over_last(kind: str, today: str, expected: tuple[str, str] | None) -> None:
    over = periods.last_over(kind, dt.date.fromisoformat(today))
    assert (over and (over[0], over[1].isoformat())) == expected


def test_figures_are_due_for_indicators_that_have_some(see: See, store: Store) -> None:
    indicators = definitions.load(bundled("forms"))
    yearly = [each for each in indicators.values() if each.period == periods.YEAR and not each.computed]
    first, second = yearly[:2]
    for indicator, period in ((first, "2024"), (second, "2025")):
        version = indicator.current.version
        figure = Observation(indicator.code, version, period, 0.5, 1, 2, source="Amt")
        observations.record(store, indicator, figure, "Mara")
    due = one(see(indicators=lambda: indicators), "figures")
    assert (due.count, due.since, due.urgency) == (1, "2026-01-01", LATER)


def test_the_day_to_look_again(see: See, store: Store) -> None:
    receipts.set_look_again(store, "2026-11-24")
    assert found(see(), "look_again") == []
    assert one(see(now=NOW + dt.timedelta(days=2)), "look_again").since == "2026-11-24"


def test_mail_that_needs_somebody(see: See) -> None:
    look = see()
    for place in (outbox.FAILED, outbox.WAITING, outbox.OUTBOX):
        with clock.fixed(NOW - dt.timedelta(days=2)):
            content = b"From: a@example.org\r\nTo: b@example.org\r\n\r\n"
            outbox.written(outbox.folder(look.settings.instance, place), content)
    kinds = {d.kind: d for d in table.decisions(look)}
    assert {(name, d.count, d.since, d.urgency) for name, d in kinds.items()} == {
        ("mail_failed", 1, "2026-11-21", TODAY),
        ("mail_stuck", 1, "2026-11-21", TODAY),
        ("mail_by_hand", 1, "2026-11-21", TODAY),
    }


@pytest.mark.parametrize(
    ("free", "total", "state"),
    [(60, 1000, "good"), (49, 1000, "low"), (25, 1000, "scarce"), (1, 5, "low"), (0.4, 5, "scarce"), (3, 20, "good")],
)
def test_room_on_the_disk(see: See, monkeypatch: pytest.MonkeyPatch, free: float, total: float, state: str) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(int(total * GIB), 0, int(free * GIB)))
    look = see()
    assert machine.disk(look.settings).state == state
    assert [d.urgency for d in found(look, "disk")] == {"good": [], "low": [WEEK], "scarce": [TODAY]}[state]


def test_a_store_that_takes_nothing(see: See, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(store), "healthy", lambda _: False)
    assert one(see(), "store").urgency == TODAY


def test_backups_are_asked_for(see: See, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    look = see()
    assert found(look, "backup") == []  # there is nothing to lose yet
    body = {"questionnaire": "small", "key": "k"}
    store.collection(machine.RESPONSES).add(body)
    assert one(look, "backup").since == ""
    with clock.fixed(NOW - dt.timedelta(days=3)):
        backups.made(look.settings, size=10, sealed=True, documents=1, files=0)
    assert one(look, "backup").since == "2026-11-20"
    with clock.fixed(NOW - dt.timedelta(days=2, hours=23)):
        backups.made(look.settings, size=10, sealed=True, documents=1, files=0)
    assert found(look, "backup") == []
    monkeypatch.setenv("SURVEY_BACKUP_DAYS", "0")
    (look.settings.instance / backups.FILE).unlink()
    assert found(see(), "backup") == []


def test_work_that_fails_or_is_late(see: See, store: Store) -> None:
    with pytest.raises(Problem), work.noted(store, work.REMINDERS):
        raise Problem("store.closed")
    with work.noted(store, work.MAIL):
        pass
    failed = one(see(), "work")
    assert (failed.subject, failed.facts["code"], failed.urgency) == ("reminders", "store.closed", TODAY)
    late = found(see(now=NOW + dt.timedelta(hours=2)), "work")
    assert [d.subject for d in late] == ["reminders", "mail"]


def test_a_log_that_is_not_whole(see: See, store: Store) -> None:
    accounts.add(store, "Anna", ["manager"], "drei Birnen im Schnee", actor="test", now=NOW)
    assert chain.check(store).fault == 0
    assert found(see(), "audit") == []
    stored = store.collection(chain.audit.AUDIT).first(number=1)
    store.collection(chain.audit.AUDIT).replace(stored.id, {**stored.body, "actor": "Berta"}, version=stored.version)
    assert chain.check(store).fault == 1
    assert one(see(), "audit").facts["number"] == 1


def test_second_factors(see: See, store: Store) -> None:
    mara = accounts.add(store, "Mara", ["manager"], "drei Birnen im Schnee", actor="test", now=NOW)
    accounts.add(store, "Ada", ["admin"], "drei Birnen im Schnee", actor="test", now=NOW)
    accounts.add(store, "Willi", ["working_group"], "drei Birnen im Schnee", actor="test", now=NOW)
    look = see(account=replace(mara, roles=("admin", "manager")))
    assert one(look, "own_factor").facts["left"] == 3
    assert one(look, "own_factor").urgency == WEEK
    assert one(look, "other_factors").count == 1  # a working group needs none


def test_responses_set_aside_and_people_to_contact(see: See, store: Store) -> None:
    with clock.fixed(NOW - dt.timedelta(days=8)):
        contact_wishes.ask(store, "Amal", "amal@example.org", "", "de", clock.today())
    body = {"questionnaire": "small", "key": "k", "status": standing_of.QUARANTINED, "aside": "2026-11-22"}
    store.collection(machine.RESPONSES).add(body)
    look = see(settings=see().settings)
    aside, wishes = one(look, "quarantine"), one(look, "contacts")
    assert (aside.count, aside.since, aside.urgency) == (1, "2026-11-22", WEEK)
    assert (wishes.count, wishes.since, wishes.urgency) == (1, "2026-11-15", TODAY)


def test_other_systems_and_machines(see: See, store: Store) -> None:
    facts = {"name": "Kreis", "url": "https://example.org/", "kinds": [], "state": endpoints.FAILING, "by": "Ada"}
    facts |= {"day": "2026-11-01", "failures": 12, "rest": 0, "reason": "", "missed": 0, "secrets": [], "old_until": 0}
    store.collection(endpoints.ENDPOINTS).add(facts)
    store.collection(deliveries.DELIVERIES).add({"hook": 1, "state": deliveries.FAILED})
    (scope, *_) = tokens.usable_by(["manager"])
    days = min(tokens.LIVES)
    begun = NOW - dt.timedelta(days=days - 10)
    tokens.make(store, "Statistik", [scope], days, by="Ada", roles=["manager"], now=begun)
    for name, version in (("a", "1"), ("b", "1"), ("c", "2")):
        hosts.beat(store, name, version, {}, NOW.timestamp() - (0 if name < "c" else 200))
    look = see()
    assert (one(look, "hook_failing").subject, one(look, "hook_failing").urgency) == ("1", TODAY)
    assert one(look, "hook_failed").count == 1
    ends = one(look, "token_ends")
    assert (ends.facts["name"], ends.left(look.today), ends.urgency) == ("Statistik", 10, WEEK)
    assert found(look, "hosts") == []  # the one that differs is away
    hosts.beat(store, "c", "2", {}, NOW.timestamp())
    assert (one(look, "hosts").facts["names"], one(look, "hosts").urgency) == ("version", TODAY)


def test_erasing_that_does_not_run_and_reports_that_count_too_much(see: See, store: Store) -> None:
    facts = {"ran": NOW.isoformat(), "erased": "", "count": 0}
    store.collection(retention.LAST).add({"rule": "drafts", **facts, "fault": "store.closed"})
    store.collection(retention.LAST).add({"rule": "texts", **facts, "fault": ""})
    for withdrawn in (2, 0):
        store.collection(erasing.REPORTS).add({"withdrawn": withdrawn})
    look = see()
    assert (one(look, "retention").count, one(look, "retention").urgency) == (1, TODAY)
    assert (one(look, "reports_anew").count, one(look, "reports_anew").urgency) == (1, LATER)


def test_what_cannot_be_looked_at_is_itself_for_today(see: See) -> None:
    def damaged() -> Callable[[], object]:
        raise Problem("store.closed")

    broken = found(see(indicators=damaged), "figures")
    assert [(d.urgency, d.problem and d.problem.code) for d in broken] == [(TODAY, "store.closed")]
