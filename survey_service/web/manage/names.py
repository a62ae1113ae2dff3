"""Names of codes on the desk: languages, modes, states, days and numbers, in the reader's language."""

from __future__ import annotations

import datetime as dt

from flask_babel import format_date, format_decimal, format_percent
from markupsafe import Markup

from survey_service import languages
from survey_service.problems import D_
from survey_service.questionnaire.comparison import BREAK, COMPARABLE, NOT_COMPARABLE
from survey_service.responses import sources
from survey_service.responses.revisions import Published
from survey_service.responses.schedule import CLOSED, ENDED, FULL, OPEN, PAUSED, PLANNED
from survey_service.web import i18n
from survey_service.web.i18n import gettext

MODES = {
    "web": D_("on the web"),
    "assisted": D_("on the web, with help"),
    "interview": D_("in an interview"),
    "api": D_("by a program"),
    "demo": D_("demonstration"),
    "import": D_("from a file"),
}
TYPES = {
    "text": D_("text"),
    "integer": D_("whole number"),
    "decimal": D_("number"),
    "range": D_("number on a scale"),
    "select_one": D_("one of the choices"),
    "select_multiple": D_("several of the choices"),
    "rank": D_("choices in order"),
    "date": D_("day"),
    "time": D_("time of day"),
    "datetime": D_("day and time"),
    "geopoint": D_("place (latitude and longitude)"),
    "acknowledge": D_("confirmation"),
    "image": D_("picture"),
    "audio": D_("sound recording"),
    "file": D_("file"),
    "calculate": D_("calculated value"),
    "hidden": D_("value that nobody is asked"),
    "start": D_("beginning of the interview"),
    "end": D_("end of the interview"),
    "today": D_("day of the interview"),
}
STATUSES = {"valid": D_("valid"), "excluded": D_("excluded"), "quarantined": D_("waiting in quarantine")}
AUDIENCES = {
    "newcomers": D_("Newcomers"),
    "providers": D_("Providers of offers"),
    "experts": D_("Local experts"),
    "working_groups": D_("Working groups"),
}
REMARKS = {"error": D_("Error"), "lost": D_("Not kept"), "changed": D_("Changed"), "note": D_("Note")}
FATES = {
    "kept": D_("%(count)s questions as they are"),
    "structure": D_("%(count)s begin or end a group"),
    "changed": D_("%(count)s changed"),
    "left_out": D_("%(count)s left out"),
}
VERDICTS = {
    COMPARABLE: D_("comparable"),
    BREAK: D_("break in series"),
    NOT_COMPARABLE: D_("not comparable"),
}
SCHEDULED = {
    OPEN: D_("Open, revision %(revision)s"),
    CLOSED: D_("Closed, revision %(revision)s"),
    PLANNED: D_("Opens on %(opens)s, revision %(revision)s"),
    ENDED: D_("Closed since its last day, %(closes)s, revision %(revision)s"),
    PAUSED: D_("Paused, revision %(revision)s"),
    FULL: D_("Full (limit: %(limit)s), revision %(revision)s"),
}
_OPEN_UNTIL = D_("Open until %(closes)s, revision %(revision)s")
MODERATION = {
    "submitted": D_("Waiting for a decision"),
    "published": D_("Published"),
    "returned": D_("Returned"),
    "rejected": D_("Rejected"),
    "withdrawn": D_("Withdrawn"),
    "merged": D_("Merged with another"),
}


def language_name(tag: str) -> str:
    """Return the name of a language in German or English, the languages of the desk; else the tag."""
    entry = languages.registry().get(tag)
    if entry is None:
        return tag
    return entry.german if i18n.language().tag == "de" else entry.english


def audience_name(audience: str) -> str:
    """Return whom a questionnaire is for."""
    return gettext(AUDIENCES[audience]) if audience in AUDIENCES else audience


def remark_name(kind: str) -> str:
    """Return the kind of a notice about a workbook."""
    return gettext(REMARKS[kind]) if kind in REMARKS else kind


def fate_name(fate: str, count: int) -> str:
    """Return how many rows of a workbook met a fate."""
    return gettext(FATES[fate], count=count)


def mode_name(mode: str) -> str:
    """Return how a response came in."""
    return gettext(MODES[mode]) if mode in MODES else mode


def type_name(kind: str) -> str:
    """Return the type of a question in words."""
    return gettext(TYPES[kind]) if kind in TYPES else kind


def status_name(status: str) -> str:
    """Return whether a response counts."""
    return gettext(STATUSES[status]) if status in STATUSES else status


def moderation_name(state: str) -> str:
    """Return the state of moderation of an offer."""
    return gettext(MODERATION[state]) if state in MODERATION else state


def source_name(source: str) -> str:
    """Return by which link a response came."""
    return {"": gettext("plain link"), sources.SMALL: gettext("small sources (•)")}.get(source, source)


def state_name(state: str) -> str:
    """Return the state of a response or of an offer."""
    return status_name(state) if state in STATUSES else moderation_name(state)


def verdict_name(verdict: str) -> str:
    """Return what a verdict is called."""
    return gettext(VERDICTS[verdict])


def schedule_line(published: Published) -> str:
    """Return whether a questionnaire takes responses, until when, and the revision that does."""
    schedule = published.schedule
    until = published.is_open and schedule.closes
    return gettext(
        _OPEN_UNTIL if until else SCHEDULED[published.state],
        revision=published.revision,
        opens=written_day(schedule.opens),
        closes=written_day(schedule.closes),
        limit=number(schedule.limit),
    )


def written_day(iso: str) -> str:
    """Return a day, given as ``2026-11-23``, as it is written here; nothing for nothing."""
    return str(format_date(dt.date.fromisoformat(iso), "medium")) if iso else ""


def tag_attributes(tag: str) -> Markup:
    """Return ``lang`` and ``dir`` for an element in the language of a tag, which a plugin may have chosen."""
    entry = languages.registry().get(tag)
    return i18n.html_attributes(entry) if entry is not None else Markup(' lang="{}"').format(tag)


def day(iso: str) -> Markup:
    """Return a day, given as ``2026-11-23``."""
    return Markup('<time datetime="{}">{}</time>').format(iso, written_day(iso))


def number(value: int) -> str:
    """Return a whole number with the separators usual here."""
    return str(format_decimal(value))


def ratio(value: float) -> str:
    """Return a number with two decimal places."""
    return str(format_decimal(round(value, 2), format="0.00"))


def share(value: float | None) -> str:
    """Return a share from 0 to 1 in per cent, one decimal place at most; a dash if there is none."""
    return "–" if value is None else str(format_percent(value, format="0.# %"))


def typed_in(tag: str) -> Markup:
    """Return ``lang`` for what somebody typed in a language, and let its letters decide on the direction."""
    entry = languages.registry().get(tag)
    return Markup(' lang="{}" dir="auto"').format(entry.html if entry is not None else tag)


HELPERS = {
    "language_name": language_name,
    "mode_name": mode_name,
    "audience_name": audience_name,
    "remark_name": remark_name,
    "fate_name": fate_name,
    "status_name": status_name,
    "type_name": type_name,
    "moderation_name": moderation_name,
    "state_name": state_name,
    "source_name": source_name,
    "tag_attributes": tag_attributes,
    "verdict_name": verdict_name,
    "schedule_line": schedule_line,
    "day": day,
    "written_day": written_day,
    "number": number,
    "ratio": ratio,
    "share": share,
    "typed_in": typed_in,
}
"""What templates of the desk may use."""
