"""Passkeys: what an honest authenticator opens, and what every other answer doesn't."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from survey_service.accounts import accounts, challenges, login, passkeys
from survey_service.accounts.accounts import Account
from survey_service.accounts.passkeys import Site
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.accounts.authenticator import Authenticator, b64
from tests.accounts.conftest import NOW, PASSWORD

pytestmark = pytest.mark.usefixtures("quick_passwords")
KEY = "ab" * 32
SITE = Site("survey.example", ("https://survey.example",), "Survey")


def later(**span: float) -> dt.datetime:
    return NOW + dt.timedelta(**span)


def added(store: Store, account: Account, device: Authenticator) -> None:
    options = passkeys.to_add(store, account, SITE, KEY, now=NOW)
    passkeys.add(store, account, device.made(options), " Mein  Telefon ", SITE, KEY, now=NOW)


def to_show(store: Store, account: Account | None) -> str:
    return passkeys.to_show(store, None if account is None else account.id, SITE, KEY, now=NOW)


def refused(store: Store, account: Account | None, answer: str, now: dt.datetime = NOW) -> str:
    with pytest.raises(Problem) as caught:
        passkeys.shown(store, None if account is None else account.id, answer, SITE, KEY, now=now)
    return caught.value.code


@pytest.fixture
def device(store: Store, anna: Account) -> Authenticator:
    """Anna's phone."""
    made = Authenticator()
    added(store, anna, made)
    return made


def test_a_passkey_signs_in_alone_and_after_the_password(store: Store, anna: Account, device: Authenticator) -> None:
    alone = login.by_passkey(store, device.shown(to_show(store, None)), "de", SITE, KEY, now=NOW)
    assert login.visitor(store, alone, now=NOW).account == anna
    half = login.sign_in(store, "Anna", PASSWORD, "de", now=NOW)
    assert login.visitor(store, half, now=NOW) is None
    full = login.second_by_passkey(store, half, device.shown(to_show(store, anna)), SITE, KEY, now=NOW)
    assert login.visitor(store, full, now=NOW).account == anna
    (kept,) = passkeys.every(store, anna.id)
    assert (kept.name, kept.made, kept.used) == ("Mein Telefon", "2026-11-23", "2026-11-23")


def test_the_lock_of_a_name_does_not_keep_a_passkey_out(store: Store, anna: Account, device: Authenticator) -> None:
    for _ in range(5):
        with pytest.raises(Problem, match="wrong"):
            login.sign_in(store, "Anna", "ein falsches Passwort", "de", now=NOW)
    with pytest.raises(Problem, match="Too many"):
        login.sign_in(store, "Anna", PASSWORD, "de", now=NOW)
    assert login.by_passkey(store, device.shown(to_show(store, None)), "de", SITE, KEY, now=NOW)


def test_alone_it_must_know_its_holder_and_after_the_password_it_need_not(store: Store, anna: Account) -> None:
    stick = Authenticator(verified=False)
    added(store, anna, stick)
    assert refused(store, None, stick.shown(to_show(store, None))) == "factor.passkey"
    assert passkeys.shown(store, anna.id, stick.shown(to_show(store, anna)), SITE, KEY, now=NOW) == anna.id


def test_an_answer_counts_once(store: Store, anna: Account, device: Authenticator) -> None:
    answer = device.shown(to_show(store, None))
    assert passkeys.shown(store, None, answer, SITE, KEY, now=NOW) == anna.id
    assert refused(store, None, answer) == "factor.stale"


def test_a_challenge_is_for_a_quarter_of_an_hour_one_purpose_and_one_instance(
    store: Store, anna: Account, device: Authenticator
) -> None:
    berta = accounts.add(store, "Berta", ["manager"], PASSWORD, actor="test", now=NOW)
    assert refused(store, None, device.shown(to_show(store, None)), later(minutes=15)) == "factor.stale"
    assert refused(store, None, device.shown(to_show(store, anna))) == "factor.stale"
    assert refused(store, anna, device.shown(to_show(store, None))) == "factor.stale"
    assert refused(store, anna, device.shown(to_show(store, berta))) == "factor.stale"
    assert refused(store, berta, device.shown(to_show(store, berta))) == "factor.passkey"  # it is Anna's
    elsewhere = passkeys.to_show(store, None, SITE, "cd" * 32, now=NOW)
    assert refused(store, None, device.shown(elsewhere)) == "factor.stale"
    made_up = json.dumps({**json.loads(to_show(store, None)), "challenge": b64(bytes(40))})
    assert refused(store, None, device.shown(made_up)) == "factor.stale"


