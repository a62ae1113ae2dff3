"""TinyDB's own API on the journal: as stock TinyDB does it, but for the differences that are documented."""

from __future__ import annotations

import functools
import json
import math
import random
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tinydb import Query, TinyDB, where
from tinydb.operations import delete, increment
from tinydb.storages import Storage
from tinydb.table import Document, Table

from survey_service.problems import Problem
from survey_service.store.tiny import TinyStore
from survey_service.store.tinydb_api import JournalDB
from tests.store.conftest import THINGS
from tests.store.threads import in_threads


@pytest.fixture
def store(tmp_path: Path) -> Iterator[TinyStore]:
    opened = TinyStore(tmp_path / "store")
    yield opened
    opened.close()


@pytest.fixture
def db(store: TinyStore) -> JournalDB:
    return store.db


@pytest.fixture
def table(db: JournalDB) -> Table:
    return db.table("people")


# --- the same as stock TinyDB ---


class TextStorage(Storage):
    """Stock TinyDB's JSON file, without the file."""

    def __init__(self) -> None:
        self.text = ""

    def read(self) -> Any:
        return json.loads(self.text) if self.text else None

    def write(self, data: Any) -> None:
        self.text = json.dumps(data)


class NeverAgainTable(Table):
    """A stock table with the one difference that shows in every result: no id is given twice."""

    def __init__(self, storage: Storage, name: str) -> None:
        super().__init__(storage, name, cache_size=0)
        self.high = 0

    def _get_next_id(self) -> int:
        self.high = max([self.high, *(int(id) for id in self._read_table())]) + 1
        return self.high

    def _update_table(self, updater: Callable[[Any], None]) -> None:
        super()._update_table(updater)
        self.high = max([self.high, *(int(id) for id in self._read_table())])


class StockDB(TinyDB):
    table_class = NeverAgainTable

    def __init__(self) -> None:
        super().__init__(storage=TextStorage)
        self.kept: dict[str, Any] = {}

    def table(self, name: str, **_: Any) -> Any:
        return self.kept.setdefault(name, NeverAgainTable(self.storage, name))


