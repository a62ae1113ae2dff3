"""The page for the holder of a receipt: see, correct or withdraw a response. Nothing of it is kept on the device."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date

from survey_service import clock, languages
from survey_service.closing import publishing
from survey_service.closing import receipts as closing
from survey_service.privacy import erasing
from survey_service.problems import Problem
from survey_service.questionnaire import uploads
from survey_service.responses import drafts, files, holder, providing, receipts
from survey_service.responses.revisions import Published
from survey_service.store.base import Stored
from survey_service.web import audience, copies, device, i18n, qr, rendering, summary, withdrawing, wordings, words
from survey_service.web.audience import PUBLIC
from survey_service.web.closing import words as closing_words
from survey_service.web.context import current
from survey_service.web.visit import Visit

blueprint = Blueprint("receipt", __name__)
AUDIENCES = {
    "receipt.enter": PUBLIC,
    "receipt.show": PUBLIC,
    "receipt.withdrawn": PUBLIC,
    "receipt.card": audience.Access("public", audience.EXEMPT),
}


@blueprint.get("/<lang:lang>/receipt")
def enter() -> str:
    """Ask for the four words."""
    return _form()


@blueprint.post("/<lang:lang>/receipt")
def show() -> ResponseReturnValue:
    """Show the response of the words, or do with it what the pressed button says; or lead to the draft of the words."""
    typed = request.form.get("words", "")
    try:
        found = words.look_up(typed)
    except Problem as problem:
        return _form(typed, wordings.problem_message(problem)), problem.status
    stored = found.response
    if stored is None:
        return render_template("respondent/unsent.html", words=typed)
    published = current().publications.revision(stored.body["revision"])
    if "_correct" in request.form:
        return _correct(stored, published)
    if "_copy" in request.form:
        return _copy(stored, published, typed)
    if "_save" in request.form:
        return copies.sent(stored)
    if "_withdraw" in request.form:
        has_files = any(uploads.ids(stored.body["answers"]))
        return render_template("respondent/withdraw.html", words=typed, has_files=has_files, backups=_backups())
    if "_withdraw_now" in request.form:
        return _withdraw(typed)
    came = files.issued(current().store, stored.body["key"])
    visit = Visit(published, None, holder.inputs_of(published.questionnaire, stored.body), files=came)
    return render_template(
        "respondent/response.html",
        questionnaire=published.questionnaire,
        sections=summary.sections(visit),
        words=typed,
        receipt=receipts.latin(typed),
        correctable=i18n.language().tag in published.questionnaire.languages,
        begun=found.draft is not None,
        **_became(stored, published),
    )


def _became(stored: Stored, published: Published) -> dict[str, Any]:
    """Return what is told of what became of the answers, looked up for this page only; nothing of other audiences."""
    store = current().store
    newcomer = published.questionnaire.audience == "newcomers"
    came = closing.of_response(store, published.questionnaire, stored.body) if newcomer else []
    again = closing.look_again(store)
    return {
        "came": came,
        "again": again.isoformat() if again is not None else "",
        "any_hidden": any(each.shown.count is None for one in came for each in one.outcomes),
        "any_pages": publishing.any_page(store),
        **closing_words.HELPERS,
    }


@blueprint.get("/<lang:lang>/receipt/withdrawn")
def withdrawn() -> str:
    """Say that the response is erased, and what cannot be taken back."""
    addresses = rendering.everywhere("receipt.withdrawn")
    return render_template("respondent/withdrawn.html", addresses=addresses, backups=_backups())


@blueprint.post("/<lang:lang>/receipt/card")
def card() -> ResponseReturnValue:
    """Make a card to print of four words. They come in the body, also from a phone, and nothing is looked up."""
    receipt = request.form.get("words", "")
    if not receipts.is_whole(receipt):
        raise Problem("receipt.incomplete")
    return render_template(
        "respondent/card.html",
        receipt=receipt,
        address=words.public("receipt.enter").partition("://")[2],
        qr=qr.svg(words.address(receipt), i18n.gettext("QR code that leads to your answers")),
        months=current().settings.retention_months,
    )


def _form(typed: str = "", error: str = "") -> str:
    addresses = rendering.everywhere("receipt.enter")
    return render_template("respondent/receipt.html", words=typed, error=error, addresses=addresses)


def _backups() -> str:
    """Return the day by which backups of today are deleted."""
    last = clock.today() + dt.timedelta(days=current().settings.backup_kept_days)
    return str(format_date(last, "long"))


def _copy(stored: Stored, published: Published, typed: str) -> str:
    """Show all that is stored about a response, to be read and printed."""
    questionnaire, store = published.questionnaire, current().store
    came = files.issued(store, stored.body["key"])
    visit = Visit(published, None, holder.inputs_of(questionnaire, stored.body), files=came)
    copied = copies.told(stored)
    return render_template(
        "respondent/copy.html",
        questionnaire=questionnaire,
        sections=summary.sections(visit),
        words=typed,
        copied=copied,
        language=languages.language(stored.body["language"]),
        technical=copies.technical(copied),
        until={name: format_date(dt.date.fromisoformat(day), "long") for name, day in copied["erased_by"].items()},
    )


def _withdraw(typed: str) -> ResponseReturnValue:
    """Erase a response, and what was made of it."""
    context = current()
    with context.store.transaction():
        stored = holder.withdraw(context.store, typed)
        erasing.forget_contacts(context.store, stored.body["key"], clock.today())
    withdrawing.follow(context, stored.body["key"])
    return redirect(url_for("receipt.withdrawn"), 303)


def _correct(stored: Stored, published: Published) -> ResponseReturnValue:
    """Begin a draft with the answers of the response; sending it puts them in the response's place."""
    context, questionnaire = current(), published.questionnaire
    draft = drafts.correct(
        context.store,
        published,
        i18n.language().tag,
        clock.today(),
        response=stored.body,
        inputs=holder.inputs_of(questionnaire, stored.body),
        seen=tuple(providing.seen(stored.body["states"])),
    )
    device.hold(questionnaire.name, draft.token, draft.key)
    return rendering.to("check", questionnaire=questionnaire.name)
