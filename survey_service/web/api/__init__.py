"""The JSON API, version 1: read questionnaires and send responses, and with a token more. Errors are RFC 9457 problem
details."""

from __future__ import annotations

from survey_service.web import audience
from survey_service.web.api import exports, offers, routes
from survey_service.web.api.blueprint import blueprint

__all__ = ["AUDIENCES", "blueprint"]

AUDIENCES = {
    f"api.{endpoint}": audience.PROGRAM
    for endpoint in (
        *("openapi", "questionnaires", "questionnaire", "respond", "hand_in", "copy", "healthz", "readyz"),
        *("token", "responses", "response_numbers", "results"),  # these and the next ask for a token themselves
        *("offers", "offer", "send_offer", "change_offer"),
    )
}
_VIEWS = (exports, offers, routes)  # imported for their routes
