"""A lost password: ask for a link, and choose a new password with it. The second factor stays as it is."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.accounts import lost, tickets
from survey_service.problems import Problem
from survey_service.web import i18n, security, way_in, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import identity
from survey_service.web.manage.desk import blueprint

_LONGEST = 254


@blueprint.get("/lost")
def lost_password() -> str:
    """Ask for the user name or the address."""
    return render_template("manage/lost.html", error="", typed="")


@blueprint.post("/lost")
def ask_for_password() -> ResponseReturnValue:
    """Note that somebody asks for a link; what is said next is the same for everybody."""
    typed = request.form.get("name", "").strip()[:_LONGEST]
    if security.is_forged():
        error = gettext("This page was open too long. Please try once more.")
        return render_template("manage/lost.html", error=error, typed=typed), 400
    tag, key = i18n.language().tag, current().factor_key
    lost.ask(current().store, typed, tag, identity.address(), network=way_in.network(), key=key, now=clock.now())
    return redirect(url_for("manage.lost_asked", lang=tag), 303)


@blueprint.get("/lost/sent")
def lost_asked() -> str:
    """Say that a letter comes if there is an account with an address."""
    return render_template("manage/lost_sent.html")


@blueprint.get("/new-password/<token>")
def new_password(token: str) -> str:
    """Show the form; that uses nothing up, for programs look at the links in a mail, too."""
    return _page(token, "")


@blueprint.post("/new-password/<token>")
def set_password(token: str) -> ResponseReturnValue:
    """Use the link up: the account gets the password, its sessions end, and its holder signs in as always."""
    if security.is_forged():
        return _page(token, gettext("This page was open too long. Please try once more.")), 400
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise Problem("user.repeated_password")
        account = tickets.renew_password(current().store, token, new, now=clock.now())
    except Problem as problem:
        if not problem.code.startswith("user."):
            raise
        return _page(token, wordings.problem_message(problem)), problem.status
    identity.tell_changed(account)
    return redirect(url_for("manage.enter", done="password", lang=i18n.language().tag), 303)


def _page(token: str, error: str) -> str:
    account = tickets.account_of(current().store, token, now=clock.now())
    return render_template("manage/new_password.html", error=error, token=token, account=account)
