"""Groups of respondents, as polars expressions over the columns of a questionnaire's table.

A column is an answer (null if there is none); ``<name>:state`` is its state. The expressions combine with ``&``, ``|``
and ``~``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import polars as pl


@dataclass(frozen=True)
class Group:
    """Who a share is about: ``hit`` among ``base``, both expressions that are true for a response or not."""

    hit: pl.Expr
    base: pl.Expr


def answered(question: str) -> pl.Expr:
    """Those who gave a valid answer to the question: the usual base."""
    return _state(question, "answered")


def asked(question: str) -> pl.Expr:
    """Those who were shown the question, whether they answered it, preferred not to say, or left it empty."""
    return _state(question, "answered", "pna", "skipped")


def chose(question: str, *choices: str) -> pl.Expr:
    """Those who chose at least one of the choices of a select_one question."""
    return pl.col(question).is_in(list(choices)).fill_null(False)


def chose_any(question: str, *choices: str) -> pl.Expr:
    """Those who chose at least one of the choices of a select_multiple or rank question."""
    return pl.col(question).list.eval(pl.element().is_in(list(choices))).list.any().fill_null(False)


def everyone() -> pl.Expr:
    """All valid responses, whatever they answered."""
    return pl.col(":revision").is_not_null()


def any_of(expressions: Sequence[pl.Expr]) -> pl.Expr:
    """Those for whom at least one of the expressions holds; nobody if there are none."""
    return reduce(pl.Expr.or_, expressions, ~everyone())


def all_of(expressions: Sequence[pl.Expr]) -> pl.Expr:
    """Those for whom all of the expressions hold; everyone if there are none."""
    return reduce(pl.Expr.and_, expressions, everyone())


def _state(question: str, *states: str) -> pl.Expr:
    return pl.col(f"{question}:state").is_in(list(states)).fill_null(False)
