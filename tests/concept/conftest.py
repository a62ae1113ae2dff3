"""Fixtures for the concept: fields of action, reports with statements, a version with items."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from survey_service import clock
from survey_service.concept import items, versions
from survey_service.concept.model import Concept, Decision, Item, Judgement, Measure
from survey_service.problems import Problem
from survey_service.reports import report as reports
from survey_service.reports.report import Report
from survey_service.store.base import Store

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
FIELDS = {"ARB": {"de": "Arbeit", "en": "Work"}, "WOH": {"de": "Wohnen", "en": "Housing"}}
TITLE = {"de": "Integrationskonzept"}
DECISION = Decision("Kreistag", "2026-11-20", "einstimmig", "2026-12-01", "2029-12-31")
MEASURE = Measure("Jobcenter", "medium", "M", 1_250_050, "2027-06-30")


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def block(id: str = "work", field: str = "ARB", count: int | None = 42, n: int = 97, **more: Any) -> dict[str, Any]:
    """Return a statement of a report, as JSON."""
    share = None if count is None else count / n
    return {
        "type": "statement", "id": id, "field": field, "question": "B09", "wording": {"de": "Frage?"},
        "text": {"de": "%(count)s von %(n)s suchen Arbeit.", "en": "%(count)s of %(n)s look for work."},
        "values": {"count": {"kind": "persons", "value": count}, "n": {"kind": "persons", "value": n}},
        "base": "answered", "count": count, "n": n, "share": share, "low": 0.338801, "high": 0.532284,
        "offers": 3, "revisions": ["needs-1"], "suppressed": None, **more,
    }  # fmt: skip


def file(store: Store, *blocks: dict[str, Any], **more: Any) -> Report:
    """Store a finished report and return it."""
    heading = {"type": "text", "role": "heading", "text": {"de": "A"}, "values": {}}
    facts = {
        "id": 0, "plugin": "gaps", "version": "1.0", "title": {"de": "Lücken", "en": "Gaps"}, "snapshot": "abc123",
        "period": "2026-Q4", "day": dt.date(2026, 11, 23), "synthetic": False, "counts": {}, **more,
    }  # fmt: skip
    return reports.save(store, Report(**facts, blocks=(heading, *blocks)))


def add(store: Store, number: int, text: str = "Mehr Kurse.", **more: Any) -> Item:
    given: dict[str, Any] = {"kind": "goal", "field": "ARB", "basis": Judgement("AK Arbeit"), "by": "Willi"}
    return items.add(store, number, texts={"de": text}, **{**given, **more})


def begin(store: Store) -> int:
    return versions.begin(store, TITLE, FIELDS, "Mara").number


def adopt(store: Store, number: int, decision: Decision = DECISION) -> Concept:
    versions.consult(store, number, "Mara")
    return versions.adopt(store, number, decision, "Mara")


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **named)
    return caught.value.code
