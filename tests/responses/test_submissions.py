"""A submission is stored once, with what a figure needs and nothing that identifies."""

from __future__ import annotations

import concurrent.futures
import datetime as dt
import uuid
from typing import Any

import pytest

from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import consents, receipts
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Outcome, Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY

BOTH_STORES = True

SECRET = "0" * 64
KEY = "11111111-1111-4111-8111-111111111111"


def send(store: Store, publications: Publications, key: str = KEY, language: str = "de", **inputs: Any) -> Outcome:
    submission = Submission(key, publications.current("small").revision, language, {"OK": "yes", **inputs}, 5, "api")
    return submit(store, publications, submission, receipt_key=SECRET, today=TODAY)


def test_what_is_stored(store: Store, publications: Publications) -> None:
    outcome = send(store, publications, age=17, likes=["pna"])
    stored = store.collection(RESPONSES).first(key=KEY)
    assert stored is not None
    body = stored.body
    assert body.pop("digest")
    assert body.pop("consent") == consents.mark(publications.questionnaire("small-1"), "de")
    assert body.pop("receipt_hash") == receipts.hash_of(outcome.receipt)
    assert body == {
        "key": KEY,
        "questionnaire": "small",
        "revision": "small-1",
        "language": "de",
        "period": "2026-Q4",
        "mode": "api",
        "answers": {"OK": "yes", "age": 17},
        "states": {
            "OK": "answered",
            "age": "answered",
            "town": "not_shown",
            "likes": "pna",
            "why": "not_shown",
            "since": "not_shown",
        },
        "seed": 5,
        "status": "valid",
    }


def test_the_same_key_again_gives_the_same_receipt_and_one_response(store: Store, publications: Publications) -> None:
    first, second = send(store, publications, age=20), send(store, publications, age=20)
    assert (first.created, second.created) == (True, False)
    assert first.receipt == second.receipt
    assert store.collection(RESPONSES).count() == 1


def test_the_same_key_with_other_answers_is_a_conflict_and_the_first_is_kept(
    store: Store, publications: Publications
) -> None:
    send(store, publications, age=20)
    with pytest.raises(Problem) as caught:
        send(store, publications, age=21)
    assert caught.value.code == "response.conflict"
    stored = store.collection(RESPONSES).first(key=KEY)
    assert stored is not None
    assert stored.body["answers"]["age"] == 20


@pytest.mark.parametrize(
    "inputs, code",
    [
        ({"OK": "no"}, "response.no_consent"),
        ({"age": 15}, "response.screened_out"),
        ({"age": "x"}, "response.invalid"),
        ({"OK": ""}, "response.invalid"),
    ],
)
def test_nothing_is_stored_without_consent_when_screened_out_or_refused(
    store: Store, publications: Publications, inputs: dict[str, Any], code: str
) -> None:
    with pytest.raises(Problem) as caught:
        send(store, publications, **inputs)
    assert caught.value.code == code
    assert store.collection(RESPONSES).count() == 0


def test_a_language_that_is_not_offered_is_refused(store: Store, publications: Publications) -> None:
    with pytest.raises(Problem) as caught:
        send(store, publications, language="pl")
    assert caught.value.code == "response.language"


def test_a_resend_counts_under_the_revision_it_was_stored_with(
    store: Store, publications: Publications, small: Questionnaire, questionnaire: Any
) -> None:
    send(store, publications, age=20)
    from tests.conftest import SMALL

    publications.publish({"small": questionnaire(SMALL.replace("max: 120", "max: 19"))})
    assert publications.current("small").revision == "small-2"
    assert send(store, publications, age=20).created is False


def test_ten_at_once_with_one_key_leave_one_response(store: Store, publications: Publications) -> None:
    with concurrent.futures.ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(lambda _: send(store, publications, age=30), range(10)))
    assert sum(outcome.created for outcome in outcomes) == 1
    assert len({outcome.receipt for outcome in outcomes}) == 1
    assert store.collection(RESPONSES).count() == 1


def test_receipts_are_four_speakable_words_and_differ() -> None:
    words = {receipts.words_for(str(uuid.UUID(int=number)), SECRET) for number in range(500)}
    assert len(words) == 500
    for receipt in words:
        assert len(receipt.split("-")) == 4
        assert all(letter in "bdfhklmnrstzaiu-" for letter in receipt)
    assert receipts.words_for(KEY, SECRET) != receipts.words_for(KEY, "1" * 64)
    assert receipts.hash_of("Bami-tuku") == receipts.hash_of(" bami  TUKU ")


def test_revisions_are_published_once_and_kept(store: Store, publications: Publications, questionnaire: Any) -> None:
    from tests.conftest import SMALL

    assert publications.publish({"small": questionnaire(SMALL)}) == []
    assert publications.publish({"small": questionnaire(SMALL.replace("Klein", "Kleiner"))}) == ["small-2"]
    assert publications.revision("small-1").questionnaire.label["de"] == "Klein"
    assert publications.history("small") == ["small-1", "small-2"]
    fresh = Publications(store)
    assert fresh.current("small").questionnaire.label["de"] == "Kleiner"
    fresh.set_open("small", False)
    assert publications.current("small").is_open is False


def test_a_closed_questionnaire_stays_closed_when_a_new_revision_comes(
    publications: Publications, questionnaire: Any
) -> None:
    from tests.conftest import SMALL

    publications.set_open("small", False)
    publications.publish({"small": questionnaire(SMALL.replace("Klein", "Kleiner"))})
    assert publications.current("small").is_open is False


def test_the_period_is_a_quarter() -> None:
    from survey_service import clock

    assert [clock.period(dt.date(2026, month, 1)) for month in (1, 3, 4, 12)] == [
        "2026-Q1",
        "2026-Q1",
        "2026-Q2",
        "2026-Q4",
    ]
