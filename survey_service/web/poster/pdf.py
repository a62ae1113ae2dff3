"""A poster as PDF of one page."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from survey_service.languages import Language
from survey_service.typesetting import document, fonts
from survey_service.typesetting.document import piece
from survey_service.typesetting.fonts import Found
from survey_service.web import qr
from survey_service.web.poster.content import Invitation, Poster
from survey_service.web.wordings import EVERYWHERE

_TEMPLATE = Path(__file__).with_name("poster.typ")


def pdf(poster: Poster, installed: Sequence[Found] | None = None) -> bytes:
    """Return the poster as one page. Raises Problems poster.script and poster.character rather than print boxes."""
    known = fonts.installed() if installed is None else installed
    code = qr.image(poster.address).decode("ascii")
    return document.compiled(_TEMPLATE, _data(poster, known), known, qr=code)


def check(poster: Poster, installed: Sequence[Found]) -> None:
    """Raise Problem poster.script or poster.character if these fonts don't have all that stands on the poster."""
    _data(poster, installed)


def _data(poster: Poster, known: Sequence[Found]) -> dict[str, Any]:
    first = poster.invitations[0]
    return {
        "paper": poster.size,
        "scale": {"a4": 1, "a3": 2**0.5}[poster.size],
        "title": first.heading,
        "address": piece(poster.short_address, None, known),
        "link": poster.address,
        "sender": piece(poster.sender, None, known),
        "code": piece(poster.code, None, known),
        "code_labels": [piece(label, entry, known) for label, entry in code_labels(poster)],
        "invitations": [_invitation(entry, known) for entry in poster.invitations],
    }


def code_labels(poster: Poster) -> list[tuple[str, Language]]:
    """Return the word for the code in the poster's languages, each word once."""
    found: dict[str, Language] = {}
    for entry in poster.invitations:
        found.setdefault(entry.code_label, entry.language)
    return list(found.items())


def _invitation(entry: Invitation, known: Sequence[Found]) -> dict[str, Any]:
    language = entry.language
    return {
        **{name: piece(getattr(entry, name), language, known) for name in ("heading", "text", "duration")},
        "title": piece(entry.title.text, None if entry.title.tag == EVERYWHERE else language, known),
    }
