"""What the privacy notice promises: drafts, free texts and responses are erased in time."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable

import pytest

from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import drafts, retention
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.questionnaire.test_repeats import ALI_AND_MO, HOUSEHOLD
from tests.responses import aging
from tests.responses.test_submissions import send

BOTH_STORES = True


@pytest.mark.parametrize(
    "today, kept, text",
    [
        (dt.date(2026, 12, 31), True, True),
        (dt.date(2027, 3, 31), True, True),
        (dt.date(2027, 4, 1), True, False),
        (dt.date(2027, 9, 30), True, False),
        (dt.date(2027, 10, 1), False, False),
    ],
)
def test_texts_after_six_months_and_responses_after_twelve(
    store: Store, publications: Publications, today: dt.date, kept: bool, text: bool
) -> None:
    send(store, publications, age=20, town="Suhl")
    erased = aging.age(store, publications, today, months=12, text_months=6)
    assert (erased.responses, erased.texts) == (int(not kept), int(kept and not text))
    answers = [stored.body["answers"] for stored in store.collection(RESPONSES).iterate()]
    expected = {"OK": "yes", "age": 20, **({"town": "Suhl"} if text else {})}
    assert answers == ([expected] if kept else [])
    again = aging.age(store, publications, today, months=12, text_months=6)
    assert not again


def test_a_response_keeps_its_states_without_its_texts(store: Store, publications: Publications) -> None:
    send(store, publications, age=20, town="Suhl")
    aging.age(store, publications, dt.date(2027, 5, 1), months=12, text_months=6)
    assert store.collection(RESPONSES).find()[0].body["states"]["town"] == "answered"


def test_old_drafts_go_too(store: Store, publications: Publications) -> None:
    drafts.start(store, publications.current("small"), "de", TODAY - dt.timedelta(days=20), receipt_key="secret")
    assert aging.age(store, publications, TODAY, months=12, text_months=6).drafts == 1


def test_what_providers_sent_stays(store: Store, small: Questionnaire) -> None:
    publications = Publications(store)
    publications.publish({"small": dataclasses.replace(small, audience="providers")})
    send(store, publications, age=20, town="Suhl")
    assert not aging.age(store, publications, dt.date(2030, 1, 1), months=12, text_months=6)


def test_texts_within_repeats_and_what_was_made_of_them_go_too(
    store: Store, questionnaire: Callable[[str], Questionnaire]
) -> None:
    """Numbers stay, and the entries themselves; names chosen from a list of typed names go, and joined names."""
    publications = Publications(store)
    publications.publish({"household": questionnaire(HOUSEHOLD)})
    inputs = {"street": "Weg 1", "head": "Ali", **ALI_AND_MO}
    key = "33333333-3333-4333-8333-333333333333"
    submission = Submission(key, "household-1", "en", inputs, 5, "api")
    submit(store, publications, submission, receipt_key="0" * 64, today=TODAY)
    before = store.collection(RESPONSES).find()[0].body
    assert (before["answers"]["teachers"], before["answers"]["before"]) == ("Ms A, Mr B", "Ali")
    assert aging.age(store, publications, dt.date(2027, 5, 1), months=12, text_months=6).texts == 1
    after = store.collection(RESPONSES).find()[0].body
    assert after["answers"] == {
        "people": [{"age": 62, "number": 1.0}, {"age": 9, "number": 2.0, "schools": 2, "school": [{}, {}]}],
        "persons": 2.0,
        "oldest": 62.0,
    }
    assert after["states"] == before["states"]
    assert not aging.age(store, publications, dt.date(2027, 5, 1), months=12, text_months=6)


@pytest.mark.parametrize("period", ["1970-Q1", "2026-Q3"])
def test_a_quarter_long_ago_is_found(store: Store, publications: Publications, period: str) -> None:
    send(store, publications, age=20)
    (stored,) = store.collection(RESPONSES).find()
    store.collection(RESPONSES).replace(stored.id, {**stored.body, "period": period}, version=stored.version)
    assert retention.erase_responses(store, publications, dt.date(2027, 7, 1), months=12) == 1


@pytest.mark.parametrize("period", ["0000-Q1", "2026-Q", "2026-Q12", "2026-Q5", "٢٠٢٦-Q1", "1969-Q4", "2026-q1"])
def test_what_is_no_quarter_is_none(period: str) -> None:
    assert not retention.PERIOD.fullmatch(period)
    assert retention.PERIOD.fullmatch("2026-Q4")
