"""From a template and its data to a PDF; a character that no font has is refused in words."""

from __future__ import annotations

import contextlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from survey_service import clock
from survey_service.languages import Language
from survey_service.typesetting import fonts
from survey_service.typesetting.fonts import Found

_NO_LANGUAGE = "zxx"


def compiled(template: Path, data: Any, known: Sequence[Found], **inputs: str) -> bytes:
    """Return what a template makes of ``data`` (JSON data, ``sys.inputs.data``) and further texts."""
    import typst  # loaded when it is needed: 30 MB

    with _folder_of(known) as folder:
        faces = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
        made, warnings = typst.compile_with_warnings(
            template.read_bytes(),
            font_paths=faces,
            sys_inputs={"data": json.dumps(data), **inputs},
            pdf_standards="ua-1",
            timestamp=int(clock.now().timestamp()),
        )
    if warnings:  # a font that is not taken would leave its text out
        raise RuntimeError(warnings[0].message)
    return bytes(made)


@contextlib.contextmanager
def _folder_of(families: Sequence[Found]) -> Iterator[str]:
    """Provide a folder with nothing but the fonts of some families: to look through all of a system takes long."""
    with tempfile.TemporaryDirectory(prefix="survey-fonts-") as folder:
        for path in (path for family in families for path in family.files):
            Path(folder, path.name).symlink_to(path)
        yield folder


def piece(text: str, language: Language | None, known: Sequence[Found]) -> dict[str, Any]:
    """Return a text with what is needed to set it; of no language, such as a name, it has the direction of its letters.

    typst has languages of two or three letters and regions of two. Raises Problems poster.script and poster.character.
    """
    families = [family.face.family for family in fonts.families_for(text, known)] or [fonts.FACES[0].family]
    parts = language.tag.split("-") if language is not None else [_NO_LANGUAGE]
    region = next((part for part in parts[1:] if len(part) == 2 and part.isupper()), None)
    rtl = language.direction == "rtl" if language is not None else None
    return {"text": text, "fonts": families, "lang": parts[0], "region": region, "rtl": rtl}
