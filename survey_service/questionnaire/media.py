"""Pictures, sounds and films beside the labels of questions and choices: which files are named, what they may be."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

from survey_service import languages
from survey_service.problems import D_, Said, said
from survey_service.questionnaire import file_cleaning, file_kinds, picture_size
from survey_service.questionnaire.faults import shown
from survey_service.questionnaire.model import Media, MediaFile, Questionnaire, Text

KINDS = ("image", "audio", "video")
COLUMNS = (*KINDS, "big-image")
"""The columns of XLSForm that name files."""
ACCEPTED: Mapping[str, tuple[str, ...]] = {
    "image": file_kinds.ACCEPTED["image"],
    "audio": ("audio/mpeg", "audio/mp4", "audio/ogg", "audio/wav"),
    "video": ("video/mp4", "video/webm"),
}
"""Kind → the MIME types that browsers show or play."""
MOST_BYTES = 10_000_000
"""The largest file that a questionnaire may have."""
NAME = re.compile(r"[^/\\\x00-\x1f\x7f<>\"|:*?.][^/\\\x00-\x1f\x7f<>\"|:*?]{0,99}")
MESSAGES: Mapping[str, str] = {
    "unnamed": D_("No question and no answer names this file."),
    "size": D_("The file is larger than %(limit)s MB."),
    "image": D_("This is no picture that can be shown: JPEG, PNG, WebP or GIF."),
    "audio": D_("This is no sound that can be played: MP3, M4A, OGG or WAV."),
    "video": D_("This is no film that can be played: MP4 or WebM."),
    "broken": D_("The file is damaged."),
}
"""Why a file is not taken, by code; English source texts for gettext."""
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(ValueError):
    """A file that is not taken; ``code`` is one of MESSAGES."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def fault(names: Any) -> tuple[Said, Said] | None:
    """Return what is wrong with names of files by language and what to do, None if nothing is."""
    if not isinstance(names, Mapping) or not names:
        return said(D_("is not the name of a file")), said(D_("write “image: map.png”, or {de: …, ar: …}"))
    if "*" in names and len(names) > 1:
        remedy = said(D_("write one file for all languages, or one for each"))
        return said(D_("“*” stands beside languages")), remedy
    for tag, name in names.items():
        if tag != "*" and tag not in languages.registry():
            return said(D_("the language %(tag)s is unknown"), tag=shown(tag)), said(
                D_("use a tag of the language registry")
            )
        if not isinstance(name, str) or not NAME.fullmatch(name):
            remedy = said(D_("at most 100 characters, no folder, no sign such as “:”"))
            return said(D_("the name %(name)s is not usable"), name=shown(name)), remedy
    return None


def file_of(facts: Any) -> MediaFile | None:
    """Return a file that was brought from its JSON data, None if it is none."""
    if not isinstance(facts, Mapping):
        return None
    try:
        file = MediaFile(**facts)
    except TypeError:
        return None
    numbers = (file.size, file.width, file.height)
    known = any(file.type in types for types in ACCEPTED.values())
    if not (isinstance(file.sha256, str) and _SHA256.fullmatch(file.sha256) and known):
        return None
    return file if all(type(number) is int and number >= 0 for number in numbers) else None


def inspect(content: bytes, kind: str) -> tuple[MediaFile, bytes]:
    """Return what a file of a kind is, told by its content, and the content without what tells of its maker.

    Raises Refused.
    """
    if len(content) > MOST_BYTES:
        raise Refused("size")
    mime = file_kinds.sniff(content) or ""
    if mime not in ACCEPTED[kind]:
        raise Refused(kind)
    try:
        content = file_cleaning.cleaned(content, mime)
        width, height = picture_size.of(content, mime) if kind == "image" else (0, 0)
    except file_kinds.Broken:
        raise Refused("broken") from None
    return MediaFile(hashlib.sha256(content).hexdigest(), mime, len(content), width, height), content


def named(questionnaire: Questionnaire) -> Mapping[str, tuple[str, str]]:
    """Return each file that a question or choice names: its kind, and the first place that names it."""
    found: dict[str, tuple[str, str]] = {}
    for place, kind, name in _all(questionnaire):
        found.setdefault(name, (kind, place))
    return found


def _all(questionnaire: Questionnaire) -> Iterator[tuple[str, str, str]]:
    for question in questionnaire.questions.values():
        yield from ((question.name, kind, name) for kind, name in _names(question.media))
    for list_name, choices in questionnaire.lists.items():
        for choice in choices:
            yield from ((f"{list_name}/{choice.name}", kind, name) for kind, name in _names(choice.media))


def _names(media: Media) -> Iterator[tuple[str, str]]:
    return ((kind, name) for kind, names in media.items() for name in names.values())


def missing(questionnaire: Questionnaire) -> list[str]:
    """Return the names of the files that were not brought yet, and of those that are of another kind than named."""
    wanted = named(questionnaire)
    files = questionnaire.files
    return [name for name, (kind, _) in wanted.items() if name not in files or files[name].type not in ACCEPTED[kind]]


def name_for(names: Text, tag: str) -> str:
    """Return the file for a language, or for its first fallback that has one, or ``""``: a sound in a language that
    nobody asked for helps nobody."""
    return names.get("*") or next((names[each] for each in languages.chain(tag) if each in names), "")
