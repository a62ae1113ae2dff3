"""What stands out: straight lines, equal responses, heaping, contradictions; and all of it by period and channel."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from survey_service.reports.plugin import (
    Block,
    Column,
    Group,
    QuestionInfo,
    Reason,
    Released,
    ReportContext,
    Table,
    TextBlock,
    Value,
    answered,
    chose,
    decimal,
    fact_name,
    hidden,
    percent,
    persons,
    words,
)

from . import texts
from .contradictions import Rule, any_contradiction
from .patterns import NUMBERS, Battery, by_chance, complete, duplicates, straight, twins

THRESHOLD = 5
SCALE = 5
"""A scale with a middle has so many steps or more, and an odd number of them."""
_SHARE = (
    Column(texts.PEOPLE, "persons"),
    Column(texts.SHARE, "percent"),
    Column(texts.LOW, "percent"),
    Column(texts.HIGH, "percent"),
)


def _share(released: Released) -> tuple[Value, ...]:
    reason = released.suppressed
    bounds = (released.share, released.low, released.high)
    return (persons(released.base, None), *(percent(bound, reason) for bound in bounds))


def _count(number: int) -> Value:
    """Return a count of people, hidden below 5."""
    return persons(number, None) if number >= THRESHOLD else hidden(Reason.GROUP)


def lines_table(context: ReportContext, questionnaire: str, lines: Sequence[Battery]) -> Table:
    """Battery × people with enough answers, share of straight lines, and the share to expect by chance."""
    shares = context.shares(questionnaire, {battery.scale: battery.group for battery in lines})
    rows = []
    for battery in lines:
        released = shares[battery.scale]
        chance = by_chance(context, questionnaire, battery) if released.suppressed is None else None
        expected = percent(chance, released.suppressed)
        label = battery.questions[0].label
        rows.append((words(label), words({"*": ", ".join(battery.names)}), *_share(released), expected))
    columns = (Column(texts.QUESTION), Column(texts.NAMES), *_SHARE, Column(texts.BY_CHANCE, "percent"))
    return Table("lines", texts.LINES_CAPTION, columns, tuple(rows))


def duplicates_table(
    context: ReportContext, questionnaire: str, questions: Sequence[QuestionInfo], least: int
) -> Table:
    """People with enough answers, how many of them equal another one, and the pairs to expect by chance."""
    found = twins(context, questionnaire, questions, least)
    share = found.share
    shown = share.suppressed is None
    many = found.chance is not None and share.base is not None
    cells = (
        persons(share.base, None),
        persons(share.numerator, share.suppressed),
        percent(share.share, share.suppressed),
        _count(found.surplus) if shown else hidden(share.suppressed or Reason.GROUP),
        _count(found.largest) if shown else hidden(share.suppressed or Reason.GROUP),
        decimal(round(found.chance or 0.0, 2)) if many else hidden(Reason.BASE),
    )
    heads = (
        Column(texts.ENOUGH, "persons"),
        Column(texts.EQUAL, "persons"),
        Column(texts.SHARE, "percent"),
        Column(texts.SURPLUS, "persons"),
        Column(texts.LARGEST, "persons"),
        Column(texts.PAIRS, "decimal"),
    )
    return Table("duplicates", texts.DUPLICATES_CAPTION, heads, (cells,))


def heaping_blocks(context: ReportContext, questionnaire: str, questions: Sequence[QuestionInfo]) -> Iterator[Block]:
    """Numbers that end in 0 or 5, and answers in the middle of a scale; or that nothing of the kind is asked."""
    groups, labels = {}, {}
    for info in questions:
        if info.kind in NUMBERS:
            round_number = ((pl.col(info.name).abs() % 5) == 0).fill_null(False)
            groups[info.name], labels[info.name] = Group(round_number, answered(info.name)), texts.ROUND
        elif info.kind == "select_one" and (middle := _middle(context, questionnaire, info)):
            groups[info.name], labels[info.name] = Group(chose(info.name, middle), answered(info.name)), texts.MIDDLE
    if not groups:
        yield TextBlock(texts.NO_HEAPING)
        return
    wordings = {info.name: info.label for info in questions}
    shares = context.shares(questionnaire, groups)
    rows = tuple((words(wordings[name]), words(labels[name]), *_share(share)) for name, share in shares.items())
    yield Table("heaping", texts.HEAPING_CAPTION, (Column(texts.QUESTION), Column(texts.WHAT), *_SHARE), rows)


def _middle(context: ReportContext, questionnaire: str, info: QuestionInfo) -> str | None:
    """Return the middle choice if the choices are the steps 1, 2, 3 … of a scale that has a middle."""
    steps = [choice.name for choice in context.choices(questionnaire, info.name) if choice.name.isdecimal()]
    count = len(steps)
    scale = steps == [str(step) for step in range(1, count + 1)] and count >= SCALE and count % 2 == 1
    return steps[count // 2] if scale else None


def contradictions_table(context: ReportContext, questionnaire: str, rules: tuple[Rule, ...]) -> Table:
    """Contradiction × people who answered the questions in it, and the share for whom it holds."""
    groups = {rule.name: rule.group for rule in rules}
    shares = context.shares(questionnaire, {**groups, "": any_contradiction(rules)})
    rows = [(words(rule.text), *_share(shares[rule.name])) for rule in rules]
    rows.append((words(texts.ANY), *_share(shares[""])))
    return Table("contradictions", texts.CONTRADICTIONS_CAPTION, (Column(texts.WHAT), *_SHARE), tuple(rows))


def compared_blocks(
    context: ReportContext,
    questionnaire: str,
    questions: Sequence[QuestionInfo],
    lines: Sequence[Battery],
    rules: tuple[Rule, ...],
    least: int,
) -> Iterator[Block]:
    """Yield the four shares of all responses, by period and by channel."""
    groups = {
        "complete": complete(questions),
        "lines": straight(lines),
        "duplicates": duplicates(questions, least),
        "contradictions": any_contradiction(rules),
    }
    heads = tuple(Column(texts.MEASURES[name], "percent") for name in groups)
    for fact in ("period", "mode"):
        splits = context.split(questionnaire, groups, fact)
        names = sorted({name for split in splits.values() for name in split.parts})
        totals = [splits[group].total for group in groups]
        rows = [(words(texts.ALL), *(percent(total.share, total.suppressed) for total in totals))]
        for name in names:
            parts = [splits[group].parts[name] for group in groups]
            label = words(fact_name(fact, name))
            rows.append((label, *(percent(part.share, part.suppressed) for part in parts)))
        yield Table(f"by.{fact}", texts.BY[fact], (Column(texts.FACTS[fact]), *heads), tuple(rows))
