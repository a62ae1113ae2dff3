"""What a round has come to, for those who took part: turnout while it runs, results and answers when it is over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from survey_service.concept.model import Wording
from survey_service.consulting import ballots, comments, invitations, tallies
from survey_service.consulting.model import ACCEPTED, PARTLY, REJECTED, Comment, Put
from survey_service.consulting.tallies import ALL, Result
from survey_service.network import bodies
from survey_service.problems import N_
from survey_service.questionnaire.model import Text
from survey_service.web.consulting.seat import Seat
from survey_service.web.context import current

VERDICTS: Mapping[str, str] = {ACCEPTED: N_("Accepted"), PARTLY: N_("Accepted in part"), REJECTED: N_("Not accepted")}


@dataclass(frozen=True)
class Outcome:
    """A statement with the votes of each body that voted, and the comments on it; ``number`` is its place from 1."""

    put: Put
    number: int
    wording: Wording
    votes: Sequence[tuple[Text, Sequence[tuple[Text, int]]]]
    comments: Sequence[Comment]


def turnout(seat: Seat) -> list[tuple[Text, int, int]]:
    """Return for each body its name, how many voters have voted on something, and how many are asked."""
    store = current().store
    everybody = tallies.voters(invitations.of_round(store, seat.round.id), ballots.current(store, seat.round.id))
    names = bodies.names(store)
    found = (each for each in tallies.turnout(seat.round, everybody) if each.body != ALL)
    return [(names[each.body], each.voted, each.invited) for each in found]


def sections(seat: Seat) -> list[tuple[Text, list[Outcome]]]:
    """Return the outcome of each statement by field of action, each field with its name."""
    return [
        (seat.fields[field], list(group)) for field, group in groupby(_outcomes(seat), key=lambda each: each.put.field)
    ]


def _outcomes(seat: Seat) -> Iterator[Outcome]:
    store = current().store
    results: dict[Put, list[Result]] = {}
    for result in tallies.results(seat.round, ballots.current(store, seat.round.id)):
        if result.body != ALL and result.votes:
            results.setdefault(result.put, []).append(result)
    said: dict[tuple[str, int], list[Comment]] = {}
    for comment in comments.of_round(store, seat.round):
        said.setdefault((comment.vote.item, comment.vote.wording), []).append(comment)
    names = bodies.names(store)
    labels = {choice.name: choice.label for choice in seat.form.questions["K1"].choices}
    for number, (put, wording) in enumerate(seat.wordings.items(), 1):
        votes = [
            (
                names[result.body],
                [(labels.get(name, {"*": name}), count) for name, count in result.counts.items() if count],
            )
            for result in results.get(put, ())
        ]
        yield Outcome(put, number, wording, votes, said.get((put.item, put.wording), ()))
