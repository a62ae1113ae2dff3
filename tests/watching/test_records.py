"""The records of backups, of scheduled work and of looks at the audit log."""

from __future__ import annotations

import datetime as dt
import stat
from pathlib import Path

import pytest

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.store.base import Store
from survey_service.watching import backups, chain, work
from tests.watching.conftest import NOW

BOTH_STORES = True


def test_backups_are_noted_newest_first(
    store: Store, tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "empty_database" in request.fixturenames:
        monkeypatch.setenv("SURVEY_STORE", request.getfixturevalue("empty_database"))
    (tmp_path / "instance").mkdir(exist_ok=True)
    values = settings.load(tmp_path / "instance")
    first = backups.made(values, size=5_000, sealed=False, documents=7, files=2)
    with clock.fixed(NOW + dt.timedelta(hours=30)):
        back = backups.restored(values, day="2026-11-23", documents=7, files=2)
    path = values.instance / backups.FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open("a", encoding="utf-8") as file:
        file.write('{"at": "yesterday", "act": "made"}\nnonsense\n{"at": 5')
    noted = backups.all_backups(store, values)
    assert noted == [back, first]
    assert backups.newest(noted) == first
    assert (first.at, first.size, first.sealed, first.documents) == ("2026-11-23T09:00:00+00:00", 5_000, False, 7)
    assert backups.age(first, NOW + dt.timedelta(hours=47)) == 1
    assert backups.age(first, NOW - dt.timedelta(days=1)) == 0


def _one(store: Store, name: str) -> work.Work:
    return next(each for each in work.all_work(store) if each.name == name)


def test_rounds_that_go_well_are_noted_now_and_then(store: Store) -> None:
    assert _one(store, work.MAIL).done is None
    assert not _one(store, work.MAIL).late(NOW)
    for seconds in (0, 60, 599):
        with clock.fixed(NOW + dt.timedelta(seconds=seconds)), work.noted(store, work.MAIL):
            pass
    mail = _one(store, work.MAIL)
    assert (mail.done, mail.due) == (NOW, NOW + dt.timedelta(seconds=60))
    with clock.fixed(NOW + dt.timedelta(seconds=600)), work.noted(store, work.MAIL):
        pass
    assert _one(store, work.MAIL).done == NOW + dt.timedelta(seconds=600)
    assert not _one(store, work.MAIL).late(NOW + dt.timedelta(hours=1))
    assert _one(store, work.MAIL).late(NOW + dt.timedelta(hours=2))


def test_rounds_that_fail_are_noted_at_once_and_forgotten_after_one_that_does_not(store: Store) -> None:
    with work.noted(store, work.VOTES):
        pass
    for error in (Problem("store.closed"), ValueError("secret words")):
        with pytest.raises(type(error)), work.noted(store, work.VOTES):
            raise error
    failed = _one(store, work.VOTES)
    assert (failed.fault, failed.times, failed.done, failed.failed) == ("unexpected", 2, NOW, NOW)
    assert "secret" not in str(store.collection(work.WORK).first(name=work.VOTES).body)
    with work.noted(store, work.VOTES):
        pass
    assert (_one(store, work.VOTES).fault, _one(store, work.VOTES).times) == ("", 0)


def test_a_work_that_nobody_knows_is_a_mistake(store: Store) -> None:
    with pytest.raises(ValueError, match="no scheduled work"), work.noted(store, "washing"):
        pass


def test_the_audit_log_is_looked_at_once_a_day(store: Store) -> None:
    audit.append(store, "Anna", "logout", "Anna", {}, now=NOW)
    looked = chain.check_daily(store)
    assert looked is not None
    assert (looked.count, looked.fault, looked.at, looked.hash) == (1, 0, NOW, audit.newest(store)[1])
    assert chain.check_daily(store) is None
    with clock.fixed(NOW + dt.timedelta(days=1)):
        again = chain.check_daily(store)
    assert again == chain.last(store)
    assert again is not None
    assert again.at == NOW + dt.timedelta(days=1)
    assert _one(store, work.AUDIT).done == NOW + dt.timedelta(days=1)
