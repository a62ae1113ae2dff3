"""The table of comments: what stands in a row, the frozen copy, and accepted wordings taken over into the draft."""

from __future__ import annotations

from typing import Any

import pytest

from survey_service import digests
from survey_service.accounts import audit
from survey_service.concept import items, versions
from survey_service.consulting import comments, rounds, taking_over, weighing
from survey_service.consulting.model import Comment, Round
from survey_service.consulting.weighing import Row
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import Store
from tests.consulting.conftest import TEXTS, invite, refusal, vote

BOTH_STORES = True
NAMES = {1: {"de": "AK Arbeit"}, 2: {"de": "AK Wohnen"}}
WHY = "Abstimmung „Herbstrunde“, Kommentar 1"


@pytest.fixture
def closed(store: Store, round: Round, form: Questionnaire) -> Round:
    """A closed round with three comments: one accepted, one accepted in part, one rejected."""
    anna, dora, cem = (invite(store, round, name) for name in ("Anna", "Dora", "Cem"))
    vote(store, form, anna, K1="reservation", K3=" Sehr viele suchen Arbeit. ", K5="organisation")
    vote(store, form, dora, "item-2", K2="Auch am Wochenende.", K3="Mehr Kurse am Wochenende.", K5="self")
    vote(store, form, cem, "item-3", K1="disagree", K2="=1+1 stimmt nicht")
    made = rounds.close(store, round.id, "Mara")
    for each, verdict in zip(comments.of_round(store, made), ("accepted", "partly", "rejected"), strict=True):
        comments.answer(store, round.id, each.id, verdict, f"Grund {each.number}.", seen=0, by="Mara")
    return made


def said(store: Store, found: Round) -> list[Comment]:
    return comments.of_round(store, found)


def test_a_row_has_all_that_the_council_reads(store: Store, closed: Round) -> None:
    table = weighing.of_round(store, closed, NAMES)
    assert table.rows[0] == Row(
        number=1,
        put="1.1",
        text=TEXTS["item-1"],
        body=1,
        organisation="Jobcenter",
        speaking="organisation",
        vote="reservation",
        comment="",
        proposal="Sehr viele suchen Arbeit.",
        language="de",
        verdict="accepted",
        reason="Grund 1.",
        result_number="1.1",
        result={},
    )
    assert [(row.number, row.put, row.organisation, row.vote, row.comment, row.verdict) for row in table.rows[1:]] == [
        (2, "2.1", "", "agree", "Auch am Wochenende.", "partly"),
        (3, "3.1", "Jobcenter", "disagree", "=1+1 stimmt nicht", "rejected"),
    ]
    assert [(each.body, each.invited, each.voted) for each in table.turnout] == [(1, 2, 2), (2, 1, 1), (0, 3, 3)]


def test_an_accepted_wording_is_taken_over_with_one_click_and_the_table_shows_what_came_of_it(
    store: Store, concept: int, closed: Round
) -> None:
    first, second, third = said(store, closed)
    take = taking_over.take_over
    assert refusal(take, store, closed.id, first.id, WHY, "Mara") == "concept.consulting"
    versions.take_back(store, concept, "Mara")
    assert refusal(take, store, closed.id, second.id, WHY, "Mara") == "consulting.proposal"
    assert refusal(take, store, closed.id, third.id, WHY, "Mara") == "consulting.proposal"
    made = take(store, closed.id, first.id, WHY, "Mara")
    assert (made.number, made.texts, made.why, made.by) == (2, {"de": "Sehr viele suchen Arbeit."}, WHY, "Mara")
    assert versions.load(store, concept).item("item-1").wording == made
    assert [taking_over.taken(closed, each, made) for each in (first, second)] == [True, False]
    assert refusal(take, store, closed.id, first.id, WHY, "Mara") == "consulting.worded"
    items.take_out(store, concept, "item-3")
    table = weighing.of_round(store, closed, NAMES)
    assert [(row.result_number, row.result) for row in table.rows] == [
        ("1.2", {"de": "Sehr viele suchen Arbeit."}),
        ("2.1", {}),
        ("", {}),
    ]
    assert table.texts == {"1.1": TEXTS["item-1"], "2.1": TEXTS["item-2"], "3.1": TEXTS["item-3"]}
    noted = [
        (entry.subject, entry.details) for entry in audit.entries(store) if entry.action == "consulting.taken_over"
    ]
    assert noted == [(f"{closed.id}/{first.id}", {"item": "item-1", "wording": 2})]


def test_a_wording_that_cannot_be_taken_over_by_a_click(
    store: Store, concept: int, round: Round, form: Questionnaire
) -> None:
    from survey_service.consulting import ballots

    anna, dora = (invite(store, round, name) for name in ("Anna", "Dora"))
    ballots.cast(store, anna, "item-1", 1, {"K1": "agree", "K3": "Many, many."}, form=form, language="en")
    vote(store, form, dora, "item-2", K3="Mehr Kurse.")
    rounds.close(store, round.id, "Mara")
    foreign, german = said(store, round)
    for each in (foreign, german):
        comments.answer(store, round.id, each.id, "accepted", "Gut.", seen=0, by="Mara")
    versions.take_back(store, concept, "Mara")
    assert refusal(taking_over.take_over, store, round.id, foreign.id, WHY, "Mara") == "consulting.foreign"
    items.take_out(store, concept, "item-2")
    assert refusal(taking_over.take_over, store, round.id, german.id, WHY, "Mara") == "concept.missing"


def test_a_final_table_does_not_change_whatever_happens_to_the_concept_and_the_bodies(
    store: Store, concept: int, closed: Round
) -> None:
    before = weighing.of_round(store, closed, NAMES)
    final = weighing.finish(store, closed.id, NAMES, "Mara")
    assert final.digest
    assert final.round.final == "2026-09-01"
    assert (final.rows, final.turnout, final.results, final.names) == (
        before.rows,
        before.turnout,
        before.results,
        before.names,
    )
    versions.take_back(store, concept, "Mara")
    items.edit(store, concept, "item-1", seen=1, texts={"de": "Anders."}, by="Willi")
    assert weighing.of_round(store, rounds.load(store, closed.id), {1: {"de": "Neu"}}) == final


def _reword(body: dict[str, Any]) -> None:
    body["content"]["rows"][0]["verdict"] = "rejected"


def _reword_with_its_hash(body: dict[str, Any]) -> None:
    _reword(body)
    body["digest"] = digests.of_json(body["content"])


@pytest.mark.parametrize("change", [_reword, _reword_with_its_hash])
def test_a_change_of_the_stored_table_is_noticed(store: Store, closed: Round, change: Any) -> None:
    weighing.finish(store, closed.id, NAMES, "Mara")
    stored = store.collection(weighing.TABLES).first(round=closed.id)
    assert stored is not None
    change(stored.body)
    store.collection(weighing.TABLES).replace(stored.id, stored.body, version=stored.version)
    final = rounds.load(store, closed.id)
    assert refusal(weighing.of_round, store, final, NAMES) == "consulting.broken"
