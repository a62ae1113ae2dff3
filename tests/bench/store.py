"""What the embedded store reaches, beside a raw loop of writes and syncs, SQLite and stock TinyDB, in one run."""

from __future__ import annotations

import gc
import itertools
import json
import os
import resource
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import orjson
import tinydb

from survey_service.store.base import CollectionSpec
from survey_service.store.tiny import TinyStore

SPEC = CollectionSpec("answers", indexes=("questionnaire", "period"), unique=("key",))
SIZE = 1_000
"""Bytes of one document as JSON."""
ROUNDS = 5
SECONDS = 1.0
"""How long one measurement of a speed takes."""


def document(number: int) -> dict[str, str]:
    """Return a document of `SIZE` bytes."""
    facts = {"key": f"key-{number:012}", "questionnaire": f"q{number % 7}", "period": f"2026-Q{number % 4 + 1}"}
    facts["text"] = ""
    return {**facts, "text": "x" * (SIZE - len(orjson.dumps(facts)))}


def _speed(threads: int, work: Callable[[int, int], None]) -> float:
    """Return how often a second ``work(thread, count)`` is done when ``threads`` do it for `SECONDS`."""
    done = [0] * threads
    stop = threading.Event()
    start = threading.Barrier(threads + 1)

    def loop(thread: int) -> None:
        start.wait()
        count = 0
        while not stop.is_set():
            work(thread, count)
            count += 1
        done[thread] = count

    workers = [threading.Thread(target=loop, args=(thread,)) for thread in range(threads)]
    for worker in workers:
        worker.start()
    start.wait()
    began = time.perf_counter()
    time.sleep(SECONDS)
    stop.set()
    for worker in workers:
        worker.join()
    return sum(done) / (time.perf_counter() - began)


