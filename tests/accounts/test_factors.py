"""Second factors: codes that are good once, recovery codes, passkeys, the time of grace, and who asks for them."""

from __future__ import annotations

import datetime as dt
import json

import pyotp
import pytest

from survey_service.accounts import accounts, audit, factors, known, lockout, login, recovery, sealing, sessions, totp
from survey_service.accounts.accounts import Account
from survey_service.accounts.factors import Policy, Standing
from survey_service.accounts.login import Caller
from survey_service.accounts.totp import APPS
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.accounts.conftest import NOW, PASSWORD

pytestmark = pytest.mark.usefixtures("quick_passwords")
KEY = "ab" * 32
WRONG = "ein falsches Passwort"


def later(**span: float) -> dt.datetime:
    return NOW + dt.timedelta(**span)


def code(secret: str, now: dt.datetime = NOW) -> str:
    return pyotp.TOTP(secret).at(now)


def with_app(store: Store, account: Account) -> str:
    """Give an account an app, confirmed an hour ago, and return its secret."""
    then = later(hours=-1)
    secret = totp.begin(store, account.id, KEY, now=then)
    factors.app_added(store, account, code(secret, then), KEY, kept=0, now=then)
    return secret


def half(store: Store, now: dt.datetime = NOW) -> str:
    return login.sign_in(store, "Anna", PASSWORD, "de", now=now)


def refused(store: Store, token: str, given: str, now: dt.datetime = NOW) -> str:
    with pytest.raises(Problem) as caught:
        login.second_by_code(store, token, given, KEY, now=now)
    return caught.value.code


