"""Files for statistics programs: Parquet, and SPSS with variable labels, value labels and missing values."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat

from survey_service.questionnaire.model import wording
from survey_service.responses.export.codebook import Codebook
from survey_service.responses.export.layout import ANSWER, FACT, OPTION, STATE, Column, Layout, Options

_TYPES: Mapping[str, Any] = {"integer": pl.Int64, "decimal": pl.Float64, "acknowledge": pl.Boolean}
_LONGEST_NAME, _LONGEST_LABEL = 64, 255  # SPSS: bytes of a name; characters of a label that every version reads
_STATES = {"answered": 1.0, "pna": -97.0, "skipped": -98.0, "not_shown": -99.0}
"""How SPSS sees the states. The same codes stand in the answers of questions with one choice, as missing values."""
_MISSING = {code: state for state, code in _STATES.items() if state != "answered"}


def frame(documents: Iterable[dict[str, Any]], layout: Layout) -> pl.DataFrame:
    """Return all responses as a table of typed columns."""
    columns: list[list[Any]] = [[] for _ in layout.columns]
    for row in layout.rows(documents):
        for column, value in zip(columns, row, strict=True):
            column.append(value)
    series = [_series(column, values) for column, values in zip(layout.columns, columns, strict=True)]
    return pl.DataFrame(series)


def _series(column: Column, values: list[Any]) -> pl.Series:
    if column.role == FACT:
        return pl.Series(column.name, values, pl.Int64 if column.name == "number" else pl.String)
    if column.role == OPTION:
        return pl.Series(column.name, values, pl.Int8)
    kind = column.variable.question.type if column.variable is not None and column.role == ANSWER else "text"
    if kind in ("calculate", "hidden"):
        return _calculated(column.name, values)
    if kind == "date":
        return pl.Series(column.name, values, pl.String).str.to_date("%Y-%m-%d")
    return pl.Series(column.name, values, _TYPES.get(kind, pl.String))


def _calculated(name: str, values: list[Any]) -> pl.Series:
    """Return numbers if all that was calculated are, else texts."""
    numbers = all(value is None or (isinstance(value, int | float) and not isinstance(value, bool)) for value in values)
    if numbers:
        return pl.Series(name, values, pl.Float64, strict=False)
    return pl.Series(name, [None if value is None else str(value) for value in values], pl.String)


def write_parquet(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write a Parquet file and return the number of responses; they are held in memory meanwhile."""
    table = frame(documents, Layout(codebook, options))
    table.write_parquet(path)
    return table.height


def write_sav(path: Path, documents: Iterable[dict[str, Any]], codebook: Codebook, options: Options) -> int:
    """Write an SPSS file and return the number of responses; they are held in memory meanwhile.

    Choices become numbers with value labels, in the order of the list from 1; the stored name stands in the label.
    Why an answer is missing is a user-missing value: -97 prefers not to say, -98 skipped, -99 not shown.
    """
    layout = Layout(codebook, Options(options.language, labels=False, columns=True))
    table = frame(documents, layout)
    names = _legal_names([column.name for column in layout.columns])
    series, values = [], {}
    for name, column in zip(names, layout.columns, strict=True):
        coded = _codes(column, options.language)
        series.append(_coded(table, column, coded).alias(name))
        if coded:
            values[name] = dict(coded.values()) | (_MISSING if column.role == ANSWER else {})
    answers = [name for name, column in zip(names, layout.columns, strict=True) if column.role == ANSWER]
    pyreadstat.write_sav(
        pl.DataFrame(series),
        str(path),
        column_labels=[_label(column, options.language) for column in layout.columns],
        variable_value_labels=values,
        missing_ranges={name: list[Any](sorted(_MISSING)) for name in answers if name in values},
        variable_measure=dict.fromkeys(values, "nominal"),
    )
    return table.height


def _codes(column: Column, language: str) -> dict[Any, tuple[float, str]]:
    """Return what stands in a column → its number and value label; nothing for columns that stay as they are."""
    if column.role == STATE:
        return {state: (code, state) for state, code in _STATES.items()}
    if column.role == OPTION:
        return {0: (0.0, "0"), 1: (1.0, "1")}
    if column.role == ANSWER and column.variable is not None and column.variable.question.type == "select_one":
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


def _legal_names(names: Sequence[str]) -> list[str]:
    """Return names that SPSS takes, all different: letters, digits, ``_ . @``, a letter first, not a dot last.

    The ``@`` stays: no question can bear it, so ``age@1`` of an earlier revision is never taken for ``age_1``.
    """
    found: list[str] = []
    taken: set[str] = set()
    for name in names:
        base = re.sub(r"[^A-Za-z0-9_.@]", "_", name).rstrip(".")
        base = base if base[:1].isalpha() else f"v_{base}"
        legal, number = base[:_LONGEST_NAME], 1
        while legal.casefold() in taken:
            number += 1
            legal = f"{base[: _LONGEST_NAME - 5]}_{number}"
        taken.add(legal.casefold())
        found.append(legal)
    return found
