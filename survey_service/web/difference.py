"""How one text becomes another, for everybody: ``ins`` and ``del``, with a word before each that is only read aloud."""

from __future__ import annotations

from markupsafe import Markup

from survey_service.concept import differences
from survey_service.concept.differences import GONE, NEW, SAME, Words
from survey_service.problems import N_
from survey_service.web.i18n import gettext

_SPOKEN = {GONE: N_("left out:"), NEW: N_("new:")}
_ELEMENTS = {
    SAME: Markup("{}{}"),
    GONE: Markup('<del><span class="hidden">{} </span>{}</del>'),
    NEW: Markup('<ins><span class="hidden">{} </span>{}</ins>'),
}


def run(kind: str, text: str) -> Markup:
    """Return a run of a text that stays, goes or comes (SAME, GONE, NEW)."""
    return _ELEMENTS[kind].format(gettext(_SPOKEN[kind]) if kind in _SPOKEN else "", text)


def told(runs: Words) -> Markup:
    """Return how one text becomes another."""
    return Markup("").join(run(kind, text) for kind, text in runs)


def difference(old: str, new: str) -> Markup:
    """Return the difference of two texts."""
    return told(differences.words(old, new))
