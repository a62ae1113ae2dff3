"""Signatures of webhooks, as Standard Webhooks names and makes them: HMAC-SHA256 over id, time and body.

Who receives one compares it with a secret that both know, and refuses what is older than a few minutes.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
_BYTES = 32


def new_secret() -> str:
    """Return a new secret: ``whsec_`` and 256 random bits in base64."""
    return PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode("ascii")


def headers(identifier: str, moment: int, body: bytes, secrets_: Iterable[str]) -> dict[str, str]:
    """Return the headers of a delivery; ``moment`` are seconds since 1970-01-01 UTC.

    While a secret is being changed there is a signature for each of the two.
    """
    signed = f"{identifier}.{moment}.".encode() + body
    signatures = " ".join(f"v1,{_signature(secret, signed)}" for secret in secrets_)
    return {"webhook-id": identifier, "webhook-timestamp": str(moment), "webhook-signature": signatures}


def _signature(secret: str, signed: bytes) -> str:
    key = base64.b64decode(secret.removeprefix(PREFIX))
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode("ascii")
