"""What a consultation round consists of: what is put to whom, invitations, votes with comments, answers."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

DRAFT, OPEN, CLOSED = "draft", "open", "closed"
AGREE, RESERVATION, DISAGREE, ABSTAIN = "agree", "reservation", "disagree", "abstain"
VOTES = (AGREE, RESERVATION, DISAGREE, ABSTAIN)
"""What K1 can say."""
PRIORITIES = ("1", "2", "3", "4", "5")
"""What K4 can say, beside that somebody prefers not to."""
ACCEPTED, PARTLY, REJECTED = "accepted", "partly", "rejected"
VERDICTS = (ACCEPTED, PARTLY, REJECTED)
"""How a comment is answered."""


@dataclass(frozen=True)
class Put:
    """A statement version that is put to the vote: the item's key and the number of its wording, which never changes.

    ``kind`` and ``field`` are those the item had when the round was made; they don't make it another one.
    """

    item: str
    wording: int
    kind: str = dataclasses.field(default="", compare=False)
    field: str = dataclasses.field(default="", compare=False)

    @property
    def number(self) -> str:
        """What people call it: item and version, ``12.3``."""
        return f"{self.item.removeprefix('item-')}.{self.wording}"


@dataclass(frozen=True)
class Round:
    """A consultation round on a version of the concept.

    ``opens`` is the ISO day it was opened on, "" before; ``closes`` the last day for votes. ``bodies`` are ids of the
    network's bodies, ``languages`` tags, German first. ``state`` is that of the day it was loaded for. ``final`` is the
    ISO day its table was made final, "" before.
    """

    id: int
    concept: int
    title: str
    opens: str
    closes: str
    bodies: tuple[int, ...]
    languages: tuple[str, ...]
    state: str
    items: tuple[Put, ...]
    final: str = ""

    def put(self, item: str, wording: int) -> Put | None:
        """Return what is put under this key and number, or None."""
        return next((put for put in self.items if (put.item, put.wording) == (item, wording)), None)


@dataclass(frozen=True)
class Invitation:
    """The invitation of one member of one body to a round.

    ``organisation`` is "" for somebody who speaks for themself. ``voter`` says whose vote it is, within the body: it is
    the same for all members of an organisation. ``sent`` and ``opened`` are ISO days or "", and ``reminded`` the days
    of the reminders.
    """

    id: int
    round: int
    body: int
    organisation: str
    member: int
    name: str
    email: str
    language: str
    voter: str
    sent: str = ""
    reminded: tuple[str, ...] = ()
    opened: str = ""
    revoked: bool = False


@dataclass(frozen=True)
class Vote:
    """The vote of an organisation in a body on a statement version.

    ``answers`` holds K1 and, if given, K2, K3 and K4 (K4 is left out for "prefer not to say"); ``speaking`` is K5 or
    "". ``member`` and ``name`` say who cast it, ``moment`` when (ISO 8601, UTC); ``turn`` counts what the organisation
    cast here from 1: each cast replaces the one before.
    """

    id: int
    round: int
    body: int
    organisation: str
    voter: str
    item: str
    wording: int
    answers: Mapping[str, str]
    speaking: str
    language: str
    member: int
    name: str
    moment: str
    turn: int

    @property
    def comment(self) -> str:
        """K2, or ""."""
        return self.answers.get("K2", "")

    @property
    def proposal(self) -> str:
        """K3, or ""."""
        return self.answers.get("K3", "")


@dataclass(frozen=True)
class Answer:
    """The answer to a comment: ``verdict`` of VERDICTS with its reason. ``number`` counts the answers to it from 1."""

    verdict: str
    reason: str
    by: str
    moment: str
    number: int


@dataclass(frozen=True)
class Comment:
    """What a vote says in K2 or K3, with its number in the round.

    ``answer`` is the one to what it says now, ``before`` one to what the organisation said before. ``group`` is the
    lowest id of the comments that are answered together, 0 for one that is to stand alone, None if nobody has decided.
    """

    number: int
    vote: Vote
    answer: Answer | None
    before: Answer | None
    group: int | None

    @property
    def id(self) -> int:
        """Its name for good: the id of the vote."""
        return self.vote.id

    @property
    def proposal(self) -> str:
        """The wording it proposes, or ""."""
        return self.vote.proposal


# -- JSON ----------------------------------------------------------------------------------------------------------


def round_to_json(found: Round) -> dict[str, Any]:
    """Return a round as JSON data, without its id."""
    body = asdict(found)
    del body["id"]
    body["items"] = [asdict(put) for put in found.items]
    return {**body, "bodies": list(found.bodies), "languages": list(found.languages)}


def round_of(id: int, body: Mapping[str, Any]) -> Round:
    """Return a round from its JSON data."""
    lists = {name: tuple(body[name]) for name in ("bodies", "languages")}
    return Round(id=id, **{**body, **lists, "items": tuple(Put(**each) for each in body["items"])})
