"""Comments on statement versions and their answers. A comment is what a vote says in K2 or K3.

Similar comments can be grouped: they are proposed, the manager decides, and a group is answered at once. Groups and
answers belong to a comment as it was: once the organisation votes anew, its comment stands alone and is unanswered.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable
from typing import Any

from survey_service import clock
from survey_service.accounts import audit
from survey_service.consulting import ballots, rounds
from survey_service.consulting.model import CLOSED, OPEN, VERDICTS, Answer, Comment, Round, Vote
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

ANSWERS = CollectionSpec("consulting_answers", indexes=("round",), unique=("vote",))
GROUPS = CollectionSpec("consulting_groups", indexes=("round",), unique=("vote",))
"""The group of a comment (the lowest id of its members), or 0 for one that the manager wants to stand alone."""
MOST_REASON = 4_000


def of_round(store: Store, found: Round) -> list[Comment]:
    """Return the comments of a round by statement, body and first vote, numbered from 1.

    The numbers are the same for good once the round is closed and is not extended any more.
    """
    answers = {each.body["vote"]: each.body for each in store.collection(ANSWERS).find(round=found.id)}
    groups = {each.body["vote"]: each.body for each in store.collection(GROUPS).find(round=found.id)}
    places = {(put.item, put.wording): place for place, put in enumerate(found.items)}
    ranks = {body: rank for rank, body in enumerate(found.bodies)}
    said = [vote for vote in ballots.current(store, found.id) if vote.comment or vote.proposal]
    said.sort(key=lambda vote: (places[vote.item, vote.wording], ranks[vote.body], vote.id))
    return [
        Comment(
            number=number,
            vote=vote,
            answer=_answer(answers.get(vote.id), vote, same=True),
            before=_answer(answers.get(vote.id), vote, same=False),
            group=_group(groups.get(vote.id), vote),
        )
        for number, vote in enumerate(said, 1)
    ]


def _answer(body: dict[str, Any] | None, vote: Vote, *, same: bool) -> Answer | None:
    """Return an answer, if it was given to what the vote says now (``same``) or to what it said before."""
    if body is None or (body["turn"] == vote.turn) is not same:
        return None
    return Answer(**{field.name: body[field.name] for field in dataclasses.fields(Answer)})


def _group(body: dict[str, Any] | None, vote: Vote) -> int | None:
    return body["group"] if body is not None and body["turn"] == vote.turn else None


def find(store: Store, found: Round, id: int) -> Comment:
    """Return a comment of a round by the id of its vote. Raises Problem consulting.no_comment."""
    comment = next((each for each in of_round(store, found) if each.id == id), None)
    if comment is None:
        raise Problem("consulting.no_comment")
    return comment


def unanswered(comments: Iterable[Comment]) -> list[Comment]:
    """Return the comments that have no answer yet."""
    return [comment for comment in comments if comment.answer is None]


def mates(comments: Iterable[Comment], comment: Comment) -> list[Comment]:
    """Return the comments that are answered together with one, itself included."""
    return [each for each in comments if each.id == comment.id or (comment.group and each.group == comment.group)]


def answer(store: Store, round: int, id: int, verdict: str, reason: str, *, seen: int, by: str) -> list[Comment]:
    """Answer a comment and the others of its group, and return them.

    ``seen`` is the number of the answer that was before the eyes, 0 for none. Raises Problems consulting.answer without
    verdict or reason, consulting.conflict if somebody else has answered meanwhile, consulting.final, and
    consulting.no_comment.
    """
    if verdict not in VERDICTS or not 0 < len(reason.strip()) <= MOST_REASON:
        raise Problem("consulting.answer", limit=MOST_REASON)
    with store.transaction():
        found, known = _for_change(store, round)
        comment = _by_id(known, id)
        if seen != (comment.answer.number if comment.answer else 0):
            raise Problem("consulting.conflict", by=comment.answer.by if comment.answer else "–")
        answered = mates(known, comment)
        for each in answered:
            body = {
                "round": round,
                "vote": each.id,
                "turn": each.vote.turn,
                "verdict": verdict,
                "reason": reason.strip(),
                "by": by,
                "moment": clock.now().replace(microsecond=0).isoformat(),
                "number": 1 + (each.answer.number if each.answer else 0),
            }
            _put(store, ANSWERS, each.id, body)
            audit.append(store, by, "consulting.answer", f"{round}/{each.id}", {"verdict": verdict}, now=clock.now())
    kept = {each.id for each in answered}
    return [each for each in of_round(store, found) if each.id in kept]


def join(store: Store, round: int, ids: Collection[int], by: str) -> None:
    """Make one group of comments on one statement version, and of the groups that they are in.

    Raises Problems consulting.group for fewer than two or for different statement versions, consulting.final, and
    consulting.no_comment.
    """
    with store.transaction():
        _, known = _for_change(store, round)
        chosen = {each.id: each for id in ids for each in mates(known, _by_id(known, id))}
        if len(set(ids)) < 2 or len({(each.vote.item, each.vote.wording) for each in chosen.values()}) != 1:
            raise Problem("consulting.group")
        _set_group(store, round, chosen.values(), min(chosen))
        audit.append(store, by, "consulting.grouped", str(round), {"count": len(chosen)}, now=clock.now())


def part(store: Store, round: int, ids: Collection[int], by: str) -> None:
    """Let comments stand alone; they are not proposed for a group again. A group of one is none.

    Raises Problems consulting.final and consulting.no_comment.
    """
    with store.transaction():
        _, known = _for_change(store, round)
        leaving = [_by_id(known, id) for id in ids]
        _set_group(store, round, leaving, 0)
        gone = {each.id for each in leaving}
        for group in {each.group for each in leaving if each.group}:
            left = [each for each in known if each.group == group and each.id not in gone]
            _set_group(store, round, left, min(each.id for each in left) if len(left) > 1 else None)
        audit.append(store, by, "consulting.parted", str(round), {"count": len(gone)}, now=clock.now())


def _for_change(store: Store, round: int) -> tuple[Round, list[Comment]]:
    _, found = rounds.of_state(store, round, OPEN, CLOSED)
    if found.final:
        raise Problem("consulting.final")
    return found, of_round(store, found)


def _by_id(known: Iterable[Comment], id: int) -> Comment:
    comment = next((each for each in known if each.id == id), None)
    if comment is None:
        raise Problem("consulting.no_comment")
    return comment


def _set_group(store: Store, round: int, chosen: Iterable[Comment], group: int | None) -> None:
    for each in chosen:
        body = {"round": round, "vote": each.id, "turn": each.vote.turn, "group": group}
        _put(store, GROUPS, each.id, body)


def _put(store: Store, spec: CollectionSpec, vote: int, body: dict[str, Any]) -> None:
    collection = store.collection(spec)
    stored = collection.first(vote=vote)
    if stored is None:
        collection.add(body)
    else:
        collection.replace(stored.id, body, version=stored.version)
