"""Pictograms on a page: ``<use>`` of a drawing in a file that a browser keeps for good, in the colour of the text.

A file holds a set of them. Measured on the needs questionnaire with two topics, that weighs a fifth less than drawing
them in each page anew, and than one file of all; and nothing waits for it, because the room is kept.
"""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, g, url_for
from markupsafe import Markup

from survey_service.questionnaire.pictograms import Pictogram, pictogram_sets

_USE = Markup('<svg class="{}" aria-hidden="true"><use href="{}#{}"/></svg>')
_SYMBOL = Markup('<symbol id="{}" viewBox="0 0 48 48"><path d="{}"/>{}</symbol>')
_FILLED = Markup('<path d="{}" fill="currentColor"/>')


@dataclass(frozen=True)
class Sprite:
    """A set of drawings as a file: its SVG, a mark of its content, and the short id of each drawing in it."""

    text: str
    mark: str
    ids: Mapping[str, str]


@functools.cache
def sprite(title: str) -> Sprite:
    """Return the file of a set. Raises KeyError."""
    rows = pictogram_sets()[title]
    ids = {name: f"{number:x}" for number, name in enumerate(rows)}
    symbols = Markup("").join(_symbol(ids[name], drawing) for name, drawing in rows.items())
    text = Markup('<svg xmlns="http://www.w3.org/2000/svg">{}</svg>').format(symbols)
    return Sprite(text, hashlib.sha256(text.encode("utf-8")).hexdigest()[:8], ids)


def _symbol(name: str, drawing: Pictogram) -> Markup:
    filled = _FILLED.format(drawing.fill) if drawing.fill else Markup("")
    return _SYMBOL.format(name, drawing.line, filled)


@functools.cache
def _sets() -> Mapping[str, str]:
    return {name: title for title, rows in pictogram_sets().items() for name in rows}


def picture(name: str) -> Markup:
    """Return a pictogram for HTML content, and allow its file on the present page; nothing for a name without one.

    It stands beside the words that say the same, so it is hidden from screen readers.
    """
    title = _sets().get(name)
    if title is None:
        return Markup("")
    g.pictures = True
    entry = sprite(title)
    kind = "pic turns" if pictogram_sets()[title][name].turns else "pic"
    return _USE.format(kind, url_for("public.drawings", title=title, mark=entry.mark), entry.ids[name])


def install(app: Flask) -> None:
    """Give templates ``picture``."""
    app.jinja_env.globals.update(picture=picture)
