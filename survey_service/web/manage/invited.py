"""Accepting an invitation: choose a name and a password, and be signed in."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.accounts import login, tickets
from survey_service.problems import Problem
from survey_service.web import i18n, security, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, identity
from survey_service.web.manage.desk import blueprint

_AT_FIELD = {
    "user.name": "name",
    "user.exists": "name",
    "user.weak_password": "new",
    "user.long_password": "new",
    "user.guessable_password": "new",
    "user.repeated_password": "again",
    "mail.address": "email",
    "mail.letters": "email",
}
"""Problem → the field at which it is shown."""


@blueprint.get("/invited/<token>")
def invited(token: str) -> str:
    """Show the form; that uses nothing up."""
    return _page(token)


@blueprint.post("/invited/<token>")
def accept_invitation(token: str) -> ResponseReturnValue:
    """Make the account, sign in, and lead to where a second factor is set up."""
    if security.is_forged():
        return _page(token, error=gettext("This page was open too long. Please try once more.")), 400
    store, now = current().store, clock.now()
    name, new, email = (request.form.get(field, "") for field in ("name", "new", "email"))
    try:
        if new != request.form.get("again", ""):
            raise Problem("user.repeated_password")
        account = tickets.accept(store, token, name, new, email, now=now)
    except Problem as problem:
        if problem.code not in _AT_FIELD:
            raise
        return _page(token, _AT_FIELD[problem.code], wordings.problem_message(problem)), problem.status
    login.sign_out(store, desk.token(), now=now)
    begun = login.sign_in(store, account.name, new, i18n.language().tag, now=now, caller=identity.caller(account.name))
    return identity.with_token(redirect(url_for("manage.account", done="welcome"), 303), begun)


def _page(token: str, wrong: str = "", error: str = "") -> str:
    invitation = tickets.look(current().store, token, now=clock.now())
    return render_template(
        "manage/invited.html", token=token, invitation=invitation, typed=request.form, wrong=wrong, error=error
    )
