"""How the log looks: lines for people, or one JSON object a line for programs. Neither holds an answer."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable

TEXT, JSON = "text", "json"
FORMS = (TEXT, JSON)
_LINE = "%(asctime)s %(levelname)s %(name)s [%(request)s]: %(message)s"


class Lines(logging.Formatter):
    """A JSON object a line: time (UTC), level, logger, request, message, and the facts of a request by name."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record; a traceback is a text in it."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        line = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": getattr(record, "request", "-"),
            "message": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def configure(form: str, request_id: Callable[[], str]) -> None:
    """Write all of the log to standard error in one of FORMS; ``request_id`` tells which request a line belongs to."""
    handler = logging.StreamHandler()
    handler.setFormatter(Lines() if form == JSON else logging.Formatter(_LINE))

    def mark(record: logging.LogRecord) -> bool:
        record.request = request_id()
        return True

    handler.addFilter(mark)
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
