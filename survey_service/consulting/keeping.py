"""How long names are kept: some months after a round is over nobody needs to know who was invited and who cast a vote.

Organisations, votes, comments and answers stay; names, addresses, consents and links go.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from survey_service.consulting import attending, ballots, invitations, rounds
from survey_service.consulting.model import CLOSED, Round
from survey_service.store.base import CollectionSpec, Document, Store

KEPT = dt.timedelta(days=92)
"""How long names are kept after the table of comments is final."""
KEPT_UNFINISHED = dt.timedelta(days=366)
"""How long they are kept after the last day of a round whose table never becomes final."""


def forget_old(store: Store, today: dt.date) -> int:
    """Erase the names of rounds that were over long ago and return in how many rounds there were any."""
    old = [found for found in rounds.all_rounds(store, today) if found.state == CLOSED and _is_old(found, today)]
    return sum(_forget(store, found) for found in old)


def due(store: Store, day: dt.date) -> int:
    """Return of how many rounds the names are to be erased by a day."""
    found = (each for each in rounds.all_rounds(store, day) if each.state == CLOSED and _is_old(each, day))
    return sum(any(one.name or one.email for one in invitations.of_round(store, each.id)) for each in found)


def _is_old(found: Round, today: dt.date) -> bool:
    if found.final:
        return today - dt.date.fromisoformat(found.final) > KEPT
    return today - dt.date.fromisoformat(found.closes) > KEPT_UNFINISHED


def _forget(store: Store, found: Round) -> bool:
    with store.transaction():
        named = [each.id for each in invitations.of_round(store, found.id) if each.name or each.email]
        for id in named:
            attending.forget(store, id)
            links = store.collection(invitations.LINKS)
            for link in list(links.find(invitation=id)):
                links.delete(link.id, version=link.version)
        changed = [
            _blank(store, spec, found.id, names)
            for spec, names in (
                (invitations.INVITATIONS, ("name", "email")),
                (ballots.CURRENT, ("name",)),
                (ballots.HISTORY, ("name",)),
            )
        ]
    return any(changed)


def _blank(store: Store, spec: CollectionSpec, round: int, names: Iterable[str]) -> bool:
    """Blank fields in all documents of a round; tell whether anything was there."""
    collection, gone = store.collection(spec), dict.fromkeys(names, "")
    found = [each for each in collection.find(round=round) if any(each.body[name] for name in gone)]
    for stored in found:
        body: Document = {**stored.body, **gone}
        collection.replace(stored.id, body, version=stored.version)
    return bool(found)
