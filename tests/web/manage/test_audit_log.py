"""The audit log on the desk: looked through, checked, taken away as a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.accounts import audit, exporting
from survey_service.accounts.audit import AUDIT
from survey_service.store.base import Store
from survey_service.web.manage import audit_log
from tests.web.browser import Page
from tests.web.manage.conftest import NOW, Desk


def words(desk: Desk, query: str = "") -> str:
    answer = desk.get(f"/manage/audit?lang=en{query}")
    assert answer.status_code == 200
    return " ".join(Page(answer.text).text.split())


def test_who_did_what(manager: Desk, respond: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    respond()
    manager.get("/manage/questionnaires/small/responses")
    page = words(manager)
    assert "Mara Looked at responses small Page: 1 Number: 1" in page
    assert "Signed in" in page.split("Details Number", 1)[1]
    page = words(manager, "&action=responses.read&actor=Mara&subject=small&since=2026-11-23&until=2026-11-23")
    table = page.split("Details Number", 1)[1]
    assert "Looked at responses" in table
    assert "Signed in" not in table
    assert "There are no such entries." in words(manager, "&actor=Nobody")
    assert "There are no such entries." in words(manager, "&until=2026-11-22")
    assert "1 entry" in words(manager, "&action=responses.read&since=yesterday")  # asks for nothing
    monkeypatch.setattr(audit_log, "PAGE_SIZE", 2)
    first, second = words(manager), words(manager, "&page=2")
    assert "Page 1 of" in first
    assert first != second
    for page_number in ("0", "99999", "x", "٢"):
        assert manager.get(f"/manage/audit?page={page_number}").status_code == 404


def test_it_is_checked_on_the_page(manager: Desk, store: Store) -> None:
    assert "It has not been checked yet." in words(manager)
    answer = manager.post("/manage/audit")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/manage/audit?done=checked")
    page = words(manager)
    count = audit.newest(store)[0] - 1  # the check is noted after it
    assert f"Checked and whole: {count} entries." in page
    stored = store.collection(AUDIT).first(number=2)
    store.collection(AUDIT).replace(stored.id, {**stored.body, "subject": "other"}, version=stored.version)
    manager.post("/manage/audit")
    assert "It is not whole from entry 2 on." in words(manager)
    assert "The audit log is not whole from entry 2 on" in manager.get("/manage/?lang=en").text
    noted = [dict(entry.details) for entry in audit.entries(store) if entry.action == "audit.verified"]
    assert [details["fault"] for details in noted] == [0, 2]


def test_it_is_taken_away_as_a_file_and_that_is_noted(manager: Desk, store: Store, tmp_path: Path) -> None:
    answer = manager.get("/manage/audit.file?format=jsonl")
    assert (answer.mimetype, answer.headers["Cache-Control"]) == ("application/x-ndjson", "no-store")
    assert "filename=audit-2026-11-23.jsonl" in answer.headers["Content-Disposition"]
    path = tmp_path / "file"
    path.write_bytes(answer.data)
    assert exporting.verified(path)[2] is None
    newest = json.loads(answer.data.splitlines()[-1])
    assert (newest["actor"], newest["action"], newest["details"]["format"]) == ("Mara", "audit.exported", "jsonl")
    answer = manager.get("/manage/audit.file?format=csv&action=audit.exported")
    assert len(answer.data.splitlines()) == 3  # the heading, the file before, and this one
    assert answer.data.startswith(b"\xef\xbb\xbfnumber,at,")
    assert manager.get("/manage/audit.file?format=exe").status_code == 404
    assert NOW.date().isoformat() in answer.headers["Content-Disposition"]
