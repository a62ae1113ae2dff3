"""A proposed wording that was accepted becomes the item's new wording in the draft, with one click."""

from __future__ import annotations

from survey_service import clock
from survey_service.accounts import audit
from survey_service.concept import items
from survey_service.concept.model import Wording, wording_of
from survey_service.consulting import comments, rounds
from survey_service.consulting.model import ACCEPTED, Comment, Put, Round
from survey_service.problems import Problem
from survey_service.store.base import Store

_GERMAN = ("de", "de-simple")


def possible(comment: Comment) -> bool:
    """Tell whether a comment proposes a wording that was accepted."""
    return bool(comment.proposal) and comment.answer is not None and comment.answer.verdict == ACCEPTED


def take_over(store: Store, round: int, id: int, why: str, by: str) -> Wording:
    """Give the item the wording that a comment proposes, in German alone, and return it.

    Its other texts say what the old wording said, so they are left out; the versions before keep them. ``why`` names
    round and comment. Raises Problems consulting.proposal unless it was accepted, consulting.foreign if it is not in
    German, consulting.worded if the item has been worded anew since the round, and those of `items.edit`.
    """
    with store.transaction():
        found = rounds.load(store, round)
        comment = comments.find(store, found, id)
        vote = comment.vote
        if not possible(comment):
            raise Problem("consulting.proposal")
        if vote.language not in _GERMAN:
            raise Problem("consulting.foreign", language=vote.language)
        now = wording_of(items.find(store, found.concept, vote.item).body["wording"])
        if now.number != vote.wording:
            raise Problem("consulting.worded", number=Put(vote.item, now.number).number)
        texts = {"de": vote.proposal}
        made = items.edit(store, found.concept, vote.item, seen=now.number, texts=texts, by=by, why=why)
        details: dict[str, str | int] = {"item": vote.item, "wording": made.number}
        audit.append(store, by, "consulting.taken_over", f"{round}/{id}", details, now=clock.now())
    return made


def taken(found: Round, comment: Comment, wording: Wording | None) -> bool:
    """Tell whether an item's present wording is what a comment proposed."""
    put = found.put(comment.vote.item, comment.vote.wording)
    newer = wording is not None and put is not None and wording.number > put.wording
    return newer and wording is not None and wording.texts.get("de", "") == comment.proposal.strip()
