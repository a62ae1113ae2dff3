"""The rows of the desk's lists: kept up to date from what changed, chosen by what is asked for."""

from __future__ import annotations

import datetime as dt
from typing import Any

from survey_service import clock
from survey_service.offers import lists, moderation, register
from survey_service.offers.lists import Rows, Wanted
from survey_service.store.base import Store
from survey_service.store.memory import MemoryStore
from tests.conftest import TODAY

BOTH_STORES = True
MONDAY = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)


def add(store: Store, name: str, **answers: Any) -> str:
    said = {"A01": "offer", "A02": "Verein Brücke", "A04_name": name, "A05_fields": ["INT"], **answers}
    response = {"key": name, "answers": said, "revision": "r", "language": "de", "mode": "web"}
    return str(register.register(store, response, TODAY).body["offer"])


def names(rows: list[lists.Row], **wanted: Any) -> list[str]:
    return [row.name for row in lists.choose(rows, Wanted(**wanted))[0]]


def test_rows_follow_the_store_and_read_only_what_changed(store: Store, monkeypatch: Any) -> None:
    rows = Rows()
    offers = [add(store, name) for name in ("Eins", "Zwei", "Drei")]
    assert [row.name for row in rows.refresh(store)] == ["Eins", "Zwei", "Drei"]
    made: list[str] = []
    of = lists.row_of
    monkeypatch.setattr(lists, "row_of", lambda given, stored: made.append(stored.body["name"]) or of(given, stored))
    rows.refresh(store)
    assert made == []
    moderation.decide(store, offers[1], "published", "Mara")
    assert [(row.moderation, row.listed) for row in rows.refresh(store)] == [
        ("submitted", False), ("published", True), ("submitted", False),
    ]  # fmt: skip
    assert made == ["Zwei"]
    stored = register.find(store, offers[0])
    store.collection(register.OFFERS).delete(stored.id)
    assert [row.name for row in rows.refresh(store)] == ["Zwei", "Drei"]


def test_rows_begin_anew_over_another_store(store: Store) -> None:
    rows, other = Rows(), MemoryStore()
    add(other, "Früher")
    rows.refresh(other)
    add(store, "Jetzt")
    assert [row.name for row in rows.refresh(store)] == ["Jetzt"]


def test_what_waits_longest_comes_first_and_a_confirmation_changes_nothing_of_that(store: Store) -> None:
    with clock.fixed(MONDAY):
        first = add(store, "Erst")
    with clock.fixed(MONDAY + dt.timedelta(days=1)):
        add(store, "Dann")
    register.change(store, first, confirmed="2026-12-31", reminded=0)
    found = Rows().refresh(store)
    assert names(found, state="submitted") == ["Erst", "Dann"]
    assert found[0].since == "2026-11-23T09:00:00+00:00"
    with clock.fixed(MONDAY + dt.timedelta(days=2)):
        body = register.find(store, first).body
        response = {"key": "Erst", "answers": {**body["answers"], "A19_free": 1}}
        register.update(store, {**response, "revision": "r", "language": "de", "mode": "web"}, TODAY)
    assert names(Rows().refresh(store), state="submitted") == ["Dann", "Erst"]


def test_filters_go_together_and_count_each_state(store: Store) -> None:
    add(store, "Sprachcafé Würzburg", A17_whole="no", A17=["16066042"])
    add(store, "Möbel", A05_fields=["WOH"], A02="Sozialwerk", A17_whole="yes")
    published = add(store, "مقهى اللغة", A17_whole="no", A17=["16066013"])
    moderation.decide(store, published, "published", "Mara")
    rows = Rows().refresh(store)
    assert names(rows, words="wurzburg SPRACHCAFE") == ["Sprachcafé Würzburg"]
    assert names(rows, words="مقهی") == ["مقهى اللغة"]  # from a Persian keyboard
    assert names(rows, words="sozialwerk") == ["Möbel"]
    assert sorted(names(rows, municipality="16066042")) == ["Möbel", "Sprachcafé Würzburg"]
    assert names(rows, municipality="16066042", field="INT") == ["Sprachcafé Würzburg"]
    assert names(rows, unconfirmed_before="2026-11-23") == []
    assert len(names(rows, unconfirmed_before="2026-11-24")) == 3
    assert lists.choose(rows, Wanted(state="published", field="INT"))[1] == {"submitted": 1, "published": 1}
