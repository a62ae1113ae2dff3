"""What is shown or played beside a label, in the present language, and what the page must allow for it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, g, url_for

from survey_service.questionnaire import media
from survey_service.questionnaire.model import Choice, MediaFile, Question
from survey_service.responses import media as kept
from survey_service.web import i18n

_SOURCES = {"image": "img-src", "audio": "media-src", "video": "media-src"}
_BOX = {"question": 480, "choice": 96}
"""The longest side of a picture in CSS pixels, by what it stands beside."""

Files = Mapping[str, MediaFile]


@dataclass(frozen=True)
class Shown:
    """One picture, sound or film: where it is fetched, its MIME type, and the size of a picture on the page."""

    kind: str
    address: str
    type: str
    width: int
    height: int


def beside(holder: Question | Choice, files: Files) -> list[Shown]:
    """Return what stands beside the label of a question or choice, as far as it was brought, and let the present page
    show it."""
    if not holder.media:
        return []
    box = _BOX["question" if isinstance(holder, Question) else "choice"]
    found = []
    for kind in media.KINDS:
        file = files.get(media.name_for(holder.media.get(kind, {}), i18n.language().tag))
        if file is not None and file.type in media.ACCEPTED[kind]:
            g.sources = {*g.get("sources", ()), _SOURCES[kind]}
            address = url_for("public.media", file=kept.address_of(file))
            found.append(Shown(kind, address, file.type, *_fitted(file, box)))
    return found


def _fitted(file: MediaFile, box: int) -> tuple[int, int]:
    """Return the size at which a picture fits into a box; small ones stay as they are."""
    longest = max(file.width, file.height, box)
    return max(1, round(file.width * box / longest)), max(1, round(file.height * box / longest))


def has_media(items: Iterable[Any]) -> bool:
    """Tell whether anything stands beside a label among the items of a page, or beside one of their choices."""
    return any(
        item.question.media or any(choice.media for choice in getattr(item.field, "choices", ())) for item in items
    )


def install(app: Flask) -> None:
    """Let templates show media."""
    app.jinja_env.globals.update(beside=beside, has_media=has_media)
