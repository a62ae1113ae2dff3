"""Organisations at the desk: trust, names, two spellings made one and undone, whose offer is whose, the people."""

from __future__ import annotations

from typing import Any

import pytest

from survey_service import clock
from survey_service.offers import contacts, events, links, organisations, organising, register, visits
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.conftest import TODAY

BOTH_STORES = True


def registered(store: Store, organisation: str, name: str, **answers: Any) -> str:
    said = {"A01": "offer", "A02": organisation, "A04_name": name, **answers}
    response = {"key": name + organisation, "answers": said, "revision": "r", "language": "de", "mode": "web"}
    return str(register.register(store, response, TODAY).body["offer"])


def sent_again(store: Store, offer: str, **answers: Any) -> None:
    body = register.find(store, offer).body
    said = {**body["answers"], **answers}
    response = {"key": body["response_key"], "answers": said, "revision": "r", "language": "de", "mode": "web"}
    register.update(store, response, TODAY)


def organisation_of(store: Store, offer: str) -> str:
    return str(register.find(store, offer).body["organisation_id"])


def code(act: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(Problem) as caught:
        act(*arguments, **options)
    return caught.value.code


def kinds(store: Store, organisation: str) -> list[str]:
    return [step.kind for step in organising.history(store, organisation)]


@pytest.fixture
def offer(store: Store) -> str:
    return registered(store, "Sozialwerk Meinigen", "Möbellager", A20_email="anna@beispiel.example")


def test_trust_is_given_and_taken_and_stands_in_the_history_once(store: Store, offer: str) -> None:
    organisation = organisation_of(store, offer)
    for trusted in (True, True, False):
        organising.trust(store, organisation, trusted, "Mara")
        assert organisations.find(store, organisation).trusted is trusted
    assert [(step.kind, step.by) for step in organising.history(store, organisation)] == [
        ("trusted", "Mara"), ("not_trusted", "Mara"),
    ]  # fmt: skip


def test_offers_follow_the_name_and_earlier_names_lead_on(store: Store, offer: str) -> None:
    organisation = organisation_of(store, offer)
    for name in ("Sozialwerk  Meiningen e. V.", "Sozialwerk Werratal"):
        organising.rename(store, organisation, name, "Mara")
    assert register.find(store, offer).body["organisation"] == "Sozialwerk Werratal"
    assert register.find(store, offer).body["answers"]["A02"] == "Sozialwerk Meinigen"  # what was typed stays
    for name in ("Sozialwerk Meinigen", "SOZIALWERK MEININGEN", "Sozialwerk Werratal gGmbH"):
        assert organisations.ensure(store, name) == organisation
    assert registered(store, "Sozialwerk Meiningen", "Küche") != ""
    assert {stored.body["organisation"] for stored in organising.offers_of(store, organisation)} == {
        "Sozialwerk Werratal"
    }
    organising.rename(store, organisation, "Sozialwerk Meiningen e. V.", "Mara")  # back to an earlier one
    assert organisations.find(store, organisation).name == "Sozialwerk Meiningen e. V."
    assert [step.name for step in organising.history(store, organisation)] == [
        "Sozialwerk Meinigen", "Sozialwerk Meiningen e. V.", "Sozialwerk Werratal",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["", "  ", "…", "x" * 201])
def test_what_is_no_name(store: Store, offer: str, name: str) -> None:
    assert code(organising.rename, store, organisation_of(store, offer), name, "Mara") == "organisation.name"


def test_a_name_that_another_one_has_is_not_given(store: Store, offer: str) -> None:
    organisations.ensure(store, "Caritas")
    assert code(organising.rename, store, organisation_of(store, offer), "CARITAS", "Mara") == "organisation.taken"


def test_two_spellings_become_one_and_the_undo_leaves_what_came_since(store: Store, offer: str) -> None:
    gone = organisation_of(store, offer)
    other = registered(store, "Sozialwerk Meiningen", "Kleiderkammer", A20_email="bea@beispiel.example")
    keep = organisation_of(store, other)
    before = register.find(store, offer).body
    organising.merge(store, keep, gone, "Mara")
    assert organisation_of(store, offer) == keep
    assert register.find(store, offer).body["organisation"] == "Sozialwerk Meiningen"
    assert {contact.email for contact in contacts.of_offer(store, register.find(store, offer).body)} == {
        "anna@beispiel.example", "bea@beispiel.example",
    }  # fmt: skip
    late = registered(store, "Sozialwerk Meinigen", "Küche")  # the wrong spelling leads to the right one
    assert organisation_of(store, late) == keep
    sent_again(store, offer, A19_free=3)
    assert organisation_of(store, offer) == keep  # the provider still writes the old spelling
    organising.separate(store, gone, "Mara")
    after = register.find(store, offer).body
    assert (after["organisation_id"], after["organisation"]) == (before["organisation_id"], before["organisation"])
    assert [contact.email for contact in contacts.of_organisation(store, gone)] == ["anna@beispiel.example"]
    assert organisation_of(store, late) == keep
    assert organisations.ensure(store, "Sozialwerk Meinigen") == gone
    assert kinds(store, gone) == ["merged", "separated"]
    assert kinds(store, keep) == ["absorbed", "separated"]
    assert [event.kind for event in events.of(store, offer)] == ["registered", "reassigned", "changed", "reassigned"]


def test_chains_of_spellings_lead_to_the_end_and_are_undone_from_there(store: Store) -> None:
    first, second, third = (organisations.ensure(store, name) for name in ("Erste", "Zweite", "Dritte"))
    assert code(organising.merge, store, first, first, "Mara") == "organisation.itself"
    organising.merge(store, second, first, "Mara")
    assert code(organising.merge, store, third, first, "Mara") == "organisation.merged"
    assert code(organising.merge, store, first, third, "Mara") == "organisation.merged"
    organising.merge(store, third, second, "Mara")
    assert organisations.ensure(store, "erste") == third
    assert code(organising.separate, store, first, "Mara") == "organisation.merged"
    assert code(organising.separate, store, third, "Mara") == "organisation.not_merged"
    organising.separate(store, second, "Mara")
    assert organisations.ensure(store, "erste") == second
    for act in (organising.trust, organising.rename):
        assert code(act, store, first, "Neu" if act is organising.rename else True, "Mara") == "organisation.merged"


def test_an_offer_goes_to_another_organisation_and_stays_there(store: Store, offer: str) -> None:
    wrong, right = organisation_of(store, offer), organisations.ensure(store, "Caritas")
    organising.reassign(store, offer, right, "Mara")
    sent_again(store, offer, A19_free=3)
    assert organisation_of(store, offer) == right
    assert register.find(store, offer).body["organisation"] == "Caritas"
    assert code(organising.reassign, store, offer, right, "Mara") == "organisation.itself"
    assert code(organising.reassign, store, offer, "nothing", "Mara") == "organisation.missing"
    sent_again(store, offer, A02="Diakonie")  # the provider itself says another one
    assert organisation_of(store, offer) == organisations.ensure(store, "Diakonie")
    assert (kinds(store, wrong), kinds(store, right)) == (["offer_went"], ["offer_came"])


def test_who_left_has_no_way_in_and_does_not_come_back_by_a_form(store: Store, offer: str) -> None:
    organisation = organisation_of(store, offer)
    (anna,) = contacts.of_organisation(store, organisation)
    token = links.issue(store, anna.contact, links.EDIT)
    session = visits.begin(store, anna.contact, now=clock.now())
    organising.contact_left(store, anna.contact, "Mara")
    assert code(links.look, store, token, links.EDIT) == "page.missing"
    assert visits.find(store, session, now=clock.now()) is None
    sent_again(store, offer, A19_free=3)  # her address still stands in the answers
    new = registered(store, "Sozialwerk Meinigen", "Neu", A20_email="ANNA@beispiel.example")
    assert [(contact.left, contact.offer) for contact in contacts.of_organisation(store, organisation)] == [
        (True, ""), (False, new),
    ]  # fmt: skip
    assert organising.contact_back(store, anna.contact, "Mara").left is False
    bea = organising.add_contact(store, organisation, "bea@beispiel.example", "de", "Mara", offer=offer)
    organising.link_sent(store, bea, "Mara")
    assert kinds(store, organisation) == ["contact_left", "contact_back", "contact_added", "link_sent"]
    assert "@" not in str(organising.history(store, organisation))  # addresses stand in one place only
    assert code(organising.add_contact, store, organisation, "bea@", "de", "Mara") == "mail.address"
