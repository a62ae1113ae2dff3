"""What is published under a number: frozen in the languages that lack nothing, under the hash of the one before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock, digests
from survey_service.problems import Problem
from survey_service.store.base import Collection

_FACTS = ("number", "day", "moment", "by", "languages", "previous", "digest")


@dataclass(frozen=True, kw_only=True)
class Frozen:
    """A publication: number from 1, ISO day and moment (UTC), who published it, the languages it is offered in with
    their states, the hash of all that with what it says (``digest``), and that of the one before ("" for the first).
    """

    number: int
    day: str
    moment: str
    by: str
    languages: Mapping[str, str]
    previous: str
    digest: str

    def speaks(self, tag: str) -> bool:
        """Tell whether it is offered in a language."""
        return tag in self.languages


def add(published: Collection, number: int, by: str, languages: Mapping[str, str], **says: Any) -> str:
    """Freeze what a publication says, as JSON data, within the caller's transaction, and return its hash."""
    last = published.first(number=number - 1)
    moment = clock.now().replace(microsecond=0)
    body: dict[str, Any] = {
        "number": number,
        "day": moment.date().isoformat(),
        "moment": moment.isoformat(),
        "by": by,
        "languages": languages,
        "previous": last.body["digest"] if last is not None else "",
        **says,
    }
    digest = digests.of_published(body)
    published.add({**body, "digest": digest})
    return digest


def find(published: Collection, number: int) -> Mapping[str, Any]:
    """Return the document of a publication. Raises Problem closing.missing."""
    stored = published.first(number=number)
    if stored is None:
        raise Problem("closing.missing")
    return stored.body


def facts(body: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a document by the names of `Frozen`. Raises Problem closing.broken if it is not what was
    published.
    """
    if digests.of_published(body) != body["digest"]:
        raise Problem("closing.broken", number=body["number"])
    return {name: body[name] for name in _FACTS}
