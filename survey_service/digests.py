"""Hashes of what is frozen, and of what must not be kept: SHA-256 in hexadecimal digits."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson


def of_json(data: Any) -> str:
    """Return the hash of JSON data, whatever the order of its keys."""
    return hashlib.sha256(orjson.dumps(data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def of_published(body: Mapping[str, Any]) -> str:
    """Return the hash of a publication: of all its document says, but for the hash itself and who published it."""
    return of_json({name: value for name, value in body.items() if name not in ("digest", "by")})


def of_token(token: str) -> str:
    """Return what is kept of the secret part of a link or cookie; what is no text has a hash that none has."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
