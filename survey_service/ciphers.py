"""Sealing a text with a key, bound to what it belongs to (AES-256-GCM): elsewhere or with another key it stays shut."""

from __future__ import annotations

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE = 12


def seal(key: bytes, text: str, bound_to: str) -> str:
    """Return a text sealed with a key of 32 bytes, as ASCII."""
    nonce = secrets.token_bytes(_NONCE)
    return urlsafe_b64encode(nonce + _cipher(key).encrypt(nonce, text.encode(), bound_to.encode())).decode("ascii")


def unseal(key: bytes, sealed: str, bound_to: str) -> str:
    """Return what was sealed. Raises ValueError if the key is another one or the text was changed."""
    from cryptography.exceptions import InvalidTag

    raw = urlsafe_b64decode(sealed)
    try:
        return _cipher(key).decrypt(raw[:_NONCE], raw[_NONCE:], bound_to.encode()).decode()
    except InvalidTag:
        raise ValueError("sealed with another key, or changed") from None


def _cipher(key: bytes) -> AESGCM:
    """Return what seals and opens; it is loaded at first use: most processes and commands never need it."""
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)
