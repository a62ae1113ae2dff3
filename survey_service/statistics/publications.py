"""What is published of a questionnaire, as data: tables over dimensions, in versions that are frozen once published.

All tables of one ``History`` are about the same people. Who came since the last batch in one part (a period, say) is a
layer; a version of a view shows all layers of its parts up to a batch. A later filter, period or batch is another
version, and what it adds to an earlier one is a difference of two versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

ALL = ""
"""Stands for all categories of a dimension: a total."""
Place = tuple[str, str]
"""Row and column of a number: a category, a group of categories, or ALL."""
Counts = Mapping[Place, int]
"""People by categories of rows and columns (ALL as the column of a one-way table); whom none is given for is nobody."""
Layer = tuple[int, str]
"""Who came with a batch (from 1) in a part."""
Key = frozenset[tuple[str, str]]
"""Whom a number is about: dimension and category; all people of the version if there is none."""


class Hold(StrEnum):
    """Why a table is not published with this batch."""

    FEW = "few"
    """Fewer than 5 people are new since this view was last published, or there are fewer than 5 at all."""
    DIFFERENCE = "difference"
    """Compared with what is published already it would tell something of fewer than 5 people."""
    LINKED = "linked"
    """Its two dimensions are joined by other tables already; of a ring of tables nothing could be promised."""


@dataclass(frozen=True)
class Dimension:
    """A way to divide people: each is in exactly one category (those who gave no answer are in one of their own).

    ``groups``: group → its categories, a level between the categories and all, such as planning regions between
    municipalities and county. Raises ValueError if a category is in none or in several groups, or names are not unique.
    """

    name: str
    categories: tuple[str, ...]
    groups: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        names = [ALL, *self.categories, *self.groups]
        members = [member for group in self.groups.values() for member in group]
        if not self.categories or len(set(names)) != len(names):
            raise ValueError(f"{self.name}: categories and groups have names of their own")
        if self.groups and sorted(members) != sorted(self.categories):
            raise ValueError(f"{self.name}: each category is in exactly one group")

    def group(self, category: str) -> str | None:
        """Return the group of a category; None if there are no groups."""
        return next((group for group, members in self.groups.items() if category in members), None)

    def members(self, name: str) -> tuple[str, ...]:
        """Return the categories that a category, a group or ALL is made of."""
        return self.categories if name == ALL else self.groups.get(name, (name,))


@dataclass(frozen=True)
class Table:
    """A table with all its totals: of one dimension (``rows``) or two. Only rows may have groups in a table of two.

    ``shares``: its cells are also read as shares of their row (of all in a table of one dimension), so that what is
    missing to the whole must be 5 or more too.
    """

    name: str
    rows: Dimension
    columns: Dimension | None = None
    shares: bool = False

    def __post_init__(self) -> None:
        if self.columns and (self.columns.groups or self.columns.name == self.rows.name):
            raise ValueError(f"{self.name}: the columns are another dimension than the rows, and have no groups")

    @property
    def dimensions(self) -> tuple[Dimension, ...]:
        return (self.rows, self.columns) if self.columns else (self.rows,)

    def places(self) -> list[Place]:
        """Return all places of the table, totals included."""
        rows = [*self.rows.categories, *self.rows.groups, ALL]
        return [
            (row, column) for row in rows for column in ((*self.columns.categories, ALL) if self.columns else (ALL,))
        ]

    def key(self, place: Place) -> Key:
        """Return whom a place is about."""
        names = zip(self.dimensions, place, strict=False)
        return frozenset((dimension.name, name) for dimension, name in names if name != ALL)

    def whole(self, place: Place) -> Place | None:
        """Return the place of the base of a share; None if the place shows none."""
        row, column = place
        if self.columns:
            return (row, ALL) if column != ALL else None
        return (ALL, ALL) if row != ALL else None


@dataclass(frozen=True)
class Counted:
    """A table and who is new in it, by layer: those of this batch, and all earlier ones if the table is a new one."""

    table: Table
    layers: Mapping[Layer, Counts]


@dataclass(frozen=True)
class Version:
    """A published state of a view, frozen: which layers and tables it covers, and each number shown (rounded)."""

    view: str
    batch: int
    layers: frozenset[Layer]
    tables: frozenset[str]
    shown: Mapping[Key, int]


@dataclass(frozen=True)
class History:
    """All that has been published of a group of people (``versions``: public), and the counts behind (private)."""

    batch: int = 0
    tables: Mapping[str, Table] = field(default_factory=dict)
    layers: Mapping[str, Mapping[Layer, Counts]] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True)
class PublicTable:
    """A table as everybody may see it: each place's count rounded to 5, or None for "•". Totals may not add up.

    There is one reason for all that is hidden, "fewer than five, or fewer than five could be computed from it": two
    reasons would tell which of the hidden ones are small.
    """

    table: Table
    view: str
    batch: int
    cells: Mapping[Place, int | None]

    def share(self, place: Place) -> float | None:
        """Return the share of a place in its whole, from 0 to 1; None if either is hidden, or the table has no shares.

        It is computed from what is published, so that it tells nothing more. From the counts themselves it would undo
        the rounding.
        """
        whole = self.table.whole(place) if self.table.shares else None
        of = self.cells[whole] if whole else None
        count = self.cells[place]
        return None if count is None or of is None else count / of


@dataclass(frozen=True)
class HeldBack:
    """A table of a view that is not published with this batch, and why. What was published before stays."""

    table: str
    view: str
    reason: Hold


@dataclass(frozen=True)
class Release:
    """What comes of a batch: what is published, what is held back, and the history with it."""

    published: tuple[PublicTable, ...]
    held_back: tuple[HeldBack, ...]
    history: History
