"""Looking through the audit log, and the log as a file."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.accounts import audit, exporting, looking
from survey_service.accounts.audit import AUDIT
from survey_service.accounts.looking import Wanted
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.accounts.conftest import NOW

DAYS = (20, 21, 21, 21, 23)


@pytest.fixture
def filled(store: Store) -> Store:
    """A log with five entries: on the 20th one, on the 21st three, on the 23rd one, in turn of Anna and Berta."""
    for number, day in enumerate(DAYS, 1):
        actor, action = ("Anna", "responses.read") if number % 2 else ("Berta", "offer.read")
        details = {"page": number, "count": 50} if number % 2 else {}
        audit.append(store, actor, action, f"=x{number % 3}", details, now=NOW.replace(day=day))
    return store


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [5, 4, 3, 2, 1]),
        (Wanted(actor="Anna"), [5, 3, 1]),
        (Wanted(action="offer.read"), [4, 2]),
        (Wanted(subject="=x1"), [4, 1]),
        (Wanted(actor="Anna", subject="=x1"), [1]),
        (Wanted(actor="anna"), []),
        (Wanted(since="2026-11-21"), [5, 4, 3, 2]),
        (Wanted(until="2026-11-21"), [4, 3, 2, 1]),
        (Wanted(since="2026-11-21", until="2026-11-21"), [4, 3, 2]),
        (Wanted(since="2026-11-22", until="2026-11-22"), []),
        (Wanted(since="2026-11-24"), []),
        (Wanted(until="2026-11-19"), []),
        (Wanted(actor="Berta", since="2026-11-21", until="2026-11-21"), [4, 2]),
    ],
)
def test_pages_and_files_hold_what_is_looked_for(filled: Store, wanted: Wanted, numbers: list[int]) -> None:
    found = looking.page(filled, wanted, number=1, size=10)
    assert ([entry.number for entry in found.entries], found.total) == (numbers, len(numbers))
    paged = [looking.page(filled, wanted, number=number, size=2).entries for number in (1, 2, 3)]
    assert [entry.number for part in paged for entry in part] == numbers
    assert [entry.number for entry in looking.every(filled, wanted)] == numbers[::-1]


def test_an_entry_that_is_missing_hides_no_other(filled: Store) -> None:
    filled.collection(AUDIT).delete(filled.collection(AUDIT).first(number=3).id)
    found = looking.page(filled, Wanted(since="2026-11-21"), number=1, size=10)
    assert [entry.number for entry in found.entries] == [5, 4, 2]


def test_an_export_can_be_verified_without_the_service(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    assert exporting.write(path, audit.entries(filled), "jsonl") == 5
    assert exporting.verified(path) == (5, audit.newest(filled)[1], None)
    lines = path.read_text("utf-8").splitlines(keepends=True)
    assert json.loads(lines[0])["actor"] == "Anna"
    changes: list[tuple[Callable[[list[str]], list[str]], int]] = [
        (lambda lines: [lines[0].replace("Anna", "Berta"), *lines[1:]], 1),
        (lambda lines: [*lines[:2], *lines[3:]], 3),
        (lambda lines: lines[1:], 1),
        (lambda lines: [*lines, lines[-1]], 6),
    ]
    for change, fault in changes:
        path.write_text("".join(change(lines)), "utf-8")
        assert exporting.verified(path)[2] == fault


@pytest.mark.parametrize("content", [b"number,at\n", b"[1]\n", b"\xff\xfe", b"{"])
def test_what_is_no_export_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other"
    path.write_bytes(content)
    with pytest.raises(Problem) as refused:
        exporting.verified(path)
    assert refused.value.code == "audit.unreadable"


def test_a_table_runs_no_formula(filled: Store, tmp_path: Path) -> None:
    path = tmp_path / "audit.csv"
    assert exporting.write(path, audit.entries(filled), "csv") == 5
    first, *_, last = csv.DictReader(path.read_text("utf-8").splitlines())
    assert (first["number"], first["subject"], first["details"]) == ("1", "'=x1", '{"count": 50, "page": 1}')
    assert last["at"] == dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC).isoformat()


def test_entries_that_come_while_the_log_is_looked_at_are_no_fault(
    filled: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    chained = audit.chained

    def slowly(bodies: object) -> tuple[int, str, int | None]:
        audit.append(filled, "Anna", "logout", "Anna", {}, now=NOW)
        return chained(bodies)  # type: ignore[arg-type]

    monkeypatch.setattr(audit, "chained", slowly)
    assert audit.first_fault(filled) is None
