"""Errors reported, at the desk."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from survey_service.accounts import audit
from survey_service.offers import notices
from survey_service.store.base import Store
from tests.web.manage.conftest import Desk


def test_a_notice_is_shown_and_done_with(manager: Desk, store: Store) -> None:
    notice = notices.report(store, "abcdefghjk", "times", "<script>alert(1)</script>")
    text = manager.get("/manage/offers/notices").text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text
    assert notice.notice in text
    answer = manager.post("/manage/offers/notices", {"notice": notice.notice})
    assert (answer.status_code, answer.location) == (303, "/manage/offers/notices")
    assert notices.all_open(store) == []
    assert next(entry.action for entry in audit.entries(store) if entry.subject == notice.offer) == "offer.notice_done"
    assert notice.notice not in manager.get("/manage/offers/notices").text


def test_back_to_where_it_was_said(manager: Desk, store: Store) -> None:
    for target, where in (("/manage/offers/abc", "/manage/offers/abc"), ("//evil.example", "/manage/")):
        notice = notices.report(store, "abcdefghjk", "times", target)
        answer = manager.post("/manage/offers/notices", {"notice": notice.notice, "next": target})
        assert answer.location == where


@pytest.mark.parametrize(("role", "status"), [("Mara", 200), ("Willi", 200), ("Ada", 403), ("", 303)])
def test_who_may_see_them(as_role: Callable[[str], Desk], role: str, status: int) -> None:
    assert as_role(role).get("/manage/offers/notices").status_code == status


def test_an_unknown_notice(manager: Desk) -> None:
    assert manager.post("/manage/offers/notices", {"notice": "0" * 16}).status_code == 404
