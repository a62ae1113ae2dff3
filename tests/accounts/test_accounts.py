"""Accounts: names that look the same are the same; passwords; disable and reset."""

from __future__ import annotations

from pathlib import Path

import pytest
from argon2 import PasswordHasher

from survey_service.accounts import accounts, audit, live, passwords, sessions
from survey_service.accounts.accounts import ACCOUNTS, Account
from survey_service.problems import Problem
from survey_service.store import open_store
from survey_service.store.base import CollectionSpec, Store
from tests.accounts.conftest import NOW, PASSWORD


def code_of(call: object, *arguments: object, **named: object) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **named)  # type: ignore[operator]
    return caught.value.code


def add(store: Store, name: str, password: str = PASSWORD, roles: tuple[str, ...] = ("manager",)) -> Account:
    return accounts.add(store, name, roles, password, actor="test", now=NOW)


def test_an_account_is_stored_with_an_argon2id_hash_and_no_password(store: Store, anna: Account) -> None:
    body = store.collection(ACCOUNTS).get(anna.id).body
    assert body["password"].startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in str(body)
    assert (body["name"], body["key"], body["roles"], body["disabled"]) == ("Anna", "anna", ["manager"], False)


@pytest.mark.parametrize(
    "name",
    [
        "anna", "ANNA", "  Anna ", "\uff21\uff4e\uff4e\uff41",  # full width
        "\U0001d400nna",  # mathematical bold
        "A\u24dd\u24dda",  # circled
    ],
)  # fmt: skip
def test_a_look_alike_name_is_no_second_account(store: Store, anna: Account, name: str) -> None:
    assert code_of(add, store, name) == "user.exists"
    assert accounts.find(store, name) == anna
    assert accounts.verify(store, name, PASSWORD) == anna
    assert store.collection(ACCOUNTS).count() == 1


@pytest.mark.parametrize(
    "name",
    [
        "Ann\u0430",  # a Cyrillic letter among Latin ones
        "An\u200bna", "Anna\u202e", "An\u00adna",  # invisible
        "An\u3164na", "An\x00na", "Anna<b>", "", "   ", "...", "a" * 65,
    ],
)  # fmt: skip
def test_a_name_that_could_be_taken_for_another_is_refused(store: Store, anna: Account, name: str) -> None:
    assert code_of(add, store, name) == "user.name"
    assert store.collection(ACCOUNTS).count() == 1


@pytest.mark.parametrize("name", ["Müller-Lüdenscheidt", "Оксана К.", "أحمد", "x.y_z@amt-1", "a" * 64, "Straße"])
def test_names_of_one_script_are_allowed(store: Store, name: str) -> None:
    assert add(store, name).name == name


def test_case_folding_makes_sharp_s_and_double_s_one_name(store: Store) -> None:
    add(store, "Straße")
    assert code_of(add, store, "STRASSE") == "user.exists"


@pytest.mark.parametrize(
    "password, code",
    [
        ("elf Zeichen", "user.weak_password"),
        ("x" * 1025, "user.long_password"),
        ("abababababab", "user.guessable_password"),
        ("a long user name", "user.guessable_password"),
    ],
)
def test_a_bad_password_is_refused(store: Store, password: str, code: str) -> None:
    assert code_of(add, store, "A long user NAME", password) == code
    assert store.collection(ACCOUNTS).count() == 0


def test_twelve_characters_are_enough_and_1024_not_too_many(store: Store) -> None:
    longest = "ab cd ef " * 113 + "ab cd e"
    assert len(longest) == 1024
    assert add(store, "a", "zwölf Zeiche").id
    assert add(store, "b", longest).id
    assert accounts.verify(store, "b", longest)
    assert accounts.verify(store, "b", longest + "x") is None


def test_a_password_is_the_same_however_the_keyboard_spells_it(store: Store) -> None:
    add(store, "a", "Gru\u0308ne Gurken 12")
    assert accounts.verify(store, "a", "Gr\u00fcne Gurken 12")
    assert accounts.verify(store, "a", "Gr\u00fcne gurken 12") is None


@pytest.mark.parametrize("password", ["", "falsch", PASSWORD + " ", "\ud800", "\x00"])
def test_a_wrong_password_is_none(store: Store, anna: Account, password: str) -> None:
    assert accounts.verify(store, "anna", password) is None


@pytest.mark.parametrize("roles", [(), ("manager", "king"), ("respondent",)])
def test_unknown_roles_are_refused(store: Store, roles: tuple[str, ...]) -> None:
    assert code_of(add, store, "a", PASSWORD, roles) == "user.role"


def test_several_roles_are_kept_once_each_in_order(store: Store) -> None:
    assert add(store, "a", PASSWORD, ("manager", "admin", "manager")).roles == ("manager", "admin")


@pytest.mark.parametrize("name", ["anna", "nobody", "disabled"])
def test_known_unknown_and_disabled_names_cost_one_verification_of_the_same_price(
    store: Store, anna: Account, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "disabled")
    accounts.disable(store, "disabled", actor="test", now=NOW)
    seen = []
    real = passwords.verify
    monkeypatch.setattr(passwords, "verify", lambda encoded, password: seen.append(encoded) or real(encoded, password))
    assert accounts.verify(store, name, "ein falsches Wort") is None
    stored = store.collection(ACCOUNTS).first(key=name)
    assert seen == [stored.body["password"] if stored else passwords.DUMMY]


