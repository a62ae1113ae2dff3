"""Invitations: one for each member, links that hold until they are revoked."""

from __future__ import annotations

import datetime as dt

from survey_service import clock
from survey_service.consulting import invitations, rounds
from survey_service.consulting.model import Round
from survey_service.store.base import Store
from tests.consulting.conftest import AFTER, PEOPLE, WORK, invite, make, refusal

BOTH_STORES = True


def test_each_letter_brings_a_further_link_and_all_of_them_hold(store: Store, round: Round) -> None:
    anna = invite(store, round, "Anna")
    assert invite(store, round, "Anna") == anna
    tokens = [invitations.issue(store, anna.id) for _ in range(3)]
    assert len(set(tokens)) == 3
    for token in tokens * 2:
        assert invitations.look(store, token) == anna
    stored = [each.body for each in store.collection(invitations.LINKS).find()]
    assert not any(token in str(body) for token in tokens for body in stored)


def test_an_unknown_altered_or_revoked_link_is_a_missing_page(store: Store, round: Round) -> None:
    anna = invite(store, round, "Anna")
    token = invitations.issue(store, anna.id)
    altered = ("A" if token[0] != "A" else "B") + token[1:]
    for wrong in ("", altered, token + "x", "\ud800"):
        assert refusal(invitations.look, store, wrong) == "page.missing"
    invitations.revoke(store, anna.id)
    assert refusal(invitations.look, store, token) == "page.missing"
    assert refusal(invitations.find, store, token) == "page.missing"
    assert refusal(invitations.issue, store, anna.id) == "page.missing"
    invitations.restore(store, anna.id)
    assert invitations.look(store, token) == anna


def test_after_the_last_day_a_link_leads_to_the_results_only(store: Store, round: Round) -> None:
    anna = invite(store, round, "Anna")
    token = invitations.issue(store, anna.id)
    assert refusal(invitations.look, store, token, dt.date(2026, 9, 16)) == "consulting.closed"
    with clock.fixed(AFTER):
        assert refusal(invitations.look, store, token) == "consulting.closed"
        assert invitations.find(store, token) == anna


def test_days_are_noted(store: Store, round: Round) -> None:
    anna = invite(store, round, "Anna")
    invitations.note_sent(store, anna.id)
    for day in (5, 9):
        with clock.fixed(dt.datetime(2026, 9, day, 9, tzinfo=dt.UTC)):
            invitations.note_opened(store, anna.id)
            invitations.note_reminded(store, anna.id)
    (found,) = invitations.of_round(store, round.id)
    assert (found.sent, found.opened, found.reminded) == ("2026-09-01", "2026-09-05", ("2026-09-05", "2026-09-09"))


def test_who_can_be_invited(store: Store, concept: int, round: Round) -> None:
    names = {"name": "Xaver", "email": "x@example.org", "organisation": "", "member": 99}
    assert refusal(invitations.add, store, round, body=3, language="de", **names) == "consulting.entries"
    assert invitations.add(store, round, body=WORK, language="uk", **names).language == "de"  # not offered
    assert invitations.add(store, round, body=WORK, language="en", **{**names, "member": 98}).language == "en"
    draft = make(store, concept, items=("item-4",), languages=())
    assert refusal(invite, store, draft, "Anna") == "consulting.state"
    assert refusal(invite, store, rounds.close(store, round.id, "Mara"), "Anna") == "consulting.state"
    assert len(PEOPLE) == 6
