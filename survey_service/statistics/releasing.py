"""From new answers to what everybody may see of them: publishing in frozen batches, without disclosing small groups."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from survey_service.statistics.circulation import Circulation
from survey_service.statistics.disclosure import THRESHOLD
from survey_service.statistics.guard import Guard, Target
from survey_service.statistics.publications import (
    ALL,
    Counted,
    Counts,
    Dimension,
    HeldBack,
    History,
    Hold,
    Key,
    Layer,
    PublicTable,
    Release,
    Table,
    Version,
)
from survey_service.statistics.rounding import rounded
from survey_service.statistics.tables import hidden_cells
from survey_service.statistics.worlds import Draft

Views = Mapping[str, frozenset[str]]
"""The parts (periods, say) of each view that is to be published."""
EVERYBODY: Key = frozenset()
NOTHING = History()


def release(counted: Sequence[Counted], views: Views, earlier: History = NOTHING) -> Release:
    """Return what of the next batch is published in each view, what is held back, and the history with it.

    ``counted`` are the people who are new since the last batch of ``earlier``, in each table. Their number stays in
    the history also if nothing is published, and comes out with a later batch. A table that was there before may be
    left out only if nobody is new. In what is published:

    - a view comes with a batch only if at least 5 people are new in it, and if it differs from every published version
      by nobody or at least 5 people;
    - counts below 5 are hidden, for shares also counts that leave less than 5 of their whole;
    - further ones are hidden, or the table is held back, until each number below 5, in versions and in differences of
      versions, could have values at least 3 apart for somebody who knows all that was ever published (see ``guard``);
    - what is shown is rounded to 5, totals too.

    Raises ValueError if the tables contradict each other, or the history.
    """
    tables, layers, counts = _gathered(counted, earlier)
    settled = [
        Draft(each.view, each.batch, each.layers, set(each.tables), set(each.shown), True) for each in earlier.versions
    ]
    _unchanged(earlier, counts)
    held: list[HeldBack] = []
    drafts: list[Draft] = []
    for view, parts in views.items():
        covered = frozenset(layer for layer in counts if layer[1] in parts and counts[layer].get(EVERYBODY, 0))
        draft = Draft(view, earlier.batch + 1, covered, set(), set(), False)
        reason = _too_few(draft, [*settled, *drafts], counts)
        if reason:
            held += [HeldBack(name, view, reason) for name in tables]
        else:
            drafts.append(draft)
            held += _fill(draft, tables, counts, [*settled, *drafts])
    _guarded(tables, counts, settled, drafts)
    for draft in drafts:
        held += [HeldBack(name, draft.view, Hold.DIFFERENCE) for name in tables if name in draft.dropped]
    return _released(tables, layers, counts, drafts, held, earlier)


def _gathered(
    counted: Sequence[Counted], earlier: History
) -> tuple[dict[str, Table], dict[str, dict[Layer, Counts]], dict[Layer, dict[Key, int]]]:
    """Return all tables, their layers, and by layer how many people each number is about."""
    tables = dict(earlier.tables)
    layers = {name: dict(each) for name, each in earlier.layers.items()}
    for each in counted:
        if tables.setdefault(each.table.name, each.table) != each.table:
            raise ValueError(f"{each.table.name}: the table is defined otherwise than before")
        known = layers.setdefault(each.table.name, {})
        if any(layer in known or layer[0] > earlier.batch + 1 for layer in each.layers):
            raise ValueError(f"{each.table.name}: a layer is new, and of this batch or an earlier one")
        known |= {layer: dict(people) for layer, people in each.layers.items()}
    _same_dimensions(tables)
    counts: dict[Layer, dict[Key, int]] = {}
    everywhere = {layer for each in layers.values() for layer in each}
    for name, table in tables.items():
        added = _Adding(table)
        for layer in everywhere:
            own = added.of(layers[name].get(layer, {}))
            mine = counts.setdefault(layer, {})
            if any(mine.get(key, count) != count for key, count in own.items()):
                raise ValueError(f"{name}: totals differ from those of other tables in layer {layer}")
            mine |= own
    return tables, layers, counts


def _unchanged(history: History, counts: Mapping[Layer, Mapping[Key, int]]) -> None:
    """Raise ValueError if what was published is not what the counts behind it say."""
    for version in history.versions:
        for key, published in version.shown.items():
            count = sum(counts[layer].get(key, 0) for layer in version.layers)
            if count < THRESHOLD or rounded(count) != published:
                raise ValueError(f"{version.view}, batch {version.batch}: a published number is not that of its counts")


def _same_dimensions(tables: Mapping[str, Table]) -> None:
    known: dict[str, Dimension] = {}
    pairs = set[frozenset[str]]()
    for table in tables.values():
        for dimension in table.dimensions:
            if known.setdefault(dimension.name, dimension) != dimension:
                raise ValueError(f"{dimension.name}: the dimension has other categories in another table")
        pair = frozenset(each.name for each in table.dimensions)
        if pair in pairs:
            raise ValueError(f"{table.name}: there is a table of these dimensions already")
        pairs.add(pair)


class _Adding:
    """Adds counts up to all totals of a table."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.keys = {place: table.key(place) for place in table.places()}
        self.rows = {name: [name, *filter(None, [table.rows.group(name)]), ALL] for name in table.rows.categories}
        names = table.columns.categories if table.columns else ()
        self.columns = {name: [name, ALL] for name in names} if names else {ALL: [ALL]}

    def of(self, counts: Counts) -> dict[Key, int]:
        """Return the counts of all places. Raises ValueError for a category that is none, or a count below 0."""
        total = dict.fromkeys(self.keys.values(), 0)
        for (row, column), count in counts.items():
            if row not in self.rows or column not in self.columns or count < 0:
                raise ValueError(f"{self.table.name}: no such cell or a count below 0: {row!r}, {column!r}")
            for place in itertools.product(self.rows[row], self.columns[column]):
                total[self.keys[place]] += count
        return total


