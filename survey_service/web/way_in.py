"""How somebody comes to a questionnaire: by which link, with which code. What an address says of it goes along."""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
from typing import Any

from flask import Flask, request

from survey_service import clock
from survey_service.problems import Problem
from survey_service.responses import access_codes, links
from survey_service.responses.links import Way
from survey_service.web import audience
from survey_service.web.context import current

FROM, CODE = "from", "_code"
"""The argument of an address that holds a link's tag; the form field of the code, which no question is called."""
_BEFORE = ("public.questionnaires", "public.privacy", "public.imprint", "respondent.start")
"""The pages before the first answer; from then on the draft knows the source."""


def tag() -> str:
    """Return the tag in the present address, or "" if there is none that could be one."""
    found = (request.view_args or {}).get("tag") or request.args.get(FROM, "")
    return found if links.TAG.fullmatch(found) else links.PLAIN


def present(questionnaire: str) -> Way:
    """Return how whoever asks for the present page comes to a questionnaire."""
    return links.way(current().store, questionnaire, tag())


def check(way: Way, code: str) -> None:
    """Pass if the code is right or none is asked for. Raises Problems code.missing, code.wrong and code.locked."""
    access_codes.check(current().store, way.code, code, f"{way.questionnaire} {network()}", now=clock.now())


def refusal(way: Way) -> Problem | None:
    """Return why the code in the form that was sent is refused, or None."""
    try:
        check(way, request.form.get(CODE, ""))
    except Problem as problem:
        if not problem.code.startswith("code."):
            raise
        return problem
    return None


def network() -> str:
    """Return a mark of the network that asks, which only this instance can make: an address, of IPv6 its first half."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        network = request.remote_addr or ""
    else:
        network = str(ipaddress.ip_network((address, 64 if address.version == 6 else 32), strict=False))
    return hmac.new(current().receipt_key.encode(), network.encode(), hashlib.sha256).hexdigest()


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    """Let addresses of the pages before the first answer keep the tag."""
    if endpoint in _BEFORE and audience.for_respondents() and tag():
        values.setdefault(FROM, tag())


def install(app: Flask) -> None:
    """Put this in force."""
    app.url_defaults(_carry)
