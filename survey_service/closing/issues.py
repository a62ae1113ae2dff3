"""Published newsletters: numbered, hashed, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock, digests
from survey_service.accounts import audit
from survey_service.closing import frozen, gate, news
from survey_service.closing.frozen import Frozen
from survey_service.closing.model import to_json
from survey_service.closing.news import ISSUES, Entry, Issue, Published
from survey_service.problems import Problem
from survey_service.store.base import Store


@dataclass(frozen=True, kw_only=True)
class Letter(Frozen):
    """A newsletter as it was published."""

    issue: Issue


def mark_of(issue: Issue) -> str:
    """Return what tells a preview from one that says something else."""
    return digests.of_json(to_json(issue))


def publish(source: Published, wanted: Mapping[str, str], mark: str, by: str) -> Letter:
    """Publish what the preview showed, in German and the languages ``wanted`` with their states; begin the next one.

    Raises Problems closing.empty, closing.changed and those of `gate.chosen`.
    """
    store = source.store
    with store.transaction():
        issue = news.compose(source)
        if not issue.entries:
            raise Problem("closing.empty")
        if mark_of(issue) != mark:
            raise Problem("closing.changed")
        states = gate.chosen(news.needed(store, issue), wanted)
        number = news.number(store)
        news.clear(store)
        digest = frozen.add(store.collection(ISSUES), number, by, states, issue=to_json(issue))
        audit.append(store, by, "closing.news", f"news {number}", {"digest": digest}, now=clock.now())
    return load(store, number)


def load(store: Store, number: int) -> Letter:
    """Return a newsletter. Raises Problems closing.missing, and closing.broken if it is not what was published."""
    return _of(frozen.find(store.collection(ISSUES), number))


def any_letter(store: Store) -> bool:
    """Tell at once whether a newsletter is published."""
    return store.collection(ISSUES).count() > 0


def all_letters(store: Store) -> list[Letter]:
    """Return all newsletters, newest first. Raises Problem closing.broken."""
    return sorted((_of(stored.body) for stored in store.collection(ISSUES).find()), key=lambda each: -each.number)


def _of(body: Mapping[str, Any]) -> Letter:
    facts = frozen.facts(body)
    entries = tuple(
        Entry(**{**each, "names": tuple(each["names"]), "languages": tuple(each["languages"])})
        for each in body["issue"]["entries"]
    )
    return Letter(issue=Issue(body["issue"]["title"], body["issue"]["intro"], entries), **facts)
