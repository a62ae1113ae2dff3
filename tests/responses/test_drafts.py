"""Drafts keep what was typed, as it was typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from survey_service.problems import Problem
from survey_service.responses import drafts, receipts
from survey_service.responses.handing_in import Handed, Kept, hand_in
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.responses.test_submissions import send

BOTH_STORES = True


def test_a_draft_is_found_by_its_token_only_and_keeps_faulty_input(store: Store, publications: Publications) -> None:
    draft = drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret")
    drafts.save(store, draft, TODAY, inputs={(): {"age": "twelve", "town": ""}}, seen=("age", "town"), language="en")
    again = drafts.load(store, draft.token)
    assert again.inputs == {"age": "twelve", "town": ""}
    assert (again.seen, again.language, again.key, again.seed) == (("age", "town"), "en", draft.key, draft.seed)
    stored = store.collection(drafts.DRAFTS).get(draft.id)
    assert stored is not None
    assert draft.token not in str(stored.body)
    with pytest.raises(Problem) as caught:
        drafts.load(store, draft.token[:-1] + "_")
    assert caught.value.code == "draft.missing"


def test_two_tabs_lose_nothing(store: Store, publications: Publications) -> None:
    draft = drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret")
    drafts.save(store, draft, TODAY, inputs={(): {"age": "30"}})
    drafts.save(store, draft, TODAY, inputs={(): {"town": "Suhl"}})
    assert drafts.load(store, draft.token).inputs == {"age": "30", "town": "Suhl"}


def test_erased_is_gone(store: Store, publications: Publications) -> None:
    draft = drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret")
    drafts.erase(store, draft.token)
    drafts.erase(store, draft.token)
    assert store.collection(drafts.DRAFTS).count() == 0
    with pytest.raises(Problem):
        drafts.save(store, draft, TODAY, inputs={(): {"age": "30"}})


def test_drafts_not_touched_for_two_weeks_are_erased(store: Store, publications: Publications) -> None:
    old = drafts.start(store, publications.current("small"), "de", TODAY - dt.timedelta(days=15), receipt_key="secret")
    young = drafts.start(
        store, publications.current("small"), "de", TODAY - dt.timedelta(days=14), receipt_key="secret"
    )
    assert drafts.erase_old(store, TODAY) == 1
    assert drafts.load(store, young.token).key == young.key
    with pytest.raises(Problem):
        drafts.load(store, old.token)


KEY = "22222222-2222-4222-8222-222222222222"


def handed(publications: Publications, **inputs: str) -> Handed:
    return Handed(KEY, "en", {"OK": "yes", **inputs}, ("OK",), 7)


def refused(action: Callable[[], object]) -> str:
    with pytest.raises(Problem) as caught:
        action()
    return caught.value.code


def test_four_words_bring_a_draft_to_another_device_and_take_it_from_this_one(
    store: Store, publications: Publications
) -> None:
    begun = drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret", source="vhs")
    drafts.save(store, begun, TODAY, inputs={(): {"age": "30"}}, seen=("age",))
    words = receipts.words_for(begun.key, "secret")
    later = TODAY + dt.timedelta(days=10)
    taken = drafts.take_over(store, words.upper(), later)
    assert (taken.key, taken.inputs, taken.seen, taken.source) == (begun.key, {"age": "30"}, ("age",), "vhs")
    assert taken.token != begun.token
    assert taken.last_day == dt.date(2026, 12, 17)
    assert drafts.load(store, taken.token).day == later
    assert refused(lambda: drafts.load(store, begun.token)) == "draft.missing"
    assert drafts.has_moved(store, begun.key)
    assert store.collection(drafts.DRAFTS).count() == 1
    assert words not in str(store.collection(drafts.DRAFTS).find()[0].body)
    assert refused(lambda: drafts.take_over(store, "bamiku-tukuri-nininu-zahasa", later)) == "draft.missing"


def test_a_draft_whose_answers_were_sent_is_not_gone_on_with(store: Store, publications: Publications) -> None:
    begun = drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret")
    send(store, publications, key=begun.key, age=20)
    words = receipts.words_for(begun.key, "secret")
    assert refused(lambda: drafts.take_over(store, words, TODAY)) == "draft.sent"
    assert store.collection(drafts.DRAFTS).count() == 0


def test_a_phone_hands_its_draft_in_as_often_as_it_hears_no_reply(store: Store, publications: Publications) -> None:
    published = publications.current("small")

    def hand(**inputs: str) -> Kept:
        return hand_in(store, published, handed(publications, **inputs), receipt_key="secret", today=TODAY)

    first, second = hand(age="thirty", nothing="x"), hand(age="31")
    assert first.receipt == second.receipt == receipts.words_for(KEY, "secret")
    (stored,) = store.collection(drafts.DRAFTS).find()
    assert stored.body["inputs"] == {"OK": "yes", "age": "31"}
    assert stored.body["token_hash"] is None
    assert refused(lambda: drafts.load(store, "")) == "draft.missing"
    taken = drafts.take_over(store, first.receipt, TODAY)
    assert (taken.inputs, taken.seen, taken.seed, taken.language) == ({"OK": "yes", "age": "31"}, ("OK",), 7, "en")
    assert refused(lambda: hand(age="32")) == "draft.moved"
    assert drafts.load(store, taken.token).inputs["age"] == "31"


def test_without_consent_or_once_sent_nothing_is_handed_in(store: Store, publications: Publications) -> None:
    published = publications.current("small")

    def hand(**inputs: str) -> Kept:
        return hand_in(store, published, handed(publications, **inputs), receipt_key="secret", today=TODAY)

    assert refused(lambda: hand(OK="no")) == "response.no_consent"
    assert refused(lambda: hand(age="12")) == "response.screened_out"
    send(store, publications, key=KEY, age=20)
    assert refused(lambda: hand()) == "draft.sent"
    assert store.collection(drafts.DRAFTS).count() == 0
