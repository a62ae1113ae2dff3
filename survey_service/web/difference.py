"""How one text becomes another, for everybody: ``ins`` and ``del``, with a word before each that is only read aloud."""

from __future__ import annotations

from markupsafe import Markup, escape

from survey_service.concept import differences
from survey_service.concept.differences import GONE, NEW, SAME, Words
from survey_service.problems import N_
from survey_service.web import i18n
from survey_service.web.i18n import gettext

_SPOKEN = {GONE: N_("left out:"), NEW: N_("new:")}
_ELEMENTS = {
    GONE: Markup('<del><span class="hidden"{}>{} </span>{}</del>'),
    NEW: Markup('<ins><span class="hidden"{}>{} </span>{}</ins>'),
}


def run(kind: str, text: str, tag: str = "") -> Markup:
    """Return a run of a text that stays, goes or comes (SAME, GONE, NEW) in the language ``tag`` ("": the page's)."""
    if kind == SAME:
        return escape(text)
    page = i18n.language()
    return _ELEMENTS[kind].format(
        i18n.html_attributes(page) if tag not in ("", page.tag) else "", gettext(_SPOKEN[kind]), text
    )


def told(runs: Words, tag: str = "") -> Markup:
    """Return how one text becomes another."""
    return Markup("").join(run(kind, text, tag) for kind, text in runs)


def difference(old: str, new: str, tag: str = "") -> Markup:
    """Return the difference of two texts."""
    return told(differences.words(old, new), tag)
