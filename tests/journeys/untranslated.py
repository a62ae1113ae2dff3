"""Texts of a page that stand in another language than the page's own.

Two signs: the text reads as on the same page in the source languages or those the language falls back on, or it is
marked with another language. ``test_languages.py`` seeds both.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from survey_service import languages
from tests.journeys.gallery import Shot

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)
_SPOKEN = ("aria-label", "alt", "placeholder", "title", "data-label", "data-failed")
_IN_PLAN = frozenset({"texts", "messages", "title", "say"})
_LETTERS = re.compile(r"[^\W\d_]{2}")
_SOURCES = ("en", "de")
_COUNTED = re.compile(r" \([0-9]+\)$")
_SENTENCE = 4
"""So many words of another language are found within a longer text, too."""


@dataclass(frozen=True)
class Said:
    """A text of a page and the ``lang`` of the nearest element that has one."""

    text: str
    lang: str


class _Reader(HTMLParser):
    """Collects what a page says. Names (``bdi``, options of any direction), the choice of a language and what was
    typed belong to no language."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[Said] = []
        self._open: list[tuple[str, str, bool]] = []
        self._plan = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        lang, silent = self._open[-1][1:] if self._open else ("", False)
        lang = values.get("lang") or lang
        silent = silent or _is_silent(tag, values)
        if not silent:
            self.said += [Said(str(values[name]), lang) for name in _SPOKEN if values.get(name)]
        if tag not in _VOID:
            self._open.append((tag, lang, silent))
        self._plan = tag == "script" and values.get("type") == "application/json"

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass
        self._plan = False

    def handle_data(self, data: str) -> None:
        if self._plan:
            self.said += [Said(text, self._open[-1][1]) for text in _plan_texts(json.loads(data))]
        elif self._open and not self._open[-1][2]:
            self.said.append(Said(data, self._open[-1][1]))


def _is_silent(tag: str, values: Mapping[str, str | None]) -> bool:
    chooses_language = "hreflang" in values or values.get("name") in ("language", "_language")
    is_name = tag == "bdi" or values.get("dir") == "auto" or values.get("lang") == "zxx"
    return tag in ("script", "style", "textarea") or chooses_language or is_name


def _plan_texts(plan: Any, speaks: bool = False) -> Iterator[str]:
    """Yield what the plan of an offline document lets the script say."""
    if isinstance(plan, dict):
        for key, value in plan.items():
            yield from _plan_texts(value, speaks or key in _IN_PLAN)
    elif isinstance(plan, list):
        for value in plan:
            yield from _plan_texts(value, speaks)
    elif speaks and isinstance(plan, str):
        yield plan


@functools.lru_cache(maxsize=1000)
def said_on(html: str) -> tuple[Said, ...]:
    """Return what a page says, in order, each text without the blanks around."""
    reader = _Reader()
    reader.feed(html)
    stripped = (Said(" ".join(said.text.split()), said.lang) for said in reader.said)
    return tuple(said for said in stripped if _LETTERS.search(said.text))


def sources_of(tag: str) -> tuple[str, ...]:
    """Return the languages that texts of a language may not be in: the sources, and what it falls back on.

    Easy German may read like German, which it falls back on: there only the marks tell.
    """
    known = dict.fromkeys((*_SOURCES, *languages.chain(tag)))
    return tuple(other for other in known if other != tag and (tag, other) != ("de-simple", "de"))


def untranslated(tag: str, shot: Shot, elsewhere: Mapping[str, Shot]) -> list[str]:
    """Return the texts of a page that are in another language; ``elsewhere`` is the page in ``sources_of`` this one.

    Related languages share single words, so that of what a language falls back on only longer texts are looked for.
    """
    own = languages.language(tag).html
    foreign = {
        said.text
        for other, same in elsewhere.items()
        for said in said_on(same.html)
        if other in _SOURCES or " " in _COUNTED.sub("", said.text)
    }
    sentences = [text for text in foreign if len(text.split()) >= _SENTENCE]
    found = []
    for said in said_on(shot.html):
        if said.text == "Language" and said.lang == "en":
            continue  # stands beside its translation, for whoever is lost
        if said.lang != own:
            found.append(f"marked as {said.lang}: {said.text}")
        elif said.text in foreign and not _is_alike(tag, said.text):
            found.append(f"not translated: {said.text}")
        elif any(sentence in said.text for sentence in sentences):
            found.append(f"holds what is not translated: {said.text}")
    return [f"{shot.name}: {fault}" for fault in dict.fromkeys(found)]


NAMES = frozenset(
    {"Afghanistan", "Syria", "Ukraine", "App", "E-mail", "Internet", "Mentoring"}
    | {"Dari", "Hindi", "Pashto", "Romani", "Somali", "Tigrinya", "Urdu"}
)
"""Names and loan words that many languages in Latin letters write alike."""
ALIKE: Mapping[str, frozenset[str]] = {
    "es": frozenset({"No"}),
    "fr": frozenset(["Active", "Contact", "Culture", "Questionnaires", "Structure", "Urgent"])
    | {"Place 1", "Place 2", "Place 3"},
    "hu": frozenset({"Lift", "Projekt", "Telefon"}),
    "kmr": frozenset({"Proje", "Telefon"}),
    "pl": frozenset({"Kontakt", "Projekt", "Telefon"}),
    "ps-AF": frozenset({"دوشنبه، چهارشنبه"}),
    "ro": frozenset({"Contact", "Lift", "Telefon", "Urgent"}),
    "sq": frozenset({"Aktiv", "Dokumente", "Projekt"}),
    "sr-Latn": frozenset({"Kontakt", "Lift", "Telefon"}),
    "tr": frozenset({"Telefon"}),
}
"""Further words that a language writes like English or German."""


def _is_alike(tag: str, text: str) -> bool:
    """Tell whether a text is known to be the same in English or German and in this language."""
    text = _COUNTED.sub("", text)
    latin = languages.language(tag).autonym < "\u0250"
    return (latin and text in NAMES) or text in ALIKE.get(tag, ())
