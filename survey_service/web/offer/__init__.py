"""One offer of the directory, and what hangs on it: calendar, print list, map, errors that people report."""

from __future__ import annotations

from survey_service.web.audience import PUBLIC, QUESTIONNAIRE
from survey_service.web.offer import county_map, page, printing, reporting
from survey_service.web.offer.ways import blueprint

__all__ = ["AUDIENCES", "blueprint"]

AUDIENCES = {
    "offer.show": PUBLIC,
    "offer.calendar": PUBLIC,
    "offer.print_list": PUBLIC,
    "offer.county": PUBLIC,
    "offer.report": PUBLIC,
    "offer.send_report": QUESTIONNAIRE,  # an expired CSRF token shows the form again
}
_VIEWS = (county_map, page, printing, reporting)  # imported for their routes
