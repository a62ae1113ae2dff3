"""Who looks after offers: colleagues, taking out, handing over, a change of staff."""

from __future__ import annotations

import pytest

from survey_service.offers import asked, contacts, organisations, organising, people, register
from survey_service.offers.contacts import Contact
from survey_service.responses.drafts import DRAFTS
from tests.web.provider_desk import ANNA, BEN, CARO, Office

PEOPLE = "/provider/de/people"


def contact_of(office: Office, email: str) -> Contact:
    (found,) = contacts.of_address(office.store, email)
    return found


def test_a_colleague_gets_a_letter_and_comes_by_it(office: Office) -> None:
    office.register()
    anna = office.visiting()
    anna.open(PEOPLE)
    page = anna.send(PEOPLE, email=BEN)
    assert BEN in page.text
    ((to, link),) = office.post()
    assert to == BEN
    ben = office.browser()
    ben.open(link)
    ben.send(link)
    assert ben.url == "/provider/de/offers"
    assert "Sprachcafé" in ben.page.text


def test_a_colleague_for_one_offer_has_that_only_and_can_give_no_more(office: Office) -> None:
    first, second = office.register(), office.register(A04_name="Nähstube")
    anna = office.visiting()
    anna.open(PEOPLE)
    anna.send(PEOPLE, email=BEN, offer=second)
    ((_to, link),) = office.post()
    ben = office.browser()
    ben.open(link)
    page = ben.send(link)
    assert (second in page.html, first in page.html) == (True, False)
    page = ben.open(PEOPLE)
    assert ANNA not in page.text, "nor does it see who looks after all offers"
    ben.send(PEOPLE, email=CARO, offer=first)
    assert ben.status == 404
    ben.open(PEOPLE)
    ben.send(PEOPLE, email=CARO)
    assert contact_of(office, CARO).offer == second


@pytest.mark.parametrize(
    "typed", ["", "ben", "ben@", "b en@beispiel.example", "ben@beispiel.example\r\nBcc: a@b.example"]
)
@pytest.mark.parametrize("path", ["people", "leave"])
def test_what_is_no_address_adds_nobody(office: Office, path: str, typed: str) -> None:
    office.register()
    anna = office.visiting()
    anna.open(f"/provider/de/{path}")
    page = anna.send(f"/provider/de/{path}", email=typed)
    assert (anna.status, "email:error" in page.ids) == (422, True)
    assert len(people.beside(office.store, contact_of(office, ANNA))) == 1
    assert office.post() == []


def test_a_contact_cannot_write_to_the_whole_world(office: Office) -> None:
    office.register()
    anna = office.visiting()
    for number in range(asked.BY_NETWORK.most + 1):
        anna.open(PEOPLE)
        anna.send(PEOPLE, email=f"n{number}@beispiel.example")
    assert anna.status == 429
    assert contacts.of_address(office.store, f"n{asked.BY_NETWORK.most}@beispiel.example") == [], (
        "nobody without a letter"
    )


def test_somebody_is_taken_out_after_a_question(office: Office) -> None:
    office.register()
    ben = contacts.add(office.store, contact_of(office, ANNA).organisation, BEN, "de")
    anna, device = office.visiting(), office.visiting(BEN)
    page = anna.open(f"{PEOPLE}/{ben.contact}/remove")
    assert BEN in page.text
    assert "last" not in page.names()
    assert device.client.get("/provider/de/offers").status_code == 200, "asking changes nothing"
    anna.send(f"{PEOPLE}/{ben.contact}/remove")
    assert BEN not in anna.page.text
    assert device.client.get("/provider/de/offers").status_code == 401
    browser = office.browser()
    browser.open("/provider/de/link")
    browser.send("/provider/de/link", email=BEN)
    assert office.post() == []


def test_the_last_one_goes_only_with_a_word(office: Office) -> None:
    office.register()
    anna, me = office.visiting(), contact_of(office, ANNA)
    page = anna.open(f"{PEOPLE}/{me.contact}/remove")
    assert "last" in page.names()
    page = anna.send(f"{PEOPLE}/{me.contact}/remove")
    assert anna.status == 422, "the button says it, not the address"
    assert not contact_of(office, ANNA).left
    anna.send(f"{PEOPLE}/{me.contact}/remove", last="yes")
    assert anna.url == "/provider/de/?left=yes"
    assert contacts.of_address(office.store, ANNA) == []
    assert anna.client.get("/provider/de/offers").status_code == 401
    page = anna.open("/provider/de/link")
    assert "amt@kreis.example" in page.text, "who has nobody left is told whom to ask"


