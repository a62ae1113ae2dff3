"""How the desk says what the concept holds: kinds of changes, bases, facts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.concept import paper
from survey_service.concept.differences import ADDED, CHANGED, REMOVED
from survey_service.concept.model import Basis, Concept
from survey_service.problems import D_
from survey_service.web import i18n
from survey_service.web.i18n import gettext

CHANGES: Mapping[str, str] = {ADDED: D_("Added"), REMOVED: D_("Left out"), CHANGED: D_("Changed")}


def basis(of: Basis) -> list[str]:
    """Return in the present language what a wording rests on, line by line, with exact figures."""
    return [*paper.basis_lines(of, i18n.language().tag, gettext, exact=True)]


def fact(name: str, value: Any, concept: Concept) -> str:
    """Return a fact of a measure or item in the present language."""
    return paper.fact(name, value, concept, i18n.language().tag, gettext)
