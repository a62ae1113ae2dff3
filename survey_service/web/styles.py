"""Style sheets, inlined where people arrive, because a file would cost a round trip, and a cached file further on;
and scripts, inlined.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from survey_service.web import scripts

SURVEY, DESK = "survey", "desk"
"""The sheet of every page, and what the desk's pages add to it."""

_FOLDER = Path(__file__).with_name("static")


@dataclass(frozen=True)
class Sheet:
    """A style sheet or script as sent, its source for the Content-Security-Policy, and a mark of its content."""

    text: str
    source: str
    mark: str


@functools.cache
def sheet(name: str = SURVEY) -> Sheet:
    """Return a style sheet without comments and needless blanks."""
    return _sheet(squeeze((_FOLDER / f"{name}.css").read_text("utf-8")))


@functools.cache
def script(name: str) -> Sheet:
    """Return a script without comments and needless blanks."""
    return _sheet(scripts.squeeze((_FOLDER / f"{name}.js").read_text("utf-8")))


@functools.cache
def bundle(*names: str) -> Sheet:
    """Return several scripts as one."""
    return _sheet("\n".join(scripts.squeeze((_FOLDER / f"{name}.js").read_text("utf-8")) for name in names))


def read(name: str) -> str:
    """Return a file of the folder as it stands."""
    return (_FOLDER / name).read_text("utf-8")


def _sheet(text: str) -> Sheet:
    digest = hashlib.sha256(text.encode("utf-8"))
    return Sheet(text, f"sha256-{base64.b64encode(digest.digest()).decode('ascii')}", digest.hexdigest()[:12])


def squeeze(css: str) -> str:
    """Return CSS without comments, line breaks and the blanks around ``{ } : ; ,``; strings must hold none of these."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    css = re.sub(r"\s+", " ", css)
    css = re.sub(r"\s*([{};,])\s*", r"\1", css)
    return re.sub(r":\s+", ":", css).replace(";}", "}").strip()
