"""A newsletter as tagged PDF (PDF/UA-1)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service import languages
from survey_service.typesetting import document, fonts

_TEMPLATE = Path(__file__).with_name("news.typ")


@dataclass(frozen=True)
class Part:
    """An item: its heading, where it leads to, and what stands below it."""

    title: str
    link: str
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Paper:
    """A newsletter in one language."""

    title: str
    language: str
    facts: tuple[str, ...]
    intro: str
    parts: tuple[Part, ...]


def render(paper: Paper) -> bytes:
    """Return a newsletter as PDF. Raises Problems poster.script and poster.character rather than print boxes."""
    known = fonts.installed()
    language = languages.language(paper.language)

    def piece(text: str) -> dict[str, Any]:
        return document.piece(_unmarked(text), language, known)

    data = {
        "title": paper.title,
        "base": piece(""),
        "heading": piece(paper.title),
        "facts": [piece(text) for text in paper.facts],
        "intro": [piece(text) for text in _paragraphs(paper.intro)],
        "parts": [
            {
                "title": piece(each.title),
                "link": each.link,
                "lines": [piece(text) for line in each.lines for text in _paragraphs(line)],
            }
            for each in paper.parts
        ],
    }
    return document.compiled(_TEMPLATE, data, known)


def _paragraphs(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _unmarked(text: str) -> str:
    """Return a text without the marks that isolate names: fonts have no shape for them."""
    return text.replace("\u2068", "").replace("\u2069", "")
