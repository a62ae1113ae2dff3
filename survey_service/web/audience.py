"""Who may ask for what: every endpoint stands in one table, and what does not stand there does not exist.

Each module with a blueprint has ``AUDIENCES``, a map of endpoint to Access; ``app.py`` joins them. An audience other
than PUBLIC and PROGRAM is an action that the module's own ``guard(action)`` allows, or refuses by raising a Problem.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Flask, current_app, has_request_context, request

from survey_service.problems import Problem

REFUSED, RESHOWN, EXEMPT = "refused", "reshown", "exempt"
_KEY = "survey_service.audience"
_FOR_RESPONDENTS = (
    *("arrival", "closing", "concept", "contacting", "directory", "helper", "leaving", "offer", "offline"),
    *("public", "receipt", "respondent", "results", "resume"),
)
"""The blueprints of the pages that respondents see."""
Guard = Callable[[str], None]


@dataclass(frozen=True)
class Access:
    """One row: who it is for, and what a changing request without a valid CSRF token gets.

    ``refused``: a Problem. ``reshown``: the view asks ``security.is_forged()`` and shows the form again, unsaved.
    ``exempt``: nothing, because the endpoint uses no cookie. ``body`` is the largest body in bytes, where that is more
    than the setting: for files that only people with an account may bring. ``files`` tells whether respondents may
    bring theirs with the present request, as ``multipart/form-data``, as many and as large as the settings allow.
    """

    audience: str
    forged: str = REFUSED
    body: int = 0
    files: Callable[[], bool] | None = None


PUBLIC = Access("public")
QUESTIONNAIRE = Access("public", RESHOWN)
PROGRAM = Access("program", EXEMPT)


@dataclass(frozen=True)
class Table:
    """All endpoints with their access, and the guard of each."""

    rows: Mapping[str, Access]
    guards: Mapping[str, Guard]


def present() -> Access | None:
    """Return the row of the requested endpoint; None if the address leads nowhere."""
    table: Table = current_app.extensions[_KEY]
    return table.rows.get(request.endpoint or "")


def is_for_respondents(endpoint: str) -> bool:
    """Tell whether an endpoint is a page that respondents see."""
    return endpoint.partition(".")[0] in _FOR_RESPONDENTS


def for_respondents() -> bool:
    """Tell whether the present page is one that respondents see."""
    return has_request_context() and is_for_respondents(request.endpoint or "")


def admit() -> None:
    """Let the present request pass, or raise the Problem that says why not. An unlisted endpoint is not found."""
    if request.routing_exception is not None:
        return  # not found, method not allowed, a redirect: Flask answers it
    access = present()
    if access is None:
        raise Problem("page.missing")
    if access.audience not in (PUBLIC.audience, PROGRAM.audience):
        table: Table = current_app.extensions[_KEY]
        table.guards[str(request.endpoint)](access.audience)


def install(app: Flask, table: Table) -> None:
    """Put the table in force."""
    app.extensions[_KEY] = table
    app.before_request(admit)
