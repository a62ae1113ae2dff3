"""Browsers in which somebody has signed in before: their wrong attempts are counted apart.

So strangers who try passwords lock themselves out, and never the holder of the account. The mark a browser keeps is
good for one name, opens nothing, and is only made where a sign-in was complete.
"""

from __future__ import annotations

import hmac
import secrets

from survey_service.accounts import sealing
from survey_service.accounts.accounts import key_of

_NONCE = 12


def mark(key: str, name: str) -> str:
    """Return a new mark for a browser in which the account of a name was signed in to."""
    nonce = secrets.token_urlsafe(_NONCE)
    return f"{nonce}.{_signature(key, name, nonce)}"


def of(key: str, name: str, marked: str) -> str:
    """Return what a browser's attempts at a name are counted by, or "" if its mark is not for that name."""
    nonce, _, signature = marked.partition(".")
    right = hmac.compare_digest(signature.encode("utf-8", "replace"), _signature(key, name, nonce).encode())
    return nonce if right else ""


def _signature(key: str, name: str, nonce: str) -> str:
    return sealing.mark(key, f"known {nonce} {key_of(name)}")
