"""Texts as they are compared: without case, accents, signs and kinds of blanks, in any script."""

from __future__ import annotations

import re
import unicodedata

_APART = re.compile(r"[\W_]+")
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ı": "i"}
    | {"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ؤ": "و", "ـ": None, "ٱ": "ا"}
)
"""Letters alike that Unicode does not unite: Arabic and Persian keyboards write other yeh and kaf."""
LEGAL_FORMS = ("e v", "ev", "ggmbh", "gmbh", "gug", "ug", "eg", "ag", "kg", "gbr", "kdor", "ador")
"""What stands behind the name of an organisation and tells nothing about which it is."""


def fold(text: str) -> str:
    """Return a text to compare and to search by: lower case, no marks, digits of ASCII, one blank between
    words.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    bare = "".join(
        str(unicodedata.digit(letter, letter)) if not letter.isascii() else letter
        for letter in plain
        if not unicodedata.combining(letter)
    )
    return _APART.sub(" ", bare.translate(_LETTERS)).strip()


def fold_name(text: str) -> str:
    """Return the name of an organisation to compare by: folded, without its legal form."""
    folded = fold(text)
    for form in LEGAL_FORMS:
        shorter = folded.removesuffix(f" {form}")
        if shorter != folded:
            return shorter
    return folded
