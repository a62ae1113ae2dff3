"""The holder of a receipt sees, corrects and withdraws a response."""

from __future__ import annotations

import dataclasses

import pytest

from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import holder
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.responses.test_submissions import KEY, SECRET, send

BOTH_STORES = True


def test_found_however_the_words_were_typed(store: Store, publications: Publications) -> None:
    receipt = send(store, publications, age=20, likes=["pna"]).receipt
    stored = holder.find(store, receipt.replace("-", " ").upper())
    assert stored.body["key"] == KEY
    questionnaire = publications.revision("small-1").questionnaire
    assert holder.inputs_of(questionnaire, stored.body) == {"OK": "yes", "age": 20, "likes": ["pna"]}
    with pytest.raises(Problem) as caught:
        holder.find(store, receipt[:-1] + "x")
    assert caught.value.code == "receipt.missing"


def test_withdrawn_is_erased_and_counted(store: Store, publications: Publications) -> None:
    receipt = send(store, publications, age=20).receipt
    holder.withdraw(store, receipt)
    assert store.collection(RESPONSES).count() == 0
    counted = store.collection(holder.WITHDRAWALS).first(questionnaire="small")
    assert counted is not None
    assert counted.body == {"questionnaire": "small", "period": "2026-Q4", "count": 1}
    with pytest.raises(Problem):
        holder.withdraw(store, receipt)
    assert send(store, publications, age=20).created


def test_corrected_keeps_the_receipt_and_the_period(store: Store, publications: Publications) -> None:
    first = send(store, publications, age=20)
    fixed = Submission(KEY, "small-1", "en", {"OK": "yes", "age": 21}, 5, "web", replaces=True)
    outcome = submit(store, publications, fixed, receipt_key=SECRET, today=TODAY.replace(year=2027))
    assert (outcome.receipt, outcome.created) == (first.receipt, False)
    body = holder.find(store, first.receipt).body
    assert (body["answers"]["age"], body["period"], body["mode"], body["language"]) == (21, "2026-Q4", "api", "en")
    assert store.collection(RESPONSES).count() == 1


def test_a_correction_of_a_withdrawn_response_is_refused(store: Store, publications: Publications) -> None:
    fixed = Submission(KEY, "small-1", "en", {"OK": "yes", "age": 21}, 5, "web", replaces=True)
    with pytest.raises(Problem) as caught:
        submit(store, publications, fixed, receipt_key=SECRET, today=TODAY)
    assert caught.value.code == "receipt.missing"


def test_a_providers_offer_follows_the_response(store: Store, small: Questionnaire) -> None:
    publications = Publications(store)
    publications.publish({"small": dataclasses.replace(small, audience="providers")})
    receipt = send(store, publications, age=20).receipt
    offer = next(register.all_offers(store)).body
    assert (offer["moderation"], offer["confirmed"], offer["response_key"]) == ("submitted", "2026-11-23", KEY)
    register.moderate(store, offer["offer"], "published")
    fixed = Submission(KEY, "small-1", "de", {"OK": "yes", "age": 21}, 5, "web", replaces=True)
    submit(store, publications, fixed, receipt_key=SECRET, today=TODAY)
    offer = next(register.all_offers(store)).body
    assert (offer["moderation"], offer["answers"]["age"]) == ("submitted", 21)
    holder.withdraw(store, receipt)
    offer = next(register.all_offers(store)).body
    assert (offer["moderation"], offer["answers"]) == ("withdrawn", {})
    with pytest.raises(Problem):
        register.moderate(store, "nothing", "published")