class RawLoop:
    """The least that durability costs: append a document's bytes to a file, fdatasync."""

    def __init__(self, folder: Path) -> None:
        self._file = os.open(folder / "raw", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        self._bytes = orjson.dumps(document(0)) + b"\n"

    def insert(self, _thread: int, _count: int) -> None:
        os.write(self._file, self._bytes)
        os.fdatasync(self._file)

    def close(self) -> None:
        os.close(self._file)


class Ours:
    """The store of the service."""

    def __init__(self, folder: Path, stored: int) -> None:
        self._store = TinyStore(folder / "ours")
        self._answers = self._store.collection(SPEC)
        self._numbers = itertools.count(stored)
        fill(self._store, stored)

    def insert(self, _thread: int, _count: int) -> None:
        self._answers.add(document(next(self._numbers)))

    def close(self) -> None:
        self._store.close()


class Sqlite:
    """SQLite with WAL and synchronous=FULL, a connection a thread, the same two indexes and unique key."""

    def __init__(self, folder: Path, stored: int) -> None:
        self._path = folder / "sqlite.db"
        self._local = threading.local()
        self._numbers = itertools.count(stored)
        self._connections: list[sqlite3.Connection] = []
        database = self._connection()
        database.execute("CREATE TABLE a (id INTEGER PRIMARY KEY, key TEXT UNIQUE, q TEXT, p TEXT, body TEXT)")
        database.execute("CREATE INDEX aq ON a (q)")
        database.execute("CREATE INDEX ap ON a (p)")
        with database:
            database.execute("BEGIN")
            database.executemany("INSERT INTO a (key, q, p, body) VALUES (?, ?, ?, ?)", map(self._row, range(stored)))

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._local, "connection"):
            connection = sqlite3.connect(self._path, timeout=60, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode=WAL")
            connection.execute("PRAGMA synchronous=FULL")
            self._local.connection = connection
            self._connections.append(connection)
        opened: sqlite3.Connection = self._local.connection
        return opened

    @staticmethod
    def _row(number: int) -> tuple[str, str, str, bytes]:
        body = document(number)
        return body["key"], body["questionnaire"], body["period"], orjson.dumps(body)

    def insert(self, _thread: int, _count: int) -> None:
        row = self._row(next(self._numbers))
        self._connection().execute("INSERT INTO a (key, q, p, body) VALUES (?, ?, ?, ?)", row)

    def close(self) -> None:
        for connection in self._connections:
            connection.close()


def fill(store: TinyStore, stored: int) -> None:
    """Put so many documents into a store, quickly: many in one transaction."""
    answers = store.collection(SPEC)
    for first in range(0, stored, 10_000):
        with store.transaction():
            for number in range(first, min(first + 10_000, stored)):
                answers.add(document(number))


def _stock(folder: Path, stored: int) -> float:
    """Return the inserts a second of stock TinyDB in one thread; more threads would lose what it has."""
    path = folder / "stock.json"
    rows = {str(number): document(number) for number in range(1, stored + 1)}
    path.write_text(json.dumps({"_default": rows}))
    database = tinydb.TinyDB(path)
    count, began = 0, time.perf_counter()
    while time.perf_counter() - began < SECONDS or count < 2:
        database.insert(document(stored + count))
        count += 1
    speed = count / (time.perf_counter() - began)
    database.close()
    return speed


def _line(label: str, *figures: str) -> None:
    print(f"  {label:<34}" + "".join(f"{figure:>12}" for figure in figures), flush=True)


def inserts(stored: int) -> None:
    """Print inserts a second at 1, 8 and 32 threads; the median of `ROUNDS` rounds in which each has its turn."""
    print(f"\nInserts a second, documents of {SIZE} bytes, {stored:,} stored; median of {ROUNDS} rounds")
    _line("threads", "1", "8", "32")
    with tempfile.TemporaryDirectory(dir=os.environ.get("BENCH_FOLDER")) as name:
        folder = Path(name)
        contenders = {"raw fdatasync loop": RawLoop(folder), "this store": Ours(folder, stored)}
        contenders["SQLite, WAL, synchronous=FULL"] = Sqlite(folder, stored)
        speeds: dict[tuple[str, int], list[float]] = {}
        for _ in range(ROUNDS):
            for threads in (1, 8, 32):
                for label, contender in contenders.items():
                    gc.collect()
                    speeds.setdefault((label, threads), []).append(_speed(threads, contender.insert))
        for contender in contenders.values():
            contender.close()
        medians = {place: statistics.median(several) for place, several in speeds.items()}
        for label in contenders:
            _line(label, *(f"{medians[label, threads]:,.0f}" for threads in (1, 8, 32)))
        raw = medians["raw fdatasync loop", 1]
        _line("this store ÷ raw loop (1 thread)", *(f"{medians['this store', t] / raw:.2f}" for t in (1, 8, 32)))
        sqlite = [medians["this store", t] / medians["SQLite, WAL, synchronous=FULL", t] for t in (1, 8, 32)]
        _line("this store ÷ SQLite", *(f"{ratio:.1f}" for ratio in sqlite))
        if stored <= 100_000:
            stock = _stock(folder, stored)
            _line("stock TinyDB", f"{stock:,.2f}", "loses", "loses")
            _line("this store ÷ stock TinyDB", f"{medians['this store', 1] / stock:,.0f}")


def growth() -> None:
    """Print how the speed of inserts changes from a thousand to a million stored documents."""
    print("\nInserts a second with few and with many documents stored, turn by turn")
    with tempfile.TemporaryDirectory() as small, tempfile.TemporaryDirectory() as large:
        few, many = Ours(Path(small), 1_000), Ours(Path(large), 1_000_000)
        for threads in (1, 32):
            pairs = [(_speed(threads, few.insert), _speed(threads, many.insert)) for _ in range(ROUNDS)]
            slow, fast = statistics.median(b for _, b in pairs), statistics.median(a for a, _ in pairs)
            _line(f"{threads} threads: 1k, 1M, ratio", f"{fast:,.0f}", f"{slow:,.0f}", f"{slow / fast:.2f}")
        few.close()
        many.close()


def _microseconds(work: Callable[[int], object], numbers: Iterator[int]) -> float:
    times = []
    for number in numbers:
        began = time.perf_counter_ns()
        work(number)
        times.append(time.perf_counter_ns() - began)
    return statistics.median(times) / 1_000


def large(documents: int) -> None:
    """Print look-ups, opening, memory and iteration at so many documents; in a process of its own, for the memory."""
    print(f"\n{documents:,} documents of {SIZE} bytes", flush=True)
    with tempfile.TemporaryDirectory() as name:
        store = TinyStore(Path(name) / "ours")
        before = _resident()
        fill(store, documents)
        gc.collect()
        _line("memory a document as added, bytes", f"{(_resident() - before) / documents:,.0f}")
        store.compact()
        store.close()
        del store
        subprocess.run([sys.executable, "-m", "tests.bench.store", name, str(documents)], check=True)


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize()


def _opened(folder: Path, documents: int) -> None:
    files = [path for path in (folder / "ours").iterdir() if path.is_file()]
    for path in files:  # once, so that both readings find it in the page cache
        path.read_bytes()
    began = time.perf_counter()
    for path in files:
        path.read_bytes()
    reading = time.perf_counter() - began
    gc.collect()
    before = _resident()
    began = time.perf_counter()
    store = TinyStore(folder / "ours")
    answers = store.collection(SPEC)
    opening = time.perf_counter() - began
    gc.collect()
    _line("open, s; ÷ reading it into memory", f"{opening:.2f}", f"{opening / reading:.1f}")
    _line("memory a document, bytes", f"{(_resident() - before) / documents:,.0f}")
    step = max(documents // 20_000, 1)
    _line("get by id, median µs", f"{_microseconds(answers.get, iter(range(1, documents, step))):.1f}")
    by_key = _microseconds(lambda n: answers.first(key=f"key-{n:012}"), iter(range(0, documents, step)))
    _line("get by declared index, median µs", f"{by_key:.1f}")
    began = time.perf_counter()
    count = sum(1 for _ in answers.iterate())
    _line("iteration, documents a second", f"{count / (time.perf_counter() - began):,.0f}")
    store.close()


def main() -> None:
    inserts(1_000)
    inserts(100_000)
    growth()
    for documents in (100_000, 1_000_000):
        large(documents)


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _opened(Path(sys.argv[1]), int(sys.argv[2]))
    else:
        main()
