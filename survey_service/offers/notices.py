"""Errors that people report about an offer: what is wrong, in a word and in their own, for the desk and the provider.

Nothing tells who reported. Limits count notices, not people: a shelter shares one address.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from survey_service import clock
from survey_service.problems import N_, Problem
from survey_service.store.base import CollectionSpec, Store, Stored

NOTICES = CollectionSpec("offer_notices", indexes=("offer", "state"), unique=("notice",))
ABOUT: Mapping[str, str] = {
    "contact": N_("The telephone number or the address"),
    "times": N_("The opening hours"),
    "gone": N_("The offer no longer exists"),
    "other": N_("Something else"),
}
"""What can be wrong, by code."""
OPEN, DONE = "open", "done"
LONGEST = 1_000
MOST_OF_ONE, MOST_OPEN = 10, 1_000
"""How many open notices are kept of one offer, and of all."""


@dataclass(frozen=True)
class Notice:
    """One notice: a lasting id, the offer, a code of ABOUT, what was typed ("" for nothing), the day (ISO), the state
    and who at the desk has done with it ("" for nobody yet).
    """

    notice: str
    offer: str
    about: str
    text: str
    day: str
    state: str = OPEN
    by: str = ""


def report(store: Store, offer: str, about: str, text: str) -> Notice:
    """Keep a notice and return it; the same words about the same offer twice are one.

    Raises Problems notice.about, notice.long, and notice.many while too many are open.
    """
    said = "\n".join(line.rstrip() for line in text.replace("\0", "").splitlines()).strip()
    if about not in ABOUT:
        raise Problem("notice.about")
    if len(said) > LONGEST:
        raise Problem("notice.long", most=LONGEST)
    with store.transaction():
        known = [notice for notice in of(store, offer) if notice.state == OPEN]
        for notice in known:
            if (notice.about, notice.text) == (about, said):
                return notice
        if len(known) >= MOST_OF_ONE or len(store.collection(NOTICES).find(state=OPEN)) >= MOST_OPEN:
            raise Problem("notice.many")
        made = Notice(secrets.token_hex(8), offer, about, said, clock.today().isoformat())
        store.collection(NOTICES).add(asdict(made))
        return made


def of(store: Store, offer: str) -> list[Notice]:
    """Return all notices about an offer, oldest first."""
    return [_notice(stored) for stored in store.collection(NOTICES).find(offer=offer)]


def all_open(store: Store) -> list[Notice]:
    """Return the notices that nobody at the desk has done with, oldest first."""
    return [_notice(stored) for stored in store.collection(NOTICES).find(state=OPEN)]


def is_first_of_the_day(store: Store, notice: Notice) -> bool:
    """Tell whether no other notice about the same offer came on that day: its provider is written to once a day."""
    same_day = [other for other in of(store, notice.offer) if other.day == notice.day]
    return same_day[0].notice == notice.notice


def finish(store: Store, notice: str, by: str) -> Notice:
    """Note that the desk has done with a notice, and return it. Raises Problem notice.missing."""
    with store.transaction():
        stored = store.collection(NOTICES).first(notice=notice)
        if stored is None:
            raise Problem("notice.missing")
        done = _notice(stored)
        if done.state == OPEN:
            done = replace(done, state=DONE, by=by)
            store.collection(NOTICES).replace(stored.id, asdict(done), version=stored.version)
        return done


def find_old(store: Store, today: dt.date, *, months: int) -> list[Stored]:
    """Return the notices that are done with after so many months, and those still open that hold something typed."""
    found = []
    for stored in store.collection(NOTICES).iterate():
        notice = _notice(stored)
        day = dt.date.fromisoformat(notice.day)
        age = 12 * (today.year - day.year) + today.month - day.month - (today.day < day.day)
        if age >= months and (notice.state == DONE or notice.text):
            found.append(stored)
    return found


def forget_old(store: Store, today: dt.date, *, months: int) -> int:
    """Erase notices that are done with after so many months, of those that are still open what was typed; return how
    many that were.
    """
    collection = store.collection(NOTICES)
    old = find_old(store, today, months=months)
    for stored in old:
        notice = _notice(stored)
        with store.transaction():
            present = collection.get(stored.id)
            if present is None:
                continue
            if notice.state == DONE:
                collection.delete(stored.id)
            elif notice.text:
                collection.replace(stored.id, {**present.body, "text": ""}, version=present.version)
    return len(old)


def _notice(stored: Stored) -> Notice:
    return Notice(**stored.body)
