"""A foreign file as a tree in which every value knows where it stands and what became of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.problems import Problem, Said, said

Content = Mapping[str, Any]
MOST_DEPTH = 24
MOST_LEAVES = 5_000_000


class Leaf:
    """One value: its ``holder``, the ``key`` it has there, and its ``fate``: TAKEN, why it was not, or None so far."""

    __slots__ = ("fate", "holder", "key", "value")

    def __init__(self, value: Any, holder: Part, key: str) -> None:
        self.value, self.holder, self.key = value, holder, key
        self.fate: Said | None = None

    @property
    def place(self) -> str:
        return f"{self.holder.place}.{self.key}" if self.holder.place else self.key

    @property
    def text(self) -> str:
        """The value as a text without blanks around it."""
        return str(self.value).strip()


class Part:
    """One object: its ``place`` in the file, the ``table`` of the standard it is of ("" if of none), and its fields: a
    Leaf, a Part, or a list of these.
    """

    __slots__ = ("fields", "place", "table")

    def __init__(self, place: str, table: str = "") -> None:
        self.place, self.table = place, table
        self.fields: dict[str, Any] = {}

    def leaf(self, key: str) -> Leaf | None:
        """Return a value that says something, None if there is none."""
        found = self.fields.get(key)
        return found if isinstance(found, Leaf) and found.text else None

    def text(self, key: str) -> str:
        found = self.leaf(key)
        return found.text if found is not None else ""

    def part(self, key: str) -> Part | None:
        found = self.fields.get(key)
        return found if isinstance(found, Part) else None

    def parts(self, key: str) -> list[Part]:
        found = self.fields.get(key)
        return [each for each in found if isinstance(each, Part)] if isinstance(found, list) else []

    def leaves(self) -> Iterator[Leaf]:
        """Yield the values of this object, not those of objects in it."""
        for found in self.fields.values():
            if isinstance(found, Leaf):
                yield found


TAKEN = said("")
"""The fate of a value that has a place here."""


@dataclass
class Source:
    """A file that was read: its name, the services and organizations in it, all values, and files in it that were not
    read.
    """

    name: str
    services: list[Part] = field(default_factory=list)
    organizations: list[Part] = field(default_factory=list)
    leaves: list[Leaf] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)

    def add(self, value: Any, holder: Part, key: str) -> None:
        """Put a value into an object; nothing and blank text are none."""
        if value is None or (isinstance(value, str) and not value.strip()):
            return
        leaf = Leaf(value, holder, key)
        holder.fields[key] = leaf
        self.leaves.append(leaf)


def refused(place: str, message: str, **values: object) -> Problem:
    """Return the Problem of a file that cannot be read; ``message`` is a source text."""
    return Problem("hsds.file", place=place, reason=said(message, **values))
