"""The JSON API, version 1: read questionnaires, send responses. Errors are RFC 9457 problem details."""

from __future__ import annotations

from survey_service.web.api.routes import AUDIENCES, blueprint

__all__ = ["AUDIENCES", "blueprint"]
