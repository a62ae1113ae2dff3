"""What the holder of four words may do: go on with a draft; see, correct and withdraw a response."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from survey_service.accounts import lockout
from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.questionnaire.judge import PNA
from survey_service.questionnaire.model import PREFER_NOT_TO_SAY, Questionnaire
from survey_service.responses import derived, drafts, parting, receipts, reviewing
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import CollectionSpec, Store, Stored

WITHDRAWALS = CollectionSpec("withdrawals", indexes=("questionnaire",))
"""How many responses were withdrawn, by questionnaire and period; nothing else of them is kept."""
PENDING = CollectionSpec("withdrawals_pending")
"""Withdrawals that have not reached what was made of the response: its questionnaire, revision, period and number."""
ATTEMPTS = CollectionSpec("receipt_attempts", unique=("name_hash",))
RULE = lockout.Rule(60, dt.timedelta(minutes=10), "receipt.locked", ATTEMPTS)
"""A shelter shares one address, so many may err. docs/responses.md reckons how long guessing takes."""


_LONGEST_SHOWN = 40


@dataclass(frozen=True)
class Found:
    """What belongs to four words: a response, a draft (of a correction, if there is a response too), or both."""

    response: Stored | None
    draft: Stored | None


def look_up(store: Store, typed: str, who: str, *, now: dt.datetime, language: str = "en") -> Found:
    """Return what belongs to four words, however they were typed. For right ones nothing is stored.

    ``language`` is that of the example in a refusal. ``who`` is what wrong attempts are counted by; only its hash is
    kept. Words that cannot be a receipt tell a guesser nothing, so they are not counted. Raises Problems
    receipt.incomplete, receipt.word, receipt.locked and receipt.missing.
    """
    fault = receipts.fault_of(typed)
    if fault == "":
        raise Problem("receipt.incomplete")
    if fault is not None:
        word = f"\u2068{fault[:_LONGEST_SHOWN]}\u2069"  # it may run the other way than what is around it
        raise Problem("receipt.word", word=word, example=receipts.example(language))
    lockout.check(store, who, now=now, rule=RULE)
    response = store.collection(RESPONSES).first(receipt_hash=receipts.hash_of(typed))
    draft = drafts.find(store, typed)
    if response is None and draft is None:
        lockout.take(store, who, now=now, rule=RULE)
        raise Problem("receipt.missing")
    return Found(response, draft)


def find(store: Store, receipt: str) -> Stored:
    """Return the response of a receipt, however its words were typed. Raises Problem receipt.missing."""
    stored = store.collection(RESPONSES).first(receipt_hash=receipts.hash_of(receipt))
    if stored is None:
        raise Problem("receipt.missing")
    return stored


def inputs_of(questionnaire: Questionnaire, response: Mapping[str, Any]) -> dict[str, Any]:
    """Return a response document as inputs for its questionnaire, "prefer not to say" included."""
    return _inputs(questionnaire, response["answers"], response["states"])


def _inputs(questionnaire: Questionnaire, answers: Mapping[str, Any], states: Mapping[str, Any]) -> dict[str, Any]:
    inputs = dict(answers)
    for name, state in states.items():
        if isinstance(state, list):  # a repeat: the states of its entries
            inputs[name] = [_inputs(questionnaire, *pair) for pair in zip(answers.get(name, ()), state, strict=False)]
        elif state == PNA and name in questionnaire.questions:
            several = questionnaire.questions[name].type != "select_one"
            inputs[name] = [PREFER_NOT_TO_SAY] if several else PREFER_NOT_TO_SAY
    return inputs


def withdraw(store: Store, receipt: str) -> Stored:
    """Erase the response of a receipt with all drafts that correct it and all codes and quotes of its texts, and count
    the withdrawal; return what it was.

    ``PENDING`` notes what has to be taken out of snapshots and reports, so that a crash forgets nothing. Raises Problem
    receipt.missing.
    """
    with store.transaction():
        stored = find(store, receipt)
        withdraw_one(store, stored)
    return stored


def withdraw_one(store: Store, stored: Stored) -> None:
    """Erase a response as `withdraw` does."""
    counts = store.collection(WITHDRAWALS)
    with store.transaction():
        facts = {"questionnaire": stored.body["questionnaire"], "period": stored.body["period"]}
        parting.separate_all(store, stored.body["key"])
        store.collection(RESPONSES).delete(stored.id)
        drafts.erase_all(store, stored.body["key"])
        register.withdraw(store, stored.body["key"])
        derived.erase(store, stored.body["key"])
        reviewing.forget(store, stored.id)
        known = {name: stored.body[name] for name in ("questionnaire", "revision", "period")}
        store.collection(PENDING).add({**known, "response": stored.id})
        count = counts.first(**facts)
        if count is None:
            counts.add({**facts, "count": 1})
        else:
            counts.replace(count.id, {**facts, "count": count.body["count"] + 1}, version=count.version)


def withdrawn(store: Store, questionnaire: str, periods: Sequence[str] | None = None) -> int:
    """Return how many responses to a questionnaire were withdrawn, of some periods or of all."""
    counts = (stored.body for stored in store.collection(WITHDRAWALS).find(questionnaire=questionnaire))
    return sum(count["count"] for count in counts if periods is None or count["period"] in periods)
