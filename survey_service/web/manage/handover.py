"""Handing over the desk: what waits and who holds what, as a page and as a document, and the change of hands."""

from __future__ import annotations

from flask import Response, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.accounts import handing, tickets
from survey_service.accounts.access import MANAGER
from survey_service.letters import team
from survey_service.problems import Problem
from survey_service.web import security, wordings
from survey_service.web.context import current
from survey_service.web.manage import desk, handover_list, identity
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.people import role_names

_OFFICE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_SHOWN = ("handover.successor", "handover.early", "user.invitations")


@blueprint.get("/handover")
def handover() -> str:
    """Show what waits, who holds what, and how far the change of hands is."""
    return _page()


@blueprint.get("/handover/file")
def handover_file() -> Response:
    """Hand out the same as a document to work through, print and sign."""
    desk.note("handover.exported", "desk")
    response = Response(handover_list.document(), mimetype=_OFFICE)
    name = f"handover-{clock.today().isoformat()}.docx"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/handover")
def hand_over() -> ResponseReturnValue:
    """Name a successor, invite one, take that back, or give the role away."""
    store, me, now, action = current().store, desk.signed_in().account, clock.now(), request.form.get("action", "")
    try:
        if action == "name":
            number = request.form.get("successor", "")
            handing.begin(store, me, int(number) if number.isascii() and number.isdigit() else 0, now=now)
        elif action == "invite":
            return _invite()
        elif action == "take_back":
            handing.take_back(store, me, now=now)
        elif action == "finish":
            return _finished()
        else:
            raise Problem("request.bad")
    except Problem as problem:
        if problem.code not in _SHOWN:
            raise
        return _page(wordings.problem_message(problem)), problem.status
    return redirect(url_for("manage.handover", done=action), 303)


def _invite() -> str:
    by, now = desk.signed_in().account.name, clock.now()
    token = tickets.invite(current().store, (MANAGER,), "", by=by, now=now)
    link = team.invitation_address(identity.address(), token)
    return render_template("manage/handover_link.html", link=link, days=tickets.LIFE[tickets.INVITED].days)


def _finished() -> ResponseReturnValue:
    """Give the role away; all sessions of the account have ended with that."""
    handing.finish(current().store, desk.signed_in().account, now=clock.now())
    response = redirect(url_for("manage.enter", done="handed_over"), 303)
    response.delete_cookie(
        desk.cookie_name(), path="/", secure=current().settings.secure, httponly=True, samesite="Lax"
    )
    session.pop(security.CSRF_FIELD, None)
    return response


def _page(error: str = "") -> str:
    store, me = current().store, desk.signed_in().account
    return render_template(
        "manage/handover.html",
        parts=handover_list.parts(),
        to_clear=handover_list.to_clear(),
        begun=handing.present(store, me.id),
        candidates=handing.candidates(store, me),
        keeps=tuple(role for role in me.roles if role != MANAGER),
        role_names=role_names,
        error=error,
        done=request.args.get("done", ""),
    )
