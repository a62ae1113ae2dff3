"""The network of a table: people go from the rows through the cells to the columns.

A row's total goes from the node of all rows to its row (through its group if there are groups), each cell from its row
to its column, a group's cells by way of a node for group and column, and a column's total from the column to the node
of all columns. The number of all people stands still: nothing goes on from there.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from survey_service.statistics.network import Arcs
from survey_service.statistics.publications import ALL, Key, Place, Table

Link = tuple[Place, str, str]
"""The place that an arc carries, and the names of the nodes that it joins."""
_ROWS, _COLUMNS = "all rows", "all columns"


@dataclass(frozen=True)
class Net:
    """A table as a network: ``keys`` and ``places`` of the arcs by their numbers, the node of each category."""

    table: Table
    arcs: Arcs
    places: tuple[Place, ...]
    keys: tuple[Key, ...]
    number: dict[Place, int]
    """The arc of each place but the grand total."""
    same: dict[Key, list[int]]
    """The arcs of each key: several if a table has one dimension."""
    rows: dict[str, int]
    columns: dict[str, int]


def net_of(table: Table) -> Net:
    """Return a table as a network. The cells of a table of one dimension are its row totals once more."""
    links = list(_links(table))
    names = {name: node for node, name in enumerate(dict.fromkeys(name for _, *ends in links for name in ends))}
    places = tuple(place for place, *_ in links)
    keys = tuple(table.key(place) for place in places)
    same: dict[Key, list[int]] = {}
    for arc, key in enumerate(keys):
        same.setdefault(key, []).append(arc)
    return Net(
        table=table,
        arcs=Arcs.joining(len(names), [(names[tail], names[head]) for _, tail, head in links]),
        places=places,
        keys=keys,
        number={place: number for number, place in enumerate(places) if place != (ALL, ALL)},
        same=same,
        rows={name: names[f"row {name}"] for name in table.rows.categories},
        columns={name: names[f"column {name}"] for name in table.columns.categories} if table.columns else {},
    )


def _links(table: Table) -> list[Link]:
    columns = table.columns.categories if table.columns else (ALL,)
    groups = {row: table.rows.group(row) for row in table.rows.categories}
    links = [((row, column), f"row {row}", _below(groups[row], column)) for row in groups for column in columns]
    for group, column in itertools.product(table.rows.groups, columns):
        links.append(((group, column), _below(group, column), f"column {column}"))
    links += [((ALL, column), f"column {column}", _COLUMNS) for column in columns]
    links += [((group, ALL), _ROWS, f"group {group}") for group in table.rows.groups]
    links += [((row, ALL), f"group {group}" if group else _ROWS, f"row {row}") for row, group in groups.items()]
    return links


def _below(group: str | None, column: str) -> str:
    return f"column {column} of {group}" if group else f"column {column}"
