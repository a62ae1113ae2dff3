"""The demo: an invented wave of responses, offers and expert views, clearly labelled and always the same for a seed.

Every response goes the way of a real one, through the judge, and carries the mode ``demo``; a report on it says that
its figures are invented. No organisation, person or address in it exists.
"""

from __future__ import annotations

import datetime as dt
import random
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from survey_service.demo import experts, offers, people
from survey_service.demo.chance import Inputs
from survey_service.offers import events, moderation, register
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store.base import Store

MODE = "demo"
NEEDS, OFFER_COUNT, EXPERTS = 300, 120, 25


@dataclass(frozen=True)
class Planned:
    """One response of the wave before it is submitted."""

    questionnaire: str
    number: int
    language: str
    inputs: Inputs
    moderation: str = ""
    confirmed: str = ""
    change: Inputs = field(default_factory=dict)
    """What its provider has changed since, which waits for the desk."""


def fill(store: Store, publications: Publications, *, seed: int = 2026, today: dt.date) -> int:
    """Add the demo wave and return the number of responses added: 445, or 0 if it is there already.

    All or nothing is added. Raises Problem questionnaire.missing unless needs, offers and experts are published.
    """
    receipt_key = secrets.token_hex(32)  # nobody holds a receipt of an invented response
    responses = store.collection(RESPONSES)
    added = 0
    with store.transaction():
        for planned in wave(publications, seed, today):
            key = str(uuid.uuid5(uuid.NAMESPACE_OID, f"demo:{seed}:{planned.questionnaire}:{planned.number}"))
            if responses.first(key=key) is not None:
                continue
            published = publications.current(planned.questionnaire)
            inputs = fit(published.questionnaire, planned.inputs)
            submission = Submission(key, published.revision, planned.language, inputs, seed + planned.number, MODE)
            submit(store, publications, submission, receipt_key=receipt_key, today=today)
            added += 1
            if planned.moderation:
                _settle_offer(store, key, planned)
            if planned.change:
                changed = replace(
                    submission, inputs=inputs | fit(published.questionnaire, planned.change), replaces=True
                )
                submit(store, publications, changed, receipt_key=receipt_key, today=today)
    return added


def _settle_offer(store: Store, key: str, planned: Planned) -> None:
    """Give the offer of a response the state of moderation and the day of confirmation that were planned for it."""
    stored = store.collection(register.OFFERS).first(response_key=key)
    if stored is None:
        return
    offer = stored.body["offer"]
    register.change(store, offer, confirmed=planned.confirmed)
    if planned.moderation in moderation.DECISIONS:
        reason = "Erfunden zur Vorführung." if planned.moderation in moderation.NEED_REASON else ""
        moderation.decide(store, offer, planned.moderation, events.SERVICE, reason=reason)


def wave(publications: Publications, seed: int, today: dt.date) -> Iterator[Planned]:
    """Yield the planned responses; equal arguments give equal plans."""
    needs = publications.current("needs").questionnaire
    for number, (language, inputs) in enumerate(people.respondents(random.Random(f"{seed}:needs"), needs, NEEDS)):  # noqa: S311
        yield Planned("needs", number, language, inputs)
    form = publications.current("offers").questionnaire
    dice = random.Random(f"{seed}:offers")  # noqa: S311 - a plausible demo, not a secret
    for number, offer in enumerate(offers.entries(dice, form, OFFER_COUNT, today)):
        yield Planned("offers", number, "de", offer.inputs, offer.moderation, offer.confirmed, offer.change)
    form = publications.current("experts").questionnaire
    for number, inputs in enumerate(experts.views(random.Random(f"{seed}:experts"), form, EXPERTS)):  # noqa: S311
        yield Planned("experts", number, "de", inputs)


def fit(questionnaire: Questionnaire, inputs: Mapping[str, Any]) -> Inputs:
    """Return the inputs that a questionnaire can take: another county may ask less, or offer fewer choices."""
    fitting: Inputs = {}
    for name, value in inputs.items():
        question = questionnaire.questions.get(name)
        if question is None:
            continue
        if question.choices:
            known = {choice.name for choice in question.choices}
            kept = [choice for choice in (value if isinstance(value, list) else [value]) if choice in known]
            fitting[name] = kept if isinstance(value, list) else (kept[0] if kept else "")
        else:
            fitting[name] = value
    return fitting
