"""Signs that a text names or leads to somebody. They warn whoever reviews a quote, and decide nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service.coding import folding

MAIL, PHONE, LINK, TITLE, CAPITAL, NUMBER, OWN, ADDRESS = (
    "mail", "phone", "link", "title", "capital", "number", "own", "address",
)  # fmt: skip


@dataclass(frozen=True)
class Warning:
    """What looks like a name or contact: its kind, and the words it stands in."""

    kind: str
    words: str


_MAIL = re.compile(r"[\w.+-]+\s?(?:@|\(at\)|\[at\])\s?[\w-]+(?:\.[\w-]+)+")
_LINK = re.compile(r"(?:https?://|www\.)\S+|(?<![\w.])@\w{3,}")
_DIGITS = re.compile(r"\+?\d[\d\s/().-]{5,}\d")
_NUMBER = re.compile(r"\b[A-Z]{0,3}\d{5,}\b")
_ADDRESS = re.compile(r"\w*(?:straße|strasse|str\.|weg|platz|gasse|allee|ring)\s?\d{1,4}\b", re.IGNORECASE)
_TITLES = (
    "herr", "herrn", "frau", "familie", "fam", "dr", "prof", "mr", "mrs", "ms", "miss", "monsieur", "madame", "mme",
    "pan", "pani", "señor", "señora", "domnul", "doamna", "господин", "госпожа", "пан", "пани", "пані", "г-н", "г-жа",
    "السيد", "السيدة", "سيد", "سيدة", "دكتور", "الدكتور", "أستاذ", "آقای", "خانم", "دکتر", "ښاغلی", "بەڕێز", "صاحب",
    "አቶ", "ወይዘሮ", "ዶክተር", "ኣይተ", "ወይዘሮ", "bay", "bayan", "zonja", "zoti", "gospodin", "gospođa", "mudane", "marwo",
)  # fmt: skip
_TITLE_WORDS = frozenset(word for title in _TITLES for word in folding.words(title))
_LEAST_PHONE_DIGITS = 6
_GERMAN = ("de", "de-simple")
_ENDS, _AROUND = ".!?:…", "\"'“”„«»()[],;.!?"


def warnings(text: str, language: str, own: Iterable[str] = ()) -> tuple[Warning, ...]:
    """Return what in a text looks like a name or contact. ``own`` is what the respondent said of themselves, such as
    the name to be quoted by and the organisation."""
    plain = folding.ascii_digits(text)
    found = [
        Warning(kind, match[0].strip()) for kind, pattern in _PATTERNS.items() for match in pattern.finditer(plain)
    ]
    phones = [Warning(PHONE, match[0]) for match in _DIGITS.finditer(plain) if _many_digits(match[0])]
    rest = [one for name in (_titles, _own) for one in name(text, own)]
    capitals = [] if language in _GERMAN else list(_capitals(text))
    return tuple(dict.fromkeys([*found, *phones, *rest, *capitals]))


_PATTERNS: Mapping[str, re.Pattern[str]] = {MAIL: _MAIL, LINK: _LINK, NUMBER: _NUMBER, ADDRESS: _ADDRESS}


def _many_digits(text: str) -> bool:
    return sum(letter.isdigit() for letter in text) >= _LEAST_PHONE_DIGITS


def _titles(text: str, _own_words: Iterable[str]) -> Iterable[Warning]:
    parts = text.split()
    for place, part in enumerate(parts[:-1]):
        if any(folding.forms(word) & _TITLE_WORDS for word in folding.words(part)):
            yield Warning(TITLE, " ".join(parts[place : place + 2]))


def _own(text: str, own_words: Iterable[str]) -> Iterable[Warning]:
    """A word of the respondent's own name or organisation in the text."""
    wanted = {word for words in own_words for word in folding.words(words) if len(word) > 2}
    for part in text.split():
        if wanted.intersection(folding.words(part)):
            yield Warning(OWN, part)


def _capitals(text: str) -> Iterable[Warning]:
    """A capital letter within a sentence, where nouns have none."""
    parts = text.split()
    for before, word in itertools.pairwise(parts):
        bare = word.strip(_AROUND)
        if before[-1] not in _ENDS and len(bare) > 1 and bare[0].isupper() and not bare.isupper():
            yield Warning(CAPITAL, bare)
