"""The desk's home: what waits for a decision in words; and the page about the state of the service."""

from __future__ import annotations

import dataclasses
import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from survey_service import outbox, settings
from survey_service.problems import Problem
from survey_service.responses.revisions import Publications
from survey_service.responses.schedule import Schedule
from survey_service.store.base import Store
from survey_service.watching import backups, status, table, work
from survey_service.watching.model import Decision
from survey_service.web import i18n
from survey_service.web.manage import status as status_page
from survey_service.web.manage import waiting_words
from tests.web.browser import Page
from tests.web.manage.conftest import Desk

Usage = namedtuple("Usage", "total used free")
FACTS = {
    "free": 1_500_000_000, "code": "store.closed", "languages": "ar uk +3", "left": 2, "number": 7, "limit": 1_000,
    "title": "Runde", "run": 3, "name": "Kreis", "names": "version",
}  # fmt: skip


@pytest.fixture(autouse=True)
def much_room(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**12, 0, 5 * 10**11))


def words(desk: Desk, path: str) -> str:
    answer = desk.get(path)
    assert answer.status_code == 200
    return " ".join(Page(answer.text).text.split())


def test_home_says_what_waits_by_urgency(
    manager: Desk, publications: Publications, respond: Callable[..., str], tmp_path: Path
) -> None:
    respond()
    publications.set_schedule("small", Schedule(closes="2026-11-26"))
    page = words(manager, "/manage/?lang=en")
    today, rest = page.split("Today", 1)[1].split("This week", 1)
    assert "There is no backup yet If the machine breaks" in today
    week, later = rest.split("When there is time", 1)
    assert "“Small” ends" in week
    assert "3 days left, until Nov 26, 2026." in week
    assert later.strip().startswith("Nothing.")
    quiet = page.split("Nothing waits in: ", 1)[1].split(" Questionnaires ", 1)[0]
    assert "Offers" in quiet
    assert "Service" not in quiet
    backups.made(settings.load(tmp_path / "instance"), size=1, sealed=True, documents=1, files=0)
    assert "no backup" not in words(manager, "/manage/?lang=en")


def test_everybody_sees_only_what_they_decide_about(
    as_role: Callable[[str], Desk], respond: Callable[..., str], publications: Publications
) -> None:
    respond()
    publications.set_schedule("small", Schedule(closes="2026-11-26"))
    expected = {"Mara": (True, True), "Ada": (True, False), "Willi": (False, False), "Tanja": (False, False)}
    for name, sees in expected.items():
        page = as_role(name).get("/manage/?lang=en").text
        assert ("There is no backup yet" in page, "“Small” ends" in page) == sees, name


@pytest.mark.parametrize("tag", ["de", "en"])
def test_every_kind_is_said_with_a_place_that_exists(app: Flask, manager: Desk, tag: str) -> None:
    assert set(waiting_words.SAYS) == {kind.name for kind in table.TABLE}
    assert set(waiting_words.AREAS) == {kind.area for kind in table.TABLE}
    assert set(waiting_words.WORK) == set(work.EVERY)
    places = app.url_map.bind("localhost")
    with app.test_request_context("/manage/"):
        i18n.use(tag, "desk")
        for kind in table.TABLE:
            for count in (1, 2):
                decision = Decision(count, since="2026-11-20", subject="3", facts=FACTS, kind=kind.name)
                line = waiting_words.line(decision)
                assert "%(" not in line.what + line.why + line.age
                assert places.match(line.place.partition("?")[0], method="GET")
            said = waiting_words.line(dataclasses.replace(decision, problem=Problem("store.closed"), facts={}))
            assert said.why
            assert places.match(said.place.partition("?")[0], method="GET")


def test_ages_are_said(app: Flask) -> None:
    def said(**changes: object) -> str:
        return waiting_words.line(dataclasses.replace(Decision(1, kind="offers_new"), **changes)).age

    with app.test_request_context("/manage/"):
        i18n.use("en", "desk")
        assert said() == ""
        assert said(since="2026-11-23") == "Since today."
        assert said(since="2026-11-22") == "For 1 day, since Nov 22, 2026."
        assert said(since="2026-11-21", count=2) == "The oldest for 2 days, since Nov 21, 2026."
        assert said(until="2026-11-23") == "The last day is today."
        assert said(until="2026-11-24") == "1 day left, until Nov 24, 2026."


def test_the_state_of_the_service_in_plain_words(
    manager: Desk, store: Store, tmp_path: Path, respond: Callable[..., str]
) -> None:
    respond()
    instance = tmp_path / "instance"
    page = words(manager, "/manage/status?lang=en")
    assert "Something must be done." in page
    assert "No backup was made with the command of this service." in page
    assert "1 response is stored." in page
    assert "500 GB of 1,000 GB are free." in page
    assert "Audit log Have a look" in page
    values = settings.load(instance)
    backups.restored(values, day="2026-11-01", documents=3, files=0)
    backups.made(values, size=2_000_000, sealed=False, documents=12, files=0)
    for name in work.EVERY:
        with work.noted(store, name):
            pass
    with pytest.raises(Problem), work.noted(store, work.MAIL):
        raise Problem("store.closed")
    outbox.written(outbox.folder(instance, outbox.FAILED), b"From: a@b.example\r\nTo: c@d.example\r\n\r\n")
    manager.post("/manage/audit")
    page = words(manager, "/manage/status?lang=en")
    assert "The newest backup is less than a day old. It is not encrypted" in page
    assert "On Nov 23, 2026 a backup was put back." in page
    assert "Backup made 2 MB 12 no" in page
    assert "<time" not in page
    assert "Backup of Nov 1, 2026 put back 3" in page
    assert "Fails or is late: Sending mail." in page
    assert "failed 1 time: store.closed" in page
    assert "1 message could not be sent." in page
    assert "Checked on Nov 23, 2026: it is whole." in page


def test_a_service_where_nothing_is_urgent_says_so(manager: Desk, store: Store) -> None:
    for name in work.EVERY:
        with work.noted(store, name):
            pass
    manager.post("/manage/audit")
    page = words(manager, "/manage/status?lang=en")
    assert "The service works. Something is worth a look." in page  # no address and no mail server are set here
    assert "Act now" not in page


def test_each_fact_has_a_title_and_sentences() -> None:
    names = {make.__name__.removeprefix("_") for make in status._FACTS}
    assert set(status_page.TITLES) == set(status_page._SAYS) == names
    assert set(status_page.LEVELS) == set(status_page.OVERALL) == set(status.LEVELS)
