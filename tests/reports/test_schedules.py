"""Reports by themselves: when they are due, made once, told by mail without a figure, missed ones made once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import clock
from survey_service import settings as settings_module
from survey_service.problems import Problem
from survey_service.reports import calendar, schedules, telling
from survey_service.reports.report import REPORTS, Report, save
from survey_service.reports.schedules import SCHEDULES, Done
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store

BOTH_STORES = True
Due = Callable[..., list[Done]]


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(f"{text}+00:00")


@pytest.mark.parametrize(
    ("rhythm", "now", "due", "covers"),
    [
        ("monthly", "2026-11-23T09:00", "2026-12-01T03:00", "2026-11"),
        ("monthly", "2026-12-01T02:59", "2026-12-01T03:00", "2026-11"),
        ("monthly", "2026-12-01T03:00", "2027-01-01T03:00", "2026-12"),
        ("quarterly", "2026-11-23T09:00", "2027-01-01T03:00", "2026-Q4"),
        ("quarterly", "2027-01-01T03:00", "2027-04-01T03:00", "2027-Q1"),
        ("yearly", "2026-01-01T00:00", "2026-01-01T03:00", "2025"),
        ("yearly", "2026-01-01T03:00", "2027-01-01T03:00", "2026"),
    ],
)
def test_when_it_is_due_and_what_it_covers(rhythm: str, now: str, due: str, covers: str) -> None:
    found = calendar.next_due(rhythm, at(now))
    assert found == at(due)
    assert calendar.covered(rhythm, found) == covers


@given(st.sampled_from([calendar.MONTHLY, calendar.QUARTERLY, calendar.YEARLY]), st.datetimes(dt.datetime(2000, 1, 1)))
def test_the_next_time_is_the_first_after_now(rhythm: str, moment: dt.datetime) -> None:
    if moment.year > 9990:
        return
    now = moment.replace(tzinfo=dt.UTC)
    due = calendar.next_due(rhythm, now)
    assert now < due
    assert (due.day, due.hour, due.minute) == (1, calendar.HOUR, 0)
    longest = {calendar.MONTHLY: 31, calendar.QUARTERLY: 92, calendar.YEARLY: 366}[rhythm]
    assert due - now <= dt.timedelta(days=longest)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_module.load(
        tmp_path / "instance", public_url="https://survey.example.org", mail_from="desk@example.org"
    )


def stored(store: Store, plugin: str) -> Report:
    """Store a report of a plugin, another one each time, and return it."""
    number = store.collection(REPORTS).count() + 1
    facts = {"id": 0, "plugin": plugin, "version": "1", "title": {"de": "Lage", "en": "State"}, "period": "2027-Q1"}
    made = Report(**facts, snapshot=f"{number:032x}", day=clock.today(), synthetic=False, counts={}, blocks=())
    return save(store, made)


@pytest.fixture
def due(store: Store, publications: Publications, settings: Settings) -> Due:
    """Return a function that makes what is due at a moment, with a maker of reports or one that just stores them."""

    def run(moment: str, make: Callable[[str], Report] | None = None) -> list[Done]:
        with clock.fixed(at(moment)):
            maker = make or (lambda plugin: stored(store, plugin))
            return schedules.make_due(store, publications, settings, maker, lambda done: telling.told(done, settings))

    return run


def add(store: Store, rhythm: str = "quarterly", **options: Any) -> schedules.Scheduled:
    given = {"readers": ("mara@example.org",), "language": "de", **options}
    with clock.fixed(at("2026-11-23T09:00")):
        return schedules.add(store, "monitoring", rhythm, **given)


def mails(settings: Settings) -> list[Any]:
    files = sorted((settings.instance / "outbox").glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=policy.SMTP) for path in files]


def test_it_is_made_when_it_is_due_and_told_once(store: Store, due: Due, settings: Settings) -> None:
    add(store)
    assert due("2026-12-31T23:00") == []
    done = due("2027-01-01T03:01")
    assert [(found.scheduled.covers, found.problem) for found in done] == [("2026-Q4", None)]
    assert due("2027-01-01T03:02") == []
    assert store.collection(REPORTS).count() == 1
    (message,) = mails(settings)
    assert message["To"] == "mara@example.org"
    assert "Lage" in message["Subject"]
    assert "2026-Q4" in message["Subject"]
    assert "https://survey.example.org/manage/reports/1\r\n" in message.get_content()


def test_what_was_missed_is_made_once(store: Store, due: Due) -> None:
    add(store, "monthly")
    (done,) = due("2027-05-10T12:00")
    assert done.scheduled.covers == "2027-04"
    assert done.scheduled.due == at("2027-06-01T03:00")
    assert due("2027-05-10T12:01") == []
    assert store.collection(REPORTS).count() == 1


def test_the_one_before_is_kept_to_compare(store: Store, due: Due, settings: Settings) -> None:
    add(store)
    (first,) = due("2027-01-01T03:00")
    (second,) = due("2027-04-01T03:00")
    assert (first.scheduled.report, first.scheduled.before) == (1, None)
    assert (second.scheduled.report, second.scheduled.before) == (2, 1)
    newest = mails(settings)[-1].get_content()
    assert "/manage/reports/2\r\n" in newest
    assert "/manage/reports/1\r\n" in newest


def test_several_that_ask_at_once_make_it_once(store: Store, publications: Publications, settings: Settings) -> None:
    add(store)
    together = threading.Barrier(4)
    done: list[Done] = []

    def ask() -> None:
        together.wait(30)
        made = schedules.make_due(
            store, publications, settings, lambda plugin: stored(store, plugin), lambda _done: ("", "")
        )
        done.extend(made)

    with clock.fixed(at("2027-01-01T03:00")):
        threads = [threading.Thread(target=ask) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(done) == 1
    assert store.collection(REPORTS).count() == 1


def fail(_plugin: str) -> Report:
    raise Problem("plugin.failed", name="monitoring", reason="ZeroDivisionError in “secret”")


def test_a_failure_is_tried_again_then_told_and_left(store: Store, due: Due, settings: Settings) -> None:
    add(store)
    assert due("2027-01-01T03:00", fail) == []
    assert due("2027-01-01T03:01", fail) == []  # not yet again
    assert schedules.all_schedules(store)[0].fault == "plugin.failed"
    assert due("2027-01-01T03:16", fail) == []
    (done,) = due("2027-01-01T03:32", fail)
    assert (done.report, done.problem and done.problem.code) == (None, "plugin.failed")
    assert done.scheduled.due == at("2027-04-01T03:00")
    (message,) = mails(settings)
    assert "secret" not in str(message)
    assert "https://survey.example.org/manage/reports/schedules" in message.get_content()
    (second,) = due("2027-04-01T03:00")
    assert (second.scheduled.fault, second.scheduled.before) == ("", None)


def test_a_second_attempt_is_enough(store: Store, due: Due, settings: Settings) -> None:
    add(store)
    assert due("2027-01-01T03:00", fail) == []
    (done,) = due("2027-01-01T03:16")
    assert (done.scheduled.report, done.scheduled.fault) == (1, "")
    assert len(mails(settings)) == 1


def test_whoever_ends_in_the_middle_is_followed_up(store: Store, due: Due) -> None:
    add(store)

    def end(_plugin: str) -> Report:
        raise KeyboardInterrupt

    for minute in ("00", "20", "40"):
        with pytest.raises(KeyboardInterrupt):
            due(f"2027-01-01T03:{minute}", end)
    (done,) = due("2027-01-01T04:00")  # it would go on for ever: it is given up
    assert done.problem is not None
    assert due("2027-01-01T05:00") == []


def switch(publications: Publications, **changes: Any) -> None:
    publications.set_schedule("small", replace(publications.current("small").schedule, **changes))


def test_a_wave_ends_when_its_questionnaire_closes(store: Store, publications: Publications, due: Due) -> None:
    add(store, "wave", questionnaire="small")
    switch(publications, closes="2026-12-10")
    assert due("2026-12-10T23:00") == []
    switch(publications, closes="2026-12-10", paused=True)
    assert due("2026-12-10T23:30") == []  # a pause is no end
    (done,) = due("2026-12-11T00:10")
    assert (done.scheduled.covers, done.scheduled.due) == ("2026-Q4", None)
    assert due("2027-06-01T00:00") == []
    switch(publications, closes="2027-07-01", paused=False)
    assert due("2027-06-02T00:00") == []
    with clock.fixed(at("2027-06-03T00:00")):
        switch(publications, is_open=False)
    assert len(due("2027-06-03T00:10")) == 1  # the next wave, closed by hand


def test_one_that_was_closed_all_along_is_not_due(store: Store, publications: Publications, due: Due) -> None:
    switch(publications, is_open=False)
    add(store, "wave", questionnaire="small")
    assert due("2027-06-03T00:10") == []


@pytest.mark.parametrize(
    "options",
    [
        {"rhythm": "daily"},
        {"rhythm": "wave"},
        {"rhythm": "monthly", "questionnaire": "small"},
        {"readers": tuple(f"a{number}@example.org" for number in range(11))},
    ],
)
def test_what_makes_no_schedule_is_refused(store: Store, options: dict[str, Any]) -> None:
    with pytest.raises(Problem) as caught:
        add(store, **options)
    assert caught.value.code == "schedule.rhythm"
    with pytest.raises(Problem) as caught:
        add(store, readers=("mara",))
    assert caught.value.code == "mail.address"
    assert store.collection(SCHEDULES).count() == 0


def test_one_that_is_removed_is_not_made(store: Store, due: Due) -> None:
    schedules.remove(store, add(store).id)
    assert due("2028-01-01T00:00") == []
    with pytest.raises(Problem) as caught:
        schedules.remove(store, 1)
    assert caught.value.code == "schedule.missing"


def test_a_full_outbox_does_not_make_it_again(
    store: Store, due: Due, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    add(store)
    monkeypatch.setattr("survey_service.mail.post", full)
    assert len(due("2027-01-01T03:00")) == 1
    assert due("2027-01-01T04:00") == []
