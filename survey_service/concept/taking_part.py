"""Who worked on a version of the concept: bodies, organisations and meetings; frozen with it when it is adopted.

Names of people are never part of what is frozen: they stand in the annex only as long as they agree and are known.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from survey_service.network import bodies, meetings, members
from survey_service.network.model import Body, Meeting, Member
from survey_service.offers.folding import fold
from survey_service.questionnaire.model import Text
from survey_service.store.base import Store


@dataclass(frozen=True)
class Held:
    """A meeting: its ISO day, where its minutes are or "", how many of how many votes were there (0: not noted)."""

    day: str
    minutes_url: str
    present: int
    votes: int


@dataclass(frozen=True)
class TookPart:
    """A body: its id and name, the organisations it had, how many people without one, its meetings, oldest first."""

    body: int
    name: Text
    organisations: tuple[str, ...]
    alone: int
    meetings: tuple[Held, ...]


@dataclass(frozen=True)
class Participation:
    """Who took part from one ISO day ("" for the beginning) to another."""

    since: str
    until: str
    bodies: tuple[TookPart, ...] = ()


NOBODY = Participation("", "")


def gather(store: Store, since: str, until: str) -> Participation:
    """Return who took part between two days, as the network knows it now."""
    found = (_took_part(store, body, since, until) for body in bodies.all_bodies(store))
    return Participation(since, until, tuple(each for each in found if each is not None))


def begins(decided_before: str) -> str:
    """Return the first day of the work on a version: the day after the one before was decided, "" for the first."""
    return (dt.date.fromisoformat(decided_before) + dt.timedelta(1)).isoformat() if decided_before else ""


def named(store: Store, found: Participation) -> dict[int, list[str]]:
    """Return by body the names of those who agree that theirs are said, with their organisations."""
    said: dict[int, list[str]] = {}
    for body in found.bodies:
        people = _people(store, body.body, found.since, found.until)
        names = {_name(member) for member in people if member.consent and not member.erased}
        if names:
            said[body.body] = sorted(names, key=fold)
    return said


def to_json(found: Participation) -> dict[str, Any]:
    """Return it as JSON data."""
    rows = [{**asdict(each), "name": dict(each.name)} for each in found.bodies]
    for row in rows:
        row |= {"organisations": list(row["organisations"]), "meetings": list(row["meetings"])}
    return {"since": found.since, "until": found.until, "bodies": rows}


def of_json(body: Mapping[str, Any]) -> Participation:
    """Return it from its JSON data."""
    rows = (
        TookPart(
            **{
                **row,
                "organisations": tuple(row["organisations"]),
                "meetings": tuple(Held(**each) for each in row["meetings"]),
            }
        )
        for row in body["bodies"]
    )
    return Participation(body["since"], body["until"], tuple(rows))


def _took_part(store: Store, body: Body, since: str, until: str) -> TookPart | None:
    held = [
        _held(store, each)
        for each in reversed(meetings.of_body(store, body.id))
        if not each.cancelled and since <= each.day <= until
    ]
    people = _people(store, body.id, since, until)
    if not held and (body.closed or not people):
        return None
    voters = members.grouped(store, people)
    organisations = sorted({voter.organisation for voter in voters} - {""}, key=fold)
    alone = sum(1 for voter in voters if not voter.organisation)
    return TookPart(body.id, dict(body.name), tuple(organisations), alone, tuple(held))


def _held(store: Store, meeting: Meeting) -> Held:
    turnout = meetings.turnout(store, meeting)
    return Held(meeting.day, meeting.minutes_url, turnout.present, turnout.voters)


def _people(store: Store, body: int, since: str, until: str) -> list[Member]:
    """Return the memberships of a body that held on any day between two."""
    found = members.all_of(store, body)
    return [member for member in found if member.since <= until and (not member.until or member.until >= since)]


def _name(member: Member) -> str:
    return f"{member.name} ({member.organisation})" if member.organisation else member.name
