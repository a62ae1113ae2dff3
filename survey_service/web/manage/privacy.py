"""Privacy on the desk: what is kept how long, the record of processing, versions of consents, who looked at what."""

from __future__ import annotations

import datetime as dt

from flask import Response, render_template, request

from survey_service import clock
from survey_service.accounts.audit import Entry
from survey_service.privacy import accesses, record, rounds, rules
from survey_service.problems import Problem
from survey_service.responses import consents
from survey_service.web import copies
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import privacy_paper
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.privacy_words import length, moment

PAGE_SIZE = 100
_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@blueprint.get("/privacy")
def privacy() -> str:
    """Show the retention rules with what they erased and what is due, month by month what went, and the ways on."""
    here, now = copies.instance(current()), clock.now()
    standing = sorted(rounds.standing(here, now.date()), key=lambda each: each.rule.quiet)
    return render_template(
        "manage/privacy.html",
        standing=standing,
        late=[each for each in standing if each.ran is not None and each.is_late(now)],
        kept=rules.KEPT,
        months=rounds.months(here.store),
        names={rule.name: rule.what for rule in rules.TABLE},
        days=rounds.NEXT_DAYS,
        length=length,
        moment=moment,
        questionnaires=[published.questionnaire for published in here.publications.all()],
    )


@blueprint.get("/privacy/record")
def privacy_record() -> str:
    """Show the record of processing activities as it is today."""
    found = record.of(copies.instance(current()), clock.today())
    return render_template(
        "manage/privacy_record.html",
        record=found,
        controller=privacy_paper.controller(copies.instance(current())),
        rows=privacy_paper.rows,
    )


@blueprint.get("/privacy/record.docx")
def privacy_record_file() -> Response:
    """Hand out the record as a document."""
    response = Response(privacy_paper.document(copies.instance(current()), clock.today()), mimetype=_OFFICE)
    name = f"record-of-processing-{clock.today().isoformat()}.docx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.get("/privacy/consents/<name>")
def privacy_consents(name: str) -> str:
    """Show each wording of a questionnaire's consents, since when it stands, and how many responses rest on it."""
    context = current()
    published = context.publications.current(name)
    found = consents.versions(context.store, context.publications, name)
    resting = sorted(found, key=lambda each: not each.count)  # those that matter first
    return render_template("manage/privacy_consents.html", questionnaire=published.questionnaire, versions=resting)


@blueprint.get("/privacy/access")
def privacy_access() -> str:
    """Show who looked at responses or took copies of them, newest first."""
    asked = {name: request.args.get(name, "").strip() for name in ("actor", "subject", "since", "until")}
    store = current().store
    found = accesses.log(store, **asked)
    pages = max(1, -(-len(found) // PAGE_SIZE))
    number = _page_number(request.args.get("page", "1"), pages)
    return render_template(
        "manage/privacy_access.html",
        entries=found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        total=len(found),
        page=number,
        pages=pages,
        asked=asked,
        actors=accesses.actors(store),
        says=_says,
        moment=lambda entry: moment(dt.datetime.fromisoformat(entry.at)),
    )


def _says(entry: Entry) -> str:
    return gettext(accesses.WORDS[entry.action])


def _page_number(text: str, pages: int) -> int:
    """Return the number of an existing page. Raises Problem page.missing."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= pages):
        raise Problem("page.missing")
    return int(text)
