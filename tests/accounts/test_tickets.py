"""Links for people of the team: invitations and new passwords, each good once."""

from __future__ import annotations

import datetime as dt
import hashlib
import json

import pytest

from survey_service.accounts import accounts, audit, login, tickets
from survey_service.accounts.accounts import Account
from survey_service.accounts.tickets import TICKETS
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.accounts.conftest import NOW, PASSWORD

pytestmark = pytest.mark.usefixtures("quick_passwords")
NEW = "vier andere neue Wörter"


def later(**span: float) -> dt.datetime:
    return NOW + dt.timedelta(**span)


def invited(store: Store, *roles: str, email: str = "") -> str:
    return tickets.invite(store, roles or ("translator",), email, by="Ada", now=NOW)


def missing(call: object, *args: object, **named: object) -> bool:
    with pytest.raises(Problem) as caught:
        call(*args, **named)  # type: ignore[operator]
    return caught.value.code == "page.missing"


def test_an_invitation_makes_one_account_with_its_roles_and_address(store: Store) -> None:
    token = invited(store, "manager", "translator", email=" neu@example.org ")
    (stored,) = store.collection(TICKETS).find()
    assert len(token) == 22  # 128 bits
    assert stored.body["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in json.dumps(stored.body)
    account = tickets.accept(store, token, "Neu", PASSWORD, "other@example.org", now=NOW)
    assert (account.name, account.roles, account.email) == ("Neu", ("manager", "translator"), "neu@example.org")
    assert login.visitor(store, login.sign_in(store, "Neu", PASSWORD, "de", now=NOW), now=NOW).account == account
    assert missing(tickets.accept, store, token, "Anders", PASSWORD, "", now=NOW)
    noted = [(entry.actor, entry.action, entry.subject) for entry in audit.entries(store)]
    assert noted[:2] == [("Ada", "user.invited", "invitation"), ("invited by Ada", "user.added", "Neu")]


def test_an_address_may_be_typed_or_not(store: Store) -> None:
    assert tickets.accept(store, invited(store), "Eins", PASSWORD, "a@example.org", now=NOW).email == "a@example.org"
    assert tickets.accept(store, invited(store), "Zwei", PASSWORD, "", now=NOW).email == ""


def test_what_is_refused_leaves_an_invitation_good(store: Store, anna: Account) -> None:
    token = invited(store)
    for name, password, email, code in (
        ("ANNA", PASSWORD, "", "user.exists"),
        ("Neu", "kurz", "", "user.weak_password"),
        ("", PASSWORD, "", "user.name"),
        ("Neu", PASSWORD, "no address", "mail.address"),
    ):
        with pytest.raises(Problem) as caught:
            tickets.accept(store, token, name, password, email, now=NOW)
        assert caught.value.code == code
    assert tickets.look(store, token, now=NOW).roles == ("translator",)
    assert len(accounts.everyone(store)) == 1


def test_an_invitation_ends_after_seven_days_and_when_it_is_taken_back(store: Store) -> None:
    token = invited(store)
    assert tickets.look(store, token, now=later(days=6, hours=23)).by == "Ada"
    assert missing(tickets.look, store, token, now=later(days=7))
    (found,) = tickets.open_invitations(store, now=NOW)
    tickets.revoke(store, found.id, by="Ada", now=NOW)
    assert missing(tickets.look, store, token, now=NOW)
    assert missing(tickets.revoke, store, found.id, by="Ada", now=NOW)


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "\ud800"])
def test_no_other_token_is_a_link(store: Store, anna: Account, token: str) -> None:
    invited(store)
    tickets.for_password(store, anna, by="", now=NOW)
    assert missing(tickets.look, store, token, now=NOW)
    assert missing(tickets.account_of, store, token, now=NOW)


def test_links_are_for_one_purpose(store: Store, anna: Account) -> None:
    assert missing(tickets.account_of, store, invited(store), now=NOW)
    assert missing(tickets.look, store, tickets.for_password(store, anna, by="", now=NOW), now=NOW)


def test_a_lost_password_is_renewed_once_and_ends_the_sessions(store: Store, anna: Account) -> None:
    session = login.sign_in(store, "Anna", PASSWORD, "de", now=NOW)
    token = tickets.for_password(store, anna, by="", now=NOW)
    with pytest.raises(Problem, match="12 characters"):
        tickets.renew_password(store, token, "kurz", now=NOW)
    assert login.visitor(store, session, now=NOW) is not None
    tickets.renew_password(store, token, NEW, now=NOW)
    assert login.visitor(store, session, now=NOW) is None
    assert accounts.verify(store, "Anna", NEW)
    assert not accounts.verify(store, "Anna", PASSWORD)
    assert missing(tickets.renew_password, store, token, NEW, now=NOW)


def test_a_link_for_a_password_lasts_an_hour_and_only_the_newest(store: Store, anna: Account) -> None:
    first = tickets.for_password(store, anna, by="", now=NOW)
    second = tickets.for_password(store, anna, by="Ada", now=NOW)
    assert missing(tickets.account_of, store, first, now=NOW)
    assert tickets.account_of(store, second, now=later(minutes=59)) == anna
    assert missing(tickets.account_of, store, second, now=later(hours=1))


@pytest.mark.parametrize("change", ["password", "roles", "disable"])
def test_a_change_of_the_account_voids_its_link(store: Store, anna: Account, change: str) -> None:
    token = tickets.for_password(store, anna, by="", now=NOW)
    changes = {
        "password": lambda: accounts.change_password(store, anna, PASSWORD, NEW, now=NOW),
        "roles": lambda: accounts.change_roles(store, "Anna", ["admin"], actor="Ada", now=NOW),
        "disable": lambda: accounts.disable(store, "Anna", actor="Ada", now=NOW),
    }
    changes[change]()
    assert missing(tickets.account_of, store, token, now=NOW)


def test_old_links_are_erased(store: Store, anna: Account) -> None:
    invited(store, email="neu@example.org")
    tickets.for_password(store, anna, by="", now=NOW)
    tickets.forget_old(store, now=later(hours=1))
    assert [stored.body["purpose"] for stored in store.collection(TICKETS).find()] == ["invited"]
    tickets.forget_old(store, now=later(days=7))
    assert store.collection(TICKETS).count() == 0


def test_fifty_invitations_may_be_open(store: Store) -> None:
    for _ in range(50):
        invited(store)
    with pytest.raises(Problem) as caught:
        invited(store)
    assert caught.value.code == "user.invitations"


def test_the_last_admin_stays_one(store: Store, anna: Account) -> None:
    ada = accounts.add(store, "Ada", ["admin"], PASSWORD, actor="test", now=NOW)
    accounts.keep_admin(store, anna)
    accounts.keep_admin(store, ada, ["admin", "manager"])
    with pytest.raises(Problem) as caught:
        accounts.keep_admin(store, ada, ["manager"])
    assert caught.value.code == "user.last"
    accounts.change_roles(store, "Anna", ["admin"], actor="test", now=NOW)
    accounts.keep_admin(store, ada)
