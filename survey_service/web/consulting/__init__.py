"""The pages behind a link to a consultation: what it is about, one statement after the other, what became of it."""

from survey_service.web.audience import PUBLIC, QUESTIONNAIRE
from survey_service.web.consulting import asking, pages, statement
from survey_service.web.consulting.seat import blueprint

__all__ = ["AUDIENCES", "asking", "blueprint", "pages", "statement"]

AUDIENCES = {
    "consulting.ask": PUBLIC,
    "consulting.send": PUBLIC,
    "consulting.sent": PUBLIC,
    "consulting.start": QUESTIONNAIRE,  # public, and an expired CSRF token shows the form again
    "consulting.statements": PUBLIC,
    "consulting.statement": QUESTIONNAIRE,
    "consulting.summary": PUBLIC,
    "consulting.erase": QUESTIONNAIRE,
    "consulting.results": PUBLIC,
}
