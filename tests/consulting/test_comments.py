"""Comments: numbered, grouped by the manager, answered with a reason; an answer is to what was said then."""

from __future__ import annotations

import datetime as dt

import pytest

from survey_service import clock
from survey_service.accounts import audit
from survey_service.consulting import alike, comments, rounds, weighing
from survey_service.consulting.model import Comment, Round
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import Store
from tests.consulting.conftest import AFTER, invite, refusal, vote

BOTH_STORES = True
NAMES = {1: {"de": "AK Arbeit"}, 2: {"de": "AK Wohnen"}}


@pytest.fixture
def said(store: Store, round: Round, form: Questionnaire) -> list[Comment]:
    """Five comments on two statements; Emil's vote has none."""
    people = {name: invite(store, round, name) for name in ("Anna", "Cem", "Dora", "Emil", "Fatma")}
    vote(store, form, people["Fatma"], "item-3", K3="Bezahlbare Wohnungen sind knapp.")
    vote(store, form, people["Cem"], K1="disagree", K2="Das Wort Arbeit ist unklar, bitte genauer.")
    vote(store, form, people["Anna"], K1="reservation", K2="Bitte genauer: das Wort „Arbeit“ ist unklar!")
    vote(store, form, people["Dora"], K2="Gute Idee.")
    vote(store, form, people["Emil"])
    vote(store, form, people["Emil"], "item-3", K1="abstain", K2="Gute Idee.")
    return comments.of_round(store, round)


def names(found: list[Comment] | tuple[Comment, ...]) -> list[tuple[int, str, str]]:
    return [(each.number, each.vote.name, each.vote.item) for each in found]


def test_comments_are_numbered_by_statement_then_body(said: list[Comment]) -> None:
    assert names(said) == [
        (1, "Anna", "item-1"),
        (2, "Dora", "item-1"),
        (3, "Cem", "item-1"),
        (4, "Emil", "item-3"),
        (5, "Fatma", "item-3"),
    ]
    assert [(each.answer, each.before, each.group) for each in said] == [(None, None, None)] * 5
    assert said[4].proposal == "Bezahlbare Wohnungen sind knapp."


def test_similar_comments_are_proposed_and_the_manager_decides(store: Store, round: Round, said: list[Comment]) -> None:
    anna, dora, cem, emil, _ = said
    (proposal,) = alike.proposed(said)
    assert names(proposal) == [(1, "Anna", "item-1"), (3, "Cem", "item-1")]
    comments.join(store, round.id, [each.id for each in proposal], "Mara")
    known = comments.of_round(store, round)
    lead = min(anna.id, cem.id)
    assert [each.group for each in known] == [lead, None, lead, None, None]
    assert alike.proposed(known) == []
    comments.join(store, round.id, [dora.id, cem.id], "Mara")  # the whole group comes with one of it
    assert [each.group for each in comments.of_round(store, round)] == [lead, lead, lead, None, None]
    comments.part(store, round.id, [anna.id], "Mara")
    known = comments.of_round(store, round)
    assert [each.group for each in known] == [0, min(dora.id, cem.id), min(dora.id, cem.id), None, None]
    comments.part(store, round.id, [cem.id], "Mara")
    known = comments.of_round(store, round)
    assert [each.group for each in known] == [0, None, 0, None, None]
    assert alike.proposed(known) == []  # both are to stand alone
    for wrong in ([anna.id], [anna.id, anna.id], [dora.id, emil.id], []):
        assert refusal(comments.join, store, round.id, wrong, "Mara") == "consulting.group"
    assert refusal(comments.join, store, round.id, [anna.id, 999], "Mara") == "consulting.no_comment"


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("unklar bitte genauer fassen", "bitte genauer fassen unklar", True),
        ("bitte genauer fassen", "der satz ist so nicht gut bitte genauer fassen", True),
        ("gute idee", "gute idee", True),
        ("gute idee", "gute idee aber zu spat", False),
        ("mehr kurse am abend", "der bus fahrt zu selten", False),
        ("", "", False),
    ],
)
def test_what_is_alike(one: str, other: str, same: bool) -> None:
    assert alike.alike(one.split(), other.split()) is same
    assert alike.alike(other.split(), one.split()) is same


