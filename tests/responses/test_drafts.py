"""Drafts keep what was typed, as it was typed."""

from __future__ import annotations

import datetime as dt

import pytest

from survey_service.problems import Problem
from survey_service.responses import drafts
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import TODAY

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
