"""What every store must do, run over each of them."""

from __future__ import annotations

import datetime as dt
import functools
import math
import threading
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from survey_service.problems import Problem
from survey_service.store import postgres_collection
from survey_service.store.base import Collection, CollectionSpec, Store, Stored
from tests.store.conftest import THINGS
from tests.store.threads import in_threads


@pytest.fixture
def things(store: Store) -> Collection:
    return store.collection(THINGS)


def refused(call: Callable[[], object]) -> str:
    """Return the code of the Problem that a call ends with."""
    with pytest.raises(Problem) as caught:
        call()
    return caught.value.code


def undone(store: Store, changes: Callable[[], object]) -> None:
    """Make changes in a transaction that an exception ends."""

    class Stopped(Exception):
        pass

    def work() -> None:
        with store.transaction():
            changes()
            raise Stopped

    with pytest.raises(Stopped):
        work()


def ids(found: list[Stored]) -> list[int]:
    return [stored.id for stored in found]


# --- one document ---


def test_a_document_comes_back_as_it_was_given(things: Collection) -> None:
    body = {"text": "Grüße, سلام 🙂 é", "n": 0, "x": 1.5, "no": None, "yes": True, "list": [1, [], {}], "": {"a b": -1}}
    added = things.add(body)
    assert added == Stored(1, 1, body)
    assert things.get(1) == Stored(1, 1, body)


def test_types_are_kept(things: Collection) -> None:
    things.add({"key": "a", "values": [True, 1, 1.0, "1", None]})
    stored = things.get(1)
    assert stored is not None
    assert [type(value) for value in stored.body["values"]] == [bool, int, float, str, type(None)]


def test_ids_grow_from_one(things: Collection) -> None:
    assert [things.add({}).id for _ in range(3)] == [1, 2, 3]


def test_a_missing_document_is_none(things: Collection) -> None:
    things.add({})
    assert [things.get(0), things.get(2), things.get(-1), things.get(10**30)] == [None] * 4


def test_collections_are_apart(store: Store) -> None:
    one, other = store.collection(CollectionSpec("one")), store.collection(CollectionSpec("other"))
    assert one.add({"in": "one"}).id == other.add({"in": "other"}).id == 1
    one.delete(1)
    assert one.get(1) is None
    assert other.get(1) == Stored(1, 1, {"in": "other"})


def test_two_handles_of_a_collection_see_the_same(store: Store) -> None:
    store.collection(THINGS).add({"key": "a"})
    assert store.collection(THINGS).count() == 1


def test_nothing_is_shared(things: Collection) -> None:
    given = {"colour": "red", "list": [1]}
    added = things.add(given)
    given["list"].append(2)  # type: ignore[attr-defined]
    added.body["list"].append(3)
    read, found = things.get(1), things.find(colour="red")[0]
    assert read is not None
    read.body["list"].append(4)
    found.body["list"].append(5)
    next(things.iterate()).body["list"].append(6)
    replaced = things.replace(1, read.body, version=1)
    replaced.body["list"].append(7)
    read.body["list"].append(8)
    assert things.get(1) == Stored(1, 2, {"colour": "red", "list": [1, 4]})


# --- replace and delete ---


def test_replace_counts_versions(things: Collection) -> None:
    things.add({"n": 1})
    assert things.replace(1, {"n": 2}, version=1) == Stored(1, 2, {"n": 2})
    assert things.replace(1, {"n": 3}, version=2) == Stored(1, 3, {"n": 3})
    assert things.get(1) == Stored(1, 3, {"n": 3})


@pytest.mark.parametrize("version", [0, 1, 3])
def test_replace_of_another_version_is_a_conflict(things: Collection, version: int) -> None:
    things.add({"n": 1})
    things.replace(1, {"n": 2}, version=1)
    assert refused(lambda: things.replace(1, {"n": 9}, version=version)) == "store.conflict"
    assert things.get(1) == Stored(1, 2, {"n": 2})


def test_replace_of_nothing_is_missing(things: Collection) -> None:
    assert refused(lambda: things.replace(1, {}, version=1)) == "store.missing"
    assert things.count() == 0


