"""Filters of the response browser that somebody has kept under a name, for themselves or for the team."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from survey_service.problems import Problem
from survey_service.responses.browsing import wanted
from survey_service.store.base import CollectionSpec, Store, Stored

FILTERS = CollectionSpec("response_filters", indexes=("questionnaire",), unique=("filter",))
LONGEST_NAME, MOST = 80, 50


@dataclass(frozen=True)
class Filter:
    """A kept filter of a questionnaire: its owner (an account's name), and what it asks for as `Wanted.asks`."""

    filter: str
    questionnaire: str
    owner: str
    name: str
    asks: Mapping[str, str]
    shared: bool


def of(store: Store, questionnaire: str, owner: str) -> list[Filter]:
    """Return the filters of a person and those that others share, by name."""
    found = [_filter(stored) for stored in store.collection(FILTERS).find(questionnaire=questionnaire)]
    seen = [each for each in found if each.owner == owner or each.shared]
    return sorted(seen, key=lambda each: (each.name.casefold(), each.filter))


def keep(store: Store, questionnaire: str, owner: str, name: str, asks: Mapping[str, str], *, shared: bool) -> Filter:
    """Keep a filter. Raises Problem filter.name if the name is empty, too long or used, or there are MOST already."""
    said = " ".join(name.replace("\0", "").split())
    with store.transaction():
        own = [each for each in of(store, questionnaire, owner) if each.owner == owner]
        if not 0 < len(said) <= LONGEST_NAME or said in (each.name for each in own) or len(own) >= MOST:
            raise Problem("filter.name", most=LONGEST_NAME)
        made = Filter(secrets.token_hex(8), questionnaire, owner, said, wanted(asks).asks, shared)
        store.collection(FILTERS).add(asdict(made))
    return made


def remove(store: Store, filter: str, owner: str) -> None:
    """Remove one's own filter; it is no fault if there is none."""
    with store.transaction():
        stored = store.collection(FILTERS).first(filter=filter)
        if stored is not None and stored.body["owner"] == owner:
            store.collection(FILTERS).delete(stored.id)


def _filter(stored: Stored) -> Filter:
    return Filter(**stored.body)
