"""Flask's request, without the work it would do again for each one that looks like the last; the file it brings."""

from __future__ import annotations

import contextlib
import functools
from pathlib import PurePath
from typing import IO

import flask
from werkzeug.http import parse_options_header
from werkzeug.utils import cached_property

from survey_service.problems import Problem
from survey_service.web import patience

LONGEST_NAME = 200


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


def brought(longest: int = LONGEST_NAME) -> tuple[str, bytes]:
    """Return the name (its last signs, at most so many) and the content of the file that came with a form.

    Raises Problem import.no_file.
    """
    sent = flask.request.files.get("file")
    if sent is None or not sent.filename:
        raise Problem("import.no_file")
    with contextlib.closing(sent):
        return PurePath(sent.filename).name[-longest:], sent.read()
