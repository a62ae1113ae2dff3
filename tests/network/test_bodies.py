"""Bodies: proposed by the choice list, added, changed, closed."""

from __future__ import annotations

import pytest

from survey_service.network import bodies, members
from survey_service.paths import bundled
from survey_service.questionnaire.loader import Vocabulary, load_folder
from survey_service.store.base import Store
from tests.network.conftest import TODAY, join, refusal

BOTH_STORES = True


@pytest.fixture(scope="module")
def listed() -> Vocabulary:
    return load_folder(bundled("forms"), catalogs=False).vocabularies["working_groups"]


def test_the_choice_list_is_taken_once_and_only_what_is_missing(store: Store, listed: Vocabulary) -> None:
    own = bodies.add(store, {"de": "Arbeitskreis Arbeit"}, "working_group", code="AK_ARB", field_of_action="ARB")
    assert len(bodies.missing(store, listed)) == 8
    new = bodies.take(store, listed)
    assert [body.code for body in new] == [choice.name for choice in listed.choices][1:]
    found = {body.code: body for body in bodies.all_bodies(store)}
    assert found["AK_ARB"] == own
    assert (found["AK_GES"].kind, found["AK_GES"].field_of_action) == ("working_group", "GES")
    assert found["AK_GES"].name == {"de": "Arbeitskreis Gesundheit", "en": "Working group Health"}
    assert (found["network"].kind, found["advisory_board"].kind) == ("network", "board")
    assert [body.order for body in bodies.all_bodies(store)] == list(range(1, 10))
    assert bodies.take(store, listed) == []
    assert bodies.take(store, None) == []


def test_a_body_is_changed_closed_and_opened(store: Store, body: int) -> None:
    member = join(store, body, "Anna Amt", "Diakonie")
    changed = bodies.change(store, body, name={"de": " AK  Wohnen ", "en": ""}, kind="other", order=7)
    assert (changed.name, changed.kind, changed.order, changed.id) == ({"de": "AK Wohnen"}, "other", 7, body)
    assert bodies.close(store, body).closed
    assert refusal(join, store, body, "Ben Bau") == "body.closed"
    assert bodies.open_bodies(store) == []
    assert [voter.people for voter in members.voters(store, body, TODAY)] == [(member,)]  # a round that runs can end
    assert members.leave(store, member.id).until == TODAY
    bodies.close(store, body, closed=False)
    assert [found.id for found in bodies.open_bodies(store)] == [body]


def test_what_is_no_body_is_refused(store: Store, body: int) -> None:
    assert refusal(bodies.add, store, {"en": "Housing"}, "board") == "body.fields"
    assert refusal(bodies.add, store, {"de": "x" * 201}, "board") == "body.fields"
    assert refusal(bodies.add, store, {"de": "Beirat"}, "council") == "body.fields"
    assert refusal(bodies.add, store, {"de": "Beirat"}, "board", code="AK_WOH") == "body.taken"
    assert refusal(bodies.of_id, store, 99) == "body.missing"
    assert refusal(bodies.of_id, store, 10**30) == "body.missing"
    assert refusal(bodies.change, store, body, name={}) == "body.fields"
    assert bodies.of_id(store, body).name == {"de": "Arbeitskreis Wohnen"}
