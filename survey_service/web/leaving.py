"""The way out at any moment, for people who are watched: one button on each page that respondents see.

It erases the drafts of this device and leads to a harmless page. With the script, which also hears Escape pressed three
times, no entry of this page stays in the browser's history; without it the answer to the button leads on.

``Clear-Site-Data`` names the cache only: "storage" would take the outbox too, in which finished answers of other people
may wait for a network. Drafts on the phone are erased by the service worker, or by the script of the questionnaire.
There is no CSRF token, because none may be too old and a page that is read sets no cookie: what other sites send is
refused by the browser's word on where a request comes from, and cookies stay at home.
"""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g, render_template, request, url_for
from markupsafe import Markup

from survey_service.problems import Problem
from survey_service.web import audience, kiosk, security, styles, visit
from survey_service.web.audience import PUBLIC, QUESTIONNAIRE
from survey_service.web.context import current
from survey_service.web.i18n import gettext

blueprint = Blueprint("leaving", __name__)
AUDIENCES = {"leaving.leave": QUESTIONNAIRE, "leaving.script": PUBLIC}


@blueprint.post("/<lang:lang>/leave")
def leave() -> Response:
    """Erase what this device holds and lead away; the page says what the history still holds while one waits."""
    visit.end_all(current())
    response = kiosk.restart() or Response(render_template("respondent/leave.html", onward=_target()))
    if not kiosk.is_on():
        response.headers["Refresh"] = f"0; url={_target()}"
    response.headers["Clear-Site-Data"] = '"cache"'  # pages kept for the back button go too
    return response


@blueprint.get("/static/leave-<mark>.js")
def script(mark: str) -> Response:
    """The button's script; its address changes with its content, so that a browser may keep it for good."""
    found = styles.script("leave")
    if mark != found.mark:
        raise Problem("page.missing")
    response = Response(found.text, mimetype="text/javascript")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def button() -> Markup:
    """Return the button, with its script, and allow that on the present page; nothing on the desk.

    Like the style sheet, the script is inlined where people arrive, and a file that a browser keeps further on.
    """
    if not _is_for_respondents():
        return Markup("")
    g.leaves = True
    return Markup(
        '<form id="_leave" method="post" action="{}" data-to="{}" aria-labelledby="_out"{}>'
        '<button class="quiet" id="_out">{}</button></form>\n{}'
    ).format(
        url_for("leaving.leave"),
        _target(),
        Markup(' target="_top"') if current().settings.embed_origins else "",
        gettext("Leave this page now"),
        _script(),
    )


def _script() -> Markup:
    if g.get("sheets"):
        return Markup("<script>{}</script>").format(Markup(security.allow_script("leave").text))  # noqa: S704 - ours
    g.scripts = {*g.get("scripts", ()), "self"}
    return Markup('<script src="{}" defer></script>').format(
        url_for("leaving.script", mark=styles.script("leave").mark)
    )


def _is_for_respondents() -> bool:
    """Tell whether a page, or a problem at an address that leads nowhere, is one that respondents see."""
    return audience.for_respondents() or (not request.endpoint and not request.path.startswith("/manage"))


def _target() -> str:
    return kiosk.start() if kiosk.is_on() else current().settings.exit_url


def install(app: Flask) -> None:
    """Give templates ``leave_button``."""
    app.jinja_env.globals["leave_button"] = button
