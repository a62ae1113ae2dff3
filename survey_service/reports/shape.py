"""The shape of a table: its columns, and how responses of different revisions become rows of it.

Answers from a list, states and facts are stored as codes of a few bits (``pl.Enum``). The codes of a column are those
that the revisions know, in their order, and then what else was stored, so no value is ever lost.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
import polars as pl

from survey_service.questionnaire.model import Questionnaire
from survey_service.reports.codebook import type_of, variables_of

STATES = ("answered", "pna", "skipped", "not_shown")
FACTS = ("revision", "language", "period", "mode")
"""What is known of each response beside its answers; the columns are ``:revision`` and so on, which no question is."""
CODE, CODES = "code", "codes"
KEPT: Mapping[str, str] = {
    "integer": "integer",
    "decimal": "number",
    "range": "number",
    "select_one": CODE,
    "select_multiple": CODES,
    "rank": CODES,
    "acknowledge": "flag",
}
"""The question types whose answers are kept, with the kind of their column."""
PLAIN: Mapping[str, pl.DataType] = {
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "flag": pl.Boolean(),
    "text": pl.String(),
    "texts": pl.List(pl.String()),
}
Domains = dict[str, tuple[str, ...]]
"""Column → its codes, for the columns of kind `CODE` and `CODES`."""


class UnknownRevision(Exception):
    """A response was given to a revision that was published after the revisions were read."""


@dataclass(frozen=True)
class Shape:
    """``columns`` maps each column to its kind, ``domains`` the coded ones to the codes known beforehand.

    ``questions`` are the questions of a table of responses with their types; ``comparable`` names for each revision
    those that it asks with that type. What a response of another revision has is left out.
    """

    columns: Mapping[str, str]
    domains: Mapping[str, tuple[str, ...]]
    questions: Mapping[str, str]
    comparable: Mapping[str, frozenset[str]]

    def to_json(self) -> dict[str, Any]:
        """Return what decides which rows a response becomes."""
        return {
            "questions": dict(self.questions),
            "comparable": {revision: sorted(names) for revision, names in self.comparable.items()},
        }

    def widens(self, earlier: Mapping[str, Any]) -> bool:
        """Tell whether all rows of an earlier shape (as JSON) are rows of this one, but for new columns without
        answers."""
        known: Mapping[str, str] = earlier["questions"]
        return all(self.questions.get(name) == kind for name, kind in known.items()) and all(
            sorted(self.comparable.get(revision, ())) == names for revision, names in earlier["comparable"].items()
        )

    def schema(self, domains: Mapping[str, tuple[str, ...]]) -> dict[str, pl.DataType]:
        """Return the type of each column, given the codes of the coded ones."""
        return {name: _type(kind, domains.get(name, ())) for name, kind in self.columns.items()}

    def asked(self, revision: str) -> frozenset[str]:
        """Return the questions of a revision that are comparable. Raises UnknownRevision."""
        if revision not in self.comparable:
            raise UnknownRevision(revision)
        return self.comparable[revision]

    def row(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Return the row of a response (a document of the store), without columns that have no value."""
        asked, kept, state_of = self.asked(body["revision"]), self._kept, self._state_of
        row: dict[str, Any] = {f":{fact}": body[fact] for fact in FACTS}
        for name, value in body["answers"].items():
            if value is not None and name in kept and name in asked:
                row[name] = value
        for name, state in body["states"].items():
            if state is not None and name in asked:
                row[state_of[name]] = state
        return row

    @cached_property
    def _kept(self) -> frozenset[str]:
        return frozenset(name for name, kind in self.questions.items() if kind in KEPT)

    @cached_property
    def _state_of(self) -> dict[str, str]:
        return {name: f"{name}:state" for name in self.questions}


def _type(kind: str, codes: tuple[str, ...]) -> pl.DataType:
    if kind == CODES:
        return pl.List(pl.Enum(codes))
    return pl.Enum(codes) if kind == CODE else PLAIN[kind]


def shape_of(revisions: Mapping[str, Questionnaire]) -> Shape:
    """Return the shape of a table of responses, given the revisions by id, oldest first.

    For each question outside repeats there is a column of its answers (if KEPT) and one of its states,
    ``<name>:state``. Both are null for a response whose revision did not have the question, or had it with another
    type: the newest type holds.
    """
    columns: dict[str, str] = {f":{fact}": CODE for fact in FACTS}
    languages = dict.fromkeys(tag for it in revisions.values() for tag in it.languages)
    domains: Domains = {":revision": tuple(revisions), ":language": tuple(languages)}
    questions: dict[str, str] = {}
    comparable: dict[str, set[str]] = {revision: set() for revision in revisions}
    for name, variable in variables_of(revisions).items():
        questions[name] = type_of(variable)
        kind = KEPT.get(questions[name])
        if kind is not None:
            columns[name] = kind
            domains[name] = tuple(choice.name for choice in variable.choices)
        columns[f"{name}:state"] = CODE
        domains[f"{name}:state"] = STATES
        for revision in variable.revisions:
            comparable[revision].add(name)
    return Shape(columns, domains, questions, {revision: frozenset(names) for revision, names in comparable.items()})


def encoded(row: Mapping[str, Any]) -> bytes:
    """Return a row as JSON, always the same for the same row; columns without a value count for nothing."""
    return orjson.dumps(row, option=orjson.OPT_SORT_KEYS)


def digest(line: bytes) -> bytes:
    """Return the SHA-256 hash of an encoded row."""
    return hashlib.sha256(line).digest()


def frame(lines: list[bytes], shape: Shape, domains: Domains) -> pl.DataFrame:
    """Return encoded rows as a table. ``domains`` grow by what is stored and not yet known."""
    if not lines:
        return pl.DataFrame(schema=shape.schema(domains))
    read = {name: _read_as(kind) for name, kind in shape.columns.items()}
    table = pl.read_ndjson(b"\n".join(lines), schema=read)
    try:
        return table.cast(shape.schema(domains))  # type: ignore[arg-type]
    except pl.exceptions.InvalidOperationError:
        for name in domains.keys() | {name for name, kind in shape.columns.items() if kind in (CODE, CODES)}:
            column = table[name]
            values = column.explode() if shape.columns[name] == CODES else column
            _extend(domains, name, values.unique().to_list())
        return table.cast(shape.schema(domains))  # type: ignore[arg-type]


def _read_as(kind: str) -> pl.DataType:
    if kind == CODES:
        return pl.List(pl.String())
    return pl.String() if kind == CODE else PLAIN[kind]


def fit(table: pl.DataFrame, schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Return a table of an earlier schema in a later one: columns that it lacks are null, codes are those of now."""
    if dict(table.schema) == dict(schema):
        return table
    return table.select(
        (pl.col(name).cast(kind) if name in table.columns else pl.lit(None, dtype=kind)).alias(name)
        for name, kind in schema.items()
    )


def _extend(domains: Domains, name: str, values: Iterable[Any]) -> None:
    known = domains.setdefault(name, ())
    unknown = set(values) - {None, *known}
    if unknown:
        domains[name] = (*known, *sorted(unknown))
