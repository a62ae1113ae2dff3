"""Members of bodies: who speaks for which organisation in which body, from when to when.

Name and address of somebody who left are erased some months later; that there was a member of an organisation stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import asdict, replace
from typing import Any

from survey_service import clock, languages, mail
from survey_service.network import bodies
from survey_service.network.checks import LONGEST_NAME, is_day, line
from survey_service.network.model import MEMBER, ROLES, Member, Voter
from survey_service.offers import organisations
from survey_service.offers.folding import fold, fold_name
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

MEMBERS = CollectionSpec("network_members", indexes=("body", "address", "folded"))
KEPT = dt.timedelta(days=92)
"""How long the name and address of somebody who has left are kept."""
_DERIVED = ("address", "folded")


def add(
    store: Store,
    body: int,
    *,
    name: str,
    email: str,
    organisation: str = "",
    role: str = MEMBER,
    language: str = "de",
    since: str = "",
    stands_for: str = "",
    consent: bool = False,
) -> Member:
    """Add a member, from today on if no other day is given. Who had left and comes back is a further membership.

    Raises Problems body.missing, body.closed, member.fields, member.twice (the same address at the same time), and
    mail.address or mail.letters.
    """
    with store.transaction():
        bodies.working(store, body)
        member = Member(
            *(0, body, name, email, organisation, role, language, since or clock.today().isoformat(), ""),
            stands_for=stands_for,
            consent=consent,
        )
        return _member(store.collection(MEMBERS).add(_document(_checked(store, member))))


def change(store: Store, id: int, **changes: Any) -> Member:
    """Change what is known of a member and return it. Raises Problems member.missing, member.erased and those of `add`
    but for the body's.
    """
    with store.transaction():
        stored = _stored(store, id)
        changed = _checked(store, replace(_present(stored), **changes))
        return _member(store.collection(MEMBERS).replace(stored.id, _document(changed), version=stored.version))


def leave(store: Store, id: int, day: str = "") -> Member:
    """Note that somebody leaves at the end of a day, today if none is given. Raises Problems of `change`."""
    return change(store, id, until=day or clock.today().isoformat())


def come_back(store: Store, id: int) -> Member:
    """Note that somebody who left is back: a further membership from today on, or, if the last day is not over yet, the
    same one. Raises Problems of `add` and `change`.
    """
    with store.transaction():
        found, today = _present(_stored(store, id)), clock.today().isoformat()
        bodies.working(store, found.body)
        if not found.until or found.until >= today:
            return change(store, id, until="")
        again = _checked(store, replace(found, since=today, until=""))
        return _member(store.collection(MEMBERS).add(_document(again)))


def erase(store: Store, id: int) -> Member:
    """Erase name and address of somebody who has left; the organisation stays unless it has their name.

    Raises Problems member.missing and member.there.
    """
    with store.transaction():
        stored = _stored(store, id)
        found = _member(stored)
        if not found.until or found.until >= clock.today().isoformat():
            raise Problem("member.there")
        own = fold_name(found.organisation) == fold_name(found.name)
        organisation = "" if own else found.organisation
        nobody: dict[str, Any] = {"name": "", "email": "", "stands_for": "", "consent": False, "erased": True}
        gone = replace(found, organisation=organisation, **nobody)
        return _member(store.collection(MEMBERS).replace(stored.id, _document(gone), version=stored.version))


def left_long_ago(store: Store, today: dt.date) -> list[int]:
    """Return the ids of those who left so long ago that their names and addresses are to be erased."""
    until = (today - KEPT).isoformat()
    found = map(_member, store.collection(MEMBERS).iterate())
    return [member.id for member in found if not member.erased and member.until and member.until < until]


def of_id(store: Store, id: int) -> Member:
    """Return a member. Raises Problem member.missing."""
    return _member(_stored(store, id))


def all_of(store: Store, body: int) -> list[Member]:
    """Return all memberships of a body there ever were, in the order in which they were entered."""
    return [_member(stored) for stored in store.collection(MEMBERS).find(body=body)]


def current(store: Store, body: int, day: dt.date | str) -> list[Member]:
    """Return the members of a body on a day, in the order in which they were entered."""
    on = day if isinstance(day, str) else day.isoformat()
    return [member for member in all_of(store, body) if member.belongs(on)]


def voters(store: Store, body: int, day: dt.date | str) -> list[Voter]:
    """Return who has one vote in a body on a day: organisations in the order of their first members, then each member
    without an organisation. One organisation is one voter, however its name is written.
    """
    return grouped(store, current(store, body, day))


def grouped(store: Store, people: Iterable[Member]) -> list[Voter]:
    """Return members as voters, see `voters`."""
    found: dict[str, list[Member]] = {}
    for member in people:
        found.setdefault(key_of(store, member), []).append(member)
    made = [Voter(group[0].organisation, tuple(group), key) for key, group in found.items()]
    return sorted(made, key=lambda voter: not voter.organisation)


def key_of(store: Store, member: Member) -> str:
    """Return what tells a member's voter apart from others in the body, the same for all of an organisation.

    Spellings that were merged in the register of organisations are one; for somebody without organisation it is
    their own: ``#`` and the id of the membership.
    """
    return organisation_key(store, member.organisation) if member.organisation else f"#{member.id}"


def organisation_key(store: Store, name: str) -> str:
    """Return what an organisation is compared by: the folded name of the one that the register knows it as, or its
    own.
    """
    known = organisations.named(store, name)
    return fold_name(known.name if known is not None else name)


def spelt(store: Store, name: str) -> str:
    """Return the name of an organisation as members before wrote it, or the register does, or else as it is."""
    plain = line(name)
    folded = fold_name(plain)
    stored = store.collection(MEMBERS).first(folded=folded)
    if stored is not None:
        return str(stored.body["organisation"])
    known = organisations.named(store, plain)
    return known.name if known is not None and fold_name(known.name) == folded else plain


def known_organisations(store: Store) -> list[str]:
    """Return the organisations that members belong to or belonged to, each once."""
    return sorted({str(stored.body["organisation"]) for stored in store.collection(MEMBERS).find()} - {""}, key=fold)


def write_as(store: Store, old: str, new: str) -> int:
    """Let all members of one organisation belong to another spelling, and return how many they are.

    Raises Problem member.fields for a name without letters.
    """
    with store.transaction():
        found = store.collection(MEMBERS).find(folded=fold_name(line(old)))
        same = fold_name(line(new)) == fold_name(line(old))
        name = line(new) if same else spelt(store, new)
        if not fold_name(name) or len(name) > LONGEST_NAME:
            raise Problem("member.fields", limit=LONGEST_NAME)
        for stored in found:
            document = _document(replace(_member(stored), organisation=name))
            store.collection(MEMBERS).replace(stored.id, document, version=stored.version)
        return len(found)


def _checked(store: Store, member: Member) -> Member:
    """Return a member as it may be kept. Raises Problems member.fields, member.days, member.twice and mail.…"""
    organisation = line(member.organisation)
    texts = (line(member.name), organisation, line(member.stands_for))
    named = bool(texts[0]) and (not organisation or bool(fold_name(organisation)))
    if not named or max(map(len, texts)) > LONGEST_NAME or member.role not in ROLES:
        raise Problem("member.fields", limit=LONGEST_NAME)
    if not is_day(member.since) or (member.until and not (is_day(member.until) and member.since <= member.until)):
        raise Problem("member.days")
    checked = replace(
        member,
        name=texts[0],
        email=mail.checked(member.email),
        organisation=spelt(store, organisation) if organisation else "",
        language=member.language if member.language in languages.registry() else "de",
        stands_for=texts[2],
    )
    for stored in store.collection(MEMBERS).find(address=checked.email.casefold()):
        other = _member(stored)
        if other.body == member.body and other.id != member.id and _meet(other, checked):
            raise Problem("member.twice", address=checked.email)
    return checked


def _meet(one: Member, other: Member) -> bool:
    """Tell whether two memberships hold on one day."""
    return (not one.until or other.since <= one.until) and (not other.until or one.since <= other.until)


def _present(stored: Stored) -> Member:
    found = _member(stored)
    if found.erased:
        raise Problem("member.erased")
    return found


def _stored(store: Store, id: int) -> Stored:
    stored = store.collection(MEMBERS).get(id)
    if stored is None:
        raise Problem("member.missing")
    return stored


def _document(member: Member) -> dict[str, Any]:
    document = {**asdict(member), "address": member.email.casefold(), "folded": fold_name(member.organisation)}
    del document["id"]
    return document


def _member(stored: Stored) -> Member:
    return Member(id=stored.id, **{name: value for name, value in stored.body.items() if name not in _DERIVED})
