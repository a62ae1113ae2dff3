"""Patterns of answers: how complete they are, straight lines, duplicates. Nothing but the answers is looked at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from survey_service.reports.plugin import (
    Group,
    QuestionInfo,
    Released,
    ReportContext,
    answered,
    any_of,
    asked,
    protected,
)

CLOSED = ("select_one", "select_multiple", "rank", "integer", "decimal", "range")
LISTS = ("select_multiple", "rank")
NUMBERS = ("integer", "decimal", "range")
BATTERY = 3
"""So many questions with the same scale make a battery, and so many answers in it a line."""
COMPLETE = 0.8
MIN_ANSWERS = 15
"""Two responses with so many equal answers are hardly equal by chance."""


def closed(context: ReportContext, questionnaire: str) -> tuple[QuestionInfo, ...]:
    """Return the questions with fixed answers, in order."""
    return tuple(info for info in context.questions(questionnaire) if info.kind in CLOSED)


def count_of(expressions: Sequence[pl.Expr]) -> pl.Expr:
    """Return how many of the expressions hold."""
    return pl.sum_horizontal([pl.lit(0, pl.Int64), *(each.cast(pl.Int64) for each in expressions)])


def complete(questions: Sequence[QuestionInfo]) -> Group:
    """Return who answered at least 80 % of the questions they were asked."""
    given = count_of([answered(info.name) for info in questions])
    shown = count_of([asked(info.name) for info in questions])
    return Group(given * 10 >= shown * round(10 * COMPLETE), shown > 0)


@dataclass(frozen=True)
class Battery:
    """Single-choice questions with the same list of choices: ``scale`` is the list's name."""

    scale: str
    questions: tuple[QuestionInfo, ...]

    @property
    def names(self) -> list[str]:
        """The names of the questions."""
        return [info.name for info in self.questions]

    @property
    def group(self) -> Group:
        """Who gave the same answer throughout, among those who gave at least BATTERY answers."""
        same = (pl.min_horizontal(self.names) == pl.max_horizontal(self.names)).fill_null(False)
        return Group(same, self.answers >= BATTERY)

    @property
    def answers(self) -> pl.Expr:
        """How many answers of the battery were given."""
        return count_of([pl.col(name).is_not_null() for name in self.names])


def batteries(questions: Sequence[QuestionInfo]) -> tuple[Battery, ...]:
    """Return the batteries of a questionnaire, in order."""
    found: dict[str, list[QuestionInfo]] = {}
    for info in questions:
        if info.kind == "select_one" and info.choices is not None:
            found.setdefault(info.choices, []).append(info)
    return tuple(Battery(scale, tuple(each)) for scale, each in found.items() if len(each) >= BATTERY)


def straight(lines: Sequence[Battery]) -> Group:
    """Return who gave the same answer throughout at least one battery, among those with enough answers in one."""
    hit = any_of([each.group.hit & each.group.base for each in lines])
    return Group(hit, any_of([each.group.base for each in lines]))


def by_chance(context: ReportContext, questionnaire: str, battery: Battery) -> float | None:
    """Return the share of straight lines to expect if everybody chose each answer as often as all together do."""
    rows = context.rows(questionnaire).filter(battery.group.base)
    given, lengths = pl.collect_all(
        [
            rows.select(pl.concat_list(battery.names).list.explode().alias("answer"))
            .drop_nulls()
            .group_by("answer")
            .len(),
            rows.select(battery.answers.alias("answers")).group_by("answers").len(),
        ]
    )
    total, people = int(given["len"].sum()), int(lengths["len"].sum())
    if not total or not people:
        return None
    parts = [count / total for count in given["len"]]
    return math.fsum(count * math.fsum(part**k for part in parts) for k, count in lengths.iter_rows()) / people


def _answer(info: QuestionInfo) -> pl.Expr:
    """Return an answer that can be compared; of several choices the order does not matter, of a rank it does."""
    column = pl.col(info.name)
    if info.kind not in LISTS:
        return column
    return (column.list.sort() if info.kind == "select_multiple" else column).list.join("\x1f")


def _pattern(questions: Sequence[QuestionInfo]) -> pl.Expr:
    return pl.struct([_answer(info).alias(info.name) for info in questions]).hash()


def duplicates(questions: Sequence[QuestionInfo], least: int) -> Group:
    """Return whose answers equal somebody else's throughout, among those with at least ``least`` answers."""
    enough = count_of([pl.col(info.name).is_not_null() for info in questions]) >= least
    return Group(_pattern(questions).is_duplicated(), enough)


@dataclass(frozen=True)
class Twins:
    """Responses that equal another one (``share``: of those with enough answers), the number that would be left over if
    of each pattern one were kept, the responses of the most frequent pattern, and the pairs to expect by chance."""

    share: Released
    surplus: int
    largest: int
    chance: float | None


def twins(context: ReportContext, questionnaire: str, questions: Sequence[QuestionInfo], least: int) -> Twins:
    """Count equal responses among those with at least ``least`` answers."""
    group = duplicates(questions, least)
    rows = context.rows(questionnaire).filter(group.base)
    answers = rows.select(_answer(info).alias(info.name) for info in questions)
    sizes = answers.select(_pattern_of_columns().alias("pattern")).group_by("pattern").len().filter(pl.col("len") > 1)
    counted, n = pl.collect_all([sizes, rows.select(pl.len())])
    people, together = n.item(), int(counted["len"].sum())
    largest = int(counted["len"].max() or 0)  # type: ignore[arg-type]
    chance = _pairs_by_chance(answers, questions, people) if people else None
    return Twins(protected(together, people), together - counted.height, largest, chance)


def _pattern_of_columns() -> pl.Expr:
    return pl.struct(pl.all()).hash()


def _pairs_by_chance(answers: pl.LazyFrame, questions: Sequence[QuestionInfo], people: int) -> float:
    """Return how many pairs would be equal if everybody answered each question independently of the others."""
    tallies = pl.collect_all([answers.group_by(info.name).len() for info in questions])
    same = math.prod(math.fsum((count / people) ** 2 for count in tally["len"]) for tally in tallies)
    return people * (people - 1) / 2 * same
