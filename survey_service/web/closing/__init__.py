"""What became of the answers, and newsletters: public pages that were frozen when they were published."""

from __future__ import annotations

from survey_service.web.closing.became import AUDIENCES, blueprint
from survey_service.web.closing.news import NEWS

__all__ = ["AUDIENCES", "blueprint"]

AUDIENCES |= NEWS
