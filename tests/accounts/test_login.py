"""Login, lock-out and sessions: what opens the desk, and what no longer does."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from survey_service.accounts import accounts, audit, lockout, login, sessions
from survey_service.accounts.accounts import Account
from survey_service.accounts.lockout import ATTEMPTS
from survey_service.accounts.sessions import SESSIONS
from survey_service.problems import Problem
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.accounts.conftest import NOW, PASSWORD

WRONG = "ein falsches Passwort"


def later(**span: float) -> dt.datetime:
    return NOW + dt.timedelta(**span)


def sign_in(store: Store, name: str = "Anna", password: str = PASSWORD, now: dt.datetime = NOW) -> str:
    return login.sign_in(store, name, password, "de", now=now)


def refused(store: Store, name: str = "Anna", password: str = WRONG, now: dt.datetime = NOW) -> str:
    with pytest.raises(Problem) as caught:
        sign_in(store, name, password, now)
    return caught.value.code


def test_a_login_gives_a_token_of_128_bits_that_is_stored_hashed(store: Store, anna: Account) -> None:
    token = sign_in(store)
    assert len(token) == 22  # 16 bytes in base64 without padding
    (stored,) = store.collection(SESSIONS).find()
    assert stored.body["token_hash"] == hashlib.sha256(token.encode()).hexdigest()
    assert token not in json.dumps(stored.body)
    who = login.visitor(store, token, now=NOW)
    assert who is not None
    assert (who.account, who.session.language) == (anna, "de")


def test_each_login_gives_a_new_token(store: Store, anna: Account) -> None:
    assert sign_in(store) != sign_in(store)
    assert store.collection(SESSIONS).count() == 2


@pytest.mark.parametrize("token", ["", "x", "A" * 22, "\ud800"])
def test_no_other_token_opens_anything(store: Store, anna: Account, token: str) -> None:
    sign_in(store)
    assert login.visitor(store, token, now=NOW) is None


def test_one_character_changed_opens_nothing(store: Store, anna: Account) -> None:
    token = sign_in(store)
    changed = ("B" if token[0] == "A" else "A") + token[1:]
    assert login.visitor(store, changed, now=NOW) is None


def test_a_session_ends_after_30_idle_minutes(store: Store, anna: Account) -> None:
    token = sign_in(store)
    assert login.visitor(store, token, now=later(minutes=29, seconds=59)) is not None
    assert login.visitor(store, token, now=later(minutes=59, seconds=58)) is not None
    assert login.visitor(store, token, now=later(minutes=89, seconds=58)) is None


def test_a_session_ends_after_12_hours_of_work(store: Store, anna: Account) -> None:
    token = sign_in(store)
    for minutes in range(25, 12 * 60, 25):
        assert login.visitor(store, token, now=later(minutes=minutes)) is not None
    assert login.visitor(store, token, now=later(hours=11, minutes=59, seconds=59)) is not None
    assert login.visitor(store, token, now=later(hours=12)) is None


def test_use_is_noted_once_a_minute_only(store: Store, anna: Account) -> None:
    token = sign_in(store)
    for seconds in (1, 30, 59):
        login.visitor(store, token, now=later(seconds=seconds))
    assert store.collection(SESSIONS).find()[0].version == 1
    login.visitor(store, token, now=later(seconds=60))
    assert store.collection(SESSIONS).find()[0].version == 2


def test_ended_sessions_are_forgotten_at_the_next_login(store: Store, anna: Account) -> None:
    sign_in(store)
    sign_in(store, now=later(minutes=31))
    assert store.collection(SESSIONS).count() == 1


def test_logout_ends_just_this_session(store: Store, anna: Account) -> None:
    first, second = sign_in(store), sign_in(store)
    login.sign_out(store, first, now=NOW)
    assert login.visitor(store, first, now=NOW) is None
    assert login.visitor(store, second, now=NOW) is not None
    login.sign_out(store, first, now=NOW)  # once more is no fault
    assert [entry.action for entry in audit.entries(store)].count("logout") == 1


@pytest.mark.parametrize("change", ["disable", "reset", "password", "roles"])
def test_a_change_of_the_account_ends_all_its_sessions_and_no_others(store: Store, anna: Account, change: str) -> None:
    accounts.add(store, "Berta", ["manager"], PASSWORD, actor="test", now=NOW)
    tokens, other = [sign_in(store), sign_in(store)], sign_in(store, "Berta")
    new = "vier andere neue Wörter"
    changes = {
        "disable": lambda: accounts.disable(store, "Anna", actor="test", now=NOW),
        "reset": lambda: accounts.reset(store, "Anna", new, actor="test", now=NOW),
        "password": lambda: accounts.change_password(store, anna, PASSWORD, new, now=NOW),
        "roles": lambda: accounts.reset(store, "Anna", PASSWORD, actor="test", now=NOW, roles=["admin"]),
    }
    changes[change]()
    assert [login.visitor(store, token, now=NOW) for token in tokens] == [None, None]
    assert login.visitor(store, other, now=NOW) is not None
    assert store.collection(SESSIONS).count() == 1


def test_a_session_that_outlived_a_change_counts_for_nothing(store: Store, anna: Account) -> None:
    """A login that looked at the old password while it was being changed begins its session a moment too late."""
    accounts.reset(store, "Anna", "vier andere neue Wörter", actor="test", now=NOW)
    token = sessions.begin(store, anna.id, anna.credentials, "de", now=NOW)
    assert login.visitor(store, token, now=NOW) is None


def test_the_chosen_language_is_kept(store: Store, anna: Account) -> None:
    token = sign_in(store)
    sessions.choose_language(store, login.visitor(store, token, now=NOW).session, "en")
    assert login.visitor(store, token, now=NOW).session.language == "en"


def test_unknown_wrong_and_disabled_are_refused_alike(store: Store, anna: Account) -> None:
    accounts.add(store, "Berta", ["manager"], PASSWORD, actor="test", now=NOW)
    accounts.disable(store, "Berta", actor="test", now=NOW)
    assert {refused(store), refused(store, "nobody"), refused(store, "Berta", PASSWORD)} == {"access.wrong"}
    assert store.collection(SESSIONS).count() == 0


@pytest.mark.parametrize("name", ["Anna", "nobody"])
def test_the_sixth_wrong_login_within_60_seconds_is_refused_even_with_the_right_password(
    store: Store, anna: Account, name: str
) -> None:
    accounts.add(store, "Berta", ["manager"], PASSWORD, actor="test", now=NOW)
    spelled = [name, name.upper(), name.lower(), f" {name} ", name]
    codes = [refused(store, spelling, now=later(seconds=10 * n)) for n, spelling in enumerate(spelled)]
    assert codes == ["access.wrong"] * 5
    assert refused(store, name, PASSWORD, later(seconds=59)) == "access.locked"
    assert sign_in(store, "Berta", now=later(seconds=59))


def test_a_minute_after_the_first_wrong_login_one_more_try_is_free(store: Store, anna: Account) -> None:
    for n in range(5):
        refused(store, now=later(seconds=10 * n))
    for n in range(10):  # refused tries do not prolong the lock
        assert refused(store, now=later(seconds=50 + n / 2)) == "access.locked"
    assert sign_in(store, now=later(seconds=60))


def test_a_right_login_clears_the_count(store: Store, anna: Account) -> None:
    for _ in range(3):
        for _ in range(4):
            assert refused(store) == "access.wrong"
        sign_in(store)
    assert store.collection(ATTEMPTS).count() == 0


def test_the_lock_survives_a_restart(tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    accounts.add(store, "Anna", ["manager"], PASSWORD, actor="test", now=NOW)
    for _ in range(5):
        refused(store)
    store.close()
    store = open_store("tinydb:", tmp_path)
    assert refused(store, "Anna", PASSWORD, later(seconds=59)) == "access.locked"
    store.close()


def test_twenty_wrong_logins_at_once_get_five_tries(store: Store, anna: Account) -> None:
    with ThreadPoolExecutor(20) as pool:
        codes = list(pool.map(lambda _: refused(store), range(20)))
    assert sorted(codes) == ["access.locked"] * 15 + ["access.wrong"] * 5


def test_names_are_counted_hashed_and_forgotten_after_the_window(store: Store) -> None:
    lockout.take(store, "meingeheimespasswort", now=NOW)
    assert "meingeheim" not in json.dumps(store.collection(ATTEMPTS).find()[0].body)
    lockout.take(store, "other", now=later(seconds=61))
    assert store.collection(ATTEMPTS).count() == 1


def test_logins_are_audited_without_what_was_typed(store: Store, anna: Account) -> None:
    refused(store, "mein Passwort im falschen Feld")
    for _ in range(5):
        refused(store)
    refused(store)
    sign_in(store, now=later(seconds=61))
    noted = [(e.actor, e.action, e.subject, dict(e.details)) for e in audit.entries(store)][1:]
    assert noted == [
        ("unknown account", "login.failed", "unknown account", {"locked": False}),
        *[("unknown account", "login.failed", "Anna", {"locked": False})] * 4,
        ("unknown account", "login.failed", "Anna", {"locked": True}),
        ("Anna", "login.succeeded", "Anna", {}),
    ]
    assert "Feld" not in str(noted)
