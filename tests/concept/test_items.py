"""Items of the draft: what they need, how two editors meet, how they are arranged; measures by their due days."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any

import pytest

from survey_service.concept import items, measures, money, progress, versions
from survey_service.concept.checks import checked_judgement
from survey_service.concept.model import Judgement, Measure, Progress
from survey_service.monitoring import definitions, observations
from survey_service.paths import bundled as folder_of
from survey_service.store.base import Store
from tests.concept.conftest import MEASURE, NOW, add, adopt, begin, refusal

BOTH_STORES = True


def texts(store: Store, number: int) -> list[str]:
    return [item.wording.texts["de"] for item in versions.load(store, number).items]


def test_the_second_of_two_editors_overwrites_nothing(store: Store) -> None:
    number = begin(store)
    item = add(store, number, "Mehr Kurse.")
    first = items.edit(store, number, item.key, seen=1, texts={"de": "Mehr Kurse am Abend."}, by="Willi")
    assert (first.number, first.by) == (2, "Willi")
    mine: dict[str, Any] = {"texts": {"de": "Mehr kleine Kurse."}, "by": "Mara"}
    assert refusal(items.edit, store, number, item.key, seen=1, **mine) == "concept.conflict"
    assert texts(store, number) == ["Mehr Kurse am Abend."]
    merged = {"de": "Mehr kleine Kurse am Abend."}
    assert items.edit(store, number, item.key, seen=2, texts=merged, by="Mara", why="zusammengeführt").number == 3
    history = [(each.number, each.by, each.texts["de"], each.why) for each in items.wordings(store, item.key)]
    assert history == [
        (3, "Mara", "Mehr kleine Kurse am Abend.", "zusammengeführt"),
        (2, "Willi", "Mehr Kurse am Abend.", ""),
        (1, "Willi", "Mehr Kurse.", ""),
    ]


def test_no_new_version_without_a_difference(store: Store) -> None:
    number = begin(store)
    item = add(store, number, "Mehr Kurse.")
    same = items.edit(store, number, item.key, seen=1, texts={"de": " Mehr Kurse. ", "en": " "}, by="Mara")
    assert same == item.wording
    assert len(items.wordings(store, item.key)) == 1


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"kind": "wish"}, "concept.kind"),
        ({"field": "XYZ"}, "concept.kind"),
        ({"text": " "}, "concept.text"),
        ({"text": "x" * 4_001}, "concept.text"),
        ({"kind": "measure"}, "concept.measure"),
        ({"kind": "measure", "measure": dataclasses.replace(MEASURE, lead=" ")}, "concept.measure"),
        ({"kind": "measure", "measure": dataclasses.replace(MEASURE, horizon="soon")}, "concept.measure"),
        ({"kind": "measure", "measure": dataclasses.replace(MEASURE, effort="XL")}, "concept.measure"),
        ({"kind": "measure", "measure": dataclasses.replace(MEASURE, budget=-1)}, "concept.measure"),
        ({"kind": "measure", "measure": dataclasses.replace(MEASURE, due="30.06.2027")}, "concept.measure"),
    ],
)
def test_what_no_item_can_be(store: Store, changes: dict[str, Any], code: str) -> None:
    number = begin(store)
    assert refusal(add, store, number, **changes) == code
    assert texts(store, number) == []
    assert store.collection(items.WORDINGS).count() == 0


def test_a_judgement_is_somebodys() -> None:
    assert checked_judgement(" AK Arbeit ") == Judgement("AK Arbeit")
    assert refusal(checked_judgement, " ") == "concept.basis"


def test_items_stand_by_field_kind_and_place(store: Store) -> None:
    number = begin(store)
    housing = add(store, number, "Wohnen", field="WOH")
    second = [add(store, number, text) for text in ("A", "B", "C")][1]
    add(store, number, "Maßnahme", kind="measure", measure=MEASURE)
    add(store, number, "Befund", kind="statement")
    assert texts(store, number) == ["Befund", "A", "B", "C", "Maßnahme", "Wohnen"]
    items.rearrange(store, number, second.key, up=True)
    assert texts(store, number)[1:4] == ["B", "A", "C"]
    items.rearrange(store, number, second.key, up=True)
    assert texts(store, number)[1:4] == ["B", "A", "C"]
    items.rearrange(store, number, second.key, up=False)
    items.rearrange(store, number, second.key, up=False)
    assert texts(store, number)[1:4] == ["A", "C", "B"]
    assert refusal(items.change_field, store, number, housing.key, "XYZ") == "concept.kind"
    items.change_field(store, number, housing.key, "ARB")
    items.take_out(store, number, second.key)
    assert texts(store, number) == ["Befund", "Wohnen", "A", "C", "Maßnahme"]
    assert refusal(items.take_out, store, number, second.key) == "concept.missing"


def measure(store: Store, number: int, due: str, state: Progress | None = None) -> None:
    item = add(store, number, kind="measure", measure=dataclasses.replace(MEASURE, due=due))
    if state is not None:
        progress.note(store, item.key, state, "Mara")


def test_measures_done_by_their_day_of_those_due(store: Store) -> None:
    number = begin(store)
    add(store, number)
    measure(store, number, "2026-10-01", Progress("done", "2026-10-01"))
    measure(store, number, "2026-10-01", Progress("done", "2026-10-02"))  # late
    measure(store, number, "2026-11-23")  # due on the day itself
    measure(store, number, "2026-11-22", Progress("dropped"))
    measure(store, number, "2026-11-24", Progress("done", "2026-11-01"))  # not due yet
    found = versions.load(store, number).items
    assert measures.done_by_due(found, dt.date(2026, 11, 23)) == (1, 4)
    assert measures.done_by_due(found, dt.date(2026, 11, 24)) == (2, 5)
    assert measures.done_by_due((), dt.date(2026, 11, 24)) == (0, 0)


def test_the_indicator_counts_the_adopted_version_as_it_stands(store: Store) -> None:
    indicators = definitions.load(folder_of("forms"))
    number = begin(store)
    assert refusal(measures.observe, store, indicators, NOW.date(), "Mara", "") == "concept.missing"
    item = add(store, number, kind="measure", measure=Measure("Amt", "short", "S", None, "2026-11-30"))
    measure(store, number, "2026-10-01")
    adopt(store, number)
    measures.observe(store, indicators, NOW.date(), "Mara", "")
    progress.note(store, item.key, Progress("done", "2026-11-23"), "Willi")
    made = measures.observe(store, indicators, dt.date(2026, 12, 31), "Mara", "")
    assert (made.period, made.numerator, made.denominator, made.preliminary) == ("2026-Q4", 1, 2, False)
    (stored,) = observations.of_indicator(store, "SYS4")
    assert (stored.observation, stored.by) == (made, "Mara")
    (before,) = observations.history(store, made.key)
    assert (before.observation.numerator, before.observation.denominator) == (0, 1)
    assert before.observation.preliminary
    assert refusal(measures.observe, store, indicators, dt.date(2026, 9, 1), "Mara", "") == "observation.denominator"


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("", None), (" € ", None), ("0", 0), ("12500", 1_250_000), ("12.500", 1_250_000), ("12,500", 1_250_000),
        ("12.500,5 €", 1_250_050), ("12,500.50", 1_250_050), ("1.234.567,89", 123_456_789), ("1,5", 150), ("1.25", 125),
        ("12 500 EUR", 1_250_000), ("1'250", 125_000),
    ],
)  # fmt: skip
def test_amounts_in_euros(text: str, amount: int | None) -> None:
    assert money.cents(text) == amount
    assert money.cents(money.typed(amount)) == amount


@pytest.mark.parametrize("text", ["1.2.3", "-1", "viel", "12,50,00", "1.25.000", "12,5000", "9" * 40])
def test_what_is_no_amount(text: str) -> None:
    assert refusal(money.cents, text) == "concept.measure"
