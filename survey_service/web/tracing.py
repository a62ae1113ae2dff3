"""Each request gets an id, which its answer and the lines of the log about it bear, and one line when it is answered.

The line names the endpoint and never the address: addresses hold links, receipts and what people look for. Nor does it
say who asked.
"""

from __future__ import annotations

import logging
import re
import secrets
import time

from flask import Flask, Response, g, has_request_context, request

from survey_service.settings import Settings

HEADER = "X-Request-ID"
log = logging.getLogger("survey_service.requests")
_GIVEN = re.compile(r"[A-Za-z0-9._-]{8,64}")


def install(app: Flask, settings: Settings) -> None:
    """Give each request its id, before anything else looks at it; one that a trusted proxy has given it is kept."""

    def begin() -> None:
        given = request.headers.get(HEADER, "") if settings.proxies else ""
        g.request_id = given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
        g.begun = time.perf_counter()

    def end(response: Response) -> Response:
        if "request_id" not in g:  # the application refused before the first of these functions was called
            return response
        response.headers[HEADER] = g.request_id
        took = (time.perf_counter() - g.begun) * 1_000
        facts = {"method": request.method, "endpoint": endpoint(), "status": response.status_code, "ms": round(took, 1)}
        log.info("%(method)s %(endpoint)s %(status)s %(ms)s ms", facts, extra={"facts": facts})
        return response

    app.before_request(begin)
    app.after_request(end)


def endpoint() -> str:
    """Return the name of the endpoint that is asked for, "-" for an address that leads nowhere."""
    return request.endpoint or "-"


def request_id() -> str:
    """Return the id of the present request, "-" outside of one."""
    return str(g.get("request_id", "-")) if has_request_context() else "-"
