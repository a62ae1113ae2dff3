"""The language of the page set against the languages people understand."""

from __future__ import annotations

from collections.abc import Container

import polars as pl

from survey_service.reports.plugin import Group, Released, ReportContext, Split, answered, any_of, chose_any

UNDERSTOOD = "B06"


def code_of(tag: str, codes: Container[str]) -> str | None:
    """Return the choice of “languages understood” that a language of the page stands for: de-simple is German."""
    return next((each for each in (tag, tag.split("-")[0]) if each in codes), None)


def _codes(context: ReportContext, questionnaire: str) -> dict[str, str]:
    """Return the choice for each language of a page in which somebody answered."""
    known = {choice.name for choice in context.choices(questionnaire, UNDERSTOOD)}
    found = {tag: code_of(tag, known) for tag in context.languages(questionnaire)}
    return {tag: code for tag, code in found.items() if code is not None}


def well_understood(context: ReportContext, questionnaire: str) -> Split:
    """Return by language of the page who understands it well, among those who told their languages."""
    codes = _codes(context, questionnaire)
    hit = any_of([(pl.col(":language") == tag) & chose_any(UNDERSTOOD, code) for tag, code in codes.items()])
    return context.split(questionnaire, {"it": Group(hit, answered(UNDERSTOOD))}, "language")["it"]


def understood(context: ReportContext, questionnaire: str) -> dict[str, Released]:
    """Return the share of people that understands each language well."""
    names = [choice.name for choice in context.choices(questionnaire, UNDERSTOOD) if choice.name != "pna"]
    base = answered(UNDERSTOOD)
    return context.shares(questionnaire, {name: Group(chose_any(UNDERSTOOD, name), base) for name in names})


def translations(context: ReportContext, questionnaire: str, codes: Container[str]) -> set[str]:
    """Return the choices of “languages understood” in which the questionnaire can be answered."""
    found = {code_of(tag, codes) for tag in context.label(questionnaire, UNDERSTOOD)}
    return {code for code in found if code is not None}
