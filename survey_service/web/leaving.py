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

from survey_service.web import audience, kiosk, security, visit
from survey_service.web.audience import QUESTIONNAIRE
from survey_service.web.context import current
from survey_service.web.i18n import gettext

blueprint = Blueprint("leaving", __name__)
AUDIENCES = {"leaving.leave": QUESTIONNAIRE}


@blueprint.post("/<lang:lang>/leave")
def leave() -> Response:
    """Erase what this device holds and lead away; the page says what the history still holds while one waits."""
    visit.end_all(current())
    response = kiosk.restart() or Response(render_template("respondent/leave.html", onward=_target()))
    if not kiosk.is_on():
        response.headers["Refresh"] = f"0; url={_target()}"
    response.headers["Clear-Site-Data"] = '"cache"'  # pages kept for the back button go too
    return response


def button() -> Markup:
    """Return the button, with its script, and allow that on the present page; nothing on the desk."""
    if not _is_for_respondents():
        return Markup("")
    script = security.allow_script("leave")
    g.leaves = True
    return Markup(
        '<form id="_leave" method="post" action="{}" data-to="{}" aria-labelledby="_out" target="_top">'
        '<button class="quiet" id="_out">{}</button></form>\n<script>{}</script>'
    ).format(
        url_for("leaving.leave"),
        _target(),
        gettext("Leave this page now"),
        Markup(script.text),  # noqa: S704 - a file of ours
    )


def _is_for_respondents() -> bool:
    """Tell whether a page, or a problem at an address that leads nowhere, is one that respondents see."""
    return audience.for_respondents() or (not request.endpoint and not request.path.startswith("/manage"))


def _target() -> str:
    return kiosk.start() if kiosk.is_on() else current().settings.exit_url


def install(app: Flask) -> None:
    """Give templates ``leave_button``."""
    app.jinja_env.globals["leave_button"] = button
