"""How much a wording has changed: not at all, in form only, by the size of a typing error, or more."""

from __future__ import annotations

import re
import unicodedata

SAME, FORM, SLIP, MORE = "same", "form", "slip", "more"
"""Equal · other capitals, blanks or punctuation · the size of a typing error · more."""

LEAST_LETTERS = 5
"""A shorter word is changed for good by one letter: war → was, her → here."""
MOST_WORDS = 2
"""How many words of a text may have a typing error each."""

_JOINED = re.compile(r"\$\{[^}]*\}|(?<![^\W_])[-\N{MINUS SIGN}]?\d+(?:[.,:]\d+)*")
"""What is one token whatever signs it holds: the name of an answer, and a number with its sign."""


def change_of(old: str, new: str) -> str:
    """Return SAME, FORM, SLIP or MORE for two wordings of one text in one language.

    SLIP means equal but for one letter (added, left out, replaced, or two neighbours exchanged) inside of at most
    MOST_WORDS words of LEAST_LETTERS letters. The first letter counts for more, because negations stand there (keine →
    eine, unwichtig → wichtig), and so do digits and signs (12 → 14, < → >).
    """
    if old == new:
        return SAME
    before, after = tokens(old), tokens(new)
    if before == after:
        return FORM
    if len(before) != len(after):
        return MORE
    differing = [(word, other) for word, other in zip(before, after, strict=True) if word != other]
    return SLIP if len(differing) <= MOST_WORDS and all(_is_slip(*pair) for pair in differing) else MORE


def tokens(text: str) -> list[str]:
    """Return the words, numbers and signs (€, %, <) of a text, without capitals; punctuation is no token."""
    text = unicodedata.normalize("NFKC", text)
    found: list[str] = []
    end = 0
    for joined in _JOINED.finditer(text):
        found += [*_words(text[end : joined.start()]), joined[0]]
        end = joined.end()
    return found + _words(text[end:])


def _words(text: str) -> list[str]:
    """Return the words and signs of a text; letters, their marks and digits make a word, a sign stands for itself."""
    kinds = {"L": "w", "M": "w", "N": "w", "S": "s"}
    marked = "".join(kinds.get(unicodedata.category(letter)[0], " ") for letter in text)
    return [text[match.start() : match.end()].casefold() for match in re.finditer(r"w+|s", marked)]


def _is_slip(old: str, new: str) -> bool:
    """Tell whether two words differ by one typing error behind the first letter."""
    shorter, longer = sorted((old, new), key=len)
    if len(shorter) < LEAST_LETTERS or old[0] != new[0] or any(letter.isdigit() for letter in old + new):
        return False
    if not (old[0].isalpha() and len(longer) - len(shorter) <= 1):
        return False
    at = next((place for place, letter in enumerate(shorter) if letter != longer[place]), len(shorter))
    rest_short, rest_long = shorter[at:], longer[at:]
    if len(shorter) < len(longer):
        return rest_short == rest_long[1:]
    swapped = rest_short[1::-1] + rest_short[2:]
    return rest_short[1:] == rest_long[1:] or (len(rest_short) > 1 and swapped == rest_long)
