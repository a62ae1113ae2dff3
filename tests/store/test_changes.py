"""What has changed since: over each store, across restarts, compaction, and transactions that end out of order."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.problems import Problem
from survey_service.store import open_store
from survey_service.store.base import Change, Changes, Collection, CollectionSpec, Store
from survey_service.store.history import History
from survey_service.store.tiny import TinyStore
from tests.store.test_contract import undone

TRACKED = CollectionSpec("things", indexes=("colour",), tracked=True)
Seen = list[tuple[int, dict[str, Any] | None]]


def taken(changes: Changes) -> tuple[Seen, str]:
    """Return (id, body or None) of all changes, and the last cursor."""
    rows: list[Change] = list(changes.rows)
    bodies = [(row.id, None if row.document is None else row.document.body) for row in rows]
    return bodies, rows[-1].cursor if rows else ""


@pytest.fixture
def things(store: Store) -> Collection:
    return store.collection(TRACKED)


def test_nothing_has_changed_in_a_new_collection(things: Collection) -> None:
    changes = things.changes()
    assert (changes.reset, list(changes.rows)) == (True, [])


def test_each_document_comes_once_in_the_order_of_its_last_change(things: Collection) -> None:
    for n in (1, 2, 3):
        things.add({"n": n})
    things.replace(1, {"n": 10}, version=1)
    first, cursor = taken(things.changes())
    assert sorted(first, key=str) == [(1, {"n": 10}), (2, {"n": 2}), (3, {"n": 3})]
    things.delete(2)
    things.add({"n": 4})
    things.replace(3, {"n": 30}, version=1)
    changes = things.changes(cursor)
    assert not changes.reset
    second, cursor = taken(changes)
    assert sorted(second, key=str) == [(2, None), (3, {"n": 30}), (4, {"n": 4})]
    changes = things.changes(cursor)
    assert (changes.reset, list(changes.rows)) == (False, [])


def test_one_can_go_on_behind_any_change(things: Collection) -> None:
    for n in range(5):
        things.add({"n": n})
    rows = list(things.changes().rows)
    assert [row.id for row in things.changes(rows[2].cursor).rows] == [row.id for row in rows[3:]]


@pytest.mark.parametrize("cursor", ["0123456789abcdef-2", "-2", "x", "٣-٣", "a-b-3"])
def test_the_cursor_of_another_history_begins_anew(things: Collection, cursor: str) -> None:
    things.add({"n": 1})
    changes = things.changes(cursor)
    assert changes.reset
    assert taken(changes)[0] == [(1, {"n": 1})]


def test_a_cursor_from_the_future_begins_anew(things: Collection) -> None:
    things.add({"n": 1})
    _, cursor = taken(things.changes())
    epoch, _, number = cursor.rpartition("-")
    assert things.changes(f"{epoch}-{int(number) + 1}").reset


def test_what_is_undone_has_not_changed(store: Store, things: Collection) -> None:
    things.add({"n": 1})
    _, cursor = taken(things.changes())

    def changes() -> None:
        things.add({"n": 2})
        things.replace(1, {"n": 3}, version=1)

    undone(store, changes)
    assert taken(things.changes(cursor))[0] == []


def test_a_collection_that_is_not_tracked_says_so(store: Store) -> None:
    with pytest.raises(ValueError, match="not declared as tracked"):
        store.collection(CollectionSpec("other")).changes()


def test_a_collection_can_become_tracked(store: Store) -> None:
    plain = store.collection(CollectionSpec("things"))
    for n in (1, 2):
        plain.add({"n": n})
    plain.delete(1)
    tracked = store.collection(TRACKED)
    seen, cursor = taken(tracked.changes())
    assert seen == [(2, {"n": 2})]
    plain.replace(2, {"n": 20}, version=1)
    assert taken(tracked.changes(cursor))[0] == [(2, {"n": 20})]


def test_a_consumer_that_follows_has_what_the_store_has(things: Collection) -> None:
    """A hundred random changes, asked for now and then; a mirror that only takes changes ends up equal."""
    chance = random.Random(4)
    mirror: dict[int, Any] = {}
    cursor = ""
    for _ in range(100):
        ids = [stored.id for stored in things.iterate()]
        kind = chance.choice(("add", "replace", "delete", "look"))
        if kind == "add" or not ids:
            things.add({"n": chance.random()})
        elif kind == "replace":
            stored = things.get(chance.choice(ids))
            assert stored is not None
            things.replace(stored.id, {"n": chance.random()}, version=stored.version)
        elif kind == "delete":
            things.delete(chance.choice(ids))
        else:
            cursor = follow(things, mirror, cursor)
    follow(things, mirror, cursor)
    assert mirror == {stored.id: stored.body for stored in things.iterate()}


def follow(things: Collection, mirror: dict[int, Any], cursor: str) -> str:
    changes = things.changes(cursor)
    if changes.reset:
        mirror.clear()
    for change in changes.rows:
        mirror[change.id] = change.document.body if change.document else None
        cursor = change.cursor
        if change.document is None:
            del mirror[change.id]
    return cursor


def test_a_transaction_that_ends_later_is_not_missed(empty_database: str, tmp_path: Path) -> None:
    """One begins to change something, another adds and is seen, then the first ends: it is seen too."""
    store = open_store(empty_database, tmp_path)
    things = store.collection(TRACKED)
    things.add({"n": 0})
    _, cursor = taken(things.changes())
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with store.transaction():
            things.replace(1, {"n": 100}, version=1)
            begun.set()
            go_on.wait(10)

    thread = threading.Thread(target=slow)
    thread.start()
    assert begun.wait(10)
    things.add({"n": 1})
    seen, cursor = taken(things.changes(cursor))
    assert seen == [(2, {"n": 1})]
    go_on.set()
    thread.join(10)
    assert taken(things.changes(cursor))[0] == [(1, {"n": 100})]
    store.close()


# --- the embedded store: restarts ---


def test_cursors_outlive_restarts_and_compaction(reopen: Callable[[], Store]) -> None:
    things = reopen().collection(TRACKED)
    for n in range(4):
        things.add({"n": n})
    things.delete(2)
    things.replace(1, {"n": -1}, version=1)
    before = [(row.cursor, row.id) for row in things.changes().rows]
    cursor = before[1][0]
    for compacting in (False, True, False):
        store = reopen()
        assert isinstance(store, TinyStore)
        if compacting:
            store.compact()
        things = store.collection(TRACKED)
        assert [(row.cursor, row.id) for row in things.changes().rows] == before
        changes = things.changes(cursor)
        assert not changes.reset
        assert [row.id for row in changes.rows] == [id for _, id in before[2:]]
    things.add({"n": 9})
    assert [row.id for row in things.changes(before[-1][0]).rows] == [5]


def test_a_full_disk_leaves_no_trace_in_the_history(tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    things = store.collection(TRACKED)
    things.add({"n": 1})
    with pytest.raises(Problem):
        things.add({"n": float("nan")})
    assert len(taken(things.changes())[0]) == 1
    store.close()


# --- the log itself ---


@given(st.lists(st.integers(1, 6), max_size=60), st.integers(0, 70), st.booleans())
def test_a_history_against_its_plain_meaning(ids: list[int], since: int, cleaned: bool) -> None:
    history = History("e")
    last: dict[int, int] = {}
    for number, id in enumerate(ids, start=1):
        history.note(id, again=id in last)
        last[id] = number
    if cleaned:
        history._clean()
    expected = sorted((number, id) for id, number in last.items() if number > since)
    assert list(history.since(since)) == expected
    loaded = History("e")
    for numbers, portion in history.portions(7):
        loaded.load(numbers, portion, history.last)
    if ids:
        assert loaded.last == history.last
    assert list(loaded.since(since)) == expected


def test_a_history_takes_out_void_places() -> None:
    history = History("e")
    for _ in range(5):
        for id in range(1, 4_001):
            history.note(id, again=True)
    assert len(history._ids) <= 12_000
    assert [id for _, id in history.since(0)] == list(range(1, 4_001))
    assert history.last == 20_000


def test_a_history_of_large_numbers() -> None:
    history = History("e")
    history.note(1, again=False)
    history.note(2**40, again=False)
    assert list(history.since(0)) == [(1, 1), (2, 2**40)]
    assert list(history.copy().since(1)) == [(2, 2**40)]


@pytest.mark.parametrize("numbers", [[1, 1], [2, 1], [1]])
def test_a_log_that_makes_no_sense_is_refused(numbers: list[int]) -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        History("e").load(numbers, [1, 2], 2)
