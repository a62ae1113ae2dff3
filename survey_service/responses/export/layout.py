"""Responses as rows: which columns there are, and how a response fills them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.questionnaire.model import Choice, wording
from survey_service.responses.export.codebook import Codebook, Variable

FACTS = ("number", "questionnaire", "revision", "language", "period", "mode", "status", "source")
FACT, ANSWER, OPTION, STATE = "fact", "answer", "option", "state"
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_SEPARATOR = "; "
Cell = Any
"""A text, a number, True, or None for nothing."""
Fill = Callable[[list[Cell], int, Any], None]
"""Puts an answer into a row, from a position on."""


@dataclass(frozen=True)
class Options:
    """How responses are laid out: ``language`` of labels; ``labels`` in place of stored names; ``columns`` for each
    choice of a question with several; ``mark``: a byte order mark, by which spreadsheets know UTF-8.
    """

    language: str = "de"
    labels: bool = False
    columns: bool = False
    mark: bool = True


@dataclass(frozen=True)
class Column:
    """One column. ``option`` is the choice that a column of the role OPTION tells of."""

    name: str
    role: str
    variable: Variable | None = None
    option: Choice | None = None

    def label(self, language: str) -> str:
        """Return the question's label, with the choice's for a column that tells of one; "" if there is none."""
        label = wording(self.variable.question.label, language) if self.variable is not None else ""
        return f"{label} – {wording(self.option.label, language)}" if self.option is not None else label


class Layout:
    """The columns for a codebook. ``neutral`` puts an apostrophe before text that a spreadsheet takes for a formula."""

    def __init__(self, codebook: Codebook, options: Options, *, neutral: bool = False) -> None:
        self.options = options
        self.columns = [Column(name, FACT) for name in FACTS]
        starts: list[tuple[int, int, Fill]] = []
        for variable in codebook.variables:
            start = len(self.columns)
            self.columns.append(Column(variable.name, ANSWER, variable))
            if options.columns and variable.question.type == "select_multiple":
                self.columns += [
                    Column(f"{variable.name}/{choice.name}", OPTION, variable, choice) for choice in variable.choices
                ]
            starts.append((start, len(self.columns), _fill(variable, options, neutral=neutral)))
            self.columns.append(Column(f"{variable.name}:state", STATE, variable))
        self._answers = {
            revision: {name: (starts[at][0], starts[at][2]) for name, at in places.items()}
            for revision, places in codebook.places.items()
        }
        self._states = {
            revision: {name: starts[at][1] for name, at in places.items()}
            for revision, places in codebook.places.items()
        }

    def headings(self) -> list[str]:
        """Return the first row: names, or the questions' labels with their names."""
        return [self._heading(column) for column in self.columns]

    def _heading(self, column: Column) -> str:
        if not self.options.labels or column.variable is None or column.role == STATE:
            return column.name
        label = column.label(self.options.language)
        return f"{label} [{column.name}]" if label else column.name

    def rows(self, documents: Iterable[Mapping[str, Any]]) -> Iterator[list[Cell]]:
        """Yield a row for each response."""
        empty: list[Cell] = [None] * len(self.columns)
        for document in documents:
            row = empty.copy()
            row[: len(FACTS)] = [document[name] for name in FACTS]
            answers, states = self._answers[document["revision"]], self._states[document["revision"]]
            for name, value in document["answers"].items():
                place, fill = answers[name]
                fill(row, place, value)
            for name, state in document["states"].items():
                row[states[name]] = state
            yield row


def neutralised(text: str) -> str:
    """Return a text with an apostrophe in front if a spreadsheet would take it for a formula."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text


def _fill(variable: Variable, options: Options, *, neutral: bool) -> Fill:
    kind = variable.question.type
    labels = {choice.name: wording(choice.label, options.language) for choice in variable.choices}
    if kind == "select_multiple":
        return _several(variable, labels if options.labels else None, columns=options.columns)
    if kind == "rank":
        return _several(variable, labels if options.labels else None, columns=False)
    if labels and options.labels:
        return _one(labels)
    return _neutral if neutral and kind in ("text", "calculate", "hidden") else _plain


def _plain(row: list[Cell], place: int, value: Any) -> None:
    row[place] = value


def _neutral(row: list[Cell], place: int, value: Any) -> None:
    row[place] = neutralised(value) if isinstance(value, str) else value


def _one(labels: Mapping[str, str]) -> Fill:
    def fill(row: list[Cell], place: int, value: Any) -> None:
        row[place] = labels.get(value, value)

    return fill


def _several(variable: Variable, labels: Mapping[str, str] | None, *, columns: bool) -> Fill:
    names = [choice.name for choice in variable.choices] if columns else []

    def fill(row: list[Cell], place: int, value: Any) -> None:
        row[place] = " ".join(value) if labels is None else _SEPARATOR.join(labels.get(name, name) for name in value)
        if names:
            row[place + 1 : place + 1 + len(names)] = [int(name in value) for name in names]

    return fill
