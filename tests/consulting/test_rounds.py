"""Rounds: what they put is frozen, when they open and close, and what they refuse."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from survey_service import clock
from survey_service.accounts import audit
from survey_service.concept import items, versions
from survey_service.consulting import rounds
from survey_service.consulting.model import Put, Round
from survey_service.network import bodies
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.consulting.conftest import AFTER, HOUSING, NOW, TEXTS, WORK, make, refusal

BOTH_STORES = True


def test_a_round_is_made_opened_extended_and_closes_by_itself(store: Store, concept: int) -> None:
    made = make(store, concept, title=" Herbstrunde ", languages=("en",), items=("item-3", "item-1"))
    assert made == Round(
        id=made.id,
        concept=concept,
        title="Herbstrunde",
        opens="",
        closes="2026-09-15",
        bodies=(WORK, HOUSING),
        languages=("de", "en"),
        state="draft",
        items=(Put("item-1", 1), Put("item-3", 1)),
    )
    assert [(put.kind, put.field, put.number) for put in made.items] == [
        ("statement", "ARB", "1.1"),
        ("statement", "WOH", "3.1"),
    ]
    assert versions.load(store, concept).state == "draft"
    opened = rounds.open_round(store, made.id, "Mara")
    assert (opened.state, opened.opens) == ("open", "2026-09-01")
    assert versions.load(store, concept).state == "consulting"
    assert refusal(rounds.open_round, store, made.id, "Mara") == "consulting.state"
    assert refusal(rounds.discard, store, made.id, "Mara") == "consulting.state"
    assert rounds.extend(store, made.id, "2026-09-20", "Mara").closes == "2026-09-20"
    assert rounds.load(store, made.id, dt.date(2026, 9, 20)).state == "open"
    assert rounds.load(store, made.id, dt.date(2026, 9, 21)).state == "closed"
    with clock.fixed(NOW + dt.timedelta(days=30)):
        assert refusal(rounds.close, store, made.id, "Mara") == "consulting.state"
        again = rounds.extend(store, made.id, "2026-10-05", "Mara")
        assert (again.state, again.closes) == ("open", "2026-10-05")
    closed = rounds.close(store, made.id, "Mara")
    assert (closed.state, closed.closes) == ("closed", "2026-09-01")
    noted = [entry.details["act"] for entry in audit.entries(store) if entry.action == "consulting.round"]
    assert noted == ["made", "opened", "extended", "extended", "closed"]


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"title": " "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"closes": "2026-08-31"}, "closes"),
        ({"closes": "15.09.2026"}, "closes"),
        ({"bodies": ()}, "bodies"),
        ({"bodies": (WORK, 9)}, "bodies"),
        ({"items": ()}, "items"),
        ({"languages": ("xx",)}, "languages"),
        ({"items": ("item-1", "item-9")}, "items"),
        ({"title": "", "bodies": (), "closes": ""}, "title, closes, bodies"),
    ],
)
def test_entries_that_cannot_be_are_named(store: Store, concept: int, changes: dict[str, Any], named: str) -> None:
    with pytest.raises(Problem) as caught:
        make(store, concept, **changes)
    assert (caught.value.code, caught.value.details["names"]) == ("consulting.entries", named)
    assert rounds.all_rounds(store) == []


def test_a_language_is_offered_only_if_each_statement_has_a_text_in_it(store: Store, concept: int) -> None:
    with pytest.raises(Problem) as caught:
        make(store, concept, languages=("de", "ar"), items=tuple(TEXTS))
    assert caught.value.code == "consulting.language"
    assert dict(caught.value.details) == {"language": "ar", "items": "2, 4"}
    version = versions.load(store, concept)
    gaps = rounds.missing_texts(version, TEXTS, ("de", "en", "ar", "uk"))
    assert gaps == {"en": ["4"], "ar": ["2", "4"], "uk": ["1", "2", "3", "4"]}
    assert make(store, concept, languages=("ar",), items=("item-1", "item-3")).languages == ("de", "ar")


def test_what_is_put_stays_what_it_was_when_the_draft_goes_on(store: Store, concept: int, round: Round) -> None:
    put = round.items[1]
    assert refusal(items.take_out, store, concept, put.item) == "concept.consulting"
    rounds.close(store, round.id, "Mara")
    versions.take_back(store, concept, "Mara")
    items.edit(store, concept, put.item, seen=1, texts={"de": "Weniger Kurse."}, by="Willi")
    items.take_out(store, concept, put.item)
    after = rounds.load(store, round.id)
    assert after.items == round.items
    assert {each.item: wording.texts for each, wording in rounds.wordings(store, after).items()} == {
        key: TEXTS[key] for key in ("item-1", "item-2", "item-3")
    }
    assert refusal(rounds.extend, store, round.id, "2026-09-25", "Mara") == "consulting.state"
    versions.consult(store, concept, "Mara")  # other wordings: they need a round of their own
    assert refusal(rounds.extend, store, round.id, "2026-09-25", "Mara") == "consulting.changed"


def test_a_round_on_wordings_that_are_not_in_the_draft_any_more_does_not_open(store: Store, concept: int) -> None:
    made = make(store, concept)
    items.edit(store, concept, "item-1", seen=1, texts={**TEXTS["item-1"], "de": "Sehr viele suchen Arbeit."}, by="W")
    items.take_out(store, concept, "item-3")
    with pytest.raises(Problem) as caught:
        rounds.open_round(store, made.id, "Mara")
    assert (caught.value.code, caught.value.details["items"]) == ("consulting.changed", "1.1, 3.1")
    assert versions.load(store, concept).state == "draft"
    given: dict[str, Any] = {"title": "Neu", "closes": "2026-09-15", "bodies": (WORK,), "languages": ("de",)}
    changed = rounds.change(store, made.id, items=("item-1", "item-2"), by="Mara", **given)
    assert changed.items == (Put("item-1", 2), Put("item-2", 1))
    assert rounds.open_round(store, made.id, "Mara").bodies == (WORK,)


def test_a_round_whose_last_day_is_over_does_not_open_and_can_be_discarded(store: Store, concept: int) -> None:
    made = make(store, concept)
    with clock.fixed(AFTER):
        assert refusal(rounds.open_round, store, made.id, "Mara") == "consulting.entries"
        rounds.discard(store, made.id, "Mara")
        assert refusal(rounds.load, store, made.id) == "consulting.missing"


def test_a_closed_body_is_not_asked(store: Store, concept: int) -> None:
    made = make(store, concept)
    bodies.close(store, HOUSING)
    assert refusal(make, store, concept) == "consulting.entries"
    assert refusal(rounds.open_round, store, made.id, "Mara") == "consulting.entries"


def test_a_second_round_of_the_same_consultation_puts_new_wordings(store: Store, concept: int, round: Round) -> None:
    assert refusal(rounds.refuse_running, store, concept) == "consulting.running"
    rounds.close(store, round.id, "Mara")
    rounds.refuse_running(store, concept)
    second = rounds.open_round(store, make(store, concept, items=("item-4",), languages=()).id, "Mara")
    assert (second.languages, second.items) == (("de",), (Put("item-4", 1),))
    assert [each.id for each in rounds.of_concept(store, concept)] == [second.id, round.id]
