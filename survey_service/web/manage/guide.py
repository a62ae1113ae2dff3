"""The guide of the documentation as pages of the desk: Markdown becomes HTML, links between pages lead to the desk's.

The guide is written once, in ``docs/managers`` and ``docs/de``; the pages of details beside it are in English.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from survey_service.paths import bundled

TITLE = "guide-title"
"""The id of a page's title."""
DETAILS = "."
"""The folder of the pages of details, in English."""
FOLDERS = {"de": "de", "en": "managers"}
"""Language of the desk → folder of its guide."""
_COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)
_BUILT = re.compile(r"index|architecture|reference-.*")
"""Pages of details that only the built documentation can show: parts of them are made of tables, or are pictures."""
_CODE = ("code_block", "fence")
_PARSER = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")

Address = Callable[[str, str], str]
"""(folder, page) → where the desk shows it."""


@dataclass(frozen=True)
class Page:
    """A page of the guide: its title and what stands below it."""

    title: str
    content: Markup


@cache
def pages(folder: str) -> tuple[str, ...]:
    """Return the names of the pages that the desk shows of a folder."""
    found = sorted(path.stem for path in (bundled("docs") / folder).glob("*.md"))
    return tuple(name for name in found if folder != DETAILS or not _BUILT.fullmatch(name))


def page(folder: str, name: str, address: Address) -> Page:
    """Return a page. Raises KeyError if there is no such page."""
    if name not in pages(folder):
        raise KeyError(name)
    return _rendered((bundled("docs") / folder / f"{name}.md").read_text("utf-8"), folder, address)


def _rendered(text: str, folder: str, address: Address) -> Page:
    tokens = _PARSER.parse(_COMMENT.sub("", text))
    title = tokens[1].content if tokens and tokens[0].type == "heading_open" else ""
    rest = tokens[3:] if title else tokens
    for at, token in enumerate(rest):
        token.attrs.pop("style", None)  # the alignment of cells, which the policy for styles forbids
        if token.type == "heading_open":
            token.attrSet("id", slug(rest[at + 1].content))
        if token.children:
            token.children = _linked(token.children, folder, address)
    html = _PARSER.renderer.render(_scrolling(rest), _PARSER.options, {})
    return Page(title, Markup(html))  # noqa: S704 - made of our own pages, without the HTML that may stand in them


def slug(title: str) -> str:
    """Return the anchor of a heading, as the built documentation has it."""
    return re.sub(r"[^\w\- ]", "", title.strip().lower()).replace(" ", "-")


def _linked(tokens: list[Token], folder: str, address: Address) -> list[Token]:
    """Let links lead to the desk; those to pages that it does not show become plain words."""
    kept: list[Token] = []
    shown = True
    for token in tokens:
        if token.type == "link_open":
            target = _target(str(token.attrGet("href")), folder, address)
            shown = target is not None
            token.attrSet("href", target or "")
        if shown or token.type not in ("link_open", "link_close"):
            kept.append(token)
    return kept


def _target(link: str, folder: str, address: Address) -> str | None:
    path, _, anchor = link.partition("#")
    if "://" in path or not path:
        return link
    below, _, file = posixpath.normpath(posixpath.join(folder, path)).rpartition("/")
    name = Path(file).stem
    if name not in pages(below or DETAILS):
        return None
    return address(below or DETAILS, name) + (f"#{anchor}" if anchor else "")


def _scrolling(tokens: list[Token]) -> list[Token]:
    """Put each table and block of code into a part that scrolls, that the keyboard reaches, and that has a name."""
    made: list[Token] = []
    label = TITLE
    for at, token in enumerate(tokens):
        if token.type == "heading_open":
            label = str(token.attrGet("id"))
        if token.type in ("table_open", *_CODE):
            attributes: dict[str, str | int | float] = {"class": "wide", "role": "group", "tabindex": "0"}
            made.append(Token("wide_open", "div", 1, attrs={**attributes, "aria-labelledby": label}))
        if token.type in ("th_open", "th_close") and not tokens[at + (1 if token.nesting > 0 else -1)].content:
            token.tag = "td"  # an empty heading heads nothing
        made.append(token)
        if token.type in ("table_close", *_CODE):
            made.append(Token("wide_close", "div", -1))
    return made