def test_delete(things: Collection) -> None:
    things.add({"colour": "red"})
    things.add({"colour": "red"})
    things.delete(1)
    assert things.get(1) is None
    assert ids(things.find(colour="red")) == ids(things.find()) == [2]


def test_delete_of_another_version_is_a_conflict(things: Collection) -> None:
    things.add({})
    assert refused(lambda: things.delete(1, version=2)) == "store.conflict"
    assert things.get(1) is not None
    things.delete(1, version=1)
    assert refused(lambda: things.delete(1)) == "store.missing"


def test_ids_are_not_reused_after_a_delete(things: Collection) -> None:
    things.add({})
    things.add({})
    things.delete(2)
    assert things.add({}).id == 3


# --- looking up ---


@pytest.fixture
def coloured(things: Collection) -> Collection:
    rows = [("a", "red", 1, "x"), ("b", "blue", 2, "x"), ("c", "red", 2, "y"), ("d", "red", 2, "x")]
    for key, colour, size, shape in rows:
        things.add({"key": key, "colour": colour, "size": size, "shape": shape})
    return things


@pytest.mark.parametrize(
    ("equals", "expected"),
    [
        ({}, [1, 2, 3, 4]),
        ({"colour": "red"}, [1, 3, 4]),
        ({"colour": "red", "size": 2}, [3, 4]),
        ({"key": "b"}, [2]),
        ({"shape": "x"}, [1, 2, 4]),
        ({"shape": "x", "colour": "red"}, [1, 4]),
        ({"colour": "green"}, []),
        ({"shape": "z"}, []),
        ({"nothing": "x"}, []),
        ({"nothing": None}, [1, 2, 3, 4]),
        ({"self": None}, [1, 2, 3, 4]),
        ({"key": "b", "colour": "red"}, []),
    ],
)
def test_find_first_count(coloured: Collection, equals: dict[str, Any], expected: list[int]) -> None:
    assert ids(coloured.find(**equals)) == expected
    first = coloured.first(**equals)
    assert (first.id if first else None) == (expected[0] if expected else None)
    assert coloured.count(**equals) == len(expected)


@pytest.mark.parametrize("field", ["colour", "shape"])
@pytest.mark.parametrize(
    ("wanted", "equal", "different"),
    [
        (1, [1, 1.0], [True, "1", [1], 2, None]),
        (True, [True], [1, "true", False]),
        (0, [0, -0.0], [False, "", None]),
        (None, [None], [0, "", False, [], {}]),
        ("\u00e9", ["\u00e9"], ["e\u0301", "\u00c9"]),
        (["a", 1], [["a", 1.0]], [[1, "a"], ["a"], ["a", True], "a"]),
        ({"a": 1, "b": 2}, [{"b": 2, "a": 1}], [{"a": 1}, {"a": 1, "b": True}, [["a", 1], ["b", 2]]]),
        (2**53 + 1, [2**53 + 1], [2**53, float(2**53)]),
    ],
)
def test_equality_is_that_of_json(
    things: Collection, field: str, wanted: Any, equal: list[Any], different: list[Any]
) -> None:
    for value in [*equal, *different]:
        things.add({field: value})
    assert ids(things.find(**{field: wanted})) == list(range(1, len(equal) + 1))
    assert things.count(**{field: wanted}) == len(equal)


def test_null_equals_a_field_that_is_not_there(things: Collection) -> None:
    things.add({"colour": None})
    things.add({})
    assert ids(things.find(colour=None)) == [1, 2]


def test_lookups_follow_changes(coloured: Collection) -> None:
    coloured.replace(1, {"key": "a", "colour": "blue"}, version=1)
    coloured.delete(3)
    assert ids(coloured.find(colour="red")) == [4]
    assert ids(coloured.find(colour="blue")) == [1, 2]
    assert ids(coloured.find(size=2)) == [2, 4]
    assert coloured.count(size=1) == 0
    assert coloured.first(key="c") is None


