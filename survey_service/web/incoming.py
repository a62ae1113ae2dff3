"""Flask's request, without the work it would do again for each one that looks like the last."""

from __future__ import annotations

import functools
from typing import IO

import flask
from werkzeug.http import parse_options_header
from werkzeug.utils import cached_property

from survey_service.web import patience


class Request(flask.Request):
    """A request; its body isn't counted once more while it is read if `patience` has read all of it already."""

    @cached_property
    def stream(self) -> IO[bytes]:
        if patience.WHOLE in self.environ:
            whole: IO[bytes] = self.environ["wsgi.input"]
            return whole
        return super().stream

    def close(self) -> None:
        super().close()
        if patience.WHOLE in self.environ:
            self.environ["wsgi.input"].close()  # a large body was kept on disk

    @property
    def mimetype(self) -> str:
        return _mimetype(self.environ.get("CONTENT_TYPE", ""))


@functools.lru_cache(maxsize=64)
def _mimetype(content_type: str) -> str:
    return parse_options_header(content_type)[0].lower()
