"""Compressed answers: a page is a fifth of its size on the way.

Compressing a secret next to what an attacker chooses could give it away by its length (BREACH). Here that would need
the respondent's cookie on a request that another site causes, and SameSite and Sec-Fetch-Site keep it off.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping

import brotli
from flask import Flask, Response, request

_LEAST = 500  # shorter answers fit into one packet anyway
_LEVEL = 6
_LEVEL_BR = 5  # as quick as gzip's 6, and a sixth smaller
_KINDS = ("text/", "image/svg+xml", "application/json", "application/problem+json")

ENCODINGS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda body: brotli.compress(body, quality=_LEVEL_BR),
    "gzip": lambda body: gzip.compress(body, _LEVEL, mtime=0),
}
"""Content encodings, the best first."""


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
    response.set_data(ENCODINGS[encoding](body))
    response.headers["Content-Encoding"] = encoding
    tag, _weak = response.get_etag()
    if tag is not None:
        response.set_etag(tag, weak=True)  # the same content, but not the same bytes
    return response


def install(app: Flask) -> None:
    """Compress the answers of an application."""
    app.after_request(compress)
