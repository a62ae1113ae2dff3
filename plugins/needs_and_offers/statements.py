"""The statements of one field of action: concept inputs with their evidence."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.reports.plugin import Released, ReportContext, Statement, Text, Value, integer, persons, words

from . import texts
from .evidence import Field, ranked

TOP_NEEDS = 3


def statements_of(context: ReportContext, field: Field) -> Iterator[Statement]:
    """Yield the statements: chosen, the top needs, used, unknown, the main hurdle, reached in a language."""

    def statement(
        released: Released, name: str, question: str, text: Text, further: dict[str, Value] | None = None
    ) -> Statement:
        return Statement.of(
            released,
            id=f"{field.code}.{name}",
            field=field.code,
            question=question,
            wording=context.label("needs", question),
            text=text,
            values={"field": words(field.label), "offers": integer(field.offers), **(further or {})},
            offers=field.offers,
            revisions=context.revisions("needs"),
        )

    yield statement(field.chosen, "chosen", "B08", texts.CHOSEN)
    for item in ranked(field.needs, TOP_NEEDS):
        need = {"need": words(field.items[item]), **_experts(field, item)}
        yield statement(field.needs[item], f"need.{item}", f"B09_{field.code}", texts.NEED, need)
    yield statement(field.awareness["used"], "used", f"B11_{field.code}", texts.USED)
    yield statement(field.awareness["no"], "unknown", f"B11_{field.code}", texts.UNKNOWN)
    for name in ranked(field.hurdles, 1):
        hurdle = {"hurdle": words(field.hurdle_labels[name])}
        yield statement(field.hurdles[name], f"hurdle.{name}", f"B12_{field.code}", texts.HURDLE, hurdle)
    yield statement(field.reached, "reached", "B06", texts.REACHED)


def _experts(field: Field, item: str) -> dict[str, Value]:
    """Return how many experts see too few offers for a need, if experts were asked: the same number as in the table."""
    released = field.mentions.get(item)
    return {} if released is None else {"experts": persons(released.numerator, released.suppressed)}
