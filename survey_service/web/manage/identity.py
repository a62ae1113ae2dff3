"""Who is at the door: what is known of the browser that asks, the cookies it gets, and where passkeys belong to."""

from __future__ import annotations

import datetime as dt
import ipaddress
import re
from urllib.parse import urlsplit

from flask import request, session
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.accounts import known, login
from survey_service.accounts.accounts import Account
from survey_service.accounts.login import Caller
from survey_service.accounts.passkeys import Site
from survey_service.letters import team
from survey_service.web import i18n, security, way_in
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk

KNOWN_FOR = dt.timedelta(days=180)
_FAMILIES = (
    ("Edge", re.compile(r"\bEdgA?(?:iOS)?/")),
    ("Opera", re.compile(r"\bOPR/")),
    ("Samsung Internet", re.compile(r"\bSamsungBrowser/")),
    ("Firefox", re.compile(r"\b(?:Firefox|FxiOS)/")),
    ("Chrome", re.compile(r"\b(?:(?:Headless)?Chrome|CriOS|Chromium)/")),
    ("Safari", re.compile(r"\bSafari/")),
)
_SYSTEMS = (
    ("Android", re.compile(r"\bAndroid\b")),
    ("iOS", re.compile(r"\b(?:iPhone|iPad)\b")),
    ("Windows", re.compile(r"\bWindows\b")),
    ("macOS", re.compile(r"\bMac OS X\b")),
    ("Linux", re.compile(r"\bLinux\b")),
)


def browser() -> str:
    """Return roughly which browser asks, such as ``Firefox, Android``; nothing of what it says of itself is kept."""
    said = request.headers.get("User-Agent", "")[:500]
    found = (next((name for name, sign in table if sign.search(said)), "") for table in (_FAMILIES, _SYSTEMS))
    return ", ".join(filter(None, found))


def caller(name: str) -> Caller:
    """Return what is known of the browser that wants to sign in under a name."""
    marked = request.cookies.get(_known_cookie(), "")
    return Caller(browser(), way_in.network(), known.of(current().factor_key, name, marked))


def address() -> str:
    """Return the address of this service as people elsewhere reach it."""
    return str(current().settings.public_url or request.host_url).rstrip("/")


def site() -> Site:
    """Return where passkeys belong to: the public address; without one, the address of the present page."""
    parts = urlsplit(address())
    return Site(parts.hostname or "", (f"{parts.scheme}://{parts.netloc}",), gettext("Integration survey"))


def with_token(response: BaseResponse, token: str) -> BaseResponse:
    """Give the browser a new session, and forms a new CSRF secret: those from before count no longer.

    Once somebody is signed in the browser also gets the mark of one that is known, which opens nothing.
    """
    secure = current().settings.secure
    response.set_cookie(desk.cookie_name(), token, path="/", secure=secure, httponly=True, samesite="Lax")
    session.pop(security.CSRF_FIELD, None)
    who = login.visitor(current().store, token, now=clock.now())
    if who is not None:
        response.set_cookie(
            _known_cookie(),
            known.mark(current().factor_key, who.account.name),
            max_age=KNOWN_FOR,
            path="/",
            secure=secure,
            httponly=True,
            samesite="Lax",
        )
    return response


def has_passkeys() -> bool:
    """Tell whether passkeys can belong to this service: they need a name, an address of numbers has none."""
    try:
        ipaddress.ip_address(site().host)
    except ValueError:
        return True
    return False


def tell_changed(account: Account) -> None:
    """Tell somebody by mail that a way to sign in was changed."""
    team.tell_changed(current().settings, account, i18n.language().tag)


def _known_cookie() -> str:
    return "__Host-desk-known" if current().settings.secure else "desk-known"
