"""One offer as the directory holds it: what lists show, what it is found by, and what is counted."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.offers.folding import fold
from survey_service.offers.search_words import spellings
from survey_service.store.base import Document

NAME, ORGANISATION, LABEL, TEXT, RELATED = range(5)
"""Where a word is found, the best place first: in the name of the offer or of its organisation, in the name of a code
that it bears, in its description or place, in what its field of action is good for."""

FIELD, TYPE, KIND, PLACE, LANGUAGE, DAY, FLAG, SECTOR = (
    "field",
    "type",
    "kind",
    "place",
    "language",
    "day",
    "flag",
    "sector",
)
COUNTY = "county"
"""The value of PLACE that offers for the whole county bear, beside the keys of municipalities."""
FLAGS = ("free", "no_status", "interpreter", "child_care", "online", "women_only", "step_free", "evening")
SHOWN = (
    *("offer", "name", "organisation", "organisation_id", "kind", "status", "fields", "types", "languages", "language"),
    *("whole_county", "municipalities", "interpreter", "access", "free", "no_status", "online", "ends", "confirmed"),
    *("reminded", "listed", "moderation"),
)
"""The columns of an offer's document that are kept in memory; its texts are not."""
Mark = tuple[str, str]
"""A kind of code and one of its values: ``(FIELD, "WOH")``."""


@dataclass(frozen=True)
class Entry:
    """An offer: the ``id`` and ``version`` of its document, its columns, where it takes place (``place``: the key of a
    municipality or ""; ``place_name``: what was typed instead), the marks by which it is counted, and its words by
    where they stand (NAME, ORGANISATION, TEXT).
    """

    id: int
    version: int
    body: Document
    place: str
    place_name: str
    marks: frozenset[Mark]
    words: Mapping[int, frozenset[str]]

    @functools.cached_property
    def sorted_by(self) -> tuple[str, str]:
        """What orders offers of the same kind of standing: their names, without regard to case and accents."""
        return fold(self.body["name"]), self.body["offer"]


def of(id: int, version: int, body: Mapping[str, Any]) -> Entry:
    """Return the entry of a listed offer's document."""
    public = body["public"] or {}
    place = str(public.get("A07_place") or "")
    other = str(public.get("A07_place_other") or "")
    texts = [public.get(name) for name in ("A04_description", "A02_description", "A11_group", "A07_street")]
    words = {
        NAME: body["name"],
        ORGANISATION: body["organisation"] if body["organisation"] != body["name"] else "",
        TEXT: " ".join(str(text) for text in (*texts, public.get("A07_postcode"), other) if text),
    }
    return Entry(
        id,
        version,
        {name: body[name] for name in SHOWN if name in body},
        place if place != "other" else "",
        other,
        frozenset(_marks(body, public, place)),
        {where: frozenset(spellings(text)) for where, text in words.items()},
    )


def _marks(body: Mapping[str, Any], public: Mapping[str, Any], place: str) -> set[Mark]:
    several = {
        FIELD: body["fields"],
        TYPE: body["types"],
        KIND: [body["kind"]],
        LANGUAGE: body["languages"],
        PLACE: [*body["municipalities"], *([place] if place and place != "other" else [])],
        DAY: public.get("A08_days") or [],
        SECTOR: public.get("A05_sectors") or [],
        FLAG: [flag for flag in FLAGS if _has(flag, body, public)],
    }
    marks = {(kind, str(value)) for kind, values in several.items() for value in values}
    return marks | ({(PLACE, COUNTY)} if body["whole_county"] else set())


def _has(flag: str, body: Mapping[str, Any], public: Mapping[str, Any]) -> bool:
    if flag in ("free", "no_status", "online"):
        return bool(body[flag])
    if flag == "interpreter":
        return body["interpreter"] not in ("none", "", None)
    if flag == "step_free":
        return flag in (public.get("A15") or [])
    return flag in body["access"]
