"""Taking one's votes back: as if they had never been cast. What a colleague voted before counts again."""

from __future__ import annotations

from survey_service import clock
from survey_service.accounts import audit
from survey_service.consulting import attending, ballots, invitations, rounds
from survey_service.consulting.model import Invitation
from survey_service.problems import Problem
from survey_service.store.base import Store, Stored

_AGAIN = 5


def take_back(store: Store, invitation: Invitation) -> int:
    """Erase all votes that a member cast by an invitation, replaced ones too, and the consent; return how many counted.

    Raises Problem consulting.closed after the last day of the round.
    """
    for _ in range(_AGAIN):
        try:
            with store.transaction():
                return _take_back(store, invitation)
        except Problem as problem:
            if problem.code not in ("store.conflict", "store.duplicate", "store.missing"):
                raise  # else somebody of the organisation voted at the same moment
    raise Problem("service.unavailable")


def _take_back(store: Store, invitation: Invitation) -> int:
    invitations.refuse_closed(rounds.load(store, invitation.round))
    current, history = store.collection(ballots.CURRENT), store.collection(ballots.HISTORY)
    for stored in list(history.find(round=invitation.round)):
        if _is_by(stored, invitation):
            history.delete(stored.id, version=stored.version)
    mine = [stored for stored in current.find(round=invitation.round) if _is_by(stored, invitation)]
    for stored in mine:
        current.delete(stored.id, version=stored.version)
        _bring_back(store, stored)
    attending.forget(store, invitation.id)
    audit.append(store, "service", "consulting.withdrawn", str(invitation.round), {"count": len(mine)}, now=clock.now())
    return len(mine)


def _is_by(stored: Stored, invitation: Invitation) -> bool:
    return (stored.body["body"], stored.body["member"]) == (invitation.body, invitation.member)


def _bring_back(store: Store, gone: Stored) -> None:
    """Let the vote count that was the last one before, if there is one. It counts as cast anew, so that no answer to
    another comment is taken for one to this.
    """
    history = store.collection(ballots.HISTORY)
    earlier = max(history.find(vote_key=gone.body["vote_key"]), key=lambda each: each.body["turn"], default=None)
    if earlier is not None:
        history.delete(earlier.id, version=earlier.version)
        store.collection(ballots.CURRENT).add({**earlier.body, "turn": gone.body["turn"] + 1})
