"""The holder of a receipt sees, corrects and withdraws a response."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from survey_service.offers import moderation, register
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import drafts, holder, receipts
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, receipt_of, submit
from survey_service.store import open_store
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
    moderation.decide(store, offer["offer"], "published", "Mara")
    fixed = Submission(KEY, "small-1", "de", {"OK": "yes", "age": 21}, 5, "web", replaces=True)
    submit(store, publications, fixed, receipt_key=SECRET, today=TODAY)
    offer = next(register.all_offers(store)).body
    assert (offer["moderation"], offer["answers"]["age"]) == ("submitted", 21)
    holder.withdraw(store, receipt)
    offer = next(register.all_offers(store)).body
    assert (offer["moderation"], offer["answers"]) == ("withdrawn", {})
    with pytest.raises(Problem):
        moderation.decide(store, "nothing", "published", "Mara")


ME, NOW = "network", dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)
WRONG = "bamiku-tukuri-nininu-zahasa"


def refused(store: Store, typed: str, who: str = ME, after: float = 0) -> str:
    with pytest.raises(Problem) as caught:
        holder.look_up(store, typed, who, now=NOW + dt.timedelta(seconds=after))
    return caught.value.code


def test_guessing_from_one_network_is_stopped_and_others_go_on(store: Store, publications: Publications) -> None:
    receipt = send(store, publications, age=20).receipt
    for _ in range(60):
        assert refused(store, WRONG) == "receipt.missing"
    assert refused(store, WRONG) == "receipt.locked"
    assert refused(store, receipt, after=599) == "receipt.locked"
    assert holder.look_up(store, receipt, "another", now=NOW).response is not None
    assert holder.look_up(store, receipt, ME, now=NOW + dt.timedelta(seconds=601)).response is not None


def test_the_limit_survives_a_restart(tmp_path: Path) -> None:
    opened = open_store("tinydb:", tmp_path / "kept")
    for _ in range(60):
        refused(opened, WRONG)
    opened.close()
    opened = open_store("tinydb:", tmp_path / "kept")
    assert refused(opened, WRONG) == "receipt.locked"
    opened.close()


def test_right_words_are_not_counted_and_forgive_no_wrong_ones(store: Store, publications: Publications) -> None:
    """A shelter's people all come in, and nobody buys more guesses with a receipt of their own."""
    receipt = send(store, publications, age=20).receipt
    for _ in range(100):
        assert holder.look_up(store, receipt, ME, now=NOW).response is not None
    assert store.collection(holder.ATTEMPTS).count() == 0
    for _ in range(59):
        refused(store, WRONG)
        holder.look_up(store, receipt, ME, now=NOW)
    assert refused(store, WRONG) == "receipt.missing"
    assert refused(store, WRONG) == "receipt.locked"


def test_what_cannot_be_a_receipt_is_no_attempt(store: Store) -> None:
    for _ in range(100):
        assert refused(store, "bamiku tokuri nininu zahasa") == "receipt.word"
        assert refused(store, "") == "receipt.incomplete"
    assert store.collection(holder.ATTEMPTS).count() == 0


def correction(store: Store, publications: Publications) -> drafts.Draft:
    body = store.collection(RESPONSES).find()[0].body
    published = publications.revision("small-1")
    return drafts.correct(store, published, "de", TODAY, response=body, inputs=body["answers"], seen=("OK",))


def test_a_correction_is_found_by_the_receipt_and_there_is_one_at_a_time(
    store: Store, publications: Publications
) -> None:
    receipt = send(store, publications, age=20).receipt
    first, second = correction(store, publications), correction(store, publications)
    assert store.collection(drafts.DRAFTS).count() == 1
    with pytest.raises(Problem):
        drafts.load(store, first.token)
    found = holder.look_up(store, receipt, ME, now=NOW)
    assert found.response is not None
    assert found.draft is not None
    taken = drafts.take_over(store, receipt, TODAY)
    assert (taken.key, taken.replaces) == (KEY, True)
    assert taken.token != second.token


def test_withdrawal_reaches_corrections_on_any_device(store: Store, publications: Publications) -> None:
    receipt = send(store, publications, age=20).receipt
    correction(store, publications)
    other = drafts.start(store, publications.current("small"), "de", TODAY, receipt_key=SECRET)
    holder.withdraw(store, receipt)
    assert [stored.body["key"] for stored in store.collection(drafts.DRAFTS).find()] == [other.key]
    assert [stored.body for stored in store.collection(holder.PENDING).find()] == [
        {"questionnaire": "small", "revision": "small-1", "period": "2026-Q4", "response": 1}
    ]
    assert holder.withdrawn(store, "small") == 1


def test_words_drawn_on_a_phone_follow_from_nothing_that_is_stored(store: Store, publications: Publications) -> None:
    drawn = "bamiku-tukuri-nininu-zahasa"
    submission = Submission(KEY, "small-1", "de", {"OK": "yes"}, 5, "web", receipt=drawn)
    assert submit(store, publications, submission, receipt_key=SECRET, today=TODAY).receipt == drawn
    body = store.collection(RESPONSES).find()[0].body
    assert drawn not in str(body)
    assert refused(store, receipts.words_for(KEY, SECRET)) == "receipt.missing"
    assert receipt_of(store, KEY, receipt_key=SECRET) is None
    assert holder.look_up(store, drawn, ME, now=NOW).response is not None
