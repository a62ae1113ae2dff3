"""Published newsletters: numbered, hashed, frozen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.accounts import audit
from survey_service.closing import gate, news
from survey_service.closing.model import hash_of, to_json
from survey_service.closing.news import ISSUES, Entry, Issue, Published
from survey_service.problems import Problem
from survey_service.store.base import Store


@dataclass(frozen=True)
class Letter:
    """A newsletter as it was published; see `publishing.Page`."""

    number: int
    day: str
    moment: str
    by: str
    languages: Mapping[str, str]
    issue: Issue
    previous: str
    digest: str

    def speaks(self, tag: str) -> bool:
        """Tell whether it is offered in a language."""
        return tag in self.languages


def mark_of(issue: Issue) -> str:
    """Return what tells a preview from one that says something else."""
    return hash_of(to_json(issue))


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
        last = store.collection(ISSUES).first(number=number - 1)
        moment = clock.now().replace(microsecond=0)
        body: dict[str, Any] = {
            "number": number,
            "day": moment.date().isoformat(),
            "moment": moment.isoformat(),
            "by": by,
            "languages": states,
            "issue": to_json(issue),
            "previous": last.body["digest"] if last is not None else "",
        }
        digest = _digest(body)
        news.clear(store)
        store.collection(ISSUES).add({**body, "digest": digest})
        audit.append(store, by, "closing.news", f"news {number}", {"digest": digest}, now=clock.now())
    return load(store, number)


def load(store: Store, number: int) -> Letter:
    """Return a newsletter. Raises Problems closing.missing, and closing.broken if it is not what was published."""
    stored = store.collection(ISSUES).first(number=number)
    if stored is None:
        raise Problem("closing.missing")
    return _of(stored.body)


def any_letter(store: Store) -> bool:
    """Tell at once whether a newsletter is published."""
    return store.collection(ISSUES).count() > 0


def all_letters(store: Store) -> list[Letter]:
    """Return all newsletters, newest first. Raises Problem closing.broken."""
    return sorted((_of(stored.body) for stored in store.collection(ISSUES).find()), key=lambda each: -each.number)


def _digest(body: Mapping[str, Any]) -> str:
    return hash_of({name: value for name, value in body.items() if name not in ("digest", "by")})


def _of(body: Mapping[str, Any]) -> Letter:
    if _digest(body) != body["digest"]:
        raise Problem("closing.broken", number=body["number"])
    entries = tuple(
        Entry(**{**each, "names": tuple(each["names"]), "languages": tuple(each["languages"])})
        for each in body["issue"]["entries"]
    )
    issue = Issue(body["issue"]["title"], body["issue"]["intro"], entries)
    names = ("number", "day", "moment", "by", "languages", "previous", "digest")
    return Letter(issue=issue, **{name: body[name] for name in names})
