"""The mail about a report that was made by itself: its title, what it covers, where it is; no figure, no answer."""

from __future__ import annotations

from survey_service.problems import D_
from survey_service.questionnaire.model import wording
from survey_service.reports.schedules import Done
from survey_service.settings import Settings
from survey_service.translating import catalogs

READY, FAILED = D_("Report ready: %(title)s, %(period)s"), D_("Report not made: %(title)s, %(period)s")
READY_TEXT = D_(
    "The report “%(title)s” for %(period)s is ready. You can read it after signing in:\n\n%(link)s\n\n"
    "This message was written by itself. It holds no figures."
)
COMPARED_TEXT = D_(
    "The report “%(title)s” for %(period)s is ready. You can read it after signing in:\n\n%(link)s\n\n"
    "To compare, the report before it:\n\n%(before)s\n\n"
    "This message was written by itself. It holds no figures."
)
FAILED_TEXT = D_(
    "The report “%(title)s” for %(period)s could not be made, several times. The list of reports says why:\n\n"
    "%(link)s\n\nThis message was written by itself. It holds no figures."
)


def told(done: Done, settings: Settings) -> tuple[str, str]:
    """Return subject and text of the mail, in the language of the schedule."""
    scheduled = done.scheduled
    gettext = catalogs.compose(scheduled.language, catalogs.DESK, None, {}).gettext
    reports = f"{settings.public_url.rstrip('/')}/manage/reports"
    title = scheduled.plugin if done.report is None else wording(done.report.title, scheduled.language)
    values = {"title": title, "period": scheduled.covers}
    if done.report is None:
        return gettext(FAILED) % values, gettext(FAILED_TEXT) % {**values, "link": f"{reports}/schedules"}
    values["link"] = f"{reports}/{done.report.id}"
    if scheduled.before is None:
        return gettext(READY) % values, gettext(READY_TEXT) % values
    return gettext(READY) % values, gettext(COMPARED_TEXT) % {**values, "before": f"{reports}/{scheduled.before}"}
