"""“Report an error”, without an account: what is wrong goes to the desk, and once a day to the provider by mail."""

from __future__ import annotations

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import letters
from survey_service.offers import contacts, notices
from survey_service.offers.notices import Notice
from survey_service.problems import Problem
from survey_service.store.base import Document
from survey_service.web import i18n, rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.offer import page, ways
from survey_service.web.offer.ways import blueprint


@blueprint.get("/<lang:lang>/offers/<offer>/report")
def report(offer: str) -> ResponseReturnValue:
    """Ask what is wrong with an offer."""
    try:
        body = ways.find(offer)
    except ways.Moved as found:
        return ways.moved(found, "offer.report")
    return _form(body)


@blueprint.post("/<lang:lang>/offers/<offer>/report")
def send_report(offer: str) -> ResponseReturnValue:
    """Keep what is wrong; refused, the form comes back with all that was typed."""
    body = ways.find(offer)
    if security.is_forged():
        return _form(body, gettext("The page was open too long. Please press the button once more.")), 422
    store = current().store
    try:
        with store.transaction():
            known = len(notices.of(store, offer))
            notice = notices.report(store, offer, request.form.get("about", ""), request.form.get("text", ""))
            is_new = len(notices.of(store, offer)) > known and notices.is_first_of_the_day(store, notice)
    except Problem as problem:
        if not problem.code.startswith("notice."):
            raise
        return _form(body, wordings.problem_message(problem)), problem.status
    if is_new:
        _tell(body, notice)
    response = redirect(url_for("offer.show", offer=offer, reported="yes"), 303)
    response.set_data(b"")
    return response


def _form(body: Document, error: str = "") -> str:
    return render_template(
        "offer/report.html",
        offer=body["offer"],
        name=page.name_of(ways.reader_of(body), body),
        kinds=notices.ABOUT,
        about=request.form.get("about", ""),
        typed=request.form.get("text", ""),
        error=error,
        most=notices.LONGEST,
        addresses=rendering.everywhere("offer.report", offer=body["offer"]),
    )


def _tell(body: Document, notice: Notice) -> None:
    """Write to whoever looks after the offer what may be wrong, each in their language."""
    here = current()
    for contact in contacts.of_offer(here.store, body):
        with i18n.speaking(contact.language):
            what = f"{gettext(notices.ABOUT[notice.about])}\n{notice.text}".strip()
        try:
            letters.post(
                here.settings, contact.email, "error_reported", contact.language, what=what, offer=body["name"]
            )
        except Problem as problem:
            current_app.logger.warning("no letter about a notice: %s", problem.code)
