"""Offers about which somebody has to call, because nobody can be reached by mail, and what a call came to."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, outbox
from survey_service.offers import confirming, freshness, register
from survey_service.problems import Problem
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

MOST = 200


@blueprint.get("/calls")
def calls() -> str:
    """List the offers to call about, the longest unconfirmed first."""
    context = current()
    found = confirming.unreachable(context.store, clock.today(), context.settings)
    desk.note("offers.calls", "offers", count=len(found))  # names and numbers that are not public stand there
    rows = [
        {
            "body": body,
            "phone": body["answers"].get("A20_phone", ""),
            "person": body["answers"].get("A20_name", ""),
            "bounced": [contact for contact in people if contact.bounced],
            "unconfirmed": freshness.state(body, clock.today(), context.settings) == freshness.UNCONFIRMED,
        }
        for body, people in found[:MOST]
    ]
    return render_template("manage/calls.html", rows=rows, count=len(found), most=MOST)


@blueprint.post("/calls")
def confirm_by_phone() -> BaseResponse:
    """Note that an offer is still right, as somebody said on the telephone."""
    store, offer = current().store, request.form.get("offer", "")
    with store.transaction():
        if not register.find(store, offer).body["listed"]:
            raise Problem("offer.missing")
        confirming.confirm(store, [offer], clock.today(), desk.signed_in().account.name)
        desk.note("offer.called", offer)
    return redirect(url_for(".calls", done="yes"), 303)


def lines() -> dict[str, int]:
    """Return what the desk's home says about offers and mail: how many are not confirmed, have nobody to write to, and
    how many messages were given up; only what the visitor may look at.
    """
    context = current()
    found = {"unconfirmed": 0, "calls": 0, "failed": 0}
    if desk.may("moderate_offers"):
        standing = confirming.standing(context.store, clock.today(), context.settings)
        found["unconfirmed"], found["calls"] = standing
    if desk.may("handle_mail"):
        found["failed"] = outbox.count(context.settings.instance, outbox.FAILED)
    return found if any(found.values()) else {}
