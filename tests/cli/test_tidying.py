"""The running service erases by itself what is kept too long, and the audit log says so."""

from __future__ import annotations

import datetime as dt
import time
from pathlib import Path

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.cli import tidying
from survey_service.cli.repeating import repeating
from survey_service.network import bodies, members
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.responses.test_submissions import send

LATER = dt.datetime(2028, 1, 1, tzinfo=dt.UTC)


def test_tidied_and_audited(store: Store, publications: Publications, tmp_path: Path) -> None:
    send(store, publications, age=20)
    context = Context(settings.load(tmp_path / "instance"), store)
    with clock.fixed(LATER):
        assert tidying.tidy(context)["responses"] == 1
        assert not any(tidying.tidy(context).values())
    assert store.collection(RESPONSES).count() == 0
    entries = [stored.body for stored in store.collection(audit.AUDIT).iterate()]
    assert [(entry["action"], entry["details"]) for entry in entries] == [("retention.applied", {"responses": 1})]


def test_people_who_left_a_body_are_erased(store: Store, tmp_path: Path) -> None:
    body = bodies.add(store, {"de": "Beirat"}, "board").id
    anna = members.add(store, body, name="Anna Amt", email="anna@example.org", organisation="Amt", since="2026-01-01")
    members.leave(store, anna.id, "2026-06-30")
    context = Context(settings.load(tmp_path / "instance"), store)
    with clock.fixed(LATER):
        tidying.tidy(context)
        tidying.tidy(context)
    gone = members.of_id(store, anna.id)
    assert (gone.name, gone.email, gone.organisation) == ("", "", "Amt")
    entries = [stored.body for stored in store.collection(audit.AUDIT).iterate()]
    assert [(entry["action"], entry["details"]) for entry in entries] == [("retention.applied", {"members": 1})]


def test_a_longer_time_is_a_setting(store: Store, publications: Publications, tmp_path: Path) -> None:
    send(store, publications, age=20)
    values = settings.load(tmp_path / "instance", retention_months=60, retention_text_months=60)
    with clock.fixed(LATER):
        assert not any(tidying.tidy(Context(values, store)).values())


def test_it_goes_on_by_itself_and_ends_with_the_block(store: Store, publications: Publications, tmp_path: Path) -> None:
    context = Context(settings.load(tmp_path / "instance"), store)
    with clock.fixed(LATER), repeating("tidying", lambda: tidying.tidy(context), every=0):
        with clock.fixed(dt.datetime(2026, 11, 23, tzinfo=dt.UTC)):
            send(store, publications, age=20)
        deadline = time.monotonic() + 30
        while store.collection(RESPONSES).count() and time.monotonic() < deadline:
            time.sleep(0.01)
    assert store.collection(RESPONSES).count() == 0


def test_of_several_processes_one_tidies_in_an_hour(store: Store, publications: Publications, tmp_path: Path) -> None:
    context = Context(settings.load(tmp_path / "instance"), store)
    with clock.fixed(LATER):
        tidying.tidy_due(context)
    with clock.fixed(dt.datetime(2026, 11, 23, tzinfo=dt.UTC)):
        send(store, publications, age=20)
    for minutes, left in ((59, 1), (60, 0)):
        with clock.fixed(LATER + dt.timedelta(minutes=minutes)):
            tidying.tidy_due(context)
        assert store.collection(RESPONSES).count() == left
