"""What a round has come to: turnout per body, votes and priorities per statement version and body."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from survey_service.consulting.model import VOTES, Invitation, Put, Round, Vote

ALL = 0
"""Stands for all bodies."""


@dataclass(frozen=True)
class Turnout:
    """How many voters (organisations, and members who have none) of a body were invited, opened the link, and voted on
    at least one statement version; ``complete`` of them on all.
    """

    body: int
    invited: int
    opened: int
    voted: int
    complete: int


@dataclass(frozen=True)
class Result:
    """The votes of a body (ALL for all of them) on a statement version: a count for each of VOTES, and the mean
    priority (1 to 5) of the ``n`` votes that gave one, None if none did.
    """

    put: Put
    body: int
    counts: Mapping[str, int]
    priority: float | None
    n: int

    @property
    def votes(self) -> int:
        """How many voted, abstentions included."""
        return sum(self.counts.values())


@dataclass(frozen=True)
class Voter:
    """How far somebody with a vote in a body is: the organisation ("" for a member without one), the people invited,
    and how many statement versions have their vote.
    """

    body: int
    organisation: str
    people: tuple[Invitation, ...]
    opened: bool
    votes: int


def voters(invitations: Iterable[Invitation], votes: Iterable[Vote]) -> list[Voter]:
    """Return who has a vote, in the order of the invitations. Who was revoked counts only with a vote."""
    cast = Counter((vote.body, vote.voter) for vote in votes)
    people: dict[tuple[int, str], list[Invitation]] = {}
    for each in invitations:
        people.setdefault((each.body, each.voter), []).append(each)
    return [
        Voter(
            body=key[0],
            organisation=invited[0].organisation,
            people=tuple(invited),
            opened=bool(cast[key]) or any(each.opened for each in invited if not each.revoked),
            votes=cast[key],
        )
        for key, invited in people.items()
        if cast[key] or not all(each.revoked for each in invited)
    ]


def turnout(found: Round, everybody: Sequence[Voter]) -> list[Turnout]:
    """Return the turnout of each body in order, then of ALL: an organisation counts once for each of its bodies."""
    return [
        Turnout(
            body=body,
            invited=len(asked),
            opened=sum(each.opened for each in asked),
            voted=sum(each.votes > 0 for each in asked),
            complete=sum(each.votes == len(found.items) for each in asked),
        )
        for body in (*found.bodies, ALL)
        for asked in [[each for each in everybody if body in (ALL, each.body)]]
    ]


def results(found: Round, votes: Sequence[Vote]) -> list[Result]:
    """Return the results of each statement version, for each body in order and then for ALL."""
    made = []
    for put in found.items:
        cast = [vote for vote in votes if (vote.item, vote.wording) == (put.item, put.wording)]
        for body in (*found.bodies, ALL):
            counted = [vote for vote in cast if body in (ALL, vote.body)]
            given = Counter(vote.answers["K1"] for vote in counted)
            priorities = [int(vote.answers["K4"]) for vote in counted if "K4" in vote.answers]
            mean = math.fsum(priorities) / len(priorities) if priorities else None
            made.append(Result(put, body, {name: given[name] for name in VOTES}, mean, len(priorities)))
    return made
