"""OpenRosa, for phones with ODK Collect or Enketo: fetch a questionnaire by a channel, send what was filled in."""

from __future__ import annotations

from survey_service.web.openrosa.routes import AUDIENCES, blueprint

__all__ = ["AUDIENCES", "blueprint"]
