"""Passkeys (WebAuthn): a key on a phone, computer or stick, which says to this site only that its holder is there.

It is a second factor after the password; one whose device has asked for finger, face or PIN signs in without it.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import re
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from survey_service.accounts import challenges, sealing
from survey_service.accounts.accounts import Account
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

PASSKEYS = CollectionSpec("account_passkeys", indexes=("account",), unique=("credential",))
MOST, LONGEST_NAME, LONGEST_ANSWER = 10, 60, 20_000
_ID = re.compile(r"[A-Za-z0-9_-]{1,1400}")  # base64url of at most 1,023 bytes
_ADDING, _SECOND, _ALONE = "adding", "second", "alone"


@dataclass(frozen=True)
class Site:
    """Where passkeys belong to: the host's name, the origins of its pages, and a name for people."""

    host: str
    origins: tuple[str, ...]
    name: str


@dataclass(frozen=True)
class Passkey:
    """One passkey; ``made`` and ``used`` are days, ``used`` is "" until it was."""

    id: int
    name: str
    made: str
    used: str


def every(store: Store, account: int) -> list[Passkey]:
    """Return the passkeys of an account, oldest first."""
    return [_passkey(stored) for stored in store.collection(PASSKEYS).find(account=account)]


def to_add(store: Store, account: Account, site: Site, key: str, *, now: dt.datetime) -> str:
    """Return what the browser needs to make a passkey, as JSON."""
    webauthn, structs = _library()
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=site.name,
        user_id=_handle(key, account.id),
        user_name=account.name,
        challenge=challenges.make(key, f"{_ADDING} {account.id}", now=now),
        authenticator_selection=structs.AuthenticatorSelectionCriteria(
            resident_key=structs.ResidentKeyRequirement.PREFERRED,
            user_verification=structs.UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(store, account.id),
    )
    return str(webauthn.options_to_json(options))


def add(store: Store, account: Account, answer: str, name: str, site: Site, key: str, *, now: dt.datetime) -> Passkey:
    """Keep a passkey that the browser has made. Raises Problems factor.passkey, factor.stale and factor.most."""
    webauthn, _structs = _library()
    content, challenge = _read(answer)
    challenges.spend(store, key, f"{_ADDING} {account.id}", challenge, now=now)
    try:
        made = webauthn.verify_registration_response(
            credential=content,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
        )
    except _faults():
        raise Problem("factor.passkey") from None
    encode = webauthn.helpers.bytes_to_base64url
    body = {
        "account": account.id,
        "credential": encode(made.credential_id),
        "public_key": encode(made.credential_public_key),
        "count": made.sign_count,
        "name": " ".join(name.split())[:LONGEST_NAME],
        "made": now.date().isoformat(),
        "used": "",
    }
    with store.transaction():
        if store.collection(PASSKEYS).count(account=account.id) >= MOST:
            raise Problem("factor.most", most=MOST)
        if store.collection(PASSKEYS).first(credential=body["credential"]) is not None:
            raise Problem("factor.passkey")
        return _passkey(store.collection(PASSKEYS).add(body))


def to_show(store: Store, account: int | None, site: Site, key: str, *, now: dt.datetime) -> str:
    """Return what the browser needs to show a passkey, as JSON: one of an account's, or whichever it has (None).

    The latter is the same for everybody, so it tells nothing about who has an account.
    """
    webauthn, structs = _library()
    demand = structs.UserVerificationRequirement
    options = webauthn.generate_authentication_options(
        rp_id=site.host,
        challenge=challenges.make(key, _purpose(account), now=now),
        allow_credentials=None if account is None else _descriptors(store, account),
        user_verification=demand.REQUIRED if account is None else demand.PREFERRED,
    )
    return str(webauthn.options_to_json(options))


