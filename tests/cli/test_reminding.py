"""Reminders and mail in the round of the service: once an hour over all processes; bounces are noted at contacts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service import clock, outbox, settings
from survey_service.cli import making
from survey_service.letters.reminding import Round
from survey_service.offers import contacts
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.letters.test_reminding import contact, offer
from tests.test_mail import Box, started
from tests.test_outbox import Picky, drop, dsn, message_id

__all__ = ["started"]

BOTH_STORES = True
DUE = dt.datetime(2026, 5, 31, 8, tzinfo=dt.UTC)


def context_of(store: Store, folder: Path, url: str = "file:") -> Context:
    values = settings.load(
        folder / "instance", public_url="https://s.example", mail_url=url, mail_from="amt@example.org"
    )
    return Context(values, store)


def test_of_several_processes_one_reminds_and_again_after_an_hour(store: Store, tmp_path: Path) -> None:
    offer(store, 1)
    contact(store)
    first, second = context_of(store, tmp_path), context_of(store, tmp_path)
    with clock.fixed(DUE):
        assert making.remind(first) == Round(letters=1, reminded=1)
        offer(store, 2, "Zweiter")
        contact(store, "b@example.org", "Zweiter")
        assert making.remind(second) == making.remind(first) == Round()
    with clock.fixed(DUE + dt.timedelta(hours=1)):
        assert making.remind(second) == Round(letters=1, reminded=1)


def test_an_address_that_a_server_does_not_know_is_noted_and_not_written_to_again(
    store: Store, tmp_path: Path, started: Callable[..., tuple[Box, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Box, "handle_RCPT", Picky.handle_RCPT, raising=False)
    monkeypatch.setattr(Box, "recipients", {"mara@example.org": "550 5.1.1 no such user"}, raising=False)
    _, port = started()
    context = context_of(store, tmp_path, f"smtp://127.0.0.1:{port}")
    offer(store, 1)
    person = contact(store)
    with clock.fixed(DUE):
        making.make_due(context)
    assert contacts.find(store, person).bounced == "2026-05-31"
    assert outbox.count(context.settings.instance, outbox.FAILED) == 1
    with clock.fixed(DUE + dt.timedelta(days=30)):
        assert making.remind(context) == Round()


def test_a_notification_that_was_dropped_is_noted(store: Store, tmp_path: Path) -> None:
    context = context_of(store, tmp_path)
    offer(store, 1)
    person = contact(store)
    with clock.fixed(DUE):
        making.remind(context)
        (path,) = outbox.folder(context.settings.instance, outbox.OUTBOX).glob("*.eml")
        drop(context.settings, dsn(message_id(path)))
        making.exchange(context)
    assert contacts.find(store, person).bounced == "2026-05-31"
