"""A tablet that many people share: when nobody touches it for a while, it asks, erases, and offers all languages again.

``?kiosk`` turns it on, and every address a page shows keeps it. A browser without scripts is led on by a refresh of the
page. How long a draft may still wait stands in the session, so that one whose time is over is erased at the next look,
whatever the browser did; a page that is sent shows that somebody is there, and is taken.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask, Response, g, request, session, url_for
from markupsafe import Markup

from survey_service import clock
from survey_service.web import audience, device, security, visit, way_in
from survey_service.web.context import current

KIOSK, PAUSE, AT = "kiosk", "_pause", "at"
WARNING_SECONDS = 30
"""How long the question whether somebody is there waits for an answer (WCAG 2.2.1 asks for 20 seconds at least)."""
_UNTIL = "until"
_SLACK = 2
_PAGE = re.compile(r"[A-Za-z][A-Za-z0-9_.~-]{0,300}")
_RESTING = ("arrival.choose", "public.choose_language")
"""Where all languages are offered: there is nothing to erase."""
_IDLE = "arrival.idle"
_KEPT = ("public.style", "public.drawings", "public.read_aloud", "leaving.script")
"""Files that a browser keeps; their addresses and headers say nothing of the visitor."""


def is_on() -> bool:
    """Tell whether the present page is shown on a shared tablet."""
    return KIOSK in request.args and audience.for_respondents()


def home() -> str:
    """Return the questionnaire that the tablet always comes back to; "" if people choose one of all."""
    return request.args.get(KIOSK) or (request.view_args or {}).get("questionnaire", "")


def start() -> str:
    """Return the address where the next person chooses a language."""
    if not home():
        return url_for("public.choose_language", kiosk="")
    return url_for("arrival.choose", questionnaire=home(), tag=way_in.tag() or None, kiosk=home())


def restart() -> Response | None:
    """Return the way to where the next person begins; None if this is no shared tablet."""
    return _redirect(start()) if is_on() else None


def pause(questionnaire: str, at: str) -> Response:
    """Lead to the question whether somebody is still there; from now on only that long is waited."""
    g.kiosk_paused = True
    return _redirect(url_for(_IDLE, questionnaire=questionnaire, at=at))


def back(questionnaire: str) -> str:
    """Return the address of the page on which nobody did anything, for the answer "yes, continue"."""
    if not questionnaire:
        return url_for("public.questionnaires")
    at = request.args.get(AT, "")
    if not _PAGE.fullmatch(at):
        return url_for("respondent.start", questionnaire=questionnaire)
    return url_for("respondent.page", questionnaire=questionnaire, name=at)


def head() -> Markup:
    """Return what leads a page on when nobody touches it, and allow it there; nothing on anybody's own device.

    The script starts counting anew at each touch and sends what was typed so far; without it the page goes on anyway.
    """
    if not is_on() or request.endpoint in _RESTING:
        return Markup("")
    script = security.allow_script("kiosk")
    if request.endpoint == _IDLE:
        seconds, target, kind = WARNING_SECONDS, start(), "question"
    else:
        seconds, target = current().settings.kiosk_seconds, _question()
        kind = "page" if request.endpoint == "respondent.page" else "other"
    return Markup(
        '<noscript><meta http-equiv="refresh" content="{}; url={}"></noscript>\n'
        '<script data-seconds="{}" data-target="{}" data-kind="{}">{}</script>'
    ).format(seconds, target, seconds, target, kind, Markup(script.text))  # noqa: S704 - a file of ours


def _question() -> str:
    values = request.view_args or {}
    at = values.get("name") or {"respondent.check": "check", "respondent.done": "done"}.get(str(request.endpoint))
    return url_for(_IDLE, questionnaire=values.get("questionnaire"), at=at)


def _redirect(address: str) -> Response:
    response = Response(status=303)
    response.headers["Location"] = address
    return response


def _enforce() -> Response | None:
    """Erase what has waited too long, and keep the tablet to its questionnaire."""
    if not audience.for_respondents() or request.endpoint in _KEPT or request.method not in ("GET", "HEAD"):
        return None
    if _waited_too_long():
        visit.end_all(current())
        g.kiosk_erased = True
        if is_on() and request.endpoint not in _RESTING:
            return _redirect(start())
    if is_on() and home() and request.endpoint == "public.questionnaires":
        return _redirect(start())
    return None


def _waited_too_long() -> bool:
    if not security.has_session():
        return False
    until = session.get(_UNTIL)
    return until is not None and clock.now().timestamp() >= until


def _note(response: Response) -> Response:
    """Note how long what the device holds may wait for the next touch."""
    if g.get("kiosk_erased", False):
        response.headers["Clear-Site-Data"] = '"cache"'  # pages kept for the back button go too
    if not audience.for_respondents() or request.endpoint in (*_KEPT, _IDLE):
        return response
    if (is_on() or (security.has_session() and _UNTIL in session)) and device.all_held():
        wait = 0 if g.get("kiosk_paused", False) else current().settings.kiosk_seconds
        session[_UNTIL] = int(clock.now().timestamp()) + wait + WARNING_SECONDS - _SLACK
    return response


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    """Let the addresses on a shared tablet's pages say that it is one."""
    if audience.is_for_respondents(endpoint) and endpoint not in _KEPT and is_on():
        values.setdefault(KIOSK, home())
        if endpoint != "arrival.choose" and way_in.tag():
            values.setdefault(way_in.FROM, way_in.tag())


def install(app: Flask) -> None:
    """Put this in force; templates get ``kiosk_head``."""
    app.url_defaults(_carry)
    app.before_request(_enforce)
    app.after_request(_note)
    app.jinja_env.globals.update(kiosk_head=head)