def test_who_looks_after_one_offer_only_does_not_stand_in_for_all(office: Office) -> None:
    office.register()
    single = office.register(A04_name="Nähstube", A22_by=BEN)
    assert contact_of(office, BEN).offer == single
    assert people.is_last(office.store, contact_of(office, ANNA))
    assert not people.is_last(office.store, contact_of(office, BEN)), "Anna may change that one too"


@pytest.mark.parametrize("verb", ["GET", "POST"])
def test_somebody_elses_contact_is_the_same_missing_page_as_none(office: Office, verb: str) -> None:
    office.register()
    office.register(A02="Anderer Träger", A22_by=BEN)
    ben, anna = contact_of(office, BEN), office.visiting()
    shown = {
        anna.client.open(f"{PEOPLE}/{other}/remove", method=verb, data=anna.page.form()).text.replace(other, "")
        for other in (ben.contact, "nothing")
    }
    assert len(shown) == 1
    assert not contact_of(office, BEN).left


def test_a_team_hands_over_and_the_old_contact_goes_when_the_new_one_has_come(office: Office) -> None:
    offer = office.register()
    anna = office.visiting()
    anna.send("/provider/de/another")
    spare = office.link()
    anna.open("/provider/de/leave")
    page = anna.send("/provider/de/leave", email=CARO)
    assert CARO in page.text
    ((to, link),) = office.post()
    assert to == CARO
    assert anna.client.get("/provider/de/offers").status_code == 200, "until the link is used, she stays"
    assert office.browser().client.get(link).status_code == 200, "a scanner changes nothing"
    assert not contact_of(office, ANNA).left

    caro = office.browser()
    caro.open(link)
    page = caro.send(link)
    assert offer in page.html
    (draft,) = office.store.collection(DRAFTS).find()
    assert f"/provider/de/begun/{draft.id}" in page.html, "what was begun goes along"
    assert contacts.of_address(office.store, ANNA) == []
    assert anna.client.get("/provider/de/offers").status_code == 401
    assert anna.client.get(spare).status_code == 404
    successor = contact_of(office, CARO)
    assert successor.instead_of == ""
    told = [(step.kind, step.by) for step in organising.history(office.store, successor.organisation)]
    assert told == [("contact_added", "provider"), ("contact_left", "provider")], "the desk sees it"


def test_a_hand_over_can_be_called_off(office: Office) -> None:
    office.register()
    anna = office.visiting()
    anna.open("/provider/de/leave")
    anna.send("/provider/de/leave", email=CARO)
    anna.send("/provider/de/stay")
    ((_to, link),) = office.post()
    caro = office.browser()
    caro.open(link)
    caro.send(link)
    assert anna.client.get("/provider/de/offers").status_code == 200
    assert contact_of(office, ANNA).left is False


def test_only_the_last_named_takes_over(office: Office) -> None:
    office.register()
    anna = office.visiting()
    for email in (BEN, CARO):
        anna.open("/provider/de/leave")
        anna.send("/provider/de/leave", email=email)
    assert [contact_of(office, email).instead_of for email in (BEN, CARO)] == ["", contact_of(office, ANNA).contact]


def test_nobody_hands_over_to_themselves(office: Office) -> None:
    office.register()
    anna = office.visiting()
    anna.open("/provider/de/leave")
    page = anna.send("/provider/de/leave", email=ANNA.upper())
    assert (anna.status, "email:error" in page.ids) == (422, True)
    assert contact_of(office, ANNA).instead_of == ""


def test_the_office_can_give_an_offer_to_others_and_the_old_contact_has_it_no_longer(office: Office) -> None:
    offer = office.register()
    anna = office.visiting()
    anna.send(f"/provider/de/offers/{offer}/change")
    other = organisations.ensure(office.store, "Anderer Träger")
    contacts.add(office.store, other, BEN, "de")
    register.change(office.store, offer, organisation_id=other)
    assert anna.client.get("/de/q/offers/check").status_code == 404, "nor can what was begun be sent"
    assert offer not in anna.open("/provider/de/offers").html
    assert offer in office.visiting(BEN).page.html
