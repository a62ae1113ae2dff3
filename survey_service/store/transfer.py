"""Whole stores as streams of documents: to back up, to restore, to copy from one kind of store to another.

A stream keeps what a store promises: ids and versions of documents, the highest id ever given, what is declared, the
schema version. Not kept is the history of changes: in the new store it begins anew, and its consumers are told.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import orjson

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Schema, decode

Row = tuple[int, int, bytes]
"""Id, version and JSON bytes of a document."""
PORTION = 2_000
"""Documents that are written in one transaction."""


@dataclass(frozen=True)
class Facts:
    """What is known of a collection beside its documents. ``high`` is the highest id that was ever given."""

    name: str
    indexes: tuple[str, ...]
    unique: tuple[str, ...]
    tracked: bool
    schema: Schema
    high: int

    @property
    def spec(self) -> CollectionSpec:
        """The declaration, without the migrations that only the program knows."""
        return CollectionSpec(self.name, self.indexes, self.unique, self.tracked)


@dataclass(frozen=True)
class Dump:
    """A collection as a stream. ``rows`` yields its documents once, in any order."""

    facts: Facts
    rows: Iterable[Row]


def portions(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Yield rows some at a time."""
    iterator = iter(rows)
    while portion := list(islice(iterator, PORTION)):
        yield portion


class Digest:
    """Number and fingerprint of documents, whatever their order and however a store writes their JSON."""

    def __init__(self) -> None:
        self.count = 0
        self._sum = 0

    def add(self, row: Row) -> None:
        """Take one document."""
        id, version, encoded = row
        content = orjson.dumps([id, version, plain(decode(encoded))], option=orjson.OPT_SORT_KEYS)
        self._sum += int.from_bytes(hashlib.sha256(content).digest())
        self.count += 1

    @property
    def value(self) -> tuple[int, str]:
        """The number of documents, and a text that is the same for the same documents."""
        return self.count, f"{self._sum % 2**256:064x}"


def pour(dumps: Iterable[Dump], take: Callable[[Dump], None]) -> dict[str, tuple[int, str]]:
    """Hand each collection to somebody who takes all of it, and return the digest of what was taken, by name."""
    found = {}
    for dump in dumps:
        digest = Digest()
        take(Dump(dump.facts, _digested(dump.rows, digest)))
        found[dump.facts.name] = digest.value
    return found


def _digested(rows: Iterable[Row], digest: Digest) -> Iterator[Row]:
    for row in rows:
        digest.add(row)
        yield row


def digests_of(dumps: Iterable[Dump]) -> dict[str, tuple[int, str]]:
    """Read all collections, and return the digest of each."""
    return pour(dumps, lambda dump: deque(dump.rows, maxlen=0).clear())


def compare(read: dict[str, tuple[int, str]], written: dict[str, tuple[int, str]]) -> None:
    """Raise Problem store.mismatch if the digests of what was read and of what was written differ."""
    for name in sorted({*read, *written}):
        (wanted, _), (found, _) = read.get(name, (0, "")), written.get(name, (0, ""))
        if read.get(name) != written.get(name):
            raise Problem("store.mismatch", collection=name, read=wanted, written=found)


def plain(value: Any) -> Any:
    """Return JSON with whole floats as integers: 1.0 and 1 are the same number, and stores may write either."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**63:
        return int(value)
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    return value
