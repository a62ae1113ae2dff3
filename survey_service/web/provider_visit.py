"""Who is there as the contact of offers: a cookie with a token, the rest on the server (see ``offers.visits``)."""

from __future__ import annotations

from flask import Flask, g, request, session
from werkzeug.wrappers import Response

from survey_service import clock
from survey_service.offers import visits
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.web import security
from survey_service.web.context import current

_CONTACT = "provider_contact"


def cookie_name() -> str:
    """Return the name of the cookie that holds the session's token."""
    return "__Host-provider" if current().settings.secure else "provider"


def token() -> str:
    """Return the token that the browser sent, or an empty text."""
    return request.cookies.get(cookie_name(), "")


def contact() -> Contact | None:
    """Return whose session this is, or None; looked up once a request, which keeps the session awake."""
    if _CONTACT not in g:
        sent = token()
        g.provider_contact = visits.find(current().store, sent, now=clock.now()) if sent else None
    found: Contact | None = g.provider_contact
    return found


def present() -> Contact:
    """Return whose session this is. Raises Problem visit.missing."""
    found = contact()
    if found is None:
        raise Problem("visit.missing")
    return found


def begin(response: Response, token: str) -> Response:
    """Give the browser a new session, and forms a new CSRF secret: those from before count no longer."""
    visits.end(current().store, request.cookies.get(cookie_name(), ""))
    response.set_cookie(cookie_name(), token, path="/", secure=current().settings.secure, httponly=True, samesite="Lax")
    session.pop(security.CSRF_FIELD, None)
    return response


def end(response: Response) -> Response:
    """End the session, on the server and in the browser."""
    visits.end(current().store, token())
    response.delete_cookie(cookie_name(), path="/", secure=current().settings.secure, httponly=True, samesite="Lax")
    session.pop(security.CSRF_FIELD, None)
    return response


def _keep_awake() -> None:
    """Let a session last while its contact answers the questionnaire, which may take longer than it waits."""
    if (request.endpoint or "").startswith("respondent."):
        contact()


def install(app: Flask) -> None:
    """Put this in force; templates get ``provider_contact``."""
    app.before_request(_keep_awake)
    app.jinja_env.globals.update(provider_contact=contact)
