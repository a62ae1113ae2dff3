"""The HSDS 3 API and the files of open data: read-only, for everybody, of listed offers with consent only."""

from __future__ import annotations

from survey_service.web.hsds.routes import AUDIENCES, blueprint

__all__ = ["AUDIENCES", "blueprint"]
