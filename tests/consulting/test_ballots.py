"""Votes: judged by the questionnaire; one current vote per organisation, body and statement version."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from survey_service import clock
from survey_service.consulting import ballots, invitations, rounds
from survey_service.consulting.model import Round
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.consulting.conftest import AFTER, NOW, invite, refusal, vote

BOTH_STORES = True


def test_the_later_vote_of_an_organisation_counts_and_the_earlier_one_stays_readable(
    store: Store, round: Round, form: Questionnaire
) -> None:
    anna, ben, cem = (invite(store, round, name) for name in ("Anna", "Ben", "Cem"))
    first = vote(store, form, anna, K1="reservation", K2="Zu vage.", K4="4", K5="organisation")
    assert (first.answers, first.speaking, first.turn) == (
        {"K1": "reservation", "K2": "Zu vage.", "K4": "4"},
        "organisation",
        1,
    )
    elsewhere = vote(store, form, cem, K1="agree")
    with clock.fixed(NOW + dt.timedelta(hours=1)):
        assert ballots.of_statement(store, ben, "item-1", 1) == first
        second = vote(store, form, ben, K1="agree")
    assert (second.turn, second.name, second.answers) == (2, "Ben", {"K1": "agree"})
    assert second.moment == "2026-09-01T10:00:00+00:00"
    assert ballots.current(store, round.id) == [second, elsewhere]
    assert ballots.of_invitation(store, anna) == {("item-1", 1): second}
    assert ballots.of_invitation(store, cem) == {("item-1", 1): elsewhere}
    assert [(each.name, each.turn, each.answers) for each in ballots.before(store, second)] == [
        ("Anna", 1, first.answers)
    ]


def test_members_without_an_organisation_each_have_their_own_vote(
    store: Store, round: Round, form: Questionnaire
) -> None:
    for name in ("Dora", "Emil"):
        vote(store, form, invite(store, round, name), K5="self")
    assert [(each.name, each.turn) for each in ballots.current(store, round.id)] == [("Dora", 1), ("Emil", 1)]


@pytest.mark.parametrize(
    ("answers", "refused"),
    [
        ({"K1": ""}, "K1"),
        ({"K1": "maybe"}, "K1"),
        ({"K1": "disagree"}, "K2"),
        ({"K1": "disagree", "K2": "  "}, "K2"),
        ({"K2": "x" * 2001}, "K2"),
        ({"K3": "x" * 2001}, "K3"),
        ({"K4": "6"}, "K4"),
        ({"K5": "nobody"}, "K5"),
    ],
)
def test_the_questionnaire_decides_what_is_a_vote(
    store: Store, round: Round, form: Questionnaire, answers: dict[str, str], refused: str
) -> None:
    anna = invite(store, round, "Anna")
    with pytest.raises(ballots.Refused) as caught:
        vote(store, form, anna, **answers)
    assert list(caught.value.judgement.refusals) == [refused] or refused in caught.value.judgement.refusals
    assert ballots.current(store, round.id) == []


def test_a_refusal_says_it_in_the_words_of_the_questionnaire(store: Store, round: Round, form: Questionnaire) -> None:
    with pytest.raises(ballots.Refused) as caught:
        vote(store, form, invite(store, round, "Anna"), K1="disagree")
    assert caught.value.judgement.refusals["K2"].text["de"].startswith("Bitte schreiben Sie, warum")


def test_a_body_that_the_questionnaire_does_not_know_and_inputs_it_does_not_ask_do_no_harm(
    store: Store, round: Round, form: Questionnaire
) -> None:
    anna = invite(store, round, "Anna")
    given = {"K1": "agree", "K0": "no", "K9": "x", "K4": "pna"}
    made = ballots.cast(store, anna, "item-1", 1, given, form=form, group="AK_NEW")
    assert made.answers == {"K1": "agree"}


def test_votes_are_judged_by_the_published_questionnaire_if_it_asks_what_is_needed(
    store: Store, bundled: Library, form: Questionnaire
) -> None:
    publications = Publications(store)
    assert ballots.questionnaire(publications, bundled) is form
    stricter = replace(form, minutes=(1, 9))
    publications.publish({"consultation": stricter})
    assert ballots.questionnaire(publications, bundled).minutes == (1, 9)
    publications.publish({"consultation": replace(form, pages=form.pages[:2])})
    assert ballots.questionnaire(publications, bundled) is form


def test_what_cannot_be_voted_on(store: Store, concept: int, round: Round, form: Questionnaire) -> None:
    anna = invite(store, round, "Anna")
    assert refusal(vote, store, form, anna, "item-1", 2) == "consulting.not_put"
    assert refusal(vote, store, form, anna, "item-4", 1) == "consulting.not_put"
    with clock.fixed(AFTER - dt.timedelta(seconds=1)):
        vote(store, form, anna)
    with clock.fixed(AFTER):
        assert refusal(vote, store, form, anna) == "consulting.closed"
    invitations.revoke(store, anna.id)
    assert refusal(vote, store, form, anna) == "page.missing"
    invitations.restore(store, anna.id)
    rounds.close(store, round.id, "Mara")
    assert refusal(vote, store, form, anna) == "consulting.closed"
    assert [each.turn for each in ballots.current(store, round.id)] == [1]


def test_people_of_one_organisation_who_vote_at_the_same_moment_leave_one_vote(
    store: Store, round: Round, form: Questionnaire
) -> None:
    people = [invite(store, round, name) for name in ("Anna", "Ben")]
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda number: vote(store, form, people[number % 2], K4=str(number % 5 + 1)), range(12)))
    (current,) = ballots.current(store, round.id)
    assert sorted(each.turn for each in made) == list(range(1, 13))
    assert current == next(each for each in made if each.turn == 12)
    assert [each.turn for each in ballots.before(store, current)] == list(range(11, 0, -1))
