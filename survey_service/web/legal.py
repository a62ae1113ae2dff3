"""Which texts of the interface the law asks for: those of privacy notice, imprint and declaration."""

from __future__ import annotations

import functools
from pathlib import Path

from jinja2 import Environment

PAGES = ("public/privacy.html", "public/imprint.html", "public/accessibility.html", "public/operator.html")
_TEMPLATES = Path(__file__).resolve().parent / "templates"


@functools.cache
def messages() -> frozenset[str]:
    """Return the msgids that stand on these pages; of a text that counts something its singular."""
    reader = Environment(extensions=["jinja2.ext.i18n"], autoescape=True)
    found = set()
    for name in PAGES:
        for _line, _function, message in reader.extract_translations((_TEMPLATES / name).read_text("utf-8")):  # type: ignore[attr-defined]
            found.add(message if isinstance(message, str) else str(message[0]))
    return frozenset(found)
