"""The desk of the integration team, ``/manage/…``: default deny, each endpoint with the action it needs."""

from __future__ import annotations

from survey_service.questionnaire.xlsform import workbook
from survey_service.web.audience import PUBLIC, QUESTIONNAIRE, Access
from survey_service.web.manage import codebook, drafts, entrance, offers, reports, responses
from survey_service.web.manage.desk import blueprint, guard

__all__ = ["AUDIENCES", "blueprint", "guard"]

AUDIENCES = {
    "manage.enter": PUBLIC,
    "manage.sign_in": QUESTIONNAIRE,  # public, and an expired CSRF token shows the form again
    "manage.sign_out": Access("use_desk"),
    "manage.choose_language": Access("use_desk"),
    "manage.password": Access("use_desk"),
    "manage.change_password": Access("use_desk"),
    "manage.home": Access("use_desk"),
    "manage.open_questionnaire": Access("publish"),
    "manage.close_questionnaire": Access("publish"),
    "manage.bring": Access("draft_questions"),
    "manage.take": Access("draft_questions", body=workbook.MAX_BYTES + 100_000),
    "manage.draft": Access("draft_questions"),
    "manage.preview_draft": Access("draft_questions"),
    "manage.draft_workbook": Access("draft_questions"),
    "manage.choose_draft_languages": Access("draft_questions"),
    "manage.discard_draft": Access("draft_questions"),
    "manage.publish_draft": Access("publish"),
    "manage.responses": Access("read_responses"),
    "manage.export": Access("export_responses"),
    "manage.download": Access("export_responses"),
    "manage.codebook_document": Access("export_responses"),
    "manage.offers": Access("moderate_offers"),
    "manage.offer": Access("moderate_offers"),
    "manage.moderate": Access("moderate_offers"),
    "manage.reports": Access("run_reports"),
    "manage.run_report": Access("run_reports"),
    "manage.report": Access("run_reports"),
    "manage.download_report": Access("run_reports"),
}

_VIEWS = (codebook, drafts, entrance, offers, reports, responses)  # imported for their routes
