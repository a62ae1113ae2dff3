"""Codes of an authenticator app (TOTP, RFC 6238): six digits, a new code every 30 seconds, each good once.

A secret is shown while it is set up, and in force once a code made with it was typed. A phone's clock may be one step
off either way.
"""

from __future__ import annotations

import datetime as dt
import hmac
from typing import Any

import pyotp

from survey_service.accounts import sealing
from survey_service.problems import Problem
from survey_service.questionnaire.question_types import plain_digits
from survey_service.store.base import CollectionSpec, Store, Stored

APPS = CollectionSpec("account_apps", unique=("account",))
DIGITS, SECONDS, SKEW = 6, 30, 1
SETUP = dt.timedelta(minutes=30)
"""How long a secret that was shown waits for its first code."""


def begin(store: Store, account: int, key: str, *, now: dt.datetime) -> str:
    """Return a new secret in base32 (160 bits); the one in force stays so until `confirm`."""
    secret = pyotp.random_base32()
    fresh = {"fresh": sealing.seal(key, secret, f"app {account}"), "until": (now + SETUP).timestamp()}
    with store.transaction():
        stored = _stored(store, account)
        if stored is None:
            store.collection(APPS).add({"account": account, "secret": "", "step": 0, **fresh})
        else:
            _put(store, stored, fresh)
    return secret


def offered(store: Store, account: int, key: str, *, now: dt.datetime) -> str:
    """Return the secret that waits for its first code. Raises Problem factor.stale if there is none, or no longer."""
    stored = _stored(store, account)
    if stored is None or not stored.body["fresh"] or stored.body["until"] <= now.timestamp():
        raise Problem("factor.stale")
    return sealing.unseal(key, stored.body["fresh"], f"app {account}")


def confirm(store: Store, account: int, code: str, key: str, *, now: dt.datetime) -> None:
    """Put the shown secret in force if the code was made with it.

    Raises Problems factor.code for another code, and factor.stale.
    """
    step = _step(offered(store, account, key, now=now), code, now)
    if step is None:
        raise Problem("factor.code")
    with store.transaction():
        stored = _stored(store, account)
        if stored is None or not stored.body["fresh"]:
            raise Problem("factor.stale")
        _put(store, stored, {"secret": stored.body["fresh"], "step": step, "fresh": ""})


def verify(store: Store, account: int, code: str, key: str, *, now: dt.datetime) -> bool:
    """Return whether the code is right and newer than the last one that was used, and use it up."""
    with store.transaction():
        stored = _stored(store, account)
        if stored is None or not stored.body["secret"]:
            return False
        step = _step(sealing.unseal(key, stored.body["secret"], f"app {account}"), code, now)
        if step is None or step <= stored.body["step"]:
            return False
        _put(store, stored, {"step": step})
    return True


def has(store: Store, account: int) -> bool:
    """Return whether an account has an app in force."""
    stored = _stored(store, account)
    return stored is not None and bool(stored.body["secret"])


def remove(store: Store, account: int) -> bool:
    """Remove the app of an account and return whether there was one in force."""
    stored = _stored(store, account)
    if stored is None:
        return False
    store.collection(APPS).delete(stored.id)
    return bool(stored.body["secret"])


def address(secret: str, name: str, issuer: str) -> str:
    """Return the ``otpauth:`` address that a QR code holds."""
    return pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS).provisioning_uri(name=name, issuer_name=issuer)


def plain(code: str) -> str:
    """Return a typed code without blanks, its digits as ASCII whatever the keyboard writes."""
    return plain_digits("".join(code.split()))


def _step(secret: str, code: str, now: dt.datetime) -> int | None:
    """Return the step that a code belongs to, the latest of those allowed, or None; all are compared."""
    typed = plain(code).encode("utf-8", "replace")
    made, present = pyotp.TOTP(secret, digits=DIGITS, interval=SECONDS), int(now.timestamp()) // SECONDS
    steps = range(present - SKEW, present + SKEW + 1)
    right = [step for step in steps if hmac.compare_digest(made.generate_otp(step).encode(), typed)]
    return right[-1] if right else None


def _stored(store: Store, account: int) -> Stored | None:
    return store.collection(APPS).first(account=account)


def _put(store: Store, stored: Stored, changes: dict[str, Any]) -> None:
    store.collection(APPS).replace(stored.id, {**stored.body, **changes}, version=stored.version)
