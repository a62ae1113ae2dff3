"""The pages of the documentation as the tests read them: sections, words, slanted words, links, code blocks."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ENGLISH, GERMAN = DOCS / "managers", DOCS / "de"
PAGES = sorted(path for path in DOCS.rglob("*.md") if not path.relative_to(DOCS).parts[0].startswith("_"))
_PARSER = MarkdownIt("commonmark", {"html": True}).enable("table")


class Section(NamedTuple):
    """What stands below a heading: its level, its words, those that are slanted, and where its links lead."""

    level: int
    title: str
    slanted: tuple[str, ...]
    links: tuple[str, ...]
    blocks: tuple[str, ...]
    cells: int


def load_tables() -> ModuleType:
    """Return the module that makes the reference."""
    spec = importlib.util.spec_from_file_location("docs_tables", DOCS / "tables.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def tokens(text: str) -> list[Token]:
    return _PARSER.parse(text)


def sections(path: Path) -> list[Section]:
    """Return the sections of a page in order; what stands above the first heading is left out."""
    found: list[Section] = []
    every = tokens(path.read_text("utf-8"))
    starts = [at for at, token in enumerate(every) if token.type == "heading_open"]
    for at, end in zip(starts, [*starts[1:], len(every)], strict=True):
        inside = every[at + 3 : end]
        found.append(
            Section(
                int(every[at].tag[1:]),
                every[at + 1].content,
                tuple(_slanted(inside)),
                tuple(str(token.attrGet("href")) for token in _inline(inside) if token.type == "link_open"),
                tuple(token.content for token in inside if token.type in ("fence", "code_block")),
                sum(token.type in ("td_open", "th_open", "list_item_open") for token in inside),
            )
        )
    return found


def _inline(every: list[Token]) -> Iterator[Token]:
    for token in every:
        yield from token.children or ()


def _slanted(every: list[Token]) -> Iterator[str]:
    for token in every:
        words: list[str] | None = None
        for child in token.children or ():
            if child.type == "em_open":
                words = []
            elif child.type == "em_close" and words is not None:
                yield " ".join("".join(words).split())
                words = None
            elif words is not None:
                words.append("\n" if child.type == "softbreak" else child.content)


def words(path: Path) -> int:
    """Return how many words a reader has to read."""
    return len(re.findall(r"\w+", path.read_text("utf-8")))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a page's headings, made as MyST makes them."""
    return {slug(section.title) for section in sections(path)}


def slug(title: str) -> str:
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")