def test_a_group_has_one_answer_and_an_answer_needs_a_reason(store: Store, round: Round, said: list[Comment]) -> None:
    anna, _, cem, *_ = said
    comments.join(store, round.id, [anna.id, cem.id], "Mara")
    for verdict, reason in (("", "Weil."), ("maybe", "Weil."), ("accepted", " "), ("rejected", "x" * 4001)):
        wrong = refusal(comments.answer, store, round.id, anna.id, verdict, reason, seen=0, by="Mara")
        assert wrong == "consulting.answer"
    answered = comments.answer(store, round.id, cem.id, "partly", " Wird genauer. ", seen=0, by="Mara")
    assert names(answered) == [(1, "Anna", "item-1"), (3, "Cem", "item-1")]
    for each in comments.of_round(store, round):
        given = each.answer
        assert (given and (given.verdict, given.reason, given.by, given.number)) == (
            ("partly", "Wird genauer.", "Mara", 1) if each.number in (1, 3) else None
        )
    assert [each.number for each in comments.unanswered(comments.of_round(store, round))] == [2, 4, 5]
    late = refusal(comments.answer, store, round.id, anna.id, "rejected", "Nein.", seen=0, by="Willi")
    assert late == "consulting.conflict"
    comments.answer(store, round.id, anna.id, "rejected", "Doch nicht.", seen=1, by="Mara")
    assert [each.answer.number for each in comments.of_round(store, round) if each.answer] == [2, 2]
    noted = [(entry.subject, entry.details) for entry in audit.entries(store) if entry.action == "consulting.answer"]
    assert noted == [
        (f"{round.id}/{id}", {"verdict": verdict}) for verdict in ("partly", "rejected") for id in (anna.id, cem.id)
    ]


def test_an_answer_is_to_what_was_said_then(
    store: Store, round: Round, said: list[Comment], form: Questionnaire
) -> None:
    anna, _, cem, *_ = said
    comments.join(store, round.id, [anna.id, cem.id], "Mara")
    comments.answer(store, round.id, anna.id, "accepted", "Gut.", seen=0, by="Mara")
    vote(store, form, invite(store, round, "Ben"), K2="Doch besser so.")  # Anna's organisation votes anew
    first, _, third, *_ = comments.of_round(store, round)
    assert (first.vote.name, first.id, first.answer, first.group) == ("Ben", anna.id, None, None)
    assert first.before is not None
    assert first.before.reason == "Gut."
    assert third.answer is not None
    again = comments.answer(store, round.id, anna.id, "rejected", "Nein.", seen=0, by="Mara")
    assert names(again) == [(1, "Ben", "item-1")]
    vote(store, form, invite(store, round, "Ben"))  # without a comment
    assert [each.vote.name for each in comments.of_round(store, round)] == ["Dora", "Cem", "Emil", "Fatma"]


def test_the_table_is_final_only_with_all_answers_and_stays_as_it_is(
    store: Store, round: Round, said: list[Comment]
) -> None:
    assert refusal(weighing.finish, store, round.id, NAMES, "Mara") == "consulting.state"
    with clock.fixed(AFTER):
        assert refusal(weighing.finish, store, round.id, NAMES, "Mara") == "consulting.unanswered"
        for each in said:
            comments.answer(store, round.id, each.id, "accepted", "Gut.", seen=0, by="Mara")
        weighing.finish(store, round.id, NAMES, "Mara")
        assert rounds.load(store, round.id).final == "2026-09-16"
        assert refusal(weighing.finish, store, round.id, NAMES, "Mara") == "consulting.final"
        ids = [said[0].id, said[2].id]
        assert refusal(comments.join, store, round.id, ids, "Mara") == "consulting.final"
        assert refusal(comments.part, store, round.id, ids, "Mara") == "consulting.final"
        late = refusal(comments.answer, store, round.id, ids[0], "rejected", "Nein.", seen=1, by="Mara")
        assert late == "consulting.final"
        assert refusal(rounds.extend, store, round.id, "2026-10-01", "Mara") == "consulting.state"
    assert refusal(comments.find, store, round, 999) == "consulting.no_comment"
    assert dt.date(2026, 9, 16) == AFTER.date()