class Twin:
    """Does the same random operation on both and compares what comes out, exceptions included."""

    def __init__(self, ours: JournalDB, seed: int) -> None:
        self.chance = random.Random(seed)
        self.pair: tuple[Any, Any] = (ours, StockDB())

    def value(self) -> Any:
        return self.chance.choice([0, 1, 2, 2.5, "a", "b", None, True, [1], {"k": 1}])

    def body(self) -> dict[str, Any]:
        return {name: self.value() for name in "abc" if self.chance.random() < 0.7}

    def ids(self) -> list[int]:
        return [self.chance.randrange(1, 60) for _ in range(self.chance.randrange(4))]

    def condition(self) -> Any:
        name, value = self.chance.choice("abc"), self.value()
        kinds = [
            lambda: where(name) == value,
            lambda: where(name) != value,
            lambda: where(name).exists(),
            lambda: ~where(name).exists() | (where("a") == value),
            lambda: (where(name) == value) & where("b").exists(),
            lambda: where(name).test(lambda found: isinstance(found, str)),
            lambda: where(name).one_of([value, 1]),
            lambda: where("c").k == 1,
            lambda: Query().fragment({name: value}),
        ]
        return self.chance.choice(kinds)()

    def change(self) -> Any:
        body = self.body()
        number = self.value()
        return self.chance.choice([body, functools.partial(dict.update, **body), _set_deep(number), _fail_on("a")])

    def operation(self) -> Callable[[Any], Any]:
        chance = self.chance
        name = chance.choice(["one", "one", "one", "two", "_default"])
        body, bodies = self.body(), [self.body() for _ in range(chance.randrange(4))]
        ids, condition, change = self.ids(), self.condition(), self.change()
        id = chance.randrange(1, 60)
        multiple = [(self.change(), self.condition()) for _ in range(chance.randrange(3))]
        kinds: dict[str, tuple[int, Callable[[Any], Any]]] = {
            "insert": (14, lambda t: t.insert(body)),
            "insert with id": (3, lambda t: t.insert(Document(body, id))),
            "insert what is no document": (1, lambda t: t.insert(5)),
            "insert_multiple": (4, lambda t: t.insert_multiple(bodies)),
            "insert_multiple with id": (1, lambda t: t.insert_multiple([*bodies, Document(body, id)])),
            "all": (3, lambda t: t.all()),
            "iterate": (1, lambda t: [(row, row.doc_id) for row in t]),
            "search": (8, lambda t: t.search(condition)),
            "get by condition": (4, lambda t: t.get(condition)),
            "get by id": (6, lambda t: t.get(doc_id=id)),
            "get by ids": (4, lambda t: t.get(doc_ids=ids)),
            "get by nothing": (1, lambda t: t.get()),
            "contains": (3, lambda t: (t.contains(condition), t.contains(doc_id=id))),
            "count": (3, lambda t: t.count(condition)),
            "len": (3, len),
            "update": (6, lambda t: t.update(change, condition)),
            "update by ids": (5, lambda t: t.update(change, doc_ids=ids)),
            "update all": (1, lambda t: t.update(change)),
            "update_multiple": (2, lambda t: t.update_multiple(multiple)),
            "increment": (2, lambda t: t.update(increment("a"), where("a").test(lambda v: type(v) is int))),
            "delete a field": (2, lambda t: t.update(delete("b"), where("b").exists())),
            "upsert": (4, lambda t: t.upsert(body, condition)),
            "upsert with id": (2, lambda t: t.upsert(Document(body, id))),
            "upsert of nothing": (1, lambda t: t.upsert(body)),
            "remove": (4, lambda t: t.remove(condition)),
            "remove by ids": (5, lambda t: t.remove(doc_ids=ids)),
            "remove nothing": (1, lambda t: t.remove()),
            "truncate": (1, lambda t: t.truncate()),
        }
        whole: dict[str, tuple[int, Callable[[Any], Any]]] = {
            "tables": (2, lambda db: db.tables()),
            "drop_table": (1, lambda db: db.drop_table(name)),
        }
        if chance.random() < 0.002:
            return lambda db: db.drop_tables()
        chosen = chance.choices([*kinds, *whole], [weight for weight, _ in (*kinds.values(), *whole.values())])[0]
        if chosen in whole:
            return whole[chosen][1]
        return lambda db: kinds[chosen][1](db.table(name))

    def step(self) -> None:
        operation = self.operation()
        ours, stock = (_outcome(operation, db) for db in self.pair)
        assert ours == stock

    def compare(self) -> None:
        ours, stock = self.pair
        assert ours.storage.read() == (stock.storage.read() or None)


def _set_deep(value: Any) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        body["deep"] = {"list": [value, {"x": value}]}
        body.get("c", {}) if not isinstance(body.get("c"), dict) else body["c"].update(k=value)

    return change


def _fail_on(name: str) -> Callable[[Any], None]:
    def change(body: Any) -> None:
        body["touched"] = True
        body[name] += 1

    return change


def _outcome(operation: Callable[[Any], Any], db: Any) -> Any:
    """Return what an operation returned, ids included, or the kind of its exception."""
    try:
        found = operation(db)
    except Exception as error:
        return type(error), str(error)
    if isinstance(found, list):
        return [(row, getattr(row, "doc_id", None)) for row in found]
    return found, getattr(found, "doc_id", None)


@pytest.mark.parametrize("seed", range(10))
def test_fifteen_thousand_random_operations(tmp_path: Path, seed: int) -> None:
    folder = Path("/dev/shm") if Path("/dev/shm").is_dir() else tmp_path
    store = TinyStore(folder / f"{tmp_path.name}-{seed}", compact_at=30_000)
    try:
        twin = Twin(store.db, seed)
        for turn in range(1500):
            twin.step()
            if turn % 50 == 0:
                twin.compare()
            if turn % 500 == 499:
                store.close()
                store = TinyStore(store.engine._disk._folder)  # type: ignore[attr-defined]
                twin.pair = (store.db, twin.pair[1])
                twin.compare()
    finally:
        store.close()
        for path in store.engine._disk._folder.iterdir():  # type: ignore[attr-defined]
            path.unlink()
        store.engine._disk._folder.rmdir()  # type: ignore[attr-defined]


