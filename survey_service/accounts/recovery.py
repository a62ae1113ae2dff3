"""Recovery codes: ten on paper, each opens the second door once when the phone or key is gone. Stored hashed."""

from __future__ import annotations

import secrets

from survey_service.accounts import sealing
from survey_service.store.base import CollectionSpec, Store

CODES = CollectionSpec("account_recovery", indexes=("account",), unique=("code_hash",))
COUNT = 10
_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is taken for something else when written by hand
_GROUPS, _LENGTH = 4, 4


def renew(store: Store, account: int, key: str) -> tuple[str, ...]:
    """Return ten new codes of 79 bits, such as ``k7m2-9xq4-wd3h-5rtz``; those from before are void."""
    codes = tuple(_code() for _ in range(COUNT))
    with store.transaction():
        remove(store, account)
        for code in codes:
            store.collection(CODES).add({"account": account, "code_hash": _hash(key, account, code)})
    return codes


def use(store: Store, account: int, code: str, key: str) -> bool:
    """Return whether it is a code of the account that was not used before, and use it up."""
    with store.transaction():
        stored = store.collection(CODES).first(code_hash=_hash(key, account, code))
        if stored is None or stored.body["account"] != account:
            return False
        store.collection(CODES).delete(stored.id)
    return True


def left(store: Store, account: int) -> int:
    """Return how many codes an account has left."""
    return store.collection(CODES).count(account=account)


def remove(store: Store, account: int) -> None:
    """Make all codes of an account void."""
    for stored in list(store.collection(CODES).find(account=account)):
        store.collection(CODES).delete(stored.id)


def _code() -> str:
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(_GROUPS))


def _hash(key: str, account: int, code: str) -> str:
    plain = "".join(letter for letter in code.casefold() if letter.isalnum())
    return sealing.mark(key, f"recovery {account} {plain}")
