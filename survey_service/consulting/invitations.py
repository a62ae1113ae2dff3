"""Invitations to a round, one for each member of a body, and the links that lead to them.

A link is 128 random bits, of which the store holds the hash. It can be opened again and again; each letter brings a
further one, and all of them hold until the invitation is revoked.
"""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

from survey_service import clock, digests
from survey_service.consulting import rounds
from survey_service.consulting.model import CLOSED, DRAFT, OPEN, Invitation, Round
from survey_service.network import members
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

INVITATIONS = CollectionSpec("consulting_invitations", indexes=("round",), unique=("place_key",))
LINKS = CollectionSpec("consulting_links", indexes=("invitation",), unique=("token_hash",))


def add(
    store: Store,
    round: Round,
    *,
    body: int,
    organisation: str,
    member: int,
    name: str,
    email: str,
    language: str,
) -> Invitation:
    """Invite a member of one of the round's bodies and return the invitation; there is one for each member.

    An organisation is one voter however its name is written (see `members.organisation_key`). Somebody whose language
    is not offered gets the first one offered. Raises Problem consulting.state unless the round
    is open, and consulting.entries for a body that the round does not ask.
    """
    if round.state != OPEN:
        raise Problem("consulting.state")
    if body not in round.bodies:
        raise Problem("consulting.entries", names="bodies")
    collection = store.collection(INVITATIONS)
    key = f"{round.id}/{body}/{member}"
    with store.transaction():
        stored = collection.first(place_key=key)
        if stored is None:
            stored = collection.add(
                {
                    "place_key": key,
                    "round": round.id,
                    "body": body,
                    "organisation": organisation,
                    "member": member,
                    "name": name,
                    "email": email,
                    "language": language if language in round.languages else round.languages[0],
                    "voter": members.organisation_key(store, organisation) if organisation else f"#{member}",
                    "sent": "",
                    "reminded": [],
                    "opened": "",
                    "revoked": False,
                }
            )
    return _of(stored)


def issue(store: Store, invitation: int) -> str:
    """Make a further link to an invitation and return its token, which is kept nowhere. Raises Problem page.missing."""
    if of_id(store, invitation).revoked:
        raise Problem("page.missing")
    token = secrets.token_urlsafe(16)
    store.collection(LINKS).add({"invitation": invitation, "token_hash": digests.of_token(token)})
    return token


def find(store: Store, token: str) -> Invitation:
    """Return the invitation that a link leads to, also when its round is closed.

    Raises Problem page.missing for an unknown or altered token and for a revoked invitation.
    """
    link = store.collection(LINKS).first(token_hash=digests.of_token(token))
    stored = store.collection(INVITATIONS).get(link.body["invitation"]) if link is not None else None
    if stored is None or stored.body["revoked"]:
        raise Problem("page.missing")
    return _of(stored)


def look(store: Store, token: str, today: dt.date | None = None) -> Invitation:
    """Return the invitation that a link leads to. Raises Problem page.missing as `find`, consulting.closed after the
    last day of the round.
    """
    found = find(store, token)
    refuse_closed(rounds.load(store, found.round, today))
    return found


def refuse_closed(round: Round) -> None:
    """Raise Problem consulting.closed unless a round takes votes."""
    if round.state == CLOSED:
        raise Problem("consulting.closed", day=round.closes)
    if round.state == DRAFT:
        raise Problem("page.missing")


def of_id(store: Store, id: int) -> Invitation:
    """Return an invitation. Raises Problem page.missing."""
    stored = store.collection(INVITATIONS).get(id)
    if stored is None:
        raise Problem("page.missing")
    return _of(stored)


def of_round(store: Store, round: int) -> list[Invitation]:
    """Return the invitations to a round, revoked ones included, in the order they were made."""
    return [_of(stored) for stored in store.collection(INVITATIONS).find(round=round)]


def note_sent(store: Store, id: int) -> Invitation:
    """Note that the invitation went out today."""
    return _note(store, id, sent=clock.today().isoformat())


def note_reminded(store: Store, id: int) -> Invitation:
    """Note that a reminder went out today."""
    return _note(store, id, reminded=[*of_id(store, id).reminded, clock.today().isoformat()])


def note_opened(store: Store, id: int) -> Invitation:
    """Note the first day that somebody opened the link."""
    found = of_id(store, id)
    return found if found.opened else _note(store, id, opened=clock.today().isoformat())


def revoke(store: Store, id: int) -> Invitation:
    """Make all links of an invitation void. What was voted stays until somebody of the organisation votes anew."""
    return _note(store, id, revoked=True)


def restore(store: Store, id: int) -> Invitation:
    """Take a revocation back; its links hold again."""
    return _note(store, id, revoked=False)


def _note(store: Store, id: int, **changes: Any) -> Invitation:
    collection = store.collection(INVITATIONS)
    with store.transaction():
        stored = collection.get(id)
        if stored is None:
            raise Problem("page.missing")
        return _of(collection.replace(id, {**stored.body, **changes}, version=stored.version))


def _of(stored: Stored) -> Invitation:
    body = {name: value for name, value in stored.body.items() if name != "place_key"}
    return Invitation(id=stored.id, **{**body, "reminded": tuple(body["reminded"])})
