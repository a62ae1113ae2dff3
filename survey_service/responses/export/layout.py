"""Responses as rows of one or several tables: which columns there are, and how a response fills them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service.cells import neutralised
from survey_service.questionnaire import uploads
from survey_service.questionnaire.model import Choice, Text, wording
from survey_service.responses.export.codebook import FACTS, LINKS, Codebook, Table, Variable

FACT, ANSWER, OPTION, STATE, ENTRIES = "fact", "answer", "option", "state", "entries"
PARTS = ("latitude", "longitude")
"""The two columns of a place."""
SEPARATOR = "; "
"""Stands between labels, and between answers chosen from the texts of another question."""
_TYPED = ("text", "hidden")
Cell = Any
"""A text, a number, True, or None for nothing."""
Fill = Callable[[list[Cell], int, Any], None]
"""Puts an answer into a row, from a position on."""
Record = tuple[int, list[Cell]]
"""The position of a table, and a row of it."""


@dataclass(frozen=True)
class Options:
    """How responses are laid out: ``language`` of labels; ``labels`` in place of stored names; ``columns`` for each
    choice of a question with several; ``mark``: a byte order mark, by which spreadsheets know UTF-8; ``further``: the
    columns behind FACTS.
    """

    language: str = "de"
    labels: bool = False
    columns: bool = False
    mark: bool = True
    further: tuple[str, ...] = ()


@dataclass(frozen=True)
class Column:
    """One column. ``option`` is the choice that a column of the role OPTION tells of, ``part`` one of PARTS, ``text``
    the label of the repeat whose entries a column of the role ENTRIES counts."""

    name: str
    role: str
    variable: Variable | None = None
    option: Choice | None = None
    part: str = ""
    text: Text | None = None

    @property
    def kind(self) -> str:
        """The kind of the answers that stand here, ``""`` for columns of anything else."""
        return self.variable.kind if self.role == ANSWER and self.variable is not None else ""

    def label(self, language: str) -> str:
        """Return the question's label, with the choice's for a column that tells of one; "" if there is none."""
        if self.variable is None:
            return wording(self.text, language) if self.text else ""
        label = wording(self.variable.question.label, language)
        if self.option is not None:
            return f"{label} – {wording(self.option.label, language)}"
        return f"{label} – {self.part}" if self.part and label else label


@dataclass(frozen=True)
class _Places:
    """Where the answers of one revision stand in a row: (position, how it is filled) of each answer, the position of
    each state, and of each repeat's number of entries with the position of its table."""

    answers: Mapping[str, tuple[int, Fill]]
    states: Mapping[str, int]
    repeats: Mapping[str, tuple[int, int]]


class Layout:
    """The tables for a codebook. ``neutral`` puts an apostrophe before text that a spreadsheet takes for a formula."""

    def __init__(self, codebook: Codebook, options: Options, *, neutral: bool = False) -> None:
        self.options, self._neutral = options, neutral
        self.names = [table.name for table in codebook.tables]
        laid = [_Sheet(codebook, table, options, neutral=neutral) for table in codebook.tables]
        self.tables: list[list[Column]] = [sheet.columns for sheet in laid]
        """The columns of each table."""
        self._places = [sheet.places for sheet in laid]

    @property
    def columns(self) -> list[Column]:
        """The columns of the table of responses."""
        return self.tables[0]

    def headings(self, table: int = 0) -> list[str]:
        """Return the first row of a table: names, or the questions' labels with their names."""
        return [self._heading(column) for column in self.tables[table]]

    def _heading(self, column: Column) -> str:
        if not self.options.labels or column.role in (FACT, STATE):
            return column.name
        label = column.label(self.options.language)
        heading = f"{label} [{column.name}]" if label else column.name
        return neutralised(heading) if self._neutral else heading

    def rows(self, documents: Iterable[Mapping[str, Any]]) -> Iterator[list[Cell]]:
        """Yield a row of the table of responses for each response."""
        empty: list[Cell] = [None] * len(self.columns)
        for document in documents:
            yield self._response(document, empty.copy())

    def records(self, documents: Iterable[Mapping[str, Any]]) -> Iterator[Record]:
        """Yield the rows of all tables: that of a response, then those of its entries, an inner one after its outer."""
        for document in documents:
            yield 0, self._response(document, [None] * len(self.columns))
            if len(self.tables) > 1:
                yield from _Entries(self.tables, self._places, document).records(0, document, None)

    def _response(self, document: Mapping[str, Any], row: list[Cell]) -> list[Cell]:
        row[: len(FACTS)] = [document[name] for name in FACTS]
        for place, name in enumerate(self.options.further, len(FACTS)):
            row[place] = neutralised(document[name]) if self._neutral else document[name]
        _put(row, self._places[0][document["revision"]], document)
        return row


class _Sheet:
    """The columns of one table, and where each revision's answers stand in them."""

    def __init__(self, codebook: Codebook, table: Table, options: Options, *, neutral: bool) -> None:
        links = [name for name in LINKS if name != "parent_entry" or len(table.chain) > 1]
        self.columns = [Column(name, FACT) for name in (links if table.chain else (*FACTS, *options.further))]
        answers: list[tuple[int, Fill]] = []
        states: list[int] = []
        for variable in table.variables:
            answers.append((len(self.columns), _fill(variable, options, neutral=neutral)))
            self.columns += _columns(variable, options)
            states.append(len(self.columns))
            self.columns.append(Column(f"{variable.name}:state", STATE, variable))
        counts: dict[str, dict[str, tuple[int, int]]] = {revision: {} for revision in codebook.revisions}
        for inner in table.inner:
            other = codebook.tables[inner]
            for revision in other.revisions:
                counts[revision][other.chain[-1]] = (len(self.columns), inner)
            self.columns.append(Column(f"{other.name}:entries", ENTRIES, text=other.label))
        self.places: dict[str, _Places] = {}
        for revision in codebook.revisions:
            here = codebook.places[revision].get(table.chain, {})
            repeats = counts[revision]
            self.places[revision] = _Places(
                {name: answers[at] for name, at in here.items()}
                | {name: (at, _nothing) for name, (at, _) in repeats.items()},
                {name: states[at] for name, at in here.items()} | {name: at for name, (at, _) in repeats.items()},
                repeats,
            )


