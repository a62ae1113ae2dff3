"""Words for what the team does with responses."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from survey_service.problems import D_
from survey_service.responses import browsing, quarantine, reviewing, standing
from survey_service.responses.reviewing import Batch
from survey_service.web.i18n import gettext, ngettext

REASONS: Mapping[str, str] = {
    "spam": D_("Spam"),
    "trial": D_("Somebody tried it out"),
    "repeated": D_("Sent more than once by the same person"),
    "implausible": D_("The answers cannot be true"),
    "other_people": D_("Not from the people who were asked"),
    "asked": D_("The person asked for it"),
    "other": D_("Another reason"),
}
FLAGS: Mapping[str, str] = {
    quarantine.RATE: D_("many from one connection"),
    quarantine.FLOOD: D_("very many from one connection"),
    quarantine.FAST: D_("filled in faster than it can be read"),
    quarantine.LINKS: D_("full of links"),
    quarantine.REPEATED: D_("the same texts as in an earlier response"),
}
PROGRESS: Mapping[str, str] = {
    reviewing.NEW: D_("new"),
    reviewing.LOOKED_AT: D_("looked at"),
    reviewing.FOLLOW_UP: D_("to be followed up"),
    reviewing.DONE: D_("dealt with"),
}
SHOWN: Mapping[str, str] = {
    "": D_("All but quarantine"),
    standing.VALID: D_("Counted"),
    standing.QUARANTINED: D_("Quarantine"),
    standing.EXCLUDED: D_("Excluded"),
    browsing.ALL: D_("All"),
}
"""Which responses a list shows, by `Wanted.status`."""
_DONE: Mapping[str, Callable[[int], str]] = {
    reviewing.EXCLUDE: lambda count: ngettext(
        "%(num)s response was excluded.", "%(num)s responses were excluded.", count
    ),
    reviewing.INCLUDE: lambda count: ngettext("%(num)s response counts now.", "%(num)s responses count now.", count),
    reviewing.STATE: lambda count: ngettext("%(num)s response was marked.", "%(num)s responses were marked.", count),
}


def done_words(batch: Batch) -> str:
    """Return what a batch did, in a sentence."""
    return _DONE[batch.act](batch.count)


def reason_word(reason: str) -> str:
    """Return why a response was excluded."""
    return gettext(REASONS[reason]) if reason in REASONS else reason


def flag_words(flags: tuple[str, ...] | list[str]) -> list[str]:
    """Return what a response shows, in words."""
    return [gettext(FLAGS[flag]) for flag in flags if flag in FLAGS]


HELPERS: Mapping[str, Any] = {
    "reasons": REASONS,
    "flag_kinds": FLAGS,
    "progress": PROGRESS,
    "shown_kinds": SHOWN,
    "reason_word": reason_word,
    "flag_words": flag_words,
    "done_words": done_words,
}
