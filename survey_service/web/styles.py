"""Style sheets, inlined where people arrive, because a file would cost a round trip, and a cached file further on;
and scripts. Both are sent as short as they can be said: without comments, with short names.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from dataclasses import dataclass
from pathlib import Path

SURVEY, DESK = "survey", "desk"
"""The sheet of every page, and what the desk's pages add to it."""

_FOLDER = Path(__file__).with_name("static")
CSS, JAVASCRIPT = "text/css", "application/javascript"
_EDITION = 2018
"""The edition of ECMAScript that scripts are written in; what shortens them must not use newer words."""


@dataclass(frozen=True)
class Sheet:
    """A style sheet or script as sent, its source for the Content-Security-Policy, and a mark of its content."""

    text: str
    source: str
    mark: str


@functools.cache
def sheet(name: str = SURVEY) -> Sheet:
    """Return a style sheet as sent."""
    return of(short(CSS, read(f"{name}.css")))


@functools.cache
def script(name: str) -> Sheet:
    """Return a script as sent; what it declares can be used by further ones."""
    return of(short(JAVASCRIPT, read(f"{name}.js")))


@functools.cache
def bundle(*names: str) -> Sheet:
    """Return several scripts as one that nothing outside of it looks into, so that all its names are short."""
    parts = "\n".join(read(f"{name}.js") for name in names)
    return of(short(JAVASCRIPT, f"(() => {{\n{parts}\n}})()"))


def read(name: str) -> str:
    """Return a file of the folder as it stands."""
    return (_FOLDER / name).read_text("utf-8")


def of(text: str) -> Sheet:
    """Return a text as a sheet or script."""
    digest = hashlib.sha256(text.encode("utf-8"))
    return Sheet(text, f"sha256-{base64.b64encode(digest.digest()).decode('ascii')}", digest.hexdigest()[:8])


def short(kind: str, text: str) -> str:
    """Return a sheet or script, by its media type, in the fewest characters; what does that is loaded at first use."""
    import minify

    minify.config({"js-version": _EDITION})
    return str(minify.string(kind, text))
