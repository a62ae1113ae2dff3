"""Reports made by themselves, on the desk: added, shown, removed, audited; by managers only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from survey_service import clock
from survey_service import settings as settings_module
from survey_service.accounts import accounts, audit
from survey_service.app import create_app
from survey_service.reports import schedules
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.web.manage.conftest import NOW, PASSWORD, Desk

PAGE = "/manage/reports/schedules"


@pytest.fixture
def served(store: Store, publications: Publications, tmp_path: Path) -> Flask:
    with clock.fixed(NOW):
        for name, role in (("Mara", "manager"), ("Willi", "working_group")):
            accounts.add(store, name, [role], PASSWORD, actor="test", now=NOW)
    app = create_app(settings_module.load(tmp_path / "instance"), store)
    app.testing = True
    return app


@pytest.fixture
def mara(served: Flask, at_nine: None) -> Desk:
    desk = Desk(served)
    assert desk.sign_in("Mara").status_code == 303
    return desk


def send(desk: Desk, path: str = PAGE, **fields: str) -> tuple[int, str]:
    answer = desk.client.post(path, data={"_csrf": desk.token(PAGE), **fields})
    return answer.status_code, answer.text


GOOD = {
    "plugin": "monitoring", "rhythm": "quarterly", "questionnaire": "small", "language": "en",
    "readers": " mara@example.org,  willi@example.org ",
}  # fmt: skip


def test_one_is_added_shown_and_removed(mara: Desk, store: Store) -> None:
    assert send(mara, **GOOD)[0] == 303
    (found,) = schedules.all_schedules(store)
    assert (found.plugin, found.rhythm, found.questionnaire, found.language) == ("monitoring", "quarterly", "", "en")
    assert found.readers == ("mara@example.org", "willi@example.org")
    page = mara.get(f"{PAGE}?lang=en").text
    assert "Jan 1, 2027" in page
    assert "mara@example.org, willi@example.org" in page
    assert send(mara, f"{PAGE}/{found.id}/remove")[0] == 303
    assert schedules.all_schedules(store) == []
    noted = [(entry.actor, entry.action) for entry in audit.entries(store) if "scheduled" in entry.action]
    assert sorted(noted) == [("Mara", "report.scheduled"), ("Mara", "report.unscheduled")]
    assert send(mara, f"{PAGE}/{found.id}/remove")[0] == 404


@pytest.mark.parametrize(
    "changed",
    [
        {"plugin": "nothing"}, {"plugin": ""}, {"rhythm": "daily"}, {"readers": "mara"},
        {"rhythm": "wave", "questionnaire": "none"}, {"readers": "<b>@example.org"},
    ],
)  # fmt: skip
def test_what_makes_no_schedule_is_shown_again(mara: Desk, store: Store, changed: dict[str, str]) -> None:
    status, page = send(mara, **{**GOOD, **changed})
    assert status == 422
    assert re.search(r'<div class="errors" role="alert"', page)
    assert "<b>" not in page
    assert 'value="quarterly" selected' in page or "rhythm" in changed
    assert schedules.all_schedules(store) == []


def test_a_working_group_may_not(served: Flask, at_nine: None) -> None:
    desk = Desk(served)
    desk.sign_in("Willi")
    assert desk.get(PAGE).status_code == 403
    assert PAGE not in desk.get("/manage/reports").text


def test_mail_that_waits_is_named(mara: Desk, tmp_path: Path) -> None:
    assert "could not be sent" not in mara.get(f"{PAGE}?lang=en").text
    folder = tmp_path / "instance" / "outbox" / "failed"
    folder.mkdir(parents=True)
    (folder / "a.eml").write_bytes(b"")
    assert "could not be sent so far: 1." in mara.get(f"{PAGE}?lang=en").text