def test_a_site_that_only_looks_like_ours_gets_nothing(store: Store, anna: Account, device: Authenticator) -> None:
    device.origin = "https://survey.example.evil.example"
    assert refused(store, None, device.shown(to_show(store, None))) == "factor.passkey"
    device.origin = "https://survey.example"
    other = json.dumps({**json.loads(to_show(store, None)), "rpId": "evil.example"})
    assert refused(store, None, device.shown(other)) == "factor.passkey"


def test_a_forged_signature_and_a_copied_key_are_refused(store: Store, anna: Account, device: Authenticator) -> None:
    assert refused(store, None, device.shown(to_show(store, None), signature=b64(b"x" * 70))) == "factor.passkey"
    stranger = Authenticator()
    stranger.id = device.id
    assert refused(store, None, stranger.shown(to_show(store, None))) == "factor.passkey"
    for _ in range(3):
        passkeys.shown(store, None, device.shown(to_show(store, None)), SITE, KEY, now=NOW)
    device.count = 1  # a copy that was made before counts behind
    assert refused(store, None, device.shown(to_show(store, None))) == "factor.passkey"


def test_a_disabled_account_and_a_removed_passkey_open_nothing(
    store: Store, anna: Account, device: Authenticator
) -> None:
    accounts.disable(store, "Anna", actor="test", now=NOW)
    with pytest.raises(Problem, match="could not be used"):
        login.by_passkey(store, device.shown(to_show(store, None)), "de", SITE, KEY, now=NOW)
    passkeys.remove(store, anna.id, passkeys.every(store, anna.id)[0].id)
    assert refused(store, None, device.shown(to_show(store, None))) == "factor.passkey"


def test_nobody_removes_the_passkey_of_somebody_else(store: Store, anna: Account, device: Authenticator) -> None:
    berta = accounts.add(store, "Berta", ["manager"], PASSWORD, actor="test", now=NOW)
    with pytest.raises(Problem, match="nothing at this address"):
        passkeys.remove(store, berta.id, passkeys.every(store, anna.id)[0].id)
    assert len(passkeys.every(store, anna.id)) == 1


def test_a_passkey_is_added_once_and_at_most_ten(store: Store, anna: Account, device: Authenticator) -> None:
    with pytest.raises(Problem) as caught:
        added(store, anna, device)
    assert caught.value.code == "factor.passkey"
    for _ in range(9):
        added(store, anna, Authenticator())
    with pytest.raises(Problem) as caught:
        added(store, anna, Authenticator())
    assert caught.value.code == "factor.most"


def test_what_the_browser_gets_for_a_login_says_nothing_of_anybody(
    store: Store, anna: Account, device: Authenticator
) -> None:
    first, second = (json.loads(to_show(store, None)) for _ in range(2))
    assert first.pop("challenge") != second.pop("challenge")
    assert first == second
    assert first.get("allowCredentials", []) == []
    assert first["userVerification"] == "required"
    user = json.loads(passkeys.to_add(store, anna, SITE, KEY, now=NOW))["user"]
    assert user["name"] == "Anna"
    assert user["id"] not in ("MQ", "QW5uYQ")  # neither its number nor its name


@pytest.mark.parametrize(
    "answer",
    [
        *(
            "",
            "x",
            "null",
            "[]",
            "{}",
            "1",
            '{"id": 1}',
            '{"response": {}}',
            '{"response": null}',
            "[" * 9_000,
            "{" * 30_000,
        ),
        '{"id": "AA", "response": {"clientDataJSON": "!!"}}',
        '{"id": "AA", "response": {"clientDataJSON": "e30"}}',
        '{"id": "AA", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAxfQ"}}',
        '{"id": "\\u0000", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiQUEifQ"}}',
        '{"id": "\\ud800", "response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiQUEifQ"}}',
    ],
)
def test_nonsense_is_refused(store: Store, anna: Account, answer: str) -> None:
    assert refused(store, None, answer) == "factor.passkey"
    with pytest.raises(Problem) as caught:
        passkeys.add(store, anna, answer, "x", SITE, KEY, now=NOW)
    assert caught.value.code in ("factor.passkey", "factor.stale")


def test_answered_challenges_are_forgotten_after_their_time(store: Store, anna: Account, device: Authenticator) -> None:
    passkeys.shown(store, None, device.shown(to_show(store, None)), SITE, KEY, now=NOW)
    assert store.collection(challenges.SPENT).count() == 2  # the one it was made with, and this
    challenges.forget_old(store, now=later(minutes=15))
    assert store.collection(challenges.SPENT).count() == 0
