"""Hints for Easy German: what makes a sentence hard to read. A hint tells and never refuses.

The rules are measured by counting and by word forms, so each is a hint that a person weighs. They follow what
DIN SPEC 33429:2025-03 (Empfehlungen für Deutsche Leichte Sprache) and the rules of Netzwerk Leichte Sprache e. V.
("Die Regeln für Leichte Sprache", leichte-sprache.org) recommend: short sentences with one statement each, known and
short words, long compounds parted by a hyphen or a middle dot, active voice, no genitive, no negation where a positive
wording exists.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from survey_service.problems import D_
from survey_service.questionnaire.text_checks import placeholders

LONG_SENTENCE, TOO_LONG_SENTENCE = 12, 15
"""Words in a sentence: above the first it gets long, above the second it should be parted."""
LONG_WORD = 16
"""Letters in a word, or in a part of it between hyphens or middle dots."""
MANY_COMMAS = 2

_SENTENCE = re.compile(r"[^.!?:\n]+(?:[.!?:](?=\s|$)|[.!?:](?=\S)[^.!?:\n]*)*")
_WORD = re.compile(r"[^\W_]+(?:[-·\u2011\u00ad'’][^\W_]+)*")
_PART = re.compile(r"[-·\u2011\u00ad]")
_BECOME = "(?:wird|werden|wurde|wurden|worden)"
_PASSIVE = re.compile(
    rf"\b{_BECOME}\b[^.!?\n]*?\b\w*ge\w+(?:t|en)\b|\b\w*(?:ge|be|ver|er|ent|zer)\w+(?:t|en) {_BECOME}\b"
)
_GENITIVE = re.compile(r"\b(?:des|eines|dieses|Ihres|unseres) [A-ZÄÖÜ]\w+s\b|\bder [A-ZÄÖÜ]\w+ der [A-ZÄÖÜ]\w+")
_NEGATION = re.compile(r"\b(?:nicht|nichts|nie|niemals|niemand|kein(?:e|en|em|er|es)?)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Hint:
    """One hint: a message (English source text, with ``%(name)s``), what fills it, and the words it is about."""

    code: str
    message: str
    values: dict[str, str | int] = field(default_factory=dict)


MESSAGES = {
    "sentence_long": D_("%(count)s words in one sentence: “%(words)s”. Up to %(most)s are easy to read."),
    "sentence_too_long": D_("%(count)s words in one sentence: “%(words)s”. Make two sentences of it."),
    "word_long": D_("“%(words)s” is long. Use a shorter word, or part it with a hyphen or a middle dot (·)."),
    "commas": D_("Several commas in one sentence: “%(words)s”. One sentence should say one thing."),
    "passive": D_("This looks like the passive voice: “%(words)s”. Say who does it."),
    "genitive": D_("This looks like a genitive: “%(words)s”. Write it with “von”."),
    "negation": D_("A negation: “%(words)s”. Say what is, if you can."),
    "list": D_("The source has %(wanted)s list lines, this text has %(found)s. List lines begin with “- ”."),
}


def shape_hints(source: str, wording: str) -> list[Hint]:
    """Return hints on the lists of a text, in whatever language."""
    wanted, found = (sum(line.startswith("- ") for line in text.splitlines()) for text in (source, wording))
    return [] if wanted == found else [_hint("list", wanted=wanted, found=found)]


def hints(text: str) -> list[Hint]:
    """Return the hints on a text in Easy German, each at most once for the same words."""
    for name in placeholders(text):
        text = text.replace(name, "x")
    found: dict[tuple[str, str], Hint] = {}
    for sentence in sentences(text):
        for hint in _sentence_hints(sentence):
            found.setdefault((hint.code, str(hint.values.get("words"))), hint)
    return list(found.values())


def sentences(text: str) -> list[str]:
    """Return the sentences of a text. Each line ends one; so do full stop, question and exclamation mark, and colon."""
    lines = (line.strip().removeprefix("- ") for line in text.splitlines())
    parts = (part.strip() for line in lines for part in _SENTENCE.findall(line))
    return [part for part in parts if _WORD.search(part)]


def _sentence_hints(sentence: str) -> Iterator[Hint]:
    words = _WORD.findall(sentence)
    if len(words) > TOO_LONG_SENTENCE:
        yield _hint("sentence_too_long", count=len(words), words=_short(sentence))
    elif len(words) > LONG_SENTENCE:
        yield _hint("sentence_long", count=len(words), words=_short(sentence), most=LONG_SENTENCE)
    for word in words:
        if any(len(part) > LONG_WORD for part in _PART.split(word)):
            yield _hint("word_long", words=word)
    if sentence.count(",") >= MANY_COMMAS:
        yield _hint("commas", words=_short(sentence))
    for code, pattern in (("passive", _PASSIVE), ("genitive", _GENITIVE), ("negation", _NEGATION)):
        match = pattern.search(sentence)
        if match:
            yield _hint(code, words=_short(match.group()))


def _short(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:57].rstrip()} …"


def _hint(code: str, **values: str | int) -> Hint:
    return Hint(code, MESSAGES[code], dict(values))
