"""Column headers of XLSForm: their spellings through the years, and the languages they name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service import languages
from survey_service.questionnaire.media import COLUMNS as MEDIA
from survey_service.questionnaire.xlsform.notices import LOST, NOTE, Notice
from survey_service.questionnaire.xlsform.workbook import Sheet, letter

TEXTS = ("label", "hint", "guidance_hint", "required_message", "constraint_message")
SURVEY = (
    *("type", "name", *TEXTS, "required", "relevant", "constraint", "calculation", "choice_filter", "default"),
    *("appearance", "parameters", "repeat_count", "read_only", "trigger", "disabled"),
    *("autocomplete", "sensitive", "concept", "pictogram", "alphabetical", "everywhere", *MEDIA),
    *("max_length", "min", "max", "min_selected", "max_selected"),
)
_ALIASES = {
    "caption": "label",
    "value": "name",
    "command": "type",
    "list name": "list_name",
    "relevance": "relevant",
    "calculate": "calculation",
    "readonly": "read_only",
    "count": "repeat_count",
    "jr:count": "repeat_count",
    "bind:relevant": "relevant",
    "bind:required": "required",
    "bind:constraint": "constraint",
    "bind:calculate": "calculation",
    "bind:type": "type",
    "bind:readonly": "read_only",
    "bind:jr:constraintmsg": "constraint_message",
    "bind:jr:requiredmsg": "required_message",
    "constraint message": "constraint_message",
    "required message": "required_message",
    "constraint_msg": "constraint_message",
    "choice filter": "choice_filter",
    "guidance hint": "guidance_hint",
    "repeat count": "repeat_count",
    "read only": "read_only",
    "control:appearance": "appearance",
    "body:appearance": "appearance",
    "control:jr:count": "repeat_count",
    "body:jr:count": "repeat_count",
}
_LANGUAGE = re.compile(r"(?P<name>.*?)\s*(?:\((?P<code>[A-Za-z]{2,3}(?:[-_][A-Za-z]+)*)\))?\s*")
_SPOKEN = {
    "tigirigna": "ti",
    "tigrigna": "ti",
    "tigrinia": "ti",
    "oromiffa": "om",
    "afan oromo": "om",
    "oromigna": "om",
    "amharigna": "am",
    "farsi": "fa-AF",
    "persian": "fa-AF",
    "persisch": "fa-AF",
    "prs": "fa-AF",
    "fa": "fa-AF",
    "ku": "kmr",
    "kurdish": "kmr",
    "kurdisch": "kmr",
    "kurmanji": "kmr",
    "sorani": "ckb",
    "ps": "ps-AF",
    "pus": "ps-AF",
    "sr": "sr-Latn",
    "srp": "sr-Latn",
    "castellano": "es",
    "leichte sprache": "de-simple",
    "plain german": "de-simple",
    "easy german": "de-simple",
}


@dataclass(frozen=True)
class Column:
    """What a column holds: a canonical name, and the tag of its language or ``""``."""

    name: str
    language: str = ""


@dataclass(frozen=True)
class Columns:
    """The columns of a sheet by index, the tags of its languages in order, and what is to be said about them."""

    by_index: Mapping[int, Column]
    tags: tuple[str, ...]
    notices: tuple[Notice, ...]


def read(sheet: Sheet, known: Iterable[str], default: str, *, others: bool) -> Columns:
    """Read a sheet's headers. ``default`` is the language of texts without one; ``others`` keeps unknown columns."""
    found: dict[int, Column] = {}
    notices: list[Notice] = []
    tags: dict[str, None] = {}
    for index, header in sheet.headers.items():
        where = (sheet.name, 1, letter(index))
        name, language = _parts(header)
        if name in (*TEXTS, *MEDIA):
            tag = tag_of(language) if language else "*" if name in MEDIA else default
            if not tag:
                notices.append(Notice(LOST, "language", *where, {"language": language}))
                continue
            column = Column(name, tag)
        elif name in known:
            column = Column(name)
        elif others and re.fullmatch(r"[A-Za-z_][\w.-]*", header.strip()):
            column = Column(header.strip())
        else:
            notices.append(Notice(NOTE, "column", *where, {"column": header}))
            continue
        if column in found.values():
            notices.append(Notice(LOST, "twice", *where, {"column": header}))
            continue
        found[index] = column
        if column.language and column.language != "*":
            tags[column.language] = None
    return Columns(found, tuple(tags), tuple(notices))


def _parts(header: str) -> tuple[str, str]:
    """Return the canonical name of a header and the language it names, ``""`` if none: ``label::English (en)``."""
    text = " ".join(header.split())
    pieces = [piece.strip() for piece in re.split(r"\s*::\s*", text)]
    if len(pieces) == 1 and ":" in text:  # the old way, with one colon
        pieces = [piece.strip() for piece in text.split(":")]
    lower = [piece.lower() for piece in pieces]
    if lower[0] == "media" and len(pieces) > 1:
        pieces, lower = pieces[1:], lower[1:]
    whole = ":".join(lower)
    if whole in _ALIASES:
        return _ALIASES[whole], ""
    name = _ALIASES.get(lower[0], lower[0].replace(" ", "_"))
    return (
        (name, "::".join(pieces[1:]))
        if name in (*TEXTS, *MEDIA)
        else (_ALIASES.get(whole, name if len(pieces) == 1 else whole), "")
    )


def tag_of(language: str) -> str:
    """Return our tag of a language as XLSForm writes it, ``English (en)``, ``Deutsch`` or ``fr``; ``""`` if unknown."""
    match = _LANGUAGE.fullmatch(language.strip())
    name, code = (match["name"], match["code"]) if match else (language, None)
    names = [part.strip() for part in (code or "", name, language) if part]
    return next((tag for part in names if (tag := _tag(part))), "")


def _tag(name: str) -> str:
    wanted = name.casefold().replace("_", "-")
    registry = languages.registry()
    for tag, entry in registry.items():
        same = (tag, entry.html, entry.iso639, entry.english, entry.german, entry.autonym)
        if wanted in (each.casefold() for each in same):
            return tag
    if wanted in _SPOKEN:
        return _SPOKEN[wanted]
    primary = wanted.split("-")[0]
    return next((tag for tag in registry if len(primary) <= 3 and tag.split("-")[0] == primary and "-" in wanted), "")
