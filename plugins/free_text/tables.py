"""The blocks of the report: how far coding is, codes by frequency and by facet, agreement, quotes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from survey_service.reports.plugin import (
    Bar,
    Block,
    Chart,
    CodeCount,
    Coding,
    Column,
    Reason,
    ReleasedQuote,
    ReportContext,
    Table,
    Text,
    TextBlock,
    Value,
    decimal,
    fact_name,
    hidden,
    integer,
    percent,
    persons,
    words,
)

from . import texts

NOT_CODABLE = "-"
MOST_BARS, MOST_ROWS, MOST_QUOTES = 25, 300, 200
"""A report has at most 1 MB, so the most frequent come first and lists end."""


def progress(coding: Coding) -> Iterator[Block]:
    """How many texts are decided, and what to do about the others."""
    if not coding.texts["all"]:
        yield TextBlock(texts.NOTHING)
        return
    yield TextBlock(texts.PROGRESS, values={name: integer(count) for name, count in coding.texts.items()})
    if coding.texts["open"]:
        yield TextBlock(texts.OPEN, "note")


def _label(coding: Coding, one: CodeCount) -> Text:
    if one.code == NOT_CODABLE:
        return texts.NOT_CODABLE
    return coding.labels.get((one.codebook, one.code), {"*": one.code})


def _ordered(counts: Sequence[CodeCount]) -> list[CodeCount]:
    """Return counts with the largest shares first, what is hidden last."""
    return sorted(counts, key=lambda one: (one.share.share is None, -(one.share.share or 0), one.codebook, one.code))


def _of(coding: Coding, facet: str) -> list[CodeCount]:
    return [one for one in coding.counts if one.facet == facet]


def codes_chart(questionnaire: str, coding: Coding) -> Iterator[Block]:
    """The most frequent codes as bars."""
    shown = [one for one in _ordered(_of(coding, "all")) if one.share.share is not None][:MOST_BARS]
    if shown:
        bars = [
            Bar(_label(coding, one), percent(one.share.share, None), one.share.low, one.share.high) for one in shown
        ]
        yield Chart(f"{questionnaire}.codes", texts.CHART, "percent", tuple(bars))


def facet_tables(context: ReportContext, questionnaire: str, coding: Coding) -> Iterator[Block]:
    """Code × people, base, share with its interval: of all, and by question, language and period."""
    for facet, caption in texts.FACETS.items():
        counts = _of(coding, facet)
        if facet != "all" and len({one.value for one in counts}) < 2:
            continue  # it would say the same again
        values = sorted({one.value for one in counts})
        ordered = [one for value in values for one in _ordered([each for each in counts if each.value == value])]
        rows = []
        for one in ordered[:MOST_ROWS]:
            cells = (words(_label(coding, one)), *_cells(one))
            rows.append(cells if facet == "all" else (_named(context, questionnaire, facet, one.value), *cells))
        heads = () if facet == "all" else (Column(texts.HEADS[facet]),)
        columns = (*heads, Column(texts.CODE), *_COUNTED)
        yield Table(f"{questionnaire}.{facet}", caption, columns, tuple(rows))
        if len(ordered) > MOST_ROWS:
            yield TextBlock(texts.MORE, "note", {"count": integer(MOST_ROWS)})


_COUNTED = (
    Column(texts.PEOPLE, "persons"),
    Column(texts.BASE, "persons"),
    Column(texts.SHARE, "percent"),
    Column(texts.LOW, "percent"),
    Column(texts.HIGH, "percent"),
)


def _cells(one: CodeCount) -> tuple[Value, ...]:
    share, reason = one.share, one.share.suppressed
    bounds = (percent(bound, reason) for bound in (share.share, share.low, share.high))
    return (persons(share.numerator, reason), persons(share.base, reason), *bounds)


def _named(context: ReportContext, questionnaire: str, facet: str, value: str) -> Value:
    if facet == "question":
        return words(context.label(questionnaire, value) if context.has(questionnaire, value) else {"*": value})
    return words(fact_name(facet, value))


def agreement_table(questionnaire: str, coding: Coding) -> Iterator[Block]:
    """Code × texts, share coded alike, kappa and alpha with their intervals."""
    if not coding.agreement:
        return
    rows = []
    for one in coding.agreement[:MOST_ROWS]:
        label = texts.NOT_CODABLE if one.code == NOT_CODABLE else coding.labels.get((one.codebook, one.code))
        measures = (one.kappa, one.kappa_low, one.kappa_high, one.alpha, one.alpha_low, one.alpha_high)
        cells = (_number(value) for value in measures)
        texts_cell = (integer(one.task), integer(one.units), percent(one.percent, None))
        rows.append((words(label or {"*": one.code}), *texts_cell, *cells))
    bounds = (Column(texts.FROM, "decimal"), Column(texts.TO, "decimal"))
    columns = (
        Column(texts.CODE),
        Column(texts.TASK, "integer"),
        Column(texts.TEXTS, "integer"),
        Column(texts.ALIKE, "percent"),
        *(Column(texts.KAPPA, "decimal"), *bounds, Column(texts.ALPHA, "decimal"), *bounds),
    )
    yield Table(f"{questionnaire}.agreement", texts.AGREEMENT, columns, tuple(rows))
    yield TextBlock(texts.AGREEMENT_NOTE, "note")


def _number(value: float | None) -> Value:
    return hidden(Reason.BASE) if value is None else decimal(round(value, 2))


def quotes_table(context: ReportContext, questionnaire: str, coding: Coding) -> Iterator[Block]:
    """The released quotes, each with its consent, its form and who reviewed it."""
    if not coding.quotes:
        yield TextBlock(texts.NO_QUOTES, "note")
        return
    heads = (texts.QUOTE, texts.HEADS["question"], texts.HEADS["language"], texts.CONSENT, texts.FORM, texts.REVIEWER)
    rows = [_quote(context, questionnaire, quote) for quote in coding.quotes[:MOST_QUOTES]]
    yield Table(f"{questionnaire}.quotes", texts.QUOTES, tuple(map(Column, heads)), tuple(rows))


def _quote(context: ReportContext, questionnaire: str, quote: ReleasedQuote) -> tuple[Value, ...]:
    named = {tag: wording % {"name": quote.name} for tag, wording in texts.BY_NAME.items()}
    return (
        words({quote.language: quote.words}),
        _named(context, questionnaire, "question", quote.question),
        words(fact_name("language", quote.language)),
        words(named if quote.consent == "by_name" else texts.ANONYMOUS),
        words(texts.FORMS[quote.of, quote.redacted]),
        words({"*": quote.reviewer}),
    )
