"""The letters of a round: who is invited, reminded and told the results, by itself and each once.

A letter is put into the outbox first, under a key made of what it is about, and noted after it. A crash in between
costs nothing: the next time the letter is found by its key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import letters, outbox
from survey_service.consulting import ballots, invitations, rounds
from survey_service.consulting.model import CLOSED, OPEN, Invitation, Round
from survey_service.network import bodies, members
from survey_service.network.model import Member
from survey_service.problems import Problem
from survey_service.questionnaire.model import wording
from survey_service.settings import Settings
from survey_service.store.base import Store

EVERY = 600.0
"""Seconds between two looks."""
BEFORE = (7, 2)
"""So many days before the last day whoever has not voted on everything is reminded."""
REMINDERS = ("vote_reminded", "vote_last")
STILL_NEWS = dt.timedelta(days=60)
"""Results that are final for longer are told to nobody. It is less than the outbox remembers what was sent."""
_log = logging.getLogger(__name__)
Voted = Mapping[tuple[int, str], int]


@dataclass
class Sent:
    """What a look came to: members invited, reminded, and told of results."""

    invited: int = 0
    reminded: int = 0
    told: int = 0


def send(store: Store, settings: Settings, today: dt.date) -> Sent:
    """Send what is due today and return what came of it; asked again on the same day it does nothing more.

    Nobody is written to without the setting ``public_url``: a link would lead nowhere.
    """
    sent = Sent()
    if not settings.public_url:
        return sent
    for found in rounds.all_rounds(store, today):
        if found.state == OPEN:
            invite(store, found, today)
            _write_open(store, settings, found, today, sent)
        elif found.state == CLOSED and found.final and today - dt.date.fromisoformat(found.final) <= STILL_NEWS:
            for invitation in _present(store, found):
                sent.told += bool(invitation.sent) and _once(store, settings, found, invitation, "vote_results", "")
    return sent


def invite(store: Store, found: Round, today: dt.date) -> None:
    """Make an invitation for each present member of the bodies asked who has an address and none yet."""
    known = {(each.body, each.member) for each in invitations.of_round(store, found.id)}
    for member in _members(store, found, today):
        if member.email and (member.body, member.id) not in known:
            invitations.add(
                store,
                found,
                body=member.body,
                organisation=member.organisation,
                member=member.id,
                name=member.name,
                email=member.email,
                language=member.language,
            )


def _members(store: Store, found: Round, today: dt.date) -> list[Member]:
    """Return the present members of the bodies that a round asks."""
    return [member for body in found.bodies for member in members.current(store, body, today)]


def address(site: str, language: str, token: str) -> str:
    """Return the address that a link leads to."""
    return f"{site.rstrip('/')}/{language}/consulting/{token}"


def write(
    store: Store, settings: Settings, found: Round, invitation: Invitation, kind: str, *, site: str, key: str = "",
    **values: Any,
) -> None:  # fmt: skip
    """Put a letter with a new link into the outbox. Raises the Problems of `letters.post`."""
    given: dict[str, Any] = {
        "round": found.title,
        "body": wording(bodies.of_id(store, invitation.body).name, invitation.language),
        "voter": invitation.organisation or invitation.name,
        "day": dt.date.fromisoformat(found.closes),
        "link": address(site, invitation.language, invitations.issue(store, invitation.id)),
        **values,
    }
    wanted = letters.KINDS[kind].needs
    given = {name: value for name, value in given.items() if name in wanted}
    letters.post(settings, invitation.email, kind, invitation.language, key=key, **given)


def due(found: Round, invitation: Invitation, today: dt.date) -> int | None:
    """Return which of BEFORE is due for an invitation by its place, or None.

    One that went out later than that is not reminded of at once; when a round is extended, both come anew.
    """
    last = dt.date.fromisoformat(found.closes)
    for step in reversed(range(len(BEFORE))):
        day = (last - dt.timedelta(days=BEFORE[step])).isoformat()
        if invitation.sent < day <= today.isoformat():
            return None if any(earlier >= day for earlier in invitation.reminded) else step
    return None


def _write_open(store: Store, settings: Settings, found: Round, today: dt.date, sent: Sent) -> None:
    voted: Voted = Counter((vote.body, vote.voter) for vote in ballots.current(store, found.id))
    there = {(member.body, member.id) for member in _members(store, found, today)}
    for invitation in _present(store, found):
        if (invitation.body, invitation.member) not in there:
            continue
        if not invitation.sent:
            if _once(store, settings, found, invitation, "vote_invited", ""):
                invitations.note_sent(store, invitation.id)
                sent.invited += 1
            continue
        step, left = due(found, invitation, today), len(found.items) - voted[invitation.body, invitation.voter]
        if step is None or left <= 0:
            continue
        values = {"left": left, "count": len(found.items)}
        if _once(store, settings, found, invitation, REMINDERS[step], found.closes, **values):
            invitations.note_reminded(store, invitation.id)
            sent.reminded += 1


def _present(store: Store, found: Round) -> list[Invitation]:
    return [each for each in invitations.of_round(store, found.id) if not each.revoked and each.email]


def _once(
    store: Store, settings: Settings, found: Round, invitation: Invitation, kind: str, mark: str, **values: Any
) -> bool:
    """Put a letter into the outbox, once; tell whether it is or was there."""
    about = f"consulting {invitation.id} {kind} {mark}"
    key = hashlib.sha256(about.encode()).hexdigest()[:32]
    if outbox.find_key(settings.instance, key) is not None:
        return kind != "vote_results"
    try:
        write(store, settings, found, invitation, kind, site=settings.public_url, key=key, **values)
    except Problem as problem:
        if not problem.code.startswith("mail."):
            raise
        _log.warning("consulting: %s", problem.code)
        return False
    return True