def test_iterate_goes_by_id_and_follows_changes(coloured: Collection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres_collection, "BATCH", 1)  # it may read ahead by a batch
    coloured.replace(2, {"key": "b", "colour": "pink"}, version=1)
    running = coloured.iterate()
    assert next(running).id == 1
    coloured.delete(3)
    coloured.replace(4, {"key": "d", "colour": "grey"}, version=1)
    coloured.add({"key": "e"})
    seen = [(stored.id, stored.version, stored.body["colour"]) for stored in running]
    assert seen == [(2, 2, "pink"), (4, 2, "grey")]


def test_a_field_declared_later_is_indexed(store: Store) -> None:
    store.collection(CollectionSpec("late")).add({"n": 1, "key": "a"})
    late = store.collection(CollectionSpec("late", indexes=("n",), unique=("key",)))
    late.add({"n": 1, "key": "b"})
    assert ids(late.find(n=1)) == [1, 2]
    assert refused(lambda: late.add({"key": "a"})) == "store.duplicate"


# --- unique fields ---


def test_a_unique_value_is_taken_once(things: Collection) -> None:
    things.add({"key": "a"})
    assert refused(lambda: things.add({"key": "a"})) == "store.duplicate"
    assert things.count() == 1
    second = things.add({"key": "b"})
    assert refused(lambda: things.replace(second.id, {"key": "a"}, version=1)) == "store.duplicate"
    assert things.find(key="a")[0].body == {"key": "a"}
    assert things.first(key="b") is not None


def test_a_unique_value_is_free_again(things: Collection) -> None:
    things.add({"key": "a"})
    things.replace(1, {"key": "a", "n": 1}, version=1)
    things.replace(1, {"key": "b"}, version=2)
    things.add({"key": "a"})
    things.delete(1)
    things.add({"key": "b"})
    assert sorted(stored.body["key"] for stored in things.find()) == ["a", "b"]


def test_unique_follows_json_equality_and_null_is_no_value(things: Collection) -> None:
    for key in (1, True, "1", None, None):
        things.add({"key": key})
    things.add({})
    assert refused(lambda: things.add({"key": 1.0})) == "store.duplicate"
    assert things.count() == 6


def test_the_duplicate_names_collection_and_field(things: Collection) -> None:
    things.add({"key": "a"})
    with pytest.raises(Problem) as caught:
        things.add({"key": "a"})
    assert caught.value.details == {"collection": "things", "field": "key"}
    assert caught.value.status == 409


def test_a_field_cannot_become_unique_over_duplicates(store: Store) -> None:
    loose = store.collection(CollectionSpec("loose", indexes=("key",)))
    loose.add({"key": "a"})
    loose.add({"key": "a"})
    assert refused(lambda: store.collection(CollectionSpec("loose", unique=("key",)))) == "store.duplicate"
    loose.add({"key": "a"})
    assert loose.count(key="a") == 3


# --- what can't be stored ---

UNSTORABLE = {
    "NaN": math.nan,
    "infinity": -math.inf,
    "NUL": "a\x00b",
    "NUL in a key": {"\x00": 1},
    "a lone surrogate": "a\ud800b",
    "a lone surrogate in a key": {"\udfff": 1},
    "an integer beyond 64 bits": 2**64,
    "a negative one": -(2**63) - 1,
    "a key that is no string": {1: "a"},
    "a tuple": (1, 2),
    "a set": {1},
    "bytes": b"a",
    "a date": dt.date(2026, 1, 1),
    "a uuid": uuid.UUID(int=1),
    "an object": object(),
}


@pytest.mark.parametrize("value", UNSTORABLE.values(), ids=UNSTORABLE.keys())
@pytest.mark.parametrize("wrap", [lambda v: v, lambda v: [1, {"deep": [v]}]], ids=["bare", "nested"])
def test_what_is_not_json_is_refused(things: Collection, value: Any, wrap: Callable[[Any], Any]) -> None:
    things.add({"key": "a"})
    assert refused(lambda: things.add({"key": "b", "bad": wrap(value)})) == "store.unstorable"
    assert refused(lambda: things.replace(1, {"key": "c", "bad": wrap(value)}, version=1)) == "store.unstorable"
    assert things.find() == [Stored(1, 1, {"key": "a"})]


