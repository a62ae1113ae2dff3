"""The desk of the integration team, ``/manage/…``: default deny, each endpoint with the action it needs."""

from __future__ import annotations

from survey_service.questionnaire.xlsform import workbook
from survey_service.web.audience import PUBLIC, QUESTIONNAIRE, Access
from survey_service.web.manage import (
    codebook,
    distribution,
    drafts,
    entrance,
    offers,
    publishing,
    reports,
    responses,
    revisions,
    scheduling,
    translation_files,
    translations,
)
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
    "manage.publication": Access("publish"),
    "manage.publish": Access("publish"),
    "manage.translations": Access("translate"),
    "manage.translate": Access("translate"),
    "manage.save_translations": Access("translate"),
    "manage.download_translations": Access("translate"),
    "manage.upload_translations": Access("translate"),
    "manage.distribute": Access("publish"),
    "manage.create_link": Access("publish"),
    "manage.retire_link": Access("publish"),
    "manage.set_code": Access("publish"),
    "manage.qr_code": Access("publish"),
    "manage.poster": Access("publish"),
    "manage.poster_pdf": Access("publish"),
    "manage.bring": Access("draft_questions"),
    "manage.take": Access("draft_questions", body=workbook.MAX_BYTES + 100_000),
    "manage.draft": Access("draft_questions"),
    "manage.preview_draft": Access("draft_questions"),
    "manage.draft_workbook": Access("draft_questions"),
    "manage.choose_draft_languages": Access("draft_questions"),
    "manage.discard_draft": Access("draft_questions"),
    "manage.review_draft": Access("publish"),
    "manage.publish_draft": Access("publish"),
    "manage.revisions": Access("draft_questions"),
    "manage.compare": Access("draft_questions"),
    "manage.decide": Access("publish"),
    "manage.schedule": Access("publish"),
    "manage.set_schedule": Access("publish"),
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

# imported for their routes
_VIEWS = (
    *(codebook, distribution, drafts, entrance, offers, publishing, reports, responses, revisions, scheduling),
    *(translation_files, translations),
)