def test_the_dummy_has_todays_parameters_and_no_password(store: Store) -> None:
    assert not passwords.outdated(passwords.DUMMY)
    assert [len(part) for part in passwords.DUMMY.split("$")] == [
        len(part) for part in passwords.hash_of("irgendein Passwort").split("$")
    ]
    assert not passwords.verify(passwords.DUMMY, "")


def test_an_outdated_hash_is_renewed_at_login(store: Store, anna: Account) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    stored = store.collection(ACCOUNTS).get(anna.id)
    store.collection(ACCOUNTS).replace(anna.id, {**stored.body, "password": weak}, version=stored.version)
    assert accounts.verify(store, "Anna", "falsch falsch") is None
    assert store.collection(ACCOUNTS).get(anna.id).body["password"] == weak
    assert accounts.verify(store, "Anna", PASSWORD) == anna
    renewed = store.collection(ACCOUNTS).get(anna.id).body["password"]
    assert renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert accounts.verify(store, "Anna", PASSWORD) == anna


def test_a_garbled_hash_opens_nothing(store: Store, anna: Account) -> None:
    stored = store.collection(ACCOUNTS).get(anna.id)
    store.collection(ACCOUNTS).replace(anna.id, {**stored.body, "password": "plain"}, version=stored.version)
    assert accounts.verify(store, "Anna", "plain") is None


def test_disable_refuses_the_password_and_keeps_the_name_taken(store: Store, anna: Account) -> None:
    assert accounts.disable(store, "ANNA", actor="test", now=NOW).disabled
    assert accounts.verify(store, "Anna", PASSWORD) is None
    assert code_of(add, store, "Anna") == "user.exists"


def test_reset_changes_password_and_roles_and_enables(store: Store, anna: Account) -> None:
    accounts.disable(store, "Anna", actor="test", now=NOW)
    after = accounts.reset(store, "anna", "vier neue Wörter hier", actor="test", now=NOW, roles=["admin"])
    assert (after.roles, after.disabled, after.credentials) == (("admin",), False, 3)
    assert accounts.verify(store, "Anna", PASSWORD) is None
    assert accounts.verify(store, "Anna", "vier neue Wörter hier") == after


def test_reset_without_roles_keeps_them(store: Store, anna: Account) -> None:
    assert accounts.reset(store, "anna", "vier neue Wörter hier", actor="t", now=NOW).roles == ("manager",)


def test_change_password_asks_for_the_present_one(store: Store, anna: Account) -> None:
    new = "ganz neue Wörter hier"
    assert code_of(accounts.change_password, store, anna, "falsch", new, now=NOW) == "user.wrong_password"
    assert code_of(accounts.change_password, store, anna, PASSWORD, "kurz", now=NOW) == "user.weak_password"
    assert accounts.verify(store, "Anna", PASSWORD) == anna
    assert accounts.change_password(store, anna, PASSWORD, new, now=NOW).credentials == 2
    assert accounts.verify(store, "Anna", PASSWORD) is None


def test_an_unknown_name_is_a_problem_for_the_administrator(store: Store) -> None:
    assert code_of(accounts.disable, store, "x", actor="t", now=NOW) == "user.missing"
    assert code_of(accounts.reset, store, "x", PASSWORD, actor="t", now=NOW) == "user.missing"


def test_every_change_is_audited_with_who_did_it(store: Store, anna: Account) -> None:
    accounts.disable(store, "anna", actor="Berta", now=NOW)
    accounts.reset(store, "anna", "vier neue Wörter hier", actor="Berta", now=NOW)
    noted = [(entry.actor, entry.action, entry.subject, dict(entry.details)) for entry in audit.entries(store)]
    assert noted == [
        ("test", "user.added", "Anna", {"roles": "manager"}),
        ("Berta", "user.disabled", "Anna", {}),
        ("Berta", "user.reset", "Anna", {"roles": "manager"}),
    ]


def test_accounts_and_sessions_of_an_earlier_version_go_on(tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    body = {"key": "anna", "name": "Anna", "roles": ["manager"], "disabled": False, "credentials": 1}
    stored = store.collection(CollectionSpec("accounts", unique=("key",))).add(
        {**body, "password": passwords.hash_of(PASSWORD)}
    )
    before = CollectionSpec("sessions", indexes=("account",), unique=("token_hash",))
    facts = {"account": stored.id, "credentials": 1, "language": "de"}
    live.begin(store, before, facts, now=NOW)
    store.close()
    store = open_store("tinydb:", tmp_path)
    account = accounts.find(store, "Anna")
    assert (account.email, account.exempt) == ("", False)
    (session,) = sessions.of(store, account.id, now=NOW)
    assert (session.complete, session.confirmed, session.browser) == (True, NOW.timestamp(), "")
    store.close()
