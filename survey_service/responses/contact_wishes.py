"""Who wants to be contacted: kept apart from all answers, with nothing that leads from one to the other.

A wish is erased a week after somebody has done what it asks for, and after six months in any case.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace

from survey_service.problems import Problem
from survey_service.questionnaire.question_types import plain_digits
from survey_service.store.base import CollectionSpec, Store, Stored

WISHES = CollectionSpec("contact_wishes", indexes=("state",), unique=("wish",))
OPEN, DONE = "open", "done"
LONGEST: Mapping[str, int] = {"name": 100, "reach": 200, "about": 500}
"""The most characters of each field."""
MOST_OPEN = 2_000
DONE_DAYS, KEPT_DAYS = 7, 182


@dataclass(frozen=True)
class Wish:
    """One wish: what to call somebody, their telephone number or e-mail address, what it is about ("" for nothing), the
    language they read, the days (ISO) on which it came and was done with ("" for not yet), and who did.
    """

    wish: str
    name: str
    reach: str
    about: str
    language: str
    day: str
    state: str = OPEN
    done: str = ""
    by: str = ""


def ask(store: Store, name: str, reach: str, about: str, language: str, today: dt.date) -> Wish:
    """Keep a wish and return it; the same one twice is one.

    Raises Problems wish.missing, wish.long, and wish.many while too many are open.
    """
    said = {"name": _line(name), "reach": _line(reach), "about": about.replace("\0", "").replace("\r\n", "\n").strip()}
    for field, text in said.items():
        if len(text) > LONGEST[field]:
            raise Problem("wish.long", most=LONGEST[field], field=field)
    if not said["name"] or not _can_be_reached(said["reach"]):
        raise Problem("wish.missing", field="name" if not said["name"] else "reach")
    with store.transaction():
        known = store.collection(WISHES).find(state=OPEN)
        for stored in known:
            if said.items() <= stored.body.items():
                return _wish(stored)
        if len(known) >= MOST_OPEN:
            raise Problem("wish.many")
        made = Wish(secrets.token_hex(8), **said, language=language, day=today.isoformat())
        store.collection(WISHES).add(asdict(made))
    return made


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())


def _can_be_reached(text: str) -> bool:
    """Tell whether a text holds an e-mail address or so many digits that it may be a telephone number."""
    before, _, behind = text.partition("@")
    return bool(before and "." in behind) or sum(map(str.isdigit, plain_digits(text))) >= 5


def everyone(store: Store, state: str = OPEN) -> list[Wish]:
    """Return the wishes in a state, oldest first."""
    return [_wish(stored) for stored in store.collection(WISHES).find(state=state)]


def waiting(store: Store) -> int:
    """Return how many people wait to be contacted."""
    return store.collection(WISHES).count(state=OPEN)


def oldest(store: Store) -> dt.date | None:
    """Return the day since which somebody waits, None if nobody does."""
    found = store.collection(WISHES).first(state=OPEN)
    return dt.date.fromisoformat(found.body["day"]) if found is not None else None


def finish(store: Store, wish: str, by: str, today: dt.date) -> None:
    """Note that somebody was contacted. Raises Problem wish.gone."""
    _change(store, wish, lambda found: replace(found, state=DONE, done=today.isoformat(), by=by))


def reopen(store: Store, wish: str) -> None:
    """Let a wish wait again. Raises Problem wish.gone."""
    _change(store, wish, lambda found: replace(found, state=OPEN, done="", by=""))


def erase(store: Store, wish: str) -> None:
    """Erase a wish at once. Raises Problem wish.gone."""
    with store.transaction():
        store.collection(WISHES).delete(_stored(store, wish).id)


def search(store: Store, words: str) -> list[Wish]:
    """Return the wishes that hold these words, for somebody who asks for theirs to be erased."""
    folded = words.casefold().strip()
    found = (_wish(stored) for stored in store.collection(WISHES).iterate())
    return [wish for wish in found if folded and folded in f"{wish.name}\n{wish.reach}\n{wish.about}".casefold()]


def find_old(store: Store, day: dt.date) -> list[int]:
    """Return the ids of the wishes that by a day were served a week ago, or are older than six months."""
    return [stored.id for stored in store.collection(WISHES).iterate() if _is_old(_wish(stored), day)]


def _is_old(wish: Wish, day: dt.date) -> bool:
    served = bool(wish.done) and (day - dt.date.fromisoformat(wish.done)).days >= DONE_DAYS
    return served or (day - dt.date.fromisoformat(wish.day)).days >= KEPT_DAYS


def forget_old(store: Store, today: dt.date) -> int:
    """Erase the wishes that are old; return how many."""
    old = find_old(store, today)
    for identifier in old:
        store.collection(WISHES).delete(identifier)
    return len(old)


def _change(store: Store, wish: str, change: Callable[[Wish], Wish]) -> None:
    with store.transaction():
        stored = _stored(store, wish)
        store.collection(WISHES).replace(stored.id, asdict(change(_wish(stored))), version=stored.version)


def _stored(store: Store, wish: str) -> Stored:
    stored = store.collection(WISHES).first(wish=wish)
    if stored is None:
        raise Problem("wish.gone")
    return stored


def _wish(stored: Stored) -> Wish:
    return Wish(**stored.body)
