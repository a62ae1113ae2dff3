"""Votes: judged by the questionnaire ``consultation``; one counts for each organisation, body and statement version.

A later vote of the organisation takes the place of the one before, which stays in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service import clock
from survey_service.consulting import invitations, rounds
from survey_service.consulting.model import PRIORITIES, VOTES, Invitation, Vote
from survey_service.problems import Problem
from survey_service.questionnaire.judge import Circumstances, Judgement, judge
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import PREFER_NOT_TO_SAY, Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.store.base import CollectionSpec, Store, Stored

CURRENT = CollectionSpec("consulting_votes", indexes=("round",), unique=("vote_key",))
"""The votes that count."""
HISTORY = CollectionSpec("consulting_votes_before", indexes=("round", "vote_key"))
"""The votes that were replaced. They are only added."""
QUESTIONNAIRE = "consultation"
ASKED = ("K1", "K2", "K3", "K4", "K5")
"""The questions on the page of a statement; the others are known from the invitation."""
_AGAIN = 5


class Refused(Exception):
    """Answers that the questionnaire does not take; ``judgement`` has the refusals by question."""

    def __init__(self, judgement: Judgement) -> None:
        super().__init__("refused")
        self.judgement = judgement


def questionnaire(publications: Publications, library: Library) -> Questionnaire:
    """Return the questionnaire that votes are judged by: the newest revision of ``consultation``, else the bundled one.

    A revision that has lost one of the questions K1 to K5, or whose votes and priorities are others, can't be counted;
    then it is the bundled one too.
    """
    published = publications.find(QUESTIONNAIRE)
    if published is not None and _countable(published.questionnaire):
        return published.questionnaire
    return library.questionnaires[QUESTIONNAIRE]


def _countable(form: Questionnaire) -> bool:
    if not form.questions.keys() >= set(ASKED):
        return False
    votes, priorities = form.questions["K1"].choice_names, form.questions["K4"].choice_names
    return votes == frozenset(VOTES) and priorities <= frozenset((*PRIORITIES, PREFER_NOT_TO_SAY))


def judged(
    form: Questionnaire, invitation: Invitation, item: str, wording: int, answers: Mapping[str, Any], group: str = ""
) -> Judgement:
    """Return what the questionnaire says of the answers to K1–K5; ``group`` is the code of the body.

    Raises Refused if it does not take them.
    """
    known: dict[str, Any] = {
        "K0": "yes",
        "K0_statement": f"{item.removeprefix('item-')}.{wording}",
        "K0_group": group,
        "K5_organisation": invitation.organisation,
    }
    given = {name: answers[name] for name in ASKED if name in answers}
    inputs = {name: value for name, value in known.items() if name in form.questions} | given
    found = judge(form, inputs, clock.today(), Circumstances(language=invitation.language))
    if any(found.refusals.get(name) is not None for name in ASKED):
        raise Refused(found)
    return found


def cast(
    store: Store,
    invitation: Invitation,
    item: str,
    wording: int,
    answers: Mapping[str, Any],
    *,
    form: Questionnaire,
    group: str = "",
    language: str = "",
) -> Vote:
    """Cast the vote of an invitation's organisation on a statement version and return it.

    ``answers`` are inputs to K1–K5 by name, ``form`` what `questionnaire` returns, ``group`` the code of the body,
    ``language`` the one it was filled in in. Raises Refused (see `judged`), Problems page.missing for a revoked
    invitation, consulting.closed after the last day, and consulting.not_put for what the round does not ask.
    """
    for _ in range(_AGAIN):
        try:
            with store.transaction():
                return _cast(store, invitation.id, item, wording, answers, form, group, language)
        except Problem as problem:
            if problem.code not in ("store.conflict", "store.duplicate", "store.missing"):
                raise  # else somebody of the organisation voted at the same moment on another machine: vote after them
    raise Problem("service.unavailable")


def _cast(
    store: Store,
    id: int,
    item: str,
    wording: int,
    answers: Mapping[str, Any],
    form: Questionnaire,
    group: str,
    language: str,
) -> Vote:
    invitation = invitations.of_id(store, id)
    if invitation.revoked:
        raise Problem("page.missing")
    found = rounds.load(store, invitation.round)
    invitations.refuse_closed(found)
    if found.put(item, wording) is None:
        raise Problem("consulting.not_put")
    taken = judged(form, invitation, item, wording, answers, group).answers
    key = vote_key(invitation, item, wording)
    before = store.collection(CURRENT).first(vote_key=key)
    body = {
        "vote_key": key,
        "round": invitation.round,
        "body": invitation.body,
        "organisation": invitation.organisation,
        "voter": invitation.voter,
        "item": item,
        "wording": wording,
        "answers": {name: taken[name] for name in ("K1", "K2", "K3", "K4") if name in taken},
        "speaking": taken.get("K5", ""),
        "language": language or invitation.language,
        "member": invitation.member,
        "name": invitation.name,
        "moment": clock.now().replace(microsecond=0).isoformat(),
        "turn": 1 if before is None else before.body["turn"] + 1,
    }
    if before is None:
        return _of(store.collection(CURRENT).add(body))
    store.collection(HISTORY).add(before.body)
    return _of(store.collection(CURRENT).replace(before.id, body, version=before.version))


def vote_key(invitation: Invitation, item: str, wording: int) -> str:
    """Return what there is one current vote for."""
    return f"{invitation.round}/{invitation.body}/{item}/{wording}/{invitation.voter}"


def of_invitation(store: Store, invitation: Invitation) -> dict[tuple[str, int], Vote]:
    """Return the current votes of an invitation's organisation in its body, by item and wording, whoever cast them."""
    found = (vote for vote in current(store, invitation.round) if vote.body == invitation.body)
    return {(vote.item, vote.wording): vote for vote in found if vote.voter == invitation.voter}


def of_statement(store: Store, invitation: Invitation, item: str, wording: int) -> Vote | None:
    """Return the current vote of an invitation's organisation on a statement version, or None."""
    stored = store.collection(CURRENT).first(vote_key=vote_key(invitation, item, wording))
    return _of(stored) if stored is not None else None


def current(store: Store, round: int) -> list[Vote]:
    """Return the votes of a round that count, in the order of the first votes."""
    return [_of(stored) for stored in store.collection(CURRENT).find(round=round)]


def before(store: Store, vote: Vote) -> list[Vote]:
    """Return the votes that a vote has replaced, newest first."""
    stored = store.collection(CURRENT).get(vote.id)
    key = stored.body["vote_key"] if stored is not None else ""
    found = [_of(each) for each in store.collection(HISTORY).find(vote_key=key)]
    return sorted(found, key=lambda each: -each.turn)


def _of(stored: Stored) -> Vote:
    return Vote(id=stored.id, **{name: value for name, value in stored.body.items() if name != "vote_key"})
