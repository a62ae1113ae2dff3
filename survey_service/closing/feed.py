"""Newsletters as an Atom feed (RFC 4287), one for each language; ids come from hashes, so they never change."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from survey_service.languages import Language

_ATOM = "http://www.w3.org/2005/Atom"
_SPACE = uuid.UUID("6d1f1c1e-6f0b-4d6b-9a6d-0a3c5f8f2b71")


@dataclass(frozen=True)
class Entry:
    """A newsletter: number, hash, title, ISO moment, and what it says in a few lines."""

    number: int
    digest: str
    title: str
    moment: str
    lines: tuple[str, ...]


def atom(entries: Sequence[Entry], language: Language, title: str, server: str, publisher: str) -> bytes:
    """Return the feed, newest first; there is at least one entry. ``server``: the address without a slash behind."""
    ElementTree.register_namespace("", _ATOM)
    tag = language.tag
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": language.html})
    _said(root, "id", urn(f"feed/{tag}/{entries[-1].digest}"))
    _said(root, "title", title)
    _said(root, "updated", entries[0].moment)
    _linked(root, "self", f"{server}/{tag}/news.atom", "application/atom+xml")
    _linked(root, "alternate", f"{server}/{tag}/news", "text/html")
    _said(ElementTree.SubElement(root, f"{{{_ATOM}}}author"), "name", publisher)
    for each in entries:
        entry = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
        _said(entry, "id", urn(f"{tag}/{each.digest}"))
        _said(entry, "title", each.title)
        _said(entry, "updated", each.moment)
        _linked(entry, "alternate", f"{server}/{tag}/news/{each.number}", "text/html")
        _said(entry, "content", "\n".join(each.lines))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def urn(name: str) -> str:
    """Return the id that stands for a name."""
    return uuid.uuid5(_SPACE, name).urn


def _said(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _linked(parent: ElementTree.Element, rel: str, href: str, media_type: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": href, "type": media_type})
