"""Names are erased some months after a round is over; what was voted and answered stays."""

from __future__ import annotations

import datetime as dt

import pytest

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.cli import tidying
from survey_service.consulting import attending, ballots, invitations, keeping, rounds
from survey_service.questionnaire.loader import Library
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.web import consultation
from tests.web.consultation import Consultation

FINAL = dt.date(2026, 9, 25)


@pytest.fixture
def held(store: Store, bundled: Library) -> Consultation:
    """A round with a vote that was replaced and one that counts, both by Anna."""
    with clock.fixed(consultation.OPENED):
        held = consultation.begin(store)
        anna, form = held.invitation("Anna"), bundled.questionnaires["consultation"]
        held.token("Anna")
        attending.agree(store, anna.id, "organisation", "de")
        for vote in ("agree", "disagree"):
            ballots.cast(store, anna, "item-1", 1, {"K1": vote, "K2": "Zu teuer."}, form=form)
    return held


def final(held: Consultation) -> None:
    stored = held.store.collection(rounds.ROUNDS).get(held.round.id)
    assert stored is not None
    held.store.collection(rounds.ROUNDS).replace(
        stored.id, {**stored.body, "final": FINAL.isoformat()}, version=stored.version
    )


def test_names_go_three_months_after_the_table_is_final_and_votes_stay(held: Consultation) -> None:
    store = held.store
    final(held)
    assert keeping.forget_old(store, FINAL + dt.timedelta(days=92)) == 0
    assert held.invitation("Anna").email == "anna@example.org"
    assert keeping.forget_old(store, FINAL + dt.timedelta(days=93)) == 1
    assert keeping.forget_old(store, FINAL + dt.timedelta(days=94)) == 0
    everything = "".join(
        str(stored.body)
        for spec in (invitations.INVITATIONS, invitations.LINKS, ballots.CURRENT, ballots.HISTORY, attending.ATTENDING)
        for stored in store.collection(spec).find()
    )
    assert not [name for name in consultation.PEOPLE if name in everything or f"{name.lower()}@" in everything]
    assert store.collection(invitations.LINKS).count() == store.collection(attending.ATTENDING).count() == 0
    (vote,) = ballots.current(store, held.round.id)
    assert (vote.organisation, vote.comment, vote.answers["K1"]) == ("Jobcenter", "Zu teuer.", "disagree")
    assert [each.answers["K1"] for each in ballots.before(store, vote)] == ["agree"]


def test_a_round_that_is_open_or_not_final_yet_keeps_its_names_for_long(held: Consultation) -> None:
    last = dt.date.fromisoformat(held.round.closes)
    for day in (last, last + dt.timedelta(days=366)):
        assert keeping.forget_old(held.store, day) == 0
    assert keeping.forget_old(held.store, last + dt.timedelta(days=367)) == 1


def test_the_service_erases_them_by_itself_and_notes_it(held: Consultation, tmp_path: object) -> None:
    final(held)
    context = Context(settings.load(tmp_path / "instance"), held.store)  # type: ignore[operator]
    for _ in range(2):
        with clock.fixed(dt.datetime(2027, 1, 10, 9, tzinfo=dt.UTC)):
            tidying.tidy(context)
    found = held.store.collection(audit.AUDIT).find(action="retention.applied")
    assert [stored.body["details"] for stored in found] == [{"voters": 1}]
