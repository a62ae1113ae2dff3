"""How the desk says lengths of time and moments of the retention rules."""

from __future__ import annotations

import datetime as dt

from flask_babel import format_datetime

from survey_service.privacy.rules import DAYS, HOURS, Rule
from survey_service.web.context import current
from survey_service.web.i18n import ngettext


def length(rule: Rule) -> str:
    """Return after how long a rule erases, in words."""
    count = rule.length(current().settings)
    if rule.unit == HOURS:
        return ngettext("after %(num)s hour", "after %(num)s hours", count)
    if rule.unit == DAYS:
        return ngettext("after %(num)s day", "after %(num)s days", count)
    return ngettext("after %(num)s month", "after %(num)s months", count)


def moment(found: dt.datetime | None) -> str:
    """Return a moment as it is written here, in UTC; a dash for none."""
    return f"{format_datetime(found, 'short', rebase=False)} UTC" if found is not None else "–"
