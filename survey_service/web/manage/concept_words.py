"""How the desk says what the concept holds: kinds of changes, bases, facts, runs of a difference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from survey_service.concept import differences, paper
from survey_service.concept.differences import ADDED, CHANGED, REMOVED, Words
from survey_service.concept.model import Basis, Concept
from survey_service.problems import D_
from survey_service.web import i18n
from survey_service.web.i18n import gettext

CHANGES: Mapping[str, str] = {ADDED: D_("Added"), REMOVED: D_("Left out"), CHANGED: D_("Changed")}


def basis(of: Basis) -> list[str]:
    """Return in the present language what a wording rests on, line by line."""
    return [*paper.basis_lines(of, i18n.language().tag, gettext)]


def fact(name: str, value: Any, concept: Concept) -> str:
    """Return a fact of a measure or item in the present language."""
    return paper.fact(name, value, concept, i18n.language().tag, gettext)


def told(runs: Words) -> Markup:
    """Return how one text becomes another, with ``del`` and ``ins``, which are said before what they hold."""
    gone, new = gettext("left out:"), gettext("new:")
    patterns = {
        differences.SAME: Markup("{}"),
        differences.GONE: Markup('<del><span class="hidden">{} </span>{{}}</del>').format(gone),
        differences.NEW: Markup('<ins><span class="hidden">{} </span>{{}}</ins>').format(new),
    }
    return Markup("").join(patterns[kind].format(run) for kind, run in runs)


def difference(old: str, new: str) -> Markup:
    """Return the difference of two texts as markup."""
    return told(differences.words(old, new))
