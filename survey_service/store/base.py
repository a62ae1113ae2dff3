"""What every store offers, and the rules that all of them share.

A store keeps documents (JSON objects) in named collections. It knows nothing of questionnaires or offers. Every backend
passes the same contract tests, so a rule that stands here holds for all of them:

* **Ids** are integers from 1 that grow and are never reused, neither after a delete nor after reopening.
* **Versions** start at 1 and grow by one with each `Collection.replace`: a change based on an old state is refused.
* **What is read is durable**: outside a transaction nobody sees a change that a power cut could still undo, and a call
  that changes something, or is refused because of what another has changed, ends only when that is durable.
* **Copies**: a body that is handed over or returned is never shared; changing it changes nothing in the store.
* **Equality** in `Collection.find` and for unique fields is that of JSON: 1 equals 1.0 but not true, the order of keys
  counts for nothing, and null equals a field that is not there. Null is no value: it never violates a unique field.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import orjson

from survey_service.problems import Problem

JSON = Any
"""Any JSON value. `encode` checks this at run time; a recursive type would ask for a cast at every look into a body."""

Document = dict[str, JSON]

NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_NUL = b"\\u0000"


@dataclass(frozen=True)
class Stored:
    """A document as it stands in a collection. ``body`` is a private copy."""

    id: int
    version: int
    body: Document


Migration = Callable[[Document], Document | None]
"""Makes of a document one of the next schema version; None means that it is no longer needed."""


@dataclass(frozen=True)
class CollectionSpec:
    """Declares a collection: its name and which top-level fields of the body are looked up (``indexes``) or may not
    occur twice (``unique``, which are indexed too). ``tracked`` means that `Collection.changes` is asked for.

    ``migrations`` lead from the first schema version to the present one, a step each: when a collection is opened that
    an earlier version of the program has left, they are made (see `migrating`). They must not be taken away again.
    Raises ValueError for a name that not every backend could use.
    """

    name: str
    indexes: tuple[str, ...] = ()
    unique: tuple[str, ...] = ()
    tracked: bool = False
    migrations: tuple[Migration, ...] = ()

    def __post_init__(self) -> None:
        for name in (self.name, *self.indexes, *self.unique):
            if not NAME.fullmatch(name):
                raise ValueError(f"{name!r}: a name is a lower-case letter, then at most 62 of a-z, 0-9 and _")

    @property
    def fields(self) -> tuple[str, ...]:
        """All declared fields, each once."""
        return tuple(dict.fromkeys((*self.unique, *self.indexes)))

    @property
    def version(self) -> int:
        """The schema version of the documents, from 1."""
        return 1 + len(self.migrations)


@dataclass(frozen=True)
class Schema:
    """The schema version of a collection's documents. While they are being migrated to the next one, those with ids up
    to ``migrated`` have it already.
    """

    version: int
    migrated: int = 0


@dataclass(frozen=True)
class Change:
    """A document as it stands now, or None if it is deleted, and the cursor to go on from behind it."""

    cursor: str
    id: int
    document: Stored | None


@dataclass(frozen=True)
class Changes:
    """What has changed since a cursor. ``reset`` means that the cursor is not of this collection's history (it is the
    first time, or the store was restored): what was made of earlier changes is void, and ``rows`` begin anew.
    """

    reset: bool
    rows: Iterator[Change]


class Collection(Protocol):
    """Documents of one kind. All methods may be called from several threads."""

    def add(self, body: Mapping[str, JSON]) -> Stored:
        """Store a new document. Raises Problem store.unstorable, store.duplicate, or one of the 503 kinds."""
        ...

    def get(self, id: int) -> Stored | None:
        """Return the document with this id, or None."""
        ...

    def find(self, /, **equals: JSON) -> list[Stored]:
        """Return the documents whose top-level fields equal all the given values, by id.

        A declared field is looked up, any other is scanned. Without arguments all documents are returned.
        """
        ...

    def first(self, /, **equals: JSON) -> Stored | None:
        """Return the document with the lowest id of those that `find` returns, or None."""
        ...

    def count(self, /, **equals: JSON) -> int:
        """Return how many documents `find` returns, in O(1) for no or one declared field."""
        ...

    def iterate(self, after: int = 0) -> Iterator[Stored]:
        """Yield all documents with ids above ``after`` by id, one body in memory at a time.

        Documents added after the start aren't seen, deleted ones are left out, replaced ones come in their new version.
        A remote backend reads ahead some hundred documents, which come as they stood then.
        """
        ...

    def replace(self, id: int, body: Mapping[str, JSON], *, version: int) -> Stored:
        """Put a new body in the place of the one with this version.

        Raises Problem store.conflict if the document has another version by now, store.missing if it is gone, and
        those of `add`.
        """
        ...

    def delete(self, id: int, *, version: int | None = None) -> None:
        """Remove a document. Raises Problem store.missing, and store.conflict if ``version`` is given and differs."""
        ...

    def changes(self, since: str = "") -> Changes:
        """Return each document that was added, replaced or deleted since a cursor, once, in the order of its last
        change, as it stands now; without a cursor all documents.

        For consumers that keep something up to date: go on with the cursor of the last change taken, also after a
        restart. A document that changes meanwhile may come twice. Only what is durable is seen, also in a transaction
        block. Of a document that was deleted nothing but the id is known. Raises ValueError unless the collection is
        declared as tracked.
        """
        ...

    def claim(self, field: str, until: float, change: Callable[[Document], Document], **equals: JSON) -> Stored | None:
        """Replace the document with the lowest number in ``field``, if that is at most ``until``, by what ``change``
        makes of it, and return it as it is then; None if there is no such document. It is looked for among those whose
        declared fields equal the given values.

        Of several that claim at once, in whatever process, each gets another document or none, and none waits for
        another. ``change`` must set the field to a higher number, or the document is claimed again.
        """
        ...

    def schema(self) -> Schema:
        """Return the schema version of the stored documents."""
        ...

    def set_schema(self, schema: Schema) -> None:
        """Note the schema version of the stored documents."""
        ...


class Store(Protocol):
    """A store of collections."""

    def collection(self, spec: CollectionSpec) -> Collection:
        """Return a collection, made at first use. Declaring it again, also with other fields, is allowed.

        Documents of an earlier schema version are migrated first. Raises Problem store.duplicate if a field becomes
        unique whose stored values aren't, and store.newer if the documents are of a later schema version.
        """
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """Make all changes in the block one: all or none of them, durable when the block has been left.

        An exception that leaves the block undoes them and goes on. Inside, the thread sees its own changes; nobody else
        does before the end. A block within a block is part of the outer one: durable with that, undone with that or by
        an exception that leaves it. One thread is inside at a time, so keep the block short.
        """
        ...

    def close(self) -> None:
        """Give everything free. Further calls raise Problem store.closed; closing twice is allowed."""
        ...

    def healthy(self) -> bool:
        """Return whether the store takes changes."""
        ...


def encode(body: Mapping[str, JSON]) -> tuple[bytes, Document]:
    """Return the JSON bytes of a body and a private copy of it, exactly as it will be read back.

    Raises Problem store.unstorable unless body is an object of JSON values: strings without NUL and lone surrogates,
    finite numbers, integers of at most 64 bits, string keys, fewer than 250 levels. These are the bounds of the
    narrowest backend, so that all of them refuse the same.
    """
    given = body if isinstance(body, dict) else dict(body)
    try:
        encoded = orjson.dumps(given)
        copy: Document = orjson.loads(encoded)
    except (TypeError, RecursionError) as error:
        raise _unstorable(given, str(error)) from None
    # orjson writes NaN as null and a tuple or a date as its nearest kin: whatever doesn't come back equal is refused.
    if copy != given or (_NUL in encoded and _has_nul(copy)):
        raise _unstorable(given, "it is not JSON")
    return encoded, copy


def decode(encoded: bytes) -> Document:
    """Return a fresh body from its JSON bytes."""
    body: Document = orjson.loads(encoded)
    return body


def key_of(value: JSON) -> Hashable:
    """Return a value to compare and to hash by: two JSON values have equal keys exactly if they are equal as JSON."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return (bool, value)
    if isinstance(value, (list, tuple)):
        return (list, tuple(key_of(item) for item in value))
    if isinstance(value, Mapping):
        return (dict, frozenset((name, key_of(item)) for name, item in value.items()))
    return (float, value)


