"""The ways to a questionnaire: its plain link, and a link for each group, with a tag that is kept as the source.

A tag names a way and never a person: what a response came by is stored as its source. A way may ask for a code, which
is kept readable, because the manager prints it on invitations. A tag is never deleted, only retired: responses bear it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace

from survey_service.problems import Problem
from survey_service.responses import access_codes
from survey_service.store.base import CollectionSpec, Store, Stored

LINKS = CollectionSpec("links", indexes=("questionnaire",), unique=("address",))
TAG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
PLAIN = ""
"""The tag of the plain link, which is none."""


@dataclass(frozen=True)
class Link:
    """One way to a questionnaire; ``code`` is what it asks for, or "". The plain link is never retired."""

    questionnaire: str
    tag: str = PLAIN
    code: str = ""
    retired: bool = False


@dataclass(frozen=True)
class Way:
    """How somebody comes: the tag that is kept as the source ("" for none) and the code that is asked for ("")."""

    questionnaire: str
    source: str
    code: str


def way(store: Store, questionnaire: str, tag: str = PLAIN) -> Way:
    """Return how somebody comes who follows the link of a tag; an unknown or retired one counts as the plain link.

    A link's own code stands in the place of the questionnaire's. Without a tag this is one look-up.
    """
    plain = find(store, questionnaire) or Link(questionnaire)
    link = find(store, questionnaire, tag) if TAG.fullmatch(tag) else None
    if link is None or link.retired:
        return Way(questionnaire, PLAIN, plain.code)
    return Way(questionnaire, link.tag, link.code or plain.code)


def find(store: Store, questionnaire: str, tag: str = PLAIN) -> Link | None:
    """Return a link, or None. There is none for the plain link either until it has been given a code."""
    stored = _stored(store, questionnaire, tag)
    return _link(stored) if stored is not None else None


def groups(store: Store, questionnaire: str) -> list[Link]:
    """Return the links for groups, retired ones too, in the order in which they were made."""
    found = (_link(stored) for stored in store.collection(LINKS).find(questionnaire=questionnaire))
    return [link for link in found if link.tag != PLAIN]


def create(store: Store, questionnaire: str, tag: str) -> Link:
    """Make a link for a group. Raises Problems link.tag and link.exists."""
    tag = tag.strip().lower()
    if not TAG.fullmatch(tag):
        raise Problem("link.tag")
    link = Link(questionnaire, tag)
    try:
        store.collection(LINKS).add(_body(link))
    except Problem as problem:
        if problem.code != "store.duplicate":
            raise
        raise Problem("link.exists", tag=tag) from None
    return link


def set_retired(store: Store, questionnaire: str, tag: str, *, retired: bool) -> None:
    """Let the tag of a group no longer count, or count again. Raises Problem link.missing."""
    with store.transaction():
        stored = _stored(store, questionnaire, tag) if tag != PLAIN else None
        if stored is None:
            raise Problem("link.missing")
        _replace(store, stored, lambda link: replace(link, retired=retired))


def set_code(store: Store, questionnaire: str, tag: str, code: str) -> None:
    """Let a link ask for a code; "" asks for none. Raises Problems link.code and link.missing."""
    code = access_codes.usable(code) if code else ""
    with store.transaction():
        stored = _stored(store, questionnaire, tag)
        if stored is not None:
            _replace(store, stored, lambda link: replace(link, code=code))
        elif tag == PLAIN:
            store.collection(LINKS).add(_body(Link(questionnaire, code=code)))
        else:
            raise Problem("link.missing")


def _address(questionnaire: str, tag: str) -> str:
    return f"{questionnaire}/{tag}"


def _stored(store: Store, questionnaire: str, tag: str) -> Stored | None:
    return store.collection(LINKS).first(address=_address(questionnaire, tag))


def _replace(store: Store, stored: Stored, change: Callable[[Link], Link]) -> None:
    store.collection(LINKS).replace(stored.id, _body(change(_link(stored))), version=stored.version)


def _body(link: Link) -> dict[str, str | bool]:
    return {"address": _address(link.questionnaire, link.tag), **asdict(link)}


def _link(stored: Stored) -> Link:
    body = stored.body
    return Link(body["questionnaire"], body["tag"], body["code"], body["retired"])
