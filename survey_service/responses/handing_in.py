"""A phone hands in a draft that another one is to go on with."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire.judge import Circumstances, judge
from survey_service.responses import drafts, receipts
from survey_service.responses.drafts import Draft
from survey_service.responses.revisions import Published
from survey_service.store.base import Store


@dataclass(frozen=True)
class Handed:
    """What a phone hands in: its submission key, what was typed and shown so far (names of questions), the seed."""

    key: str
    language: str
    inputs: Mapping[str, Any]
    seen: tuple[str, ...]
    seed: int
    source: str = ""


@dataclass(frozen=True)
class Kept:
    """The draft as it is kept, held by no device, and the four words that lead to it."""

    draft: Draft
    receipt: str


def hand_in(store: Store, published: Published, handed: Handed, *, receipt_key: str, today: dt.date) -> Kept:
    """Keep a draft of a phone. The same phone may hand it in again if it heard no reply, and gets the same words.

    What is typed may be faulty, but without consent nothing is kept. Raises Problems response.language,
    response.no_consent, response.screened_out, draft.sent and draft.moved.
    """
    questionnaire = published.questionnaire
    if handed.language not in questionnaire.languages:
        raise Problem("response.language", language=handed.language)
    inputs = {name: value for name, value in handed.inputs.items() if name in questionnaire.questions}
    judgement = judge(questionnaire, inputs, today, Circumstances(handed.seed, handed.language, clock.now()))
    if judgement.screen_out is not None:
        raise Problem("response.screened_out", reason=judgement.screen_out.name)
    if not judgement.consented:
        raise Problem("response.no_consent")
    receipt = receipts.words_for(handed.key, receipt_key)
    draft = Draft(
        id=0,
        version=0,
        token="",
        questionnaire=questionnaire.name,
        revision=published.revision,
        language=handed.language,
        key=handed.key,
        seed=handed.seed,
        inputs=inputs,
        seen=tuple(name for name in dict.fromkeys(handed.seen) if name in questionnaire.questions),
        replaces=False,
        receipt_hash=receipts.hash_of(receipt),
        day=today,
        source=handed.source,
    )
    return Kept(drafts.hand_in(store, draft), receipt)
