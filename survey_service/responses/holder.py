"""What the holder of a receipt may do: see the response, correct it, withdraw it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.questionnaire.judge import PNA
from survey_service.questionnaire.model import PREFER_NOT_TO_SAY, Questionnaire
from survey_service.responses import receipts
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import CollectionSpec, Store, Stored

WITHDRAWALS = CollectionSpec("withdrawals", indexes=("questionnaire",))
"""How many responses were withdrawn, by questionnaire and period; nothing else of them is kept."""


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


def withdraw(store: Store, receipt: str) -> None:
    """Erase the response of a receipt and count the withdrawal. Raises Problem receipt.missing."""
    counts = store.collection(WITHDRAWALS)
    with store.transaction():
        stored = find(store, receipt)
        facts = {"questionnaire": stored.body["questionnaire"], "period": stored.body["period"]}
        store.collection(RESPONSES).delete(stored.id)
        register.withdraw(store, stored.body["key"])
        count = counts.first(**facts)
        if count is None:
            counts.add({**facts, "count": 1})
        else:
            counts.replace(count.id, {**facts, "count": count.body["count"] + 1}, version=count.version)
