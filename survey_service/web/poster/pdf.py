"""A poster as PDF: tagged (PDF/UA-1), set by typst with the fonts of this computer."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from survey_service import clock
from survey_service.languages import Language
from survey_service.web import qr
from survey_service.web.poster import fonts
from survey_service.web.poster.content import Invitation, Poster
from survey_service.web.poster.fonts import Found
from survey_service.web.wordings import EVERYWHERE

_TEMPLATE = Path(__file__).with_name("poster.typ")


def pdf(poster: Poster, installed: Sequence[Found] | None = None) -> bytes:
    """Return the poster as one page. Raises Problems poster.script and poster.character rather than print boxes."""
    import typst  # loaded when it is needed: 30 MB

    known = fonts.installed() if installed is None else installed
    inputs = {"data": json.dumps(_data(poster, known)), "qr": qr.image(poster.address).decode("ascii")}
    with _folder_of(known) as folder:
        faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
        made, warnings = typst.compile_with_warnings(
            _TEMPLATE.read_bytes(),
            font_paths=faces,
            sys_inputs=inputs,
            pdf_standards="ua-1",
            timestamp=int(clock.now().timestamp()),
        )
    if warnings:  # a font that is not taken would leave its text out
        raise RuntimeError(warnings[0].message)
    return bytes(made)


def check(poster: Poster, installed: Sequence[Found]) -> None:
    """Raise Problem poster.script or poster.character if these fonts don't have all that stands on the poster."""
    _data(poster, installed)


@contextlib.contextmanager
def _folder_of(families: Sequence[Found]) -> Iterator[str]:
    """Provide a folder with nothing but the fonts of some families: to look through all of a system takes long."""
    with tempfile.TemporaryDirectory(prefix="survey-fonts-") as folder:
        for path in (path for family in families for path in family.files):
            Path(folder, path.name).symlink_to(path)
        yield folder


def _data(poster: Poster, known: Sequence[Found]) -> dict[str, Any]:
    first = poster.invitations[0]
    return {
        "paper": poster.size,
        "scale": {"a4": 1, "a3": 2**0.5}[poster.size],
        "title": first.heading,
        "address": _piece(poster.short_address, None, known),
        "link": poster.address,
        "sender": _piece(poster.sender, None, known),
        "code": _piece(poster.code, None, known),
        "code_labels": [_piece(label, entry, known) for label, entry in code_labels(poster)],
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
        **{name: _piece(getattr(entry, name), language, known) for name in ("heading", "text", "duration")},
        "title": _piece(entry.title.text, None if entry.title.tag == EVERYWHERE else language, known),
    }


def _piece(text: str, language: Language | None, known: Sequence[Found]) -> dict[str, Any]:
    """Return a text with what is needed to set it; of no language, such as a name, it has the direction of its letters.

    typst has languages of two or three letters and regions of two.
    """
    families = [family.face.family for family in fonts.families_for(text, known)] or [fonts.FACES[0].family]
    parts = language.tag.split("-") if language is not None else ["zxx"]
    region = next((part for part in parts[1:] if len(part) == 2 and part.isupper()), None)
    rtl = language.direction == "rtl" if language is not None else None
    return {"text": text, "fonts": families, "lang": parts[0], "region": region, "rtl": rtl}
