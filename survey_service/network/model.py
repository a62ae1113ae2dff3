"""What the network consists of, as plain data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_service.questionnaire.model import Text

NETWORK, WORKING_GROUP, BOARD, OTHER = "network", "working_group", "board", "other"
KINDS = (NETWORK, WORKING_GROUP, BOARD, OTHER)
MEMBER, CHAIR, DEPUTY = "member", "chair", "deputy"
ROLES = (MEMBER, CHAIR, DEPUTY)


@dataclass(frozen=True)
class Body:
    """A body: its name, its kind (of KINDS), the ``code`` it has in the list ``working_groups`` or "", the code of the
    field of action it works on or "", its place among the others, and whether it is ``closed``: it then gets no more
    members and meetings and is asked nothing new, but what runs goes on.
    """

    id: int
    name: Text
    kind: str
    code: str
    field_of_action: str
    order: int
    closed: bool


@dataclass(frozen=True)
class Member:
    """One membership of a person in a body, from ``since`` to ``until`` (ISO days, both inclusive; "" for open).

    ``organisation`` is spelt as it was first, however it was written since; "" for somebody who speaks for themself.
    ``stands_for`` says in words for whom a deputy stands. ``consent``: the name may stand in the concept's annexes.
    ``erased``: the person left long ago, and their name and address are no longer known.
    """

    id: int
    body: int
    name: str
    email: str
    organisation: str
    role: str
    language: str
    since: str
    until: str
    stands_for: str
    consent: bool = False
    erased: bool = False

    def belongs(self, day: str) -> bool:
        """Tell whether the membership holds on an ISO day."""
        return self.since <= day and (not self.until or day <= self.until)


@dataclass(frozen=True)
class Voter:
    """Who has one vote in a body: an organisation with its people, or a person without one (``organisation`` is "").

    ``key`` tells voters apart and stays the same while people come and go: see `members.key_of`.
    """

    organisation: str
    people: tuple[Member, ...]
    key: str


@dataclass(frozen=True)
class Meeting:
    """A meeting of a body: the ISO ``day``, begin and end (``18:00``, local time in Europe/Berlin; the end may be ""),
    place and agenda in words, where the minutes are, the ids of the members who were there, and of whom somebody said
    for whom they spoke: id → in words. ``invited`` is the day of the last invitation, or "". ``sequence`` counts its
    changes, for calendars; ``cancelled``: it does not take place.
    """

    id: int
    body: int
    day: str
    time: str
    place: str
    agenda: str
    minutes_url: str
    present: tuple[int, ...] = ()
    spoke: Mapping[int, str] = field(default_factory=dict)
    ends: str = ""
    invited: str = ""
    sequence: int = 0
    cancelled: bool = False