def _too_few(draft: Draft, others: Sequence[Draft], counts: Mapping[Layer, Mapping[Key, int]]) -> Hold | None:
    """Return why a version tells something of fewer than 5 people as a whole; None if it doesn't."""

    def people(layers: Iterable[Layer]) -> int:
        return sum(counts[layer].get(EVERYBODY, 0) for layer in layers)

    own = [other for other in others if other.view == draft.view]
    if people(draft.layers) < THRESHOLD or any(people(draft.layers - other.layers) < THRESHOLD for other in own):
        return Hold.FEW
    for other in others:
        parts = (draft.layers - other.layers, other.layers - draft.layers, draft.layers & other.layers)
        if any(0 < people(part) < THRESHOLD for part in parts):
            return Hold.DIFFERENCE
    return None


def _fill(
    draft: Draft, tables: Mapping[str, Table], counts: Mapping[Layer, Mapping[Key, int]], drafts: Sequence[Draft]
) -> list[HeldBack]:
    """Put into a version what the rule for single numbers lets be shown, and return what can't be in it at all."""
    true: dict[Key, int] = {}
    for layer in draft.layers:
        for key, count in counts[layer].items():
            true[key] = true.get(key, 0) + count
    joined = {name for each in drafts for name in each.tables}
    hidden, held = set[Key](), []
    for name, table in tables.items():
        if name not in joined and _ring([tables[other] for other in joined], table):
            held.append(HeldBack(name, draft.view, Hold.LINKED))
            continue
        joined.add(name)
        draft.tables.add(name)
        draft.shown |= {table.key(place) for place in table.places()}
        hidden |= _hidden(table, true)
    draft.shown -= hidden
    return held


def _ring(tables: Sequence[Table], table: Table) -> bool:
    """Tell whether the two dimensions of a table are joined by other tables already."""
    if table.columns is None:
        return False
    reached, before = {table.rows.name}, set[str]()
    while reached != before:
        before = set(reached)
        for other in tables:
            names = {each.name for each in other.dimensions}
            if names & reached:
                reached |= names
    return table.columns.name in reached


def _hidden(table: Table, true: Mapping[Key, int]) -> set[Key]:
    """Return what one table alone must hide: what is small, and a table without groups also what gives it away."""
    hidden = set()
    for place in table.places():
        count, whole = true[table.key(place)], table.whole(place) if table.shares else None
        if count < THRESHOLD or (whole and true[table.key(whole)] - count < THRESHOLD):
            hidden.add(table.key(place))
    if table.columns and not table.rows.groups:
        rows, columns = table.rows.categories, table.columns.categories
        plain = Circulation([[true[table.key((row, column))] for column in columns] for row in rows])
        names = (*rows, ALL), (*columns, ALL)
        hidden |= {table.key((names[0][row], names[1][column])) for row, column in hidden_cells(plain)}
    return hidden


def _guarded(
    tables: Mapping[str, Table],
    counts: Mapping[Layer, Mapping[Key, int]],
    settled: Sequence[Draft],
    drafts: Sequence[Draft],
) -> None:
    """Hide numbers of the drafts, or drop tables from them, until nothing small is narrow."""
    while True:
        guard = Guard(tables, counts, [*settled, *drafts])
        narrow = next((each for each in guard.targets() if not guard.wide(each) and not guard.mend(each)), None)
        if narrow is None:
            return
        _drop(tables, drafts, narrow)


def _drop(tables: Mapping[str, Table], drafts: Sequence[Draft], narrow: Target) -> None:
    """Drop from the last draft a table that makes a number narrow, or all of it if that one isn't in any."""
    names = {each.name for each in narrow.net.table.dimensions}
    guilty = {name for name, table in tables.items() if names & {each.name for each in table.dimensions}}
    for chosen in ({narrow.net.table.name}, guilty, set(tables)):
        for draft in reversed(drafts):
            dropped = draft.tables & chosen
            if dropped:
                draft.tables -= dropped
                draft.dropped |= dropped
                draft.shown &= {tables[name].key(place) for name in draft.tables for place in tables[name].places()}
                return
    raise ValueError(f"{narrow.net.table.name}: what is published already discloses a small group")


def _released(
    tables: Mapping[str, Table],
    layers: Mapping[str, Mapping[Layer, Counts]],
    counts: Mapping[Layer, Mapping[Key, int]],
    drafts: Sequence[Draft],
    held: Sequence[HeldBack],
    earlier: History,
) -> Release:
    versions = []
    published: list[PublicTable] = []
    for draft in drafts:
        shown = {key: rounded(sum(counts[layer].get(key, 0) for layer in draft.layers)) for key in draft.shown}
        if draft.tables:
            versions.append(Version(draft.view, draft.batch, draft.layers, frozenset(draft.tables), shown))
            published += _public(draft, tables, shown)
    history = History(earlier.batch + 1, tables, layers, (*earlier.versions, *versions))
    return Release(tuple(published), tuple(held), history)


def _public(draft: Draft, tables: Mapping[str, Table], shown: Mapping[Key, int]) -> Iterator[PublicTable]:
    for name in tables:
        if name in draft.tables:
            cells = {place: shown.get(tables[name].key(place)) for place in tables[name].places()}
            yield PublicTable(tables[name], draft.view, draft.batch, cells)