def shown(store: Store, account: int | None, answer: str, site: Site, key: str, *, now: dt.datetime) -> int:
    """Return the account whose passkey the browser has shown; for None its device must have asked who holds it.

    Raises Problems factor.passkey and factor.stale.
    """
    webauthn, _structs = _library()
    content, challenge = _read(answer)
    stored = store.collection(PASSKEYS).first(credential=content.get("id", ""))
    if stored is None or account not in (None, stored.body["account"]):
        raise Problem("factor.passkey")
    challenges.spend(store, key, _purpose(account), challenge, now=now)
    decode = webauthn.helpers.base64url_to_bytes
    try:
        found = webauthn.verify_authentication_response(
            credential=content,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=list(site.origins),
            credential_public_key=decode(stored.body["public_key"]),
            credential_current_sign_count=stored.body["count"],
            require_user_verification=account is None,
        )
    except _faults():
        raise Problem("factor.passkey") from None
    _note_use(store, stored, found.new_sign_count, now)
    return int(stored.body["account"])


def remove(store: Store, account: int, number: int) -> Passkey:
    """Remove a passkey of an account and return it. Raises Problem page.missing if it has no such one."""
    stored = store.collection(PASSKEYS).get(number)
    if stored is None or stored.body["account"] != account:
        raise Problem("page.missing")
    store.collection(PASSKEYS).delete(stored.id)
    return _passkey(stored)


def remove_all(store: Store, account: int) -> int:
    """Remove all passkeys of an account and return how many there were."""
    found = list(store.collection(PASSKEYS).find(account=account))
    for stored in found:
        store.collection(PASSKEYS).delete(stored.id)
    return len(found)


def _note_use(store: Store, stored: Stored, count: int, now: dt.datetime) -> None:
    """Note a use; a passkey that was removed meanwhile is none. Raises Problem factor.passkey."""
    with store.transaction():
        present = store.collection(PASSKEYS).get(stored.id)
        if present is None:
            raise Problem("factor.passkey")
        body = {**present.body, "count": max(count, present.body["count"]), "used": now.date().isoformat()}
        store.collection(PASSKEYS).replace(present.id, body, version=present.version)


def _purpose(account: int | None) -> str:
    return _ALONE if account is None else f"{_SECOND} {account}"


def _handle(key: str, account: int) -> bytes:
    """Return what a device keeps of an account: a mark that says nothing elsewhere."""
    return bytes.fromhex(sealing.mark(key, f"passkeys {account}"))


def _descriptors(store: Store, account: int) -> list[Any]:
    webauthn, structs = _library()
    decode = webauthn.helpers.base64url_to_bytes
    return [
        structs.PublicKeyCredentialDescriptor(id=decode(stored.body["credential"]))
        for stored in store.collection(PASSKEYS).find(account=account)
    ]


def _read(answer: str) -> tuple[dict[str, Any], bytes]:
    """Return what the browser answered and the challenge in it. Raises Problem factor.passkey."""
    webauthn, _structs = _library()
    try:
        if len(answer) > LONGEST_ANSWER:
            raise ValueError
        content = json.loads(answer)
        raw = webauthn.helpers.base64url_to_bytes(content["response"]["clientDataJSON"])
        challenge = webauthn.helpers.base64url_to_bytes(json.loads(raw)["challenge"])
        if not _ID.fullmatch(content["id"]):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise Problem("factor.passkey") from None
    return content, challenge


def _passkey(stored: Stored) -> Passkey:
    return Passkey(stored.id, stored.body["name"], stored.body["made"], stored.body["used"])


def _faults() -> tuple[type[Exception], ...]:
    """Return what the library raises at an answer that is not right, or not one at all."""
    webauthn, _structs = _library()
    return (webauthn.helpers.exceptions.WebAuthnException, ValueError, KeyError, TypeError, AttributeError)


@functools.cache
def _library() -> tuple[ModuleType, ModuleType]:
    """Load the library at first use: most processes and commands never need it."""
    import webauthn
    from webauthn.helpers import structs

    return webauthn, structs