def test_the_refusal_says_what_and_where(things: Collection) -> None:
    with pytest.raises(Problem) as caught:
        things.add({"answers": {"age": [1, math.nan]}})
    assert caught.value.status == 422
    assert caught.value.details == {"reason": "nan is not a number (/answers/age/1)", "place": "/answers/age/1"}


def test_a_body_in_a_circle_is_refused(things: Collection) -> None:
    circle: dict[str, Any] = {}
    circle["again"] = circle
    assert refused(lambda: things.add(circle)) == "store.unstorable"


@pytest.mark.parametrize(
    "value", ["\\u0000", "\ufffe\U0010ffff", 2**64 - 1, -(2**63), 5e-324, "x" * 1_000_000, "\u2028\n\r\t\x1f"]
)
def test_what_is_json_is_kept(things: Collection, value: Any) -> None:
    things.add({"value": value})
    assert things.find(value=value) == [Stored(1, 1, {"value": value})]


def test_two_hundred_levels_are_kept(things: Collection) -> None:
    nested: list[Any] = []
    for _ in range(200):
        nested = [nested]
    things.add({"value": nested})
    stored = things.get(1)
    assert stored is not None
    assert stored.body == {"value": nested}


# --- transactions ---


def test_a_transaction_is_all(store: Store, things: Collection) -> None:
    notes = store.collection(CollectionSpec("notes"))
    things.add({"n": 1})
    with store.transaction():
        things.replace(1, {"n": 2}, version=1)
        notes.add({"about": 1})
        assert things.get(1) == Stored(1, 2, {"n": 2})
        assert notes.count() == 1
    assert things.get(1) == Stored(1, 2, {"n": 2})
    assert notes.get(1) == Stored(1, 1, {"about": 1})


def test_or_nothing(store: Store, coloured: Collection) -> None:
    notes = store.collection(CollectionSpec("notes", unique=("key",)))
    before = coloured.find()

    def changes() -> None:
        notes.add({"key": "x"})
        coloured.replace(1, {"key": "z", "colour": "green"}, version=1)
        coloured.delete(2)
        coloured.add({"key": "b", "colour": "red"})
        coloured.delete(5)
        coloured.replace(1, {"key": "zz"}, version=2)
        assert ids(coloured.find()) == [1, 3, 4]

    undone(store, changes)
    assert coloured.find() == before
    assert ids(coloured.find(colour="red")) == [1, 3, 4]
    assert coloured.first(key="z") is None
    assert notes.find() == []
    notes.add({"key": "x"})
    coloured.add({"key": "z"})


def test_a_refusal_in_a_transaction_undoes_it(store: Store, things: Collection) -> None:
    things.add({"key": "a"})

    def twice() -> None:
        with store.transaction():
            things.add({"key": "b"})
            things.add({"key": "a"})

    assert refused(twice) == "store.duplicate"
    assert ids(things.find()) == [1]


def test_a_refusal_that_is_handled_undoes_nothing(store: Store, things: Collection) -> None:
    things.add({"key": "a"})
    with store.transaction():
        things.add({"key": "b"})
        assert refused(lambda: things.add({"key": "a"})) == "store.duplicate"
    assert [stored.body["key"] for stored in things.find()] == ["a", "b"]


def test_ids_of_an_undone_transaction_do_no_harm(store: Store, things: Collection) -> None:
    undone(store, lambda: things.add({}))
    assert things.add({}).id in (1, 2)
    assert things.count() == 1


def test_a_collection_that_began_in_an_undone_transaction_can_be_used(store: Store) -> None:
    new, inner = CollectionSpec("new", indexes=("name",)), CollectionSpec("inner")
    undone(store, lambda: store.collection(new).add({"name": "a"}))
    assert store.collection(new).find(name="a") == []
    with store.transaction():
        undone(store, lambda: store.collection(inner).add({"name": "b"}))
        assert store.collection(inner).count() == 0
        store.collection(inner).add({"name": "c"})
    assert [stored.body for stored in store.collection(inner).find()] == [{"name": "c"}]
    assert store.collection(new).add({"name": "d"}).body == {"name": "d"}


