"""The way in: look whether an offer is there, ask for a link by mail, come by the link, go."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, mail
from survey_service.offers import asked, links
from survey_service.offers.asked import Asking
from survey_service.problems import Problem
from survey_service.responses import providing
from survey_service.web import device, i18n, provider_visit, way_in
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.provider import frame
from survey_service.web.provider.frame import blueprint

_LONGEST = 200


@blueprint.get("/")
def start() -> str:
    """Look for an organisation or offer; what is found, or the way to register."""
    typed = request.args.get("q", "").strip()[:_LONGEST]
    try:
        model = providing.questionnaire(current().publications).questionnaire
    except Problem:
        model = None
    return render_template(
        "provider/start.html",
        typed=typed,
        found=current().offer_names.find(current().store, typed),
        questionnaire=model,
        register_in=_register_in(model.languages) if model else "",
    )


def _register_in(offered: tuple[str, ...]) -> str:
    tag = i18n.language().tag
    return tag if tag in offered else offered[0]


@blueprint.get("/link")
def ask() -> str:
    """Ask for the address to which a link goes."""
    return _ask_page()


@blueprint.post("/link")
def send() -> ResponseReturnValue:
    """Note that somebody asks for a link; what is said next is the same for every address."""
    typed = request.form.get("email", "").strip()
    asking = Asking(typed, i18n.language().tag, site(), offer=request.form.get("offer", "")[:20])
    try:
        asked.ask(current().store, asking, way_in.network())
    except Problem as problem:
        if problem.code in mail.NO_ADDRESS:
            return _ask_page(typed, no_address()), problem.status
        raise
    return frame.to("sent")


@blueprint.get("/link/sent")
def sent() -> str:
    """Say that a letter comes if the address is known."""
    return render_template("provider/sent.html", days=links.DAYS[links.EDIT])


@blueprint.get("/open/<token>")
def arrive(token: str) -> str:
    """Show one button: programs that look at the links in a mail press none. Any link that is not good is missing."""
    links.look(current().store, token, links.EDIT)
    return render_template("provider/arrive.html", token=token)


@blueprint.post("/open/<token>")
def enter(token: str) -> BaseResponse:
    """Use the link up and begin a session."""
    begun, _contact = providing.enter(current().store, token, now=clock.now())
    return provider_visit.begin(frame.to("mine"), begun)


@blueprint.post("/finish")
def finish() -> BaseResponse:
    """End the session; what the contact has begun is kept for the next visit, and the device forgets it."""
    contact = provider_visit.contact()
    for name, held in device.all_held().items():
        if contact is not None and providing.is_by(current().store, held.token, contact):
            device.drop(name)
    response = provider_visit.end(redirect(url_for("provider.start", finished="yes"), 303))
    response.headers["Clear-Site-Data"] = '"cache"'  # pages kept for the back button go too
    return response


def site() -> str:
    """Return the address of this service as people elsewhere reach it."""
    return (current().settings.public_url or request.host_url).rstrip("/")


def no_address() -> str:
    """Return what is said of an address that is none."""
    return gettext("This is no e-mail address. Write one such as name@example.org.")


def _ask_page(typed: str = "", error: str = "") -> str:
    offer = request.values.get("offer", "")[:20]
    return render_template("provider/ask.html", email=typed, error=error, offer=offer)
