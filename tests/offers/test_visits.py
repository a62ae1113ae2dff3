"""Sessions of providers, what was asked for by mail, and who looks after offers, on both stores."""

from __future__ import annotations

import datetime as dt

import pytest

from survey_service import clock
from survey_service.offers import asked, contacts, links, organisations, people, register, visits
from survey_service.offers.asked import Asking
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.store.base import Store

BOTH_STORES = True
NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
ANNA, BEN = "anna@beispiel.example", "ben@beispiel.example"


@pytest.fixture
def anna(store: Store) -> Contact:
    return contacts.add(store, organisations.ensure(store, "Verein Beispiel"), ANNA, "de")


def registered(store: Store, key: str, **answers: str) -> str:
    """Register an offer and return its id."""
    given = {"A01": "offer", "A02": "Verein Beispiel", "A04_name": key, **answers}
    response = {"key": key, "answers": given, "revision": "r", "language": "de", "mode": "web"}
    return str(register.register(store, response, NOW.date()).body["offer"])


def code_of(problem: pytest.ExceptionInfo[Problem]) -> str:
    return problem.value.code


def test_a_visit_is_its_contacts_as_that_is_now_and_ends_with_it(store: Store, anna: Contact) -> None:
    token = visits.begin(store, anna.contact, now=NOW)
    assert len(token) >= 22
    assert token not in str([stored.body for stored in store.collection(visits.VISITS).find()])
    assert visits.find(store, token, now=NOW) == anna
    assert visits.find(store, token[:-1] + ("A" if token[-1] != "A" else "B"), now=NOW) is None
    assert visits.find(store, "", now=NOW) is None
    assert visits.find(store, "\ud800", now=NOW) is None
    changed = contacts.change(store, anna.contact, bounced="2026-11-01")
    assert visits.find(store, token, now=NOW) == changed
    contacts.change(store, anna.contact, left=True)
    assert visits.find(store, token, now=NOW) is None, "whoever wrote that it has left"


@pytest.mark.parametrize(
    ("minutes", "step", "lives"), [(29, 29, True), (30, 30, False), (12 * 60 - 20, 20, True), (12 * 60, 20, False)]
)
def test_a_visit_ends_by_itself(store: Store, anna: Contact, minutes: int, step: int, lives: bool) -> None:
    token = visits.begin(store, anna.contact, now=NOW)
    found = None
    for minute in range(step, minutes + 1, step):
        found = visits.find(store, token, now=NOW + dt.timedelta(minutes=minute))
    assert (found is not None) == lives


def test_who_leaves_is_put_out_everywhere_and_nobody_else(store: Store, anna: Contact) -> None:
    ben = contacts.add(store, anna.organisation, BEN, "de")
    tokens = [visits.begin(store, who.contact, now=NOW) for who in (anna, anna, ben)]
    link, kept = links.issue(store, anna.contact, links.EDIT), links.issue(store, ben.contact, links.CONFIRM)
    people.leave(store, anna.contact)
    assert [visits.find(store, token, now=NOW) for token in tokens] == [None, None, ben]
    with pytest.raises(Problem):
        links.look(store, link, links.EDIT)
    assert links.look(store, kept, links.CONFIRM).contact == ben.contact


def test_a_letter_goes_to_each_contact_of_an_address_or_to_that_of_the_offer(store: Store, anna: Contact) -> None:
    other = contacts.add(store, organisations.ensure(store, "Haus der Vielfalt"), ANNA.upper(), "en")
    offer = registered(store, "one")
    for asking, wanted in (
        (Asking(ANNA, "de", "https://a.example"), [anna, other]),
        (Asking(ANNA, "de", "https://a.example", offer=offer), [anna]),
        (Asking(ANNA, "de", "https://a.example", offer="nothing"), [anna, other]),
        (Asking(ANNA, "de", "https://a.example", contact=other.contact), [other]),
        (Asking(BEN, "de", "https://a.example"), []),
    ):
        asked.ask(store, asking, "network")
        ((stored, waiting),) = asked.waiting(store)
        assert waiting == asking
        with store.transaction():
            answered = asked.answer(store, stored, waiting)
        assert [contact for contact, _token in answered] == wanted
        assert [links.use(store, token, links.EDIT).contact for _who, token in answered] == [
            contact.contact for contact in wanted
        ]
        assert asked.answer(store, stored, waiting) == [], "another process has answered it already"


