"""The published figures, for everybody: pages by topic and of one indicator, and files; all read one frozen batch."""

from __future__ import annotations

from survey_service.web.results.pages import AUDIENCES, blueprint
from survey_service.web.results.sending import DOWNLOADS

__all__ = ["AUDIENCES", "blueprint"]

AUDIENCES |= DOWNLOADS
