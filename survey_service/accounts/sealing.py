"""Sealing what must be readable again: secrets of authenticator apps, so that a copy of the store alone gives none.

``key`` is a secret of the instance, 64 hex digits, kept in a file of its own beside the store.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

from survey_service.problems import Problem

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def seal(key: str, text: str, bound_to: str) -> str:
    """Return a text sealed (AES-256-GCM) and bound to what it belongs to: elsewhere it doesn't open."""
    nonce = secrets.token_bytes(_NONCE)
    return urlsafe_b64encode(nonce + _cipher(key).encrypt(nonce, text.encode(), bound_to.encode())).decode("ascii")


def unseal(key: str, sealed: str, bound_to: str) -> str:
    """Return what was sealed. Raises Problem factor.unreadable if the key is another one or the text was changed."""
    from cryptography.exceptions import InvalidTag

    try:
        raw = urlsafe_b64decode(sealed)
        return _cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()
    except (InvalidTag, ValueError):
        raise Problem("factor.unreadable") from None


def mark(key: str, text: str) -> str:
    """Return a keyed hash in hex: who has a copy of the store alone cannot try out what was hashed."""
    return hmac.new(key.encode(), text.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _cipher(key: str) -> AESGCM:
    """Return what seals and opens; it is loaded at first use: most processes and commands never need it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(hashlib.sha256(b"sealing " + key.encode()).digest())
