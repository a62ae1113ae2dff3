"""Organisations on the desk: what the manager does with them, and that working groups do not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from survey_service.offers import asked, contacts, organisations, register
from survey_service.store.base import Store
from tests.web.manage.conftest import Desk
from tests.web.manage.test_manage_moderation import Send, body, post, publications, send
from tests.web.manage.test_manage_responses import noted, table

__all__ = ["publications", "send"]


@pytest.fixture
def offer(send: Send) -> str:
    return send(1, A02="Sozialwerk Meinigen", A04_name="Möbel", A20_email="anna@beispiel.example")


@pytest.fixture
def organisation(store: Store, offer: str) -> str:
    return str(body(store, offer)["organisation_id"])


def change(desk: Desk, organisation: str, **data: Any) -> Any:
    return post(desk, f"/manage/organisations/{organisation}?lang=en", **data)


def test_the_list_counts_entries_and_is_searched(manager: Desk, organisation: str, send: Send) -> None:
    send(2, A02="Caritas", A04_name="Beratung")
    rows = table(manager.get("/manage/organisations?lang=en").text)
    assert rows[1:] == [["Caritas", "1", "0", "no"], ["Sozialwerk Meinigen", "1", "0", "no"]]
    assert len(table(manager.get("/manage/organisations?lang=en&q=CARI").text)) == 2
    assert "No organisation was found." in manager.get("/manage/organisations?lang=en&q=xyz").text


def test_trust_name_and_spellings(manager: Desk, store: Store, organisation: str, send: Send) -> None:
    right = body(store, send(2, A02="Sozialwerk Meiningen", A04_name="Küche"))["organisation_id"]
    assert change(manager, organisation, action="trust", trusted="yes").status_code == 303
    assert organisations.find(store, organisation).trusted
    change(manager, organisation, action="rename", name="Sozialwerk Meinigen e. V.")
    taken = change(manager, organisation, action="rename", name="SOZIALWERK Meiningen")
    assert (taken.status_code, 'href="#name"' in taken.text) == (409, True)
    assert 'value="SOZIALWERK Meiningen"' in taken.text
    missing = change(manager, organisation, action="merge", into="Nie gehört")
    assert (missing.status_code, 'href="#into"' in missing.text) == (404, True)
    assert change(manager, organisation, action="merge", into="sozialwerk meiningen").status_code == 303
    assert organisations.find(store, organisation).merged_into == right
    assert "Also written:" in manager.get(f"/manage/organisations/{right}?lang=en").text
    page = manager.get(f"/manage/organisations/{organisation}?lang=en").text
    assert "was merged into another one" in page
    assert 'value="rename"' not in page
    assert change(manager, organisation, action="trust", trusted="no").status_code == 409
    assert change(manager, organisation, action="separate").status_code == 303
    assert organisations.find(store, organisation).merged_into == ""
    assert change(manager, organisation, action="delete").status_code == 400
    assert [noted(store, f"organisation.{act}")[0][2] for act in ("trusted", "renamed", "merged", "separated")] == [
        {"trusted": True}, {}, {"into": right}, {},
    ]  # fmt: skip


def test_people_leave_come_back_and_get_links(manager: Desk, store: Store, offer: str, organisation: str) -> None:
    (anna,) = contacts.of_organisation(store, organisation)
    address = f"/manage/organisations/{organisation}/contacts"
    post(manager, f"{address}/{anna.contact}", action="left")
    assert contacts.find(store, anna.contact).left
    assert post(manager, f"{address}/{anna.contact}", action="link").status_code == 400  # not to somebody who left
    post(manager, f"{address}/{anna.contact}", action="back")
    assert not contacts.find(store, anna.contact).left
    wrong = post(manager, f"{address}?lang=en", email="bea@", language="de")
    assert (wrong.status_code, 'href="#email"' in wrong.text, 'value="bea@"' in wrong.text) == (422, True, True)
    post(manager, address, email="bea@beispiel.example", language="en", offer=offer)
    bea = contacts.of_organisation(store, organisation)[-1]
    assert (bea.email, bea.language, bea.offer) == ("bea@beispiel.example", "en", offer)
    assert [asking.to for _, asking in asked.waiting(store)] == ["bea@beispiel.example"]
    post(manager, f"{address}/{bea.contact}", action="link")
    assert [asking.contact for _, asking in asked.waiting(store)] == [bea.contact, bea.contact]
    page = manager.get(f"/manage/organisations/{organisation}?lang=en").text
    assert "Only for “Möbel”" in page
    assert "Contact left" in page
    assert post(manager, f"/manage/organisations/nothing/contacts/{bea.contact}", action="left").status_code == 404
    assert post(manager, address, email="c@beispiel.example", offer="nothing").status_code == 404
    assert all("@" not in str(entry) for entry in noted(store, "contact.added"))


def test_a_contact_whose_mail_came_back_is_shown(manager: Desk, store: Store, organisation: str) -> None:
    (anna,) = contacts.of_organisation(store, organisation)
    contacts.change(store, anna.contact, bounced="2026-11-20")
    assert "Mail came back on" in manager.get(f"/manage/organisations/{organisation}?lang=en").text


def test_an_offer_is_given_to_another_organisation(manager: Desk, store: Store, offer: str, send: Send) -> None:
    other = body(store, send(2, A02="Caritas", A04_name="Beratung"))["organisation_id"]
    address = f"/manage/offers/{offer}/organisation"
    assert "Sozialwerk Meinigen" in manager.get(address).text
    for name, status in (("Nie gehört", 404), ("Sozialwerk Meinigen", 422)):
        answer = post(manager, f"{address}?lang=en", into=name)
        assert (answer.status_code, f'value="{name}"' in answer.text) == (status, True)
    assert post(manager, address, into="caritas").headers["Location"] == f"/manage/offers/{offer}"
    assert register.find(store, offer).body["organisation_id"] == other
    assert "Given to another organisation" in manager.get(f"/manage/offers/{offer}?lang=en").text
    assert noted(store, "offer.reassigned") == [("Mara", offer, {"organisation": other})]


def test_a_working_group_sees_no_addresses_of_people(as_role: Callable[[str], Desk], offer: str, store: Store) -> None:
    page = as_role("Willi").get(f"/manage/offers/{offer}?lang=en").text
    assert "/manage/organisations" not in page
    assert "1 person gets an e-mail about it." in page
