"""Files for statistics programs: Parquet, and SPSS with variable labels, value labels and missing values."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

from survey_service.questionnaire.model import wording
from survey_service.responses.export import archive, moments, naming
from survey_service.responses.export.codebook import Codebook
from survey_service.responses.export.layout import ANSWER, ENTRIES, FACT, OPTION, STATE, Column, Layout, Options

_TYPES: Mapping[str, Any] = {"integer": pl.Int64, "decimal": pl.Float64, "acknowledge": pl.Boolean}
_MOMENTS: Mapping[str, Any] = {
    **dict.fromkeys(("date", "today"), pl.Date),
    "time": pl.Time,
    **dict.fromkeys(("datetime", "start", "end"), pl.Datetime("ms")),
}
_COUNTS = ("number", "parent_entry", "entry")
_LONGEST_LABEL = 255  # SPSS: characters of a label that every version reads
_STATES = {"answered": 1.0, "pna": -97.0, "skipped": -98.0, "not_shown": -99.0}
"""How SPSS sees the states. The same codes stand in the answers of questions with one choice, as missing values."""
_MISSING = {code: state for state, code in _STATES.items() if state != "answered"}


def frames(documents: Iterable[dict[str, Any]], layout: Layout) -> list[pl.DataFrame]:
    """Return all responses, and the entries of each repeat, as tables of typed columns."""
    columns: list[list[list[Any]]] = [[[] for _ in table] for table in layout.tables]
    for table, row in layout.records(documents):
        for column, value in zip(columns[table], row, strict=True):
            column.append(value)
    return [
        pl.DataFrame([_series(column, values) for column, values in zip(table, cells, strict=True)])
        for table, cells in zip(layout.tables, columns, strict=True)
    ]


def _series(column: Column, values: list[Any]) -> pl.Series:
    if column.role == FACT:
        return pl.Series(column.name, values, pl.Int64 if column.name in _COUNTS else pl.String)
    if column.role in (OPTION, ENTRIES):
        return pl.Series(column.name, values, pl.Int8)
    kind = column.kind
    if kind in ("calculate", "hidden"):
        return _calculated(column.name, values)
    if kind in _MOMENTS:
        read = moments.READERS[kind]
        return pl.Series(column.name, [None if value is None else read(value) for value in values], _MOMENTS[kind])
    if kind == "range":
        whole = column.variable is not None and column.variable.whole
        return pl.Series(column.name, values, pl.Int64 if whole else pl.Float64, strict=False)
    return pl.Series(column.name, values, pl.Float64 if column.part else _TYPES.get(kind, pl.String))


def _calculated(name: str, values: list[Any]) -> pl.Series:
    """Return numbers if all that was calculated are, else texts."""
    numbers = all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values)
    if numbers:
        return pl.Series(name, values, pl.Float64, strict=False)
    return pl.Series(name, [None if value is None else str(value) for value in values], pl.String)


def write_parquet(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write a Parquet file and return the number of responses; with repeats a zip of one file a table.

    They are held in memory meanwhile.
    """
    layout = Layout(codebook, options)
    tables = frames(documents, layout)
    with _files(path, layout, "parquet") as files:
        for table, file in zip(tables, files, strict=True):
            table.write_parquet(file)
    return tables[0].height


@contextlib.contextmanager
def _files(path: Path, layout: Layout, extension: str) -> Iterator[list[Path]]:
    """Yield the paths of one file a table: the path itself if there is but one, else files that become a zip there."""
    if len(layout.tables) == 1:
        yield [path]
        return
    with archive.folder(path, layout.names, extension) as files:
        yield files


def write_sav(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write an SPSS file and return the number of responses; with repeats a zip of one file a table.

    They are held in memory meanwhile. Choices become numbers with value labels, in the order of the list from 1; the
    stored name stands in the label. Why an answer is missing is a user-missing value: -97 prefers not to say, -98
    skipped, -99 not shown.
    """
    layout = Layout(codebook, Options(options.language, labels=False, columns=True))
    tables = frames(documents, layout)
    with _files(path, layout, "sav") as files:
        for table, columns, file in zip(tables, layout.tables, files, strict=True):
            _write_sav(file, table, columns, options.language)
    return tables[0].height


def _write_sav(path: Path, table: pl.DataFrame, columns: Sequence[Column], language: str) -> None:
    names = naming.spss([column.name for column in columns])
    series, values = [], {}
    for name, column in zip(names, columns, strict=True):
        coded = _codes(column, language)
        series.append(_coded(table, column, coded).alias(name))
        if coded:
            values[name] = dict(coded.values()) | (_MISSING if column.role == ANSWER else {})
    answers = [name for name, column in zip(names, columns, strict=True) if column.role == ANSWER]
    pyreadstat.write_sav(
        pl.DataFrame(series),
        str(path),
        column_labels=[_label(column, language) for column in columns],
        variable_value_labels=values,
        missing_ranges={name: list[Any](sorted(_MISSING)) for name in answers if name in values},
        variable_measure=dict.fromkeys(values, "nominal"),
    )


def _codes(column: Column, language: str) -> dict[Any, tuple[float, str]]:
    """Return what stands in a column → its number and value label; nothing for columns that stay as they are."""
    if column.role == STATE:
        return {state: (code, state) for state, code in _STATES.items()}
    if column.role == OPTION:
        return {0: (0.0, "0"), 1: (1.0, "1")}
    if column.kind == "select_one" and column.variable is not None and not column.variable.free:
        return {
            choice.name: (float(number), _cut(f"{wording(choice.label, language)} [{choice.name}]", 120))
            for number, choice in enumerate(column.variable.choices, start=1)
        }
    return {}


def _coded(table: pl.DataFrame, column: Column, coded: Mapping[Any, tuple[float, str]]) -> pl.Series:
    """Return a column as numbers, if it has any; where an answer is missing, the number says why."""
    series = table[column.name]
    if not coded:
        return series
    numbers = [None if value is None else coded[value][0] for value in series]
    if column.role == ANSWER:
        states = table[f"{column.name}:state"]
        pairs = zip(numbers, states, strict=True)
        numbers = [_STATES.get(state) if number is None else number for number, state in pairs]
    return pl.Series(series.name, numbers, pl.Float64)


def _label(column: Column, language: str) -> str:
    if column.role == STATE:
        return column.name
    return _cut(column.label(language) or column.name, _LONGEST_LABEL)


def _cut(text: str, most: int) -> str:
    text = " ".join(text.split())
    return text if len(text.encode()) <= most else text.encode()[: most - 3].decode(errors="ignore") + "…"
