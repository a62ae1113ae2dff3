"""Shares of a sample that was weighted to the population, and cross tables: read from a snapshot in one pass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from survey_service.reports.groups import Group
from survey_service.statistics.disclosure import Released, release, share_reason
from survey_service.statistics.raking import Combination, Weights, rake, weighted_share_of
from survey_service.statistics.tables import Protected, protect_table

Targets = Mapping[str, Mapping[str, float]]
"""Question → choice → how many people of the population, in any unit."""


def combinations(table: pl.LazyFrame, questions: Sequence[str]) -> dict[Combination, int]:
    """Return how many responses have each combination of answers to questions with one answer each."""
    rows = table.group_by([_code(question) for question in questions]).agg(pl.len().alias(":n")).collect()
    return {tuple(row[:-1]): row[-1] for row in rows.iter_rows()}


def weights_of(table: pl.LazyFrame, targets: Targets) -> Weights:
    """Return weights that bring the answers of the responses to the targets; see `rake`."""
    if not targets:
        raise ValueError("weights need a target")
    return rake(combinations(table, list(targets)), list(targets.values()))


def weighted_shares(
    table: pl.LazyFrame, groups: Mapping[str, Group], weights: Weights, questions: Sequence[str]
) -> dict[str, Released]:
    """Return the weighted share of each group. Counts are unweighted, and it is they that disclosure control judges."""
    sums = []
    for place, group in enumerate(groups.values()):
        sums.append((group.hit & group.base).sum().cast(pl.Int64).alias(f":hit {place}"))
        sums.append(group.base.sum().cast(pl.Int64).alias(f":base {place}"))
    rows = list(table.group_by([_code(question) for question in questions]).agg(sums).collect().iter_rows())
    found = {}
    for place, name in enumerate(groups):
        at = len(questions) + 2 * place
        share = weighted_share_of((weights.weights[row[: len(questions)]], row[at], row[at + 1]) for row in rows)
        found[name] = release(share, share_reason(share.numerator, share.base))
    return found


def cross_table(table: pl.LazyFrame, rows: tuple[str, Sequence[str]], columns: tuple[str, Sequence[str]]) -> Protected:
    """Return how many responses have each pair of answers, as it may be published.

    Both are a column and those of its codes that make up rows and columns; responses without one of these are not
    counted.
    """
    (row, row_codes), (column, column_codes) = rows, columns
    if row == column:
        raise ValueError("rows and columns are the same")
    found = combinations(table, [row, column])
    return protect_table([[found.get((one, other), 0) for other in column_codes] for one in row_codes])


def _code(question: str) -> pl.Expr:
    return pl.col(question).cast(pl.String)
