"""What the pages of coding call things."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.coding import codebooks, naming, translating
from survey_service.coding.suggesting import KEYWORD, Suggestion
from survey_service.coding.units import Source
from survey_service.problems import D_, Problem
from survey_service.web.i18n import gettext
from survey_service.web.manage import names

SOURCES = {
    Source.LIVE: "",
    Source.EXCLUDED: D_("The response is excluded"),
    Source.CHANGED: D_("The respondent has changed the text"),
    Source.GONE: D_("The text is no longer there"),
    Source.AGED: D_("The text was erased by its age, its codes stay"),
}
SIGNS = {
    naming.MAIL: D_("an e-mail address"),
    naming.PHONE: D_("a telephone number"),
    naming.LINK: D_("a link or account"),
    naming.TITLE: D_("a title before a name"),
    naming.CAPITAL: D_("perhaps a proper name"),
    naming.NUMBER: D_("a long number"),
    naming.OWN: D_("the respondent's own name or organisation"),
    naming.ADDRESS: D_("a street address"),
}
STATES = {
    codebooks.ACTIVE: D_("in use"),
    codebooks.RETIRED: D_("retired"),
    codebooks.MERGED: D_("merged into %(code)s"),
}
CHANGES = {
    "begun": D_("begun"),
    "added": D_("code added"),
    "edited": D_("code changed"),
    "retired": D_("code retired"),
    "restored": D_("code taken up again"),
    "merged": D_("code merged"),
}
TRANSLATION_STATES = {translating.DRAFT: D_("draft"), translating.REVIEWED: D_("reviewed")}
FAULTS = {
    "empty": D_("Please fill this in."),
    "long": D_("Please use at most %(limit)s characters."),
    "many": D_("This codebook has no room for more codes."),
}


def reason(suggestion: Suggestion) -> str:
    """Return why a code is suggested."""
    if suggestion.kind == KEYWORD:
        return gettext(D_("Suggested: the word “%(word)s”"), word=suggestion.keyword)
    share = round(suggestion.alike * 100)
    return gettext(D_("Suggested: %(share)s %% like text %(number)s"), share=share, number=suggestion.number)


def faults_of(problem: Problem | None) -> dict[str, str]:
    """Return the faults of a problem by field, in words."""
    faults = problem.faults if problem is not None else ()
    return {fault["field"]: _said(fault) for fault in faults}


def _said(fault: Mapping[str, Any]) -> str:
    message = FAULTS[fault["fault"]]
    return gettext(message, limit=names.number(fault.get("limit", 0)))