def matches(body: Mapping[str, JSON], wanted: Mapping[str, Hashable]) -> bool:
    """Return whether the fields of a body have the wanted keys (see `key_of`)."""
    return all(key_of(body.get(name)) == key for name, key in wanted.items())


def cursor(epoch: str, number: int) -> str:
    """Return the cursor behind a change: its number in a history."""
    return f"{epoch}-{number}"


def read_cursor(text: str) -> tuple[int, str]:
    """Return number and epoch of a cursor; 0 and "" if it is none."""
    epoch, _, number = text.rpartition("-")
    return (int(number), epoch) if number.isascii() and number.isdecimal() else (0, "")


def lowest(rows: Iterable[Stored], field: str, until: float) -> Stored | None:
    """Return the document with the lowest number in a field, if that is at most ``until``; of equals the first."""
    due = [stored for stored in rows if _is_number(stored.body.get(field)) and stored.body[field] <= until]
    return min(due, key=lambda stored: (stored.body[field], stored.id), default=None)


def _is_number(value: JSON) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _has_nul(value: JSON) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_nul(name) or _has_nul(item) for name, item in value.items())
    return isinstance(value, list) and any(map(_has_nul, value))


def _unstorable(body: Mapping[Any, Any], otherwise: str) -> Problem:
    """Return the Problem that names the first value at fault and where it stands."""
    try:
        place, reason = next(_faults(body, ""), ("", otherwise))
    except RecursionError:
        place, reason = "", "it is nested too deeply"
    return Problem("store.unstorable", reason=f"{reason} ({place})" if place else reason, place=place)


def _faults(value: Any, place: str) -> Iterator[tuple[str, str]]:
    """Yield the place and the kind of each fault of a value."""
    if isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(name, str):
                yield from ((place, fault) for _, fault in _faults(name, ""))
                yield from _faults(item, f"{place}/{name}")
            else:
                yield place, f"the key {name!r} is not a text"
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _faults(item, f"{place}/{number}")
    else:
        check = next((check for kind, check in _CHECKS.items() if isinstance(value, kind)), _not_json)
        fault = check(value)
        if fault is not None:
            yield place, fault


def _text_fault(value: str) -> str | None:
    if "\x00" in value:
        return "a text contains the character NUL"
    halves = not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value)
    return "a text contains half a character" if halves else None


def _integer_fault(value: int) -> str | None:
    return None if -(2**63) <= value < 2**64 else "a whole number is longer than 64 bits"


def _float_fault(value: float) -> str | None:
    return None if math.isfinite(value) else f"{value} is not a number"


def _not_json(value: Any) -> str | None:
    return None if value is None else f"a value of type {type(value).__name__} is not JSON"


_CHECKS: Mapping[type, Callable[[Any], str | None]] = {str: _text_fault, int: _integer_fault, float: _float_fault}
