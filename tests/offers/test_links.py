"""Contacts of organisations, and the links that go out to them."""

from __future__ import annotations

import datetime as dt

import pytest

from survey_service import clock
from survey_service.offers import contacts, links, organisations
from survey_service.problems import Problem
from survey_service.store.base import Store

BOTH_STORES = True


@pytest.fixture
def organisation(store: Store) -> str:
    return organisations.ensure(store, "Verein Beispiel e. V.")


def test_an_organisation_is_known_however_its_name_is_written(store: Store, organisation: str) -> None:
    assert organisations.ensure(store, "  VEREIN  Beispiel") == organisation
    assert organisations.ensure(store, "Verein Beispiele") != organisation
    assert organisations.find(store, organisation).name == "Verein Beispiel e. V."
    assert [entry.name for entry in organisations.every(store)] == ["Verein Beispiel e. V.", "Verein Beispiele"]


def test_a_renamed_organisation_keeps_its_id_and_its_first_name_leads_to_it(store: Store, organisation: str) -> None:
    organisations.change(store, organisation, name="Haus der Vielfalt")
    assert organisations.ensure(store, "Haus der Vielfalt gGmbH") == organisation
    assert organisations.ensure(store, "Verein Beispiel") == organisation
    with pytest.raises(Problem) as caught:
        organisations.find(store, "nothing")
    assert caught.value.code == "organisation.missing"


def test_offers_of_an_organisation_merged_into_another_go_there(store: Store, organisation: str) -> None:
    other = organisations.ensure(store, "Verein Beispiel Meiningen")
    organisations.change(store, other, merged_into=organisation)
    assert organisations.ensure(store, "Verein Beispiel Meiningen") == organisation


def test_an_address_is_added_once_whatever_its_case(store: Store, organisation: str) -> None:
    first = contacts.add(store, organisation, "Anna@Beispiel.example", "de-simple")
    assert contacts.add(store, organisation, "anna@beispiel.example", "en") == first
    assert (first.email, first.language) == ("Anna@Beispiel.example", "de-simple")
    assert contacts.of_address(store, " ANNA@beispiel.example ") == [first]
    assert contacts.add(store, organisation, "ali@beispiel.example", "ar").language == "de"
    with pytest.raises(Problem) as caught:
        contacts.add(store, organisation, "anna@", "de")
    assert caught.value.code == "mail.address"


def test_whom_a_contact_is_for(store: Store, organisation: str) -> None:
    whole = contacts.add(store, organisation, "a@beispiel.example", "de")
    single = contacts.add(store, organisation, "b@beispiel.example", "de", offer="offer00001")
    first = {"offer": "offer00001", "organisation_id": organisation}
    second = {"offer": "offer00002", "organisation_id": organisation}
    foreign = {"offer": "offer00003", "organisation_id": "other"}
    assert contacts.of_offer(store, first) == [whole, single]
    assert contacts.of_offer(store, second) == [whole]
    assert contacts.of_offer(store, foreign) == []
    assert not single.is_for({**first, "organisation_id": "other"})
    contacts.change(store, whole.contact, left=True)
    assert contacts.of_offer(store, second) == []
    assert contacts.of_address(store, "a@beispiel.example") == []
    assert contacts.add(store, organisation, "a@beispiel.example", "de").contact == whole.contact
    assert contacts.of_offer(store, second) == [whole]


@pytest.mark.parametrize(
    ("answers", "email"),
    [
        ({"A22_by": "a@b.example", "A20_email": "c@d.example"}, "a@b.example"),
        ({"A22_by": "no address@", "A02_email": "e@f.example"}, "e@f.example"),
        ({}, None),
    ],
)
def test_the_answers_name_the_first_contact(
    store: Store, organisation: str, answers: dict[str, str], email: str | None
) -> None:
    made = contacts.from_answers(store, organisation, answers, "de")
    assert (made.email if made else None) == email


def test_a_link_is_good_once_for_one_purpose_until_its_day(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    token = links.issue(store, "contact", links.CONFIRM, offer="offer00001")
    assert len(token) >= 22  # 128 bits in 6 each
    assert token not in str([stored.body for stored in store.collection(links.LINKS).find()])
    wanted = links.Link("contact", links.CONFIRM, "offer00001")
    assert links.look(store, token, links.CONFIRM) == links.look(store, token, links.CONFIRM) == wanted
    altered = token[:-1] + ("A" if token[-1] != "A" else "B")
    for text, purpose in (
        (token, links.EDIT),
        (altered, links.CONFIRM),
        ("", links.CONFIRM),
        ("\ud800", links.CONFIRM),
    ):
        with pytest.raises(Problem) as caught:
            links.use(store, text, purpose)
        assert caught.value.code == "page.missing"
    assert links.use(store, token, links.CONFIRM) == wanted
    with pytest.raises(Problem):
        links.look(store, token, links.CONFIRM)


def test_links_end_by_their_day_or_are_revoked(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = clock.now()
    late, revoked, other = (links.issue(store, name, links.EDIT) for name in ("a", "b", "c"))
    assert links.revoke(store, "b") == 1
    with pytest.raises(Problem):
        links.look(store, revoked, links.EDIT)
    monkeypatch.setattr(clock, "now", lambda: begun + dt.timedelta(days=links.DAYS[links.EDIT] + 1))
    with pytest.raises(Problem):
        links.look(store, late, links.EDIT)
    kept = links.issue(store, "d", links.EDIT)
    links.forget_old(store)
    assert store.collection(links.LINKS).count() == 1
    assert links.look(store, kept, links.EDIT).contact == "d"
    assert other
