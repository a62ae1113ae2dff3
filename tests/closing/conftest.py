"""A wave with a report, an adopted concept that rests on it, a measure that answers it, published figures."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from survey_service import clock
from survey_service.closing import gate, publishing, texts
from survey_service.closing.composing import Source, compose
from survey_service.closing.publishing import Page
from survey_service.concept import accepting, evidence, items, progress, versions
from survey_service.concept.model import Concept, Progress
from survey_service.monitoring.figures import Batches
from survey_service.reports.report import Report
from survey_service.store.base import Store
from tests.concept.conftest import MEASURE, add, adopt, begin, block, file
from tests.monitoring import published

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
WAVE = "2026-Q2"
FIELDS = {"ARB": {"de": "Arbeit", "en": "Work", "ar": "العمل"}, "WOH": {"de": "Wohnen", "en": "Housing"}}
NEEDS = {"ARB.job": {"de": "Arbeit finden", "en": "Finding work", "ar": "إيجاد عمل"}}
ARABIC = "42 من 97 شخصًا"


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


def need(name: str = "ARB.need.ARB.job", field: str = "ARB", **more: Any) -> dict[str, Any]:
    return block(name, field, **more)


def wave_report(store: Store, *blocks: dict[str, Any], periods: tuple[str, ...] = (WAVE,), **more: Any) -> Report:
    """Store a report on answers to the questionnaire ``needs`` of some periods."""
    basis = {"needs": {"periods": list(periods), "revisions": ["needs-1"]}, "offers": {"periods": [], "revisions": []}}
    return file(store, *blocks, basis=basis, **more)


def adopted(store: Store) -> Concept:
    """Adopt a version: no. 1 looks for work, no. 2 answers it, no. 3 is a judgement."""
    number = begin(store)
    accepting.accept(store, number, wave_report(store, need()), "Mara")
    serving = dataclasses.replace(MEASURE, serves=("item-1",))
    add(store, number, "Abendkurse.", kind="measure", measure=serving)
    add(store, number, "Es fehlen Wohnungen.", kind="statement", field="WOH")
    return adopt(store, number)


@pytest.fixture
def source(store: Store) -> Source:
    """What pages are made of: 42 of 97 look for work in the wave, one measure runs, ARB4 is hidden."""
    adopted(store)
    progress.note(store, "item-2", Progress("running"), "Mara")
    published.fill(store)
    published.publish(store)
    return Source(store, Batches(lambda: store).newest(), FIELDS, NEEDS)


def write(source: Source, tag: str = "de", wave: str = WAVE, field: str = "ARB", skip: str = "") -> None:
    """Write what a language lacks, but for a kind."""
    for needed in (*gate.of_content(compose(source, wave, field)),):
        if needed.key and tag not in needed.text and needed.kind != skip:
            save(source.store, needed.key, tag, f"{tag}: {needed.kind} {needed.name}", needed.text)


def save(store: Store, key: str, tag: str, text: str, given: Any = {}) -> None:  # noqa: B006
    texts.save(store, key, tag, text, seen=texts.version(store, key), given=given)


def publish(source: Source, wanted: dict[str, str] | None = None, wave: str = WAVE, field: str = "ARB") -> Page:
    mark = publishing.mark_of(compose(source, wave, field))
    return publishing.publish(source, wave, field, wanted or {}, mark, "Mara")


def revise(store: Store, periods: tuple[str, ...] = ("2027-Q2",), **figures: Any) -> Concept:
    """Adopt a revision that rests on a second wave."""
    number = versions.begin(store, {"de": "K"}, FIELDS, "Mara").number
    report = wave_report(store, need(**figures), periods=periods)
    flag = evidence.flag_of(store, versions.load(store, number), "item-1")
    seen = versions.load(store, number).item("item-1").wording.number
    words = evidence.wording_after(flag, store)
    items.edit(store, number, "item-1", seen=seen, texts=words, basis=flag.new, by="Mara")
    assert flag.new.report == report.id
    return adopt(store, number)
