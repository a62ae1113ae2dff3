"""The tables and statements of the report."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.reports.plugin import (
    Block,
    Column,
    Reason,
    Released,
    ReportContext,
    Statement,
    Table,
    Text,
    TextBlock,
    Value,
    decimal,
    fact_name,
    hidden,
    percent,
    persons,
    protected,
    words,
)

from . import texts
from .jumps import Found, Jump
from .languages import UNDERSTOOD, translations, understood, well_understood

FIELDS = "B08"
"""The question that asks for the fields of action."""
GENERAL_FIELD = "INT"
"""The field of action of questions that belong to none."""
MOST_LANGUAGES = 40
MOST_STATEMENTS = 40
MOST_JUMPS = 200
"""A report has at most 1 MB, so the largest jumps come first and the list ends."""
_INTERVAL = (Column(texts.LOW, "percent"), Column(texts.HIGH, "percent"))


def _share(released: Released) -> tuple[Value, Value, Value, Value]:
    reason = released.suppressed
    bounds = (released.share, released.low, released.high)
    first, low, high = (percent(bound, reason) for bound in bounds)
    return persons(released.base, reason), first, low, high


def short(label: Text) -> Text:
    """Return a label in German and English only: tables with many rows would be too large with all languages."""
    kept = {tag: label[tag] for tag in ("de", "en") if tag in label}
    return kept if len(kept) == 2 else label


def participation_table(context: ReportContext, questionnaire: str) -> Iterator[Block]:
    """Language × people who understand it well, who began in it, who sent in it, and how many of those who began."""
    found = context.participation(questionnaire, UNDERSTOOD if context.has(questionnaire, UNDERSTOOD) else None)
    rows = []
    for tag in context.languages(questionnaire):
        people = found[tag]
        begun, sent = people.started, people.completed
        if begun.numerator is None or sent.numerator is None:
            rate = hidden(begun.suppressed or sent.suppressed or Reason.BASE)
        else:
            released = protected(sent.numerator, begun.numerator)
            rate = percent(released.share, released.suppressed)
        counts = (persons(each.numerator, each.suppressed) for each in (people.preferred, begun, sent))
        rows.append((words(fact_name("language", tag)), *counts, rate))
    if rows:
        heads = (texts.UNDERSTAND_IT, texts.STARTED, texts.COMPLETED)
        yield Table(
            id="participation",
            caption=texts.PARTICIPATION,
            columns=(
                Column(texts.PAGE_LANGUAGE),
                *(Column(head, "persons") for head in heads),
                Column(texts.RATE, "percent"),
            ),
            rows=tuple(rows),
        )
        yield TextBlock(texts.PARTICIPATION_NOTE, "note")


def matching_table(context: ReportContext, questionnaire: str) -> Iterator[Block]:
    """Language of the page × people who told their languages, and how many of them understand it well."""
    if not context.has(questionnaire, UNDERSTOOD):
        return
    split = well_understood(context, questionnaire)
    if split.parts:
        yield Table(
            id="matching",
            caption=texts.MATCHING,
            columns=(
                Column(texts.PAGE_LANGUAGE),
                Column(texts.PEOPLE, "persons"),
                Column(texts.UNDERSTAND_IT, "percent"),
                *_INTERVAL,
            ),
            rows=tuple((words(fact_name("language", tag)), *_share(part)) for tag, part in split.parts.items()),
        )


def understood_table(context: ReportContext, questionnaire: str) -> Iterator[Block]:
    """Language × people who understand it well, and whether the questionnaire is translated into it."""
    if not context.has(questionnaire, UNDERSTOOD):
        return
    labels = {choice.name: choice.label for choice in context.choices(questionnaire, UNDERSTOOD)}
    shares = {code: share for code, share in understood(context, questionnaire).items() if share.share is not None}
    offered = translations(context, questionnaire, labels)
    rows = []
    for code in sorted(shares, key=lambda each: (-(shares[each].share or 0.0), each)):
        people, share = persons(shares[code].numerator, None), percent(shares[code].share, None)
        rows.append(
            (
                words(labels[code]),
                people,
                share,
                words(texts.YES if code in offered else texts.NO),
            )
        )
    if rows:
        columns = (
            Column(texts.LANGUAGE),
            Column(texts.PEOPLE, "persons"),
            Column(texts.SHARE, "percent"),
            Column(texts.TRANSLATED),
        )
        yield Table("understood", texts.UNDERSTOOD, columns, tuple(rows))


def jump_statements(context: ReportContext, questionnaire: str, found: Found) -> Iterator[Statement]:
    """Yield one statement a jump: the figures, the wording in the translation, and what to do."""
    known = context.has(questionnaire, FIELDS)
    fields = {choice.name for choice in context.choices(questionnaire, FIELDS)} if known else set()
    pages = context.pages(questionnaire)
    for jump in found.jumps[:MOST_STATEMENTS]:
        wording = jump.question.label
        suffix = jump.question.name.rpartition("_")[2]
        yield Statement.of(
            jump.here,
            id=f"jump.{jump.question.name}.{jump.language}",
            field=suffix if suffix in fields else GENERAL_FIELD,
            question=jump.question.name,
            wording=wording,
            text=texts.JUMP,
            values={
                "language": words(fact_name("language", jump.language)),
                "question": words(short(wording)),
                "page": words(short(pages[jump.question.page])),
                "translated": words({"*": wording.get(jump.language) or wording.get("de") or jump.question.name}),
                "others": percent(jump.others.share, None),
                "others_n": persons(jump.others.base, None),
                **_sureness(jump),
            },
            base="asked",
            revisions=context.revisions(questionnaire),
        )


def _sureness(jump: Jump) -> dict[str, Value]:
    return {
        "points": decimal(round(100 * jump.difference, 1)),
        "effect": decimal(round(jump.effect, 2)),
        "p": words(band(jump.p)),
    }


def band(p: float) -> Text:
    """Return in words below which limit a p value lies."""
    return next(text for limit, text in texts.BANDS if p < limit)


def jumps_table(found: Found) -> Iterator[Table]:
    """Question × language of the jumps, the largest difference first; no table without a jump."""
    if not found.jumps:
        return
    columns = (
        Column(texts.QUESTION),
        Column(texts.LANGUAGE),
        Column(texts.ASKED_HERE, "persons"),
        Column(texts.UNANSWERED_HERE, "percent"),
        Column(texts.ASKED_OTHERS, "persons"),
        Column(texts.UNANSWERED_OTHERS, "percent"),
        Column(texts.POINTS, "decimal"),
        Column(texts.EFFECT, "decimal"),
        Column(texts.P),
    )
    rows = []
    for jump in found.jumps[:MOST_JUMPS]:
        sure = _sureness(jump)
        rows.append(
            (
                words(short(jump.question.label)),
                words(fact_name("language", jump.language)),
                persons(jump.here.base, None),
                percent(jump.here.share, None),
                persons(jump.others.base, None),
                percent(jump.others.share, None),
                sure["points"],
                sure["effect"],
                sure["p"],
            )
        )
    yield Table("jumps", texts.JUMPS_CAPTION, columns, tuple(rows))


def nonresponse_table(found: Found) -> Iterator[Table]:
    """Question × language: the share of those asked who gave no answer. Languages without any figure are left out."""
    shown = {tag: None for split in found.splits.values() for tag in split.published}
    languages = sorted(shown)[:MOST_LANGUAGES]
    if not languages:
        return
    rows = []
    for info in found.questions:
        split = found.splits[info.name]
        parts = [split.parts.get(tag) for tag in languages]
        cells = [hidden(Reason.BASE) if part is None else percent(part.share, part.suppressed) for part in parts]
        total = percent(split.total.share, split.total.suppressed)
        rows.append((words(short(info.label)), words({"*": info.name}), total, *cells))
    heads = tuple(Column(fact_name("language", tag), "percent") for tag in languages)
    columns = (Column(texts.QUESTION), Column(texts.NAME), Column(texts.ALL, "percent"), *heads)
    yield Table("nonresponse", texts.NONRESPONSE, columns, tuple(rows))
