"""What is good once is good once for twelve at the same moment, too, over both stores."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pyotp

from survey_service.accounts import accounts, audit, factors, login, recovery, tickets, totp
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.web.manage.conftest import NOW, PASSWORD

BOTH_STORES = True
KEY = "ab" * 32
AT_ONCE = 12


def at_once(call: Callable[[int], object]) -> list[str]:
    """Return what so many calls at the same time came to: "done" or the code of a Problem."""

    def one(number: int) -> str:
        try:
            return "done" if call(number) else "refused"
        except Problem as problem:
            return problem.code

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return sorted(pool.map(one, range(AT_ONCE)))


def test_a_code_a_recovery_code_and_links_open_once(store: Store) -> None:
    anna = accounts.add(store, "Anna", ["manager"], PASSWORD, actor="test", now=NOW)
    secret = totp.begin(store, anna.id, KEY, now=NOW)
    codes = factors.app_added(store, anna, pyotp.TOTP(secret).at(NOW - dt.timedelta(seconds=30)), KEY, kept=0, now=NOW)
    code = pyotp.TOTP(secret).at(NOW)
    refused = ["refused"] * (AT_ONCE - 1)
    assert at_once(lambda _: totp.verify(store, anna.id, code, KEY, now=NOW)) == ["done", *refused]
    assert at_once(lambda _: recovery.use(store, anna.id, codes[0], KEY)) == ["done", *refused]
    invited = tickets.invite(store, ["translator"], "", by="Ada", now=NOW)
    missing = ["page.missing"] * (AT_ONCE - 1)
    made = at_once(lambda number: tickets.accept(store, invited, f"Neu {number}", PASSWORD, "", now=NOW))
    assert made == ["done", *missing]
    assert len(accounts.everyone(store)) == 2
    lost = tickets.for_password(store, anna, by="", now=NOW)
    assert at_once(lambda n: tickets.renew_password(store, lost, f"{PASSWORD} {n}", now=NOW)) == ["done", *missing]
    assert factors.held(store, anna.id).app
    assert audit.first_fault(store) is None


def test_twelve_wrong_codes_at_once_get_five_tries(store: Store) -> None:
    anna = accounts.add(store, "Anna", ["manager"], PASSWORD, actor="test", now=NOW)
    secret = totp.begin(store, anna.id, KEY, now=NOW)
    factors.app_added(store, anna, pyotp.TOTP(secret).at(NOW), KEY, kept=0, now=NOW)
    token = login.sign_in(store, "Anna", PASSWORD, "de", now=NOW)
    tried = at_once(lambda _: login.second_by_code(store, token, "000000", KEY, now=NOW))
    assert tried == ["access.locked_factor"] * (AT_ONCE - 5) + ["factor.wrong"] * 5