# --- the documented differences ---


def test_ids_are_never_given_twice(store: TinyStore, table: Table, tmp_path: Path) -> None:
    table.insert_multiple([{}, {}])
    table.remove(doc_ids=[2])
    assert table.insert({}) == 3
    table.truncate()
    assert table.insert({}) == 4
    store.db.drop_table("people")
    assert store.db.table("people").insert({}) == 5
    store.db.drop_tables()
    store.close()
    again = TinyStore(tmp_path / "store")
    assert again.db.tables() == set()
    assert again.db.table("people").insert({}) == 6
    again.close()


@pytest.mark.parametrize("value", [math.nan, (1, 2), {1: 2}, "a\x00", {1}, 2**64], ids=repr)
def test_what_is_not_json_is_refused(table: Table, value: Any) -> None:
    table.insert({"a": 1})
    for call in (
        lambda: table.insert({"v": value}),
        lambda: table.insert_multiple([{"a": 2}, {"v": value}]),
        lambda: table.update({"v": value}),
        lambda: table.upsert({"v": value}, where("a") == 1),
    ):
        with pytest.raises(Problem, match="cannot be stored"):
            call()
    assert table.all() == [{"a": 1}]


@pytest.mark.parametrize("id", ["5", 2**53, -(2**60), None, True, 1.0])
def test_an_id_is_a_number_of_reasonable_size(table: Table, id: Any) -> None:
    with pytest.raises(Problem, match="whole number"):
        table.insert(Document({}, doc_id=id))
    assert len(table) == 0
    assert table.insert(Document({"n": 1}, doc_id=2**53 - 2)) == 2**53 - 2
    assert table.insert({}) == 2**53 - 1


def test_unique_fields_hold_here_too(store: TinyStore) -> None:
    store.collection(THINGS).add({"key": "a"})
    things = store.db.table("things")
    with pytest.raises(Problem, match="already a document"):
        things.insert({"key": "a"})
    id = things.insert({"key": "b"})
    with pytest.raises(Problem, match="already a document"):
        things.update({"key": "a"}, doc_ids=[id])
    with pytest.raises(Problem, match="already a document"):
        things.insert_multiple([{"key": "c"}, {"key": "c"}])
    assert [stored.body["key"] for stored in store.collection(THINGS).find()] == ["a", "b"]


def test_a_value_may_move_from_one_document_to_another(store: TinyStore) -> None:
    things = store.db.table("things")
    store.collection(THINGS)
    things.insert_multiple([{"key": "a"}, {"key": "b"}])

    def swap(rows: Any) -> None:
        rows[1]["key"], rows[2]["key"] = rows[2]["key"], rows[1]["key"]

    things._update_table(swap)
    assert [row["key"] for row in things] == ["b", "a"]
    things.update_multiple([({"key": "c"}, where("key") == "b"), ({"key": "b"}, where("key") == "a")])
    assert [row["key"] for row in things] == ["c", "b"]


def test_nothing_returned_is_shared(table: Table) -> None:
    table.insert({"list": [1]})
    query = where("list").exists()
    for read in (lambda: table.search(query)[0], lambda: table.get(doc_id=1), lambda: table.all()[0]):
        read()["list"].append(2)
        assert read() == {"list": [1]}


def test_collections_and_tables_show_the_same(store: TinyStore) -> None:
    things = store.collection(THINGS)
    stored = things.add({"key": "a", "colour": "red"})
    store.db.table("things").update({"colour": "blue"}, doc_ids=[stored.id])
    found = things.find(colour="blue")[0]
    assert (found.id, found.version, found.body) == (1, 2, {"key": "a", "colour": "blue"})
    assert things.find(colour="red") == []
    with pytest.raises(Problem, match="Somebody else"):
        things.replace(1, {}, version=1)


