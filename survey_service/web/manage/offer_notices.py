"""Errors that people have reported about offers: the list at the desk, and "done"."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.offers import notices, register
from survey_service.problems import Problem
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint


@blueprint.get("/offers/notices")
def offer_notices() -> str:
    """List what nobody has looked at yet, oldest first."""
    found = notices.all_open(current().store)
    names = {notice.offer: _name(notice.offer) for notice in found}
    return render_template("manage/offer_notices.html", notices=found, names=names, kinds=notices.ABOUT)


@blueprint.post("/offers/notices")
def finish_notice() -> BaseResponse:
    """Note that a notice is done with; back to where it was said."""
    with current().store.transaction():
        done = notices.finish(current().store, request.form.get("notice", ""), desk.signed_in().account.name)
        desk.note("offer.notice_done", done.offer, about=done.about)
    target = request.form.get("next")
    return redirect(desk.place(target) if target else url_for("manage.offer_notices"), 303)


def _name(offer: str) -> str:
    try:
        return str(register.find(current().store, offer).body["name"])
    except Problem:
        return offer