def test_a_transaction_within_another_is_part_of_it(store: Store, things: Collection) -> None:
    def changes() -> None:
        with store.transaction():
            things.add({})
        assert things.count() == 1

    undone(store, changes)
    assert things.count() == 0


def test_an_inner_transaction_can_be_undone_alone(store: Store, things: Collection) -> None:
    things.add({"key": "a"})

    def inner() -> None:
        things.replace(1, {"key": "b"}, version=1)
        things.add({"key": "c"})

    with store.transaction():
        things.add({"key": "d"})
        undone(store, inner)
        things.add({"key": "b"})
        assert sorted(stored.body["key"] for stored in things.find()) == ["a", "b", "d"]
    assert sorted(stored.body["key"] for stored in things.find()) == ["a", "b", "d"]
    assert things.first(key="c") is None


def test_a_transaction_that_only_reads(store: Store, things: Collection) -> None:
    things.add({})
    with store.transaction():
        assert things.count() == 1
    assert things.add({}).id == 2


def test_nobody_sees_half_a_transaction(store: Store, things: Collection) -> None:
    seen: list[int] = []
    reader = threading.Thread(target=lambda: seen.append(things.count()))
    with store.transaction():
        things.add({})
        reader.start()
        reader.join(0.1)
        things.add({})
    reader.join()
    assert seen in ([0], [2])


# --- threads ---


def test_threads_that_add_lose_nothing(things: Collection) -> None:
    returned: list[tuple[int, str]] = []

    def work(number: int) -> None:
        for turn in range(25):
            key = f"{number}-{turn}"
            returned.append((things.add({"key": key}).id, key))

    in_threads([functools.partial(work, number) for number in range(8)])
    assert sorted(id for id, _ in returned) == list(range(1, 201))
    assert {(stored.id, stored.body["key"]) for stored in things.iterate()} == set(returned)


def test_of_threads_that_add_the_same_key_one_wins(things: Collection) -> None:
    outcomes: list[str] = []

    def work(number: int) -> None:
        for turn in range(10):
            try:
                things.add({"key": turn, "by": number})
                outcomes.append("stored")
            except Problem as problem:
                outcomes.append(problem.code)
                assert things.first(key=turn) is not None, "what a refusal is based on can be seen"

    in_threads([functools.partial(work, number) for number in range(6)])
    assert outcomes.count("stored") == things.count() == 10
    assert outcomes.count("store.duplicate") == 50


def test_threads_that_count_up_lose_no_step(store: Store, things: Collection) -> None:
    things.add({"n": 0})
    conflicts: list[str] = []

    def with_versions() -> None:
        while True:
            stored = things.get(1)
            assert stored is not None
            try:
                things.replace(1, {"n": stored.body["n"] + 1}, version=stored.version)
                return
            except Problem as problem:
                conflicts.append(problem.code)

    def in_a_transaction() -> None:
        with store.transaction():
            stored = things.get(1)
            assert stored is not None
            things.replace(1, {"n": stored.body["n"] + 1}, version=stored.version)

    def work(number: int) -> None:
        for _ in range(15):
            (with_versions if number % 2 else in_a_transaction)()

    in_threads([functools.partial(work, number) for number in range(6)])
    assert things.get(1) == Stored(1, 91, {"n": 90})
    assert set(conflicts) <= {"store.conflict"}


# --- the store itself ---


def test_healthy_until_closed(store: Store, things: Collection) -> None:
    assert store.healthy()
    store.close()
    store.close()
    assert not store.healthy()
    assert refused(lambda: things.add({})) == "store.closed"
    assert refused(lambda: things.get(1)) == "store.closed"
    assert refused(lambda: things.find()) == "store.closed"
    assert refused(lambda: store.collection(THINGS)) == "store.closed"
    assert refused(lambda: store.transaction().__enter__()) == "store.closed"


@pytest.mark.parametrize("name", ["", "Upper", "9", "a-b", "a b", "a" * 64, "_a", "ä"])
def test_names_that_not_every_backend_could_use(name: str) -> None:
    with pytest.raises(ValueError, match="a name is"):
        CollectionSpec(name)
    with pytest.raises(ValueError, match="a name is"):
        CollectionSpec("things", indexes=(name,))