@dataclass
class _Entries:
    """The entries of one response, numbered within it table by table."""

    tables: Sequence[Sequence[Column]]
    places: Sequence[Mapping[str, _Places]]
    document: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.counts = [0] * len(self.tables)

    def records(self, table: int, holder: Mapping[str, Any], around: int | None) -> Iterator[Record]:
        """Yield the rows of the entries within a response or an entry."""
        for repeat, (_, inner) in self.places[table][self.document["revision"]].repeats.items():
            nested = around is not None
            for entry in entries_of(holder, repeat):
                self.counts[inner] += 1
                number = self.counts[inner]
                row: list[Cell] = [None] * len(self.tables[inner])
                links = [self.document["number"], around, number] if nested else [self.document["number"], number]
                row[: len(links)] = links
                _put(row, self.places[inner][self.document["revision"]], entry)
                yield inner, row
                yield from self.records(inner, entry, number)


def entries_of(holder: Mapping[str, Any], repeat: str) -> list[Mapping[str, Any]]:
    """Return the entries of a repeat in a response or an entry, each with its ``answers`` and ``states``."""
    answers, states = holder["answers"].get(repeat) or [], holder["states"].get(repeat) or []
    nothing: Mapping[str, Any] = {}
    return [
        {
            "answers": answers[at] if at < len(answers) else nothing,
            "states": states[at] if at < len(states) else nothing,
        }
        for at in range(max(len(answers), len(states)))
    ]


def _put(row: list[Cell], places: _Places, holder: Mapping[str, Any]) -> None:
    answers, states = places.answers, places.states
    for name, value in holder["answers"].items():
        place, fill = answers[name]
        fill(row, place, value)
    for name, state in holder["states"].items():
        row[states[name]] = state
    for name, (place, _) in places.repeats.items():
        row[place] = len(entries_of(holder, name))


def _columns(variable: Variable, options: Options) -> list[Column]:
    """Return the columns of a question's answers."""
    if variable.kind == "geopoint":
        return [Column(f"{variable.name}:{part}", ANSWER, variable, part=part) for part in PARTS]
    columns = [Column(variable.name, ANSWER, variable)]
    if options.columns and variable.kind == "select_multiple" and not variable.free:
        columns += [Column(f"{variable.name}/{choice.name}", OPTION, variable, choice) for choice in variable.choices]
    return columns


def _fill(variable: Variable, options: Options, *, neutral: bool) -> Fill:
    kind = variable.kind
    labels = {choice.name: wording(choice.label, options.language) for choice in variable.choices}
    if neutral:
        labels = {name: neutralised(label) for name, label in labels.items()}
    if kind == "geopoint":
        return _place
    if kind in ("select_multiple", "rank"):
        if variable.free:
            return _joined(neutral=neutral)
        columns = options.columns and kind == "select_multiple"
        return _several(variable, labels if options.labels else None, columns=columns)
    if kind in uploads.TYPES:
        return _named(neutral=neutral)
    if kind == "calculate":
        return _computed(neutral=neutral)
    if labels and options.labels:
        return _one(labels)
    return _neutral if neutral and (variable.free or kind in _TYPED) else _plain


def _computed(*, neutral: bool) -> Fill:
    """Return what fills in what was calculated: whole numbers without a point."""
    put = _neutral if neutral else _plain

    def fill(row: list[Cell], place: int, value: Any) -> None:
        put(row, place, int(value) if isinstance(value, float) and value.is_integer() else value)

    return fill


def _named(*, neutral: bool) -> Fill:
    """Return what fills in the name of a file."""
    put = _neutral if neutral else _plain

    def fill(row: list[Cell], place: int, value: Any) -> None:
        put(row, place, value["name"])

    return fill


def _nothing(_row: list[Cell], _place: int, _value: Any) -> None:
    """Leave a repeat to its own table."""


def _plain(row: list[Cell], place: int, value: Any) -> None:
    row[place] = value


def _neutral(row: list[Cell], place: int, value: Any) -> None:
    row[place] = neutralised(value) if isinstance(value, str) else value


def _place(row: list[Cell], place: int, value: Any) -> None:
    row[place : place + 2] = value


def _one(labels: Mapping[str, str]) -> Fill:
    def fill(row: list[Cell], place: int, value: Any) -> None:
        row[place] = labels.get(value, value)

    return fill


def _joined(*, neutral: bool) -> Fill:
    def fill(row: list[Cell], place: int, value: Any) -> None:
        text = SEPARATOR.join(value)
        row[place] = neutralised(text) if neutral else text

    return fill


def _several(variable: Variable, labels: Mapping[str, str] | None, *, columns: bool) -> Fill:
    names = [choice.name for choice in variable.choices] if columns else []

    def fill(row: list[Cell], place: int, value: Any) -> None:
        row[place] = " ".join(value) if labels is None else SEPARATOR.join(labels.get(name, name) for name in value)
        if names:
            row[place + 1 : place + 1 + len(names)] = [int(name in value) for name in names]

    return fill
