"""Sealing what must be readable again: secrets of authenticator apps, so that a copy of the store alone gives none.

``key`` is a secret of the instance, 64 hex digits, kept in a file of its own beside the store.
"""

from __future__ import annotations

import hashlib
import hmac

from survey_service import ciphers
from survey_service.problems import Problem


def seal(key: str, text: str, bound_to: str) -> str:
    """Return a text sealed and bound to what it belongs to: elsewhere it doesn't open."""
    return ciphers.seal(_derived(key), text, bound_to)


def unseal(key: str, sealed: str, bound_to: str, refusal: str = "factor.unreadable") -> str:
    """Return what was sealed. Raises the Problem ``refusal`` if the key is another one or the text was changed."""
    try:
        return ciphers.unseal(_derived(key), sealed, bound_to)
    except ValueError:
        raise Problem(refusal) from None


def mark(key: str, text: str) -> str:
    """Return a keyed hash in hex: who has a copy of the store alone cannot try out what was hashed."""
    return hmac.new(key.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _derived(key: str) -> bytes:
    return hashlib.sha256(b"sealing " + key.encode()).digest()