def test_so_many_letters_an_hour_go_to_one_address(
    store: Store, anna: Contact, monkeypatch: pytest.MonkeyPatch
) -> None:
    def letters() -> int:
        asked.ask(store, Asking(ANNA.upper(), "de", "https://a.example"), "network")
        ((stored, asking),) = asked.waiting(store)
        with store.transaction():
            return len(asked.answer(store, stored, asking))

    monkeypatch.setattr(clock, "now", lambda: NOW)
    assert [letters() for _ in range(6)] == [1, 1, 1, 1, 1, 0]
    monkeypatch.setattr(clock, "now", lambda: NOW + dt.timedelta(hours=1, seconds=1))
    asked.forget_old(store)
    assert letters() == 1
    assert anna.email == ANNA


def test_the_first_offer_brings_a_contact_for_all_and_further_ones_for_themselves(store: Store) -> None:
    first = registered(store, "one", A22_by=ANNA)
    second = registered(store, "two", A22_by=BEN)
    third = registered(store, "three", A22_by=ANNA)
    (whole,), (single,) = contacts.of_address(store, ANNA), contacts.of_address(store, BEN)
    assert (whole.offer, single.offer) == ("", second)
    assert [stored.body["offer"] for stored in people.offers_of(store, whole)] == [first, second, third]
    assert [stored.body["offer"] for stored in people.offers_of(store, single)] == [second]
    for offer, who in ((first, single), ("nothing", whole)):
        with pytest.raises(Problem) as caught:
            people.offer_of(store, who, offer)
        assert code_of(caught) == "page.missing"


def test_nobody_gives_more_than_they_have(store: Store) -> None:
    first, second = registered(store, "one", A22_by=ANNA), registered(store, "two", A22_by=BEN)
    (ben,) = contacts.of_address(store, BEN)
    assert people.add(store, ben, "caro@beispiel.example", "de").offer == second
    with pytest.raises(Problem) as caught:
        people.add(store, ben, "dora@beispiel.example", "de", offer=first)
    assert code_of(caught) == "page.missing"
    assert contacts.of_address(store, "dora@beispiel.example") == []
    assert [entry.email for entry in people.beside(store, ben)] == [BEN, "caro@beispiel.example"]


def test_answers_bring_nobody_back_who_has_left(store: Store) -> None:
    offer = registered(store, "one", A22_by=ANNA)
    body = register.find(store, offer).body
    ben = contacts.add(store, body["organisation_id"], BEN, "de")
    (anna,) = contacts.of_address(store, ANNA)
    people.leave(store, anna.contact)
    response = {"key": "one", "answers": {**body["answers"], "A06": "active"}, "revision": "r", "language": "de"}
    register.update(store, {**response, "mode": "web"}, NOW.date())
    assert contacts.of_address(store, ANNA) == [], "though the answers still name her"
    fresh = registered(store, "two", A22_by=ANNA)
    (again,) = contacts.of_address(store, ANNA)
    assert again.offer == fresh, "she looks after what she registers, and nothing else"
    assert people.add(store, ben, ANNA, "de").contact == anna.contact, "only a person gives it all back"


def test_who_looks_after_one_offer_gives_nobody_the_others_back(store: Store) -> None:
    registered(store, "one", A22_by=ANNA)
    second = registered(store, "two", A22_by=BEN)
    (anna,), (ben,) = contacts.of_address(store, ANNA), contacts.of_address(store, BEN)
    people.leave(store, anna.contact)
    assert people.add(store, ben, ANNA, "de").offer == second


def test_the_address_of_who_has_left_is_forgotten(store: Store, anna: Contact) -> None:
    ben = contacts.add(store, anna.organisation, BEN, "de")
    people.leave(store, anna.contact)
    day = NOW.date()
    assert contacts.forget_left(store, day) == 0
    assert contacts.forget_left(store, day + contacts.KEPT) == 0
    assert [entry.email for entry in contacts.of_organisation(store, anna.organisation)] == [ANNA, BEN]
    assert contacts.forget_left(store, day + contacts.KEPT + dt.timedelta(days=1)) == 1
    assert contacts.of_organisation(store, anna.organisation) == [ben]
    assert ANNA not in str([stored.body for stored in store.collection(contacts.CONTACTS).find()])
    assert contacts.find(store, anna.contact).left, "histories go on naming the id"
    assert contacts.forget_left(store, day + 2 * contacts.KEPT) == 0
