"""Compressed answers: a page is a fifth of its size on the way.

What is the same for everybody is compressed as hard as possible, once, and kept; everything else quickly, each time.

Compressing a secret next to what an attacker chooses could give it away by its length (BREACH). Here that would need
the respondent's cookie on a request that another site causes, and SameSite and Sec-Fetch-Site keep it off.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
from collections.abc import Callable, Mapping
from typing import NamedTuple

import brotli
import zstandard
from flask import Flask, Response, request

from survey_service.web.kept import Kept

_LEAST = 500  # shorter answers fit into one packet anyway
_KINDS = ("text/", "image/svg+xml", "application/json", "application/problem+json")
_WINDOW = 16
"""Two to this power of bytes are looked back: a whole page. More memory than that costs more time than it saves."""
_MOST_KEPT = 256
"""How many compressed answers a process keeps: those of all languages of a few questionnaires, some 12 kB each."""

Compress = Callable[[bytes], bytes]


class Encoding(NamedTuple):
    """A content encoding: quickly, as quick as gzip's 6 and smaller, and as hard as it can."""

    quick: Compress
    hard: Compress


ENCODINGS: Mapping[str, Encoding] = {
    "br": Encoding(
        functools.partial(brotli.compress, quality=5, lgwin=_WINDOW), functools.partial(brotli.compress, quality=11)
    ),
    "zstd": Encoding(functools.partial(zstandard.compress, level=6), functools.partial(zstandard.compress, level=19)),
    "gzip": Encoding(
        functools.partial(gzip.compress, compresslevel=6, mtime=0),
        functools.partial(gzip.compress, compresslevel=9, mtime=0),
    ),
}
"""Content encodings, the best first."""

_kept: Kept[bytes] = Kept(_MOST_KEPT)


def compress(response: Response) -> Response:
    """Compress a finished text answer for a browser that accepts it; files and streams stay as they are."""
    if response.is_streamed or response.direct_passthrough or not (response.mimetype or "").startswith(_KINDS):
        return response
    body = response.get_data()
    if len(body) < _LEAST:
        return response
    response.vary.add("Accept-Encoding")
    encoding = next((name for name in ENCODINGS if request.accept_encodings[name] > 0), None)
    if encoding is None or "Content-Encoding" in response.headers:
        return response
    response.set_data(_hard(encoding, body) if response.cache_control.public else ENCODINGS[encoding].quick(body))
    response.headers["Content-Encoding"] = encoding
    tag, _weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)  # the same content, but not the same bytes
    return response


def _hard(encoding: str, body: bytes) -> bytes:
    """Return a body compressed as hard as possible; only the first time that takes its time."""
    return _kept.get((encoding, hashlib.sha256(body).digest()), lambda: ENCODINGS[encoding].hard(body))


def install(app: Flask) -> None:
    """Compress the answers of an application."""
    app.after_request(compress)
