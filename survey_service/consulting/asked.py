"""Links to a consultation that somebody asked for and nobody has sent yet.

Asking costs the same work whether the address is known or not: one entry here. Whether a letter follows is looked up
later, out of sight of whoever asked, so neither the page nor its time tells who is invited.
"""

from __future__ import annotations

import datetime as dt

from survey_service import clock, mail
from survey_service.accounts import lockout
from survey_service.consulting import invitations, inviting, rounds
from survey_service.consulting.model import OPEN, Invitation, Round
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store.base import CollectionSpec, Store

ASKED = CollectionSpec("consulting_asked")
BY_NETWORK = lockout.Rule(
    60, dt.timedelta(minutes=10), "contact.locked", CollectionSpec("consulting_askers", unique=("name_hash",))
)
"""An office shares one address, so this is soft."""
BY_ADDRESS = lockout.Rule(
    5, dt.timedelta(hours=1), "contact.locked", CollectionSpec("consulting_asked_addresses", unique=("name_hash",))
)
"""Nobody's mailbox is flooded; whoever asks hears nothing of it."""


def ask(store: Store, address: str, site: str, asker: str) -> None:
    """Note that a link is asked for, which is to lead to ``site``; ``asker`` is what is counted.

    Raises Problems mail.address, mail.letters and contact.locked.
    """
    to = mail.checked(address)
    with store.transaction():
        lockout.take(store, asker, now=clock.now(), rule=BY_NETWORK)
        store.collection(ASKED).add({"to": to, "site": site})


def answer(store: Store, settings: Settings) -> int:
    """Write the letters that were asked for and return how many; an entry is gone once its letters are written."""
    written = 0
    for stored in list(store.collection(ASKED).find()):
        with store.transaction():
            if store.collection(ASKED).get(stored.id) is None:
                continue  # another process has answered it
            store.collection(ASKED).delete(stored.id)
            for found, invitation in _addressed(store, stored.body["to"]):
                kind = "vote_link" if found.state == OPEN else "vote_results"
                inviting.write(store, settings, found, invitation, kind, site=stored.body["site"])
                written += 1
    return written


def forget_old(store: Store) -> None:
    """Forget who asked, once it no longer counts."""
    for rule in (BY_NETWORK, BY_ADDRESS):
        lockout.forget_old(store, now=clock.now(), rule=rule)


def _addressed(store: Store, address: str) -> list[tuple[Round, Invitation]]:
    """Return the invitations of an address to rounds that take votes or whose results can be read; none if it has got
    too many letters.
    """
    wanted = address.casefold()
    found = [
        (round, invitation)
        for round in rounds.all_rounds(store)
        if round.state == OPEN or round.final
        for invitation in invitations.of_round(store, round.id)
        if not invitation.revoked and invitation.email.strip().casefold() == wanted
    ]
    try:
        if found:
            lockout.take(store, wanted, now=clock.now(), rule=BY_ADDRESS)
    except Problem as problem:
        if problem.code != BY_ADDRESS.problem:
            raise
        return []
    return found