def test_an_update_that_changes_nothing_writes_nothing(store: TinyStore) -> None:
    things = store.collection(THINGS)
    things.add({"colour": "red"})
    store.db.table("things").update({"colour": "red"})
    stored = things.get(1)
    assert stored is not None
    assert stored.version == 1


def test_an_update_of_many_documents(table: Table) -> None:
    """More than are kept decoded at a time."""
    table.insert_multiple({"n": number} for number in range(2500))
    assert len(table.update(increment("n"))) == 2500
    assert table.update({"odd": True}, where("n").test(lambda n: n % 2 == 1)) == list(range(1, 2501, 2))
    assert [row["n"] for row in table] == list(range(1, 2501))
    assert table.count(where("odd") == True) == 1250  # noqa: E712
    table.remove(where("odd").exists())
    assert len(table) == 1250


def test_the_storage_reads_and_writes_everything(store: TinyStore, db: JournalDB) -> None:
    assert db.storage.read() is None
    db.table("a").insert_multiple([{"n": 1}, {"n": 2}])
    db.table("b").insert({})
    data = db.storage.read()
    assert data == {"a": {"1": {"n": 1}, "2": {"n": 2}}, "b": {"1": {}}}
    data["a"]["2"]["n"] = 22
    data["a"]["7"] = {"n": 7}
    del data["a"]["1"]
    del data["b"]
    db.storage.write(data)
    assert db.storage.read() == {"a": {"2": {"n": 22}, "7": {"n": 7}}}
    assert db.table("a").insert({}) == 8
    db.storage.write({})
    assert db.storage.read() is None


def test_a_table_can_exist_though_empty(db: JournalDB) -> None:
    db.table("nothing")
    assert db.tables() == set()
    db.table("kept", persist_empty=True)
    assert db.tables() == {"kept"}
    assert db.storage.read() == {"kept": {}}


def test_a_transaction_holds_both(store: TinyStore) -> None:
    things, table = store.collection(THINGS), store.db.table("notes")
    with pytest.raises(ZeroDivisionError), store.transaction():
        _both(things, table)
    assert things.count() == len(table) == 0


def _both(things: Any, table: Table) -> None:
    things.add({})
    table.insert({"n": 1})
    assert table.search(where("n") == 1) == [{"n": 1}]
    _ = 1 // 0


def test_threads_that_insert_lose_nothing(table: Table) -> None:
    def work(number: int) -> None:
        for turn in range(50):
            table.insert({"n": f"{number} {turn}"})

    in_threads([functools.partial(work, number) for number in range(4)])
    assert sorted(row.doc_id for row in table) == list(range(1, 201))
    assert len({row["n"] for row in table}) == 200


def test_of_threads_that_upsert_one_inserts(table: Table) -> None:
    def work() -> None:
        for _ in range(20):
            table.upsert({"key": 1}, where("key") == 1)
            table.update(increment("n"), where("n").exists())

    table.insert({"n": 0})
    in_threads([work] * 4)
    assert len(table) == 2
    assert table.get(doc_id=1) == {"n": 80}


def test_reading_goes_on_while_somebody_updates(table: Table) -> None:
    table.insert_multiple([{"n": 0}, {"n": 0}])
    seen: list[list[int]] = []
    reached, go_on = threading.Event(), threading.Event()

    def slowly(rows: Any) -> None:
        rows[1]["n"] = 1
        reached.set()
        assert go_on.wait(30)
        rows[2]["n"] = 1

    writer = threading.Thread(target=table._update_table, args=(slowly,), daemon=True)
    writer.start()
    assert reached.wait(30)
    seen.append([row["n"] for row in table])
    go_on.set()
    writer.join(30)
    seen.append([row["n"] for row in table])
    assert seen == [[0, 0], [1, 1]]


def test_closing_the_db_leaves_the_store_open(store: TinyStore) -> None:
    with store.db as db:
        db.insert({"n": 1})
    assert store.db.all() == [{"n": 1}]
    assert len(store.db) == 1
    assert "people" not in repr(store.db)