def test_codes_are_those_of_rfc_6238(store: Store, anna: Account) -> None:
    """The secret and the times of the RFC's appendix, the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    for second, expected in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")):
        store.collection(APPS).find()
        moment = dt.datetime.fromtimestamp(second, dt.UTC)
        sealed = sealing.seal(KEY, secret, f"app {anna.id}")
        stored = store.collection(APPS).add({"account": anna.id, "secret": sealed, "step": 0, "fresh": "", "until": 0})
        assert totp.verify(store, anna.id, expected, KEY, now=moment)
        store.collection(APPS).delete(stored.id)


def test_a_password_alone_opens_nothing_once_there_is_a_second_factor(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    token = half(store)
    assert login.visitor(store, token, now=NOW) is None
    assert login.awaiting(store, token, now=NOW).account == anna
    full = login.second_by_code(store, token, code(secret), KEY, now=NOW)
    assert full != token
    assert login.visitor(store, full, now=NOW).account == anna
    assert login.visitor(store, token, now=NOW) is None is login.awaiting(store, token, now=NOW)
    noted = [(entry.action, dict(entry.details)) for entry in audit.entries(store)]
    assert noted[-1] == ("login.succeeded", {"way": "app"})


def test_ten_minutes_after_the_password_it_is_asked_again(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    token = half(store)
    assert login.awaiting(store, token, now=later(minutes=9, seconds=59)) is not None
    assert refused(store, token, code(secret, later(minutes=10)), later(minutes=10)) == "access.login"


def test_a_change_of_the_password_ends_what_waits(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    token = half(store)
    accounts.reset(store, "Anna", "vier andere neue Wörter", actor="test", now=NOW)
    assert refused(store, token, code(secret)) == "access.login"
    assert factors.held(store, anna.id).app  # it stays


@pytest.mark.parametrize("seconds, good", [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_one_step_off(store: Store, anna: Account, seconds: int, good: bool) -> None:
    secret = with_app(store, anna)
    assert totp.verify(store, anna.id, code(secret, later(seconds=seconds)), KEY, now=NOW) is good


def test_a_code_is_good_once_and_none_that_is_older(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    assert totp.verify(store, anna.id, code(secret), KEY, now=NOW)
    assert not totp.verify(store, anna.id, code(secret), KEY, now=NOW)
    assert not totp.verify(store, anna.id, code(secret, later(seconds=-30)), KEY, now=NOW)
    assert totp.verify(store, anna.id, code(secret, later(seconds=30)), KEY, now=NOW)


def test_two_browsers_cannot_use_the_same_code(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    first, second = half(store), half(store)
    assert login.second_by_code(store, first, code(secret), KEY, now=NOW)
    assert refused(store, second, code(secret)) == "factor.wrong"


def test_the_code_that_sets_up_an_app_does_not_sign_in(store: Store, anna: Account) -> None:
    secret = totp.begin(store, anna.id, KEY, now=NOW)
    factors.app_added(store, anna, code(secret), KEY, kept=0, now=NOW)
    assert refused(store, half(store), code(secret)) == "factor.wrong"


@pytest.mark.parametrize("typed", ["12 34 56", "١٢٣٤٥٦", " 123456 ", "123 456"])
def test_a_code_may_be_typed_on_any_keyboard(typed: str) -> None:
    assert totp.plain(typed) == "123456"


@pytest.mark.parametrize("typed", ["", "0", "12345", "1234567", "abcdef", "\ud800", "²²²²²²", "x" * 10_000])
def test_what_is_no_code_is_refused(store: Store, anna: Account, typed: str) -> None:
    with_app(store, anna)
    assert refused(store, half(store), typed) == "factor.wrong"


def test_an_app_is_in_force_once_its_code_was_typed_and_its_secret_is_sealed(store: Store, anna: Account) -> None:
    secret = totp.begin(store, anna.id, KEY, now=NOW)
    with pytest.raises(Problem, match="does not fit"):
        totp.confirm(store, anna.id, "000000" if code(secret) != "000000" else "000001", KEY, now=NOW)
    assert not factors.held(store, anna.id)
    assert totp.offered(store, anna.id, KEY, now=NOW) == secret
    codes = factors.app_added(store, anna, code(secret), KEY, kept=0, now=NOW)
    assert len(set(codes)) == 10
    assert factors.held(store, anna.id).app
    assert secret not in json.dumps([stored.body for stored in store.collection(APPS).find()])
    with pytest.raises(Problem) as caught:
        totp.offered(store, anna.id, KEY, now=NOW)
    assert caught.value.code == "factor.stale"  # it is never shown again


def test_a_secret_waits_half_an_hour_for_its_first_code(store: Store, anna: Account) -> None:
    secret = totp.begin(store, anna.id, KEY, now=NOW)
    with pytest.raises(Problem) as caught:
        totp.confirm(store, anna.id, code(secret, later(minutes=30)), KEY, now=later(minutes=30))
    assert caught.value.code == "factor.stale"


def test_an_app_that_is_replaced_counts_until_the_new_one_does(store: Store, anna: Account) -> None:
    old = with_app(store, anna)
    new = totp.begin(store, anna.id, KEY, now=NOW)
    assert totp.verify(store, anna.id, code(old), KEY, now=NOW)
    factors.app_added(store, anna, code(new), KEY, kept=0, now=NOW)
    assert not totp.verify(store, anna.id, code(old, later(seconds=30)), KEY, now=later(seconds=30))
    assert totp.verify(store, anna.id, code(new, later(seconds=30)), KEY, now=later(seconds=30))


def test_a_secret_opens_with_the_instances_key_only_and_for_its_account_only(store: Store, anna: Account) -> None:
    sealed = sealing.seal(KEY, "geheim", "app 1")
    assert sealing.unseal(KEY, sealed, "app 1") == "geheim"
    for key, bound, text in (
        ("cd" * 32, "app 1", sealed),
        (KEY, "app 2", sealed),
        (KEY, "app 1", "AAAA"),
        (KEY, "", "é"),
    ):
        with pytest.raises(Problem) as caught:
            sealing.unseal(key, text, bound)
        assert caught.value.code == "factor.unreadable"


def test_a_recovery_code_opens_once(store: Store, anna: Account) -> None:
    with_app(store, anna)
    codes = factors.renew_codes(store, anna, KEY, now=NOW)
    assert codes[0] not in json.dumps([stored.body for stored in store.collection(recovery.CODES).find()])
    token = login.second_by_code(store, half(store), f" {codes[0].upper().replace('-', ' ')} ", KEY, now=NOW)
    assert login.visitor(store, token, now=NOW) is not None
    assert refused(store, half(store), codes[0]) == "factor.wrong"
    assert recovery.left(store, anna.id) == 9
    assert [entry.details["way"] for entry in audit.entries(store) if entry.details.get("way")] == ["recovery"]


def test_new_recovery_codes_void_the_old_ones_and_are_ones_own(store: Store, anna: Account) -> None:
    berta = accounts.add(store, "Berta", ["manager"], PASSWORD, actor="test", now=NOW)
    with_app(store, anna)
    old = factors.renew_codes(store, anna, KEY, now=NOW)
    new = factors.renew_codes(store, anna, KEY, now=NOW)
    assert not recovery.use(store, anna.id, old[3], KEY)
    assert not recovery.use(store, berta.id, new[3], KEY)
    assert not recovery.use(store, anna.id, new[3], "cd" * 32)
    assert recovery.use(store, anna.id, new[3], KEY)


def test_the_sixth_wrong_code_within_a_quarter_of_an_hour_is_refused(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    assert [refused(store, half(store), "000000") for _ in range(5)] == ["factor.wrong"] * 5
    assert refused(store, half(store), code(secret)) == "access.locked_factor"
    now = later(minutes=15)
    assert login.second_by_code(store, half(store, now), code(secret, now), KEY, now=now)


def test_removing_the_last_second_factor_voids_the_recovery_codes(store: Store, anna: Account) -> None:
    with_app(store, anna)
    factors.renew_codes(store, anna, KEY, now=NOW)
    factors.remove_app(store, anna, now=NOW)
    assert (bool(factors.held(store, anna.id)), recovery.left(store, anna.id)) == (False, 0)
    with pytest.raises(Problem) as caught:
        factors.renew_codes(store, anna, KEY, now=NOW)
    assert caught.value.code == "factor.none"


def test_who_lost_everything_starts_again_with_the_password(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    token = login.second_by_code(store, half(store), code(secret), KEY, now=NOW)
    factors.remove_all(store, anna, actor="Ada", now=NOW)
    assert login.visitor(store, token, now=NOW) is None
    assert login.visitor(store, half(store), now=NOW) is not None


def test_a_new_second_factor_ends_the_other_sessions(store: Store, anna: Account) -> None:
    here, there = half(store), half(store)
    kept = login.visitor(store, here, now=NOW).session.id
    secret = totp.begin(store, anna.id, KEY, now=NOW)
    factors.app_added(store, anna, code(secret), KEY, kept=kept, now=NOW)
    assert login.visitor(store, here, now=NOW) is not None
    assert login.visitor(store, there, now=NOW) is None


POLICY = Policy(required=True, grace=2)


@pytest.mark.parametrize(
    "role, guarded", [("admin", True), ("manager", True), ("working_group", False), ("translator", False)]
)
def test_admins_and_managers_have_so_many_sign_ins_without(store: Store, role: str, guarded: bool) -> None:
    account = accounts.add(store, "Otto", [role], PASSWORD, actor="test", now=NOW)
    left = []
    for _ in range(3):
        login.sign_in(store, "Otto", PASSWORD, "de", now=NOW)
        left.append(POLICY.left(account, factors.held(store, account.id), factors.standing(store, account.id)))
    assert left == ([1, 0, -1] if guarded else [None] * 3)
    with_app(store, account)
    assert POLICY.left(account, factors.held(store, account.id), factors.standing(store, account.id)) is None


def test_neither_the_setting_nor_a_demonstration_asks_for_one(store: Store, anna: Account) -> None:
    demo = accounts.add(store, "demo", ["manager"], PASSWORD, actor="test", now=NOW, exempt=True)
    nothing = factors.held(store, anna.id)
    assert Policy(required=False, grace=0).left(anna, nothing, Standing("", 9)) is None
    assert Policy(required=True, grace=0).left(demo, nothing, Standing("", 9)) is None
    assert Policy(required=True, grace=0).left(anna, nothing, Standing("", 9)) == -9


def test_the_day_of_the_last_sign_in_is_kept_and_no_more(store: Store, anna: Account) -> None:
    assert factors.standing(store, anna.id) == Standing("", 0)
    half(store, later(days=1))
    assert factors.standing(store, anna.id) == Standing("2026-11-24", 1, 1)


# --- lock-out ------------------------------------------------------------------------------------------------------


def test_strangers_cannot_lock_out_the_browser_in_which_somebody_signed_in_before(store: Store, anna: Account) -> None:
    mark = known.mark(KEY, "Anna")
    mine, stranger = Caller(known=known.of(KEY, "ANNA", mark), network="n1"), Caller(network="n2")
    assert mine.known
    for _ in range(5):
        with pytest.raises(Problem, match="wrong"):
            login.sign_in(store, "Anna", WRONG, "de", now=NOW, caller=stranger)
    with pytest.raises(Problem) as caught:
        login.sign_in(store, "Anna", PASSWORD, "de", now=NOW, caller=stranger)
    assert caught.value.code == "access.locked"
    assert login.sign_in(store, "Anna", PASSWORD, "de", now=NOW, caller=mine)
    for _ in range(5):  # and it guesses no more than others
        with pytest.raises(Problem, match="wrong"):
            login.sign_in(store, "Anna", WRONG, "de", now=NOW, caller=mine)
    with pytest.raises(Problem) as caught:
        login.sign_in(store, "Anna", PASSWORD, "de", now=NOW, caller=mine)
    assert caught.value.code == "access.locked"


@pytest.mark.parametrize("name, change", [("Berta", ""), ("Anna", "x"), ("Anna", ".")])
def test_a_mark_is_good_for_one_name_and_unchanged_only(name: str, change: str) -> None:
    assert known.of(KEY, name, known.mark(KEY, "Anna") + change) == ""
    assert known.of(KEY, "Anna", "") == known.of("cd" * 32, "Anna", known.mark(KEY, "Anna")) == ""


def test_one_address_gets_thirty_tries_over_all_names(store: Store, anna: Account) -> None:
    here, elsewhere = Caller(network="n1"), Caller(network="n2")
    for number in range(30):
        with pytest.raises(Problem, match="wrong"):
            login.sign_in(store, f"name{number}", WRONG, "de", now=NOW, caller=here)
    with pytest.raises(Problem) as caught:
        login.sign_in(store, "Anna", PASSWORD, "de", now=NOW, caller=here)
    assert caught.value.code == "access.locked_address"
    assert login.sign_in(store, "Anna", PASSWORD, "de", now=NOW, caller=elsewhere)
    assert login.sign_in(store, "Anna", PASSWORD, "de", now=later(minutes=10), caller=here)


def test_a_right_login_forgives_no_wrong_ones_of_its_address(store: Store, anna: Account) -> None:
    caller = Caller(network="n1")
    for number in range(29):
        with pytest.raises(Problem, match="wrong"):
            login.sign_in(store, f"name{number}", WRONG, "de", now=NOW, caller=caller)
        login.sign_in(store, "Anna", PASSWORD, "de", now=NOW, caller=caller)
    (stored,) = store.collection(lockout.ADDRESS.attempts).find()
    assert len(stored.body["times"]) == 29
    assert "n1" not in json.dumps(stored.body["name_hash"])


# --- once more who they are ---------------------------------------------------------------------------------------


def test_after_a_quarter_of_an_hour_somebody_shows_again_who_they_are(store: Store, anna: Account) -> None:
    token = half(store)
    now = later(minutes=15)
    who = login.visitor(store, token, now=now)
    assert login.visitor(store, token, now=NOW).is_fresh(later(minutes=14, seconds=59))
    assert not who.is_fresh(now)
    with pytest.raises(Problem) as caught:
        login.again(store, who, WRONG, KEY, now=now)
    assert caught.value.code == "access.confirm"
    login.again(store, who, PASSWORD, KEY, now=now)
    assert login.visitor(store, token, now=now).is_fresh(now)


def test_with_a_second_factor_the_password_is_not_enough_for_that(store: Store, anna: Account) -> None:
    secret = with_app(store, anna)
    token = login.second_by_code(store, half(store), code(secret), KEY, now=NOW)
    now = later(minutes=20)
    who = login.visitor(store, token, now=now)
    for given in (PASSWORD, code(secret)):  # the code was used at the sign-in
        with pytest.raises(Problem) as caught:
            login.again(store, who, given, KEY, now=now)
        assert caught.value.code == "factor.wrong"
    login.again(store, who, code(secret, now), KEY, now=now)
    assert login.visitor(store, token, now=now).is_fresh(now)


# --- sessions ------------------------------------------------------------------------------------------------------


def test_ones_sessions_are_listed_and_ended_and_nobody_elses(store: Store, anna: Account) -> None:
    accounts.add(store, "Berta", ["manager"], PASSWORD, actor="test", now=NOW)
    tokens = [
        login.sign_in(store, "Anna", PASSWORD, "de", now=later(minutes=n), caller=Caller(browser=f"b{n}"))
        for n in range(3)
    ]
    other = login.visitor(store, login.sign_in(store, "Berta", PASSWORD, "de", now=NOW), now=NOW)
    now = later(minutes=5)
    assert [session.browser for session in sessions.of(store, anna.id, now=now)] == ["b2", "b1", "b0"]
    with pytest.raises(Problem, match="nothing at this address"):
        sessions.end_one(store, anna.id, other.session.id)
    sessions.end_one(store, anna.id, login.visitor(store, tokens[0], now=now).session.id)
    assert sessions.end_others(store, anna.id, login.visitor(store, tokens[1], now=now).session.id) == 1
    assert [login.visitor(store, token, now=now) is not None for token in tokens] == [False, True, False]
    assert login.visitor(store, login.sign_in(store, "Berta", PASSWORD, "de", now=NOW), now=NOW) is not None
