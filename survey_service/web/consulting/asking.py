"""A link that was lost: asked for by address. What is said next is the same for every address."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import mail
from survey_service.consulting import asked
from survey_service.problems import Problem
from survey_service.web import rendering, way_in
from survey_service.web.consulting.seat import blueprint
from survey_service.web.context import current
from survey_service.web.i18n import gettext


@blueprint.get("/")
def ask() -> str:
    """Ask for the address to which a link goes."""
    return _page()


@blueprint.post("/")
def send() -> ResponseReturnValue:
    """Note that somebody asks for a link."""
    typed = request.form.get("email", "").strip()
    site = current().settings.public_url or request.host_url
    try:
        asked.ask(current().store, typed, site, way_in.network())
    except Problem as problem:
        if problem.code not in mail.NO_ADDRESS:
            raise
        return _page(typed, gettext("This is no e-mail address. Write one such as name@example.org.")), problem.status
    return redirect(url_for(".sent"), 303)


@blueprint.get("/sent")
def sent() -> str:
    """Say that a letter comes if the address is known."""
    return render_template("consulting/sent.html", addresses=rendering.everywhere("consulting.sent"))


def _page(typed: str = "", error: str = "") -> str:
    return render_template(
        "consulting/ask.html", email=typed, error=error, addresses=rendering.everywhere("consulting.ask")
    )
