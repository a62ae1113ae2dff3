"""Files with responses that wait for a confirmation: kept for their account only, and not for long.

Each is one file ``loading/<token>`` of the instance, readable by the service alone, and in no backup of its folder. It
is erased when it is loaded or discarded, when the account brings another one or signs out, and after HOURS.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
from dataclasses import asdict, dataclass
from pathlib import Path

from survey_service.problems import Problem
from survey_service.store import blobs
from survey_service.store.blobs import Blobs

FOLDER = "loading"
HOURS = 1
_HEX = frozenset("0123456789abcdef")
_TOKEN_BYTES = 16


@dataclass(frozen=True)
class Waiting:
    """What is known of a file: whose it is, its name, what it was read as, and when it came (UTC, ISO 8601)."""

    account: str
    file: str
    questionnaire: str
    revision: str
    language: str
    at: str


def put(instance: Path, waiting: Waiting, data: bytes) -> str:
    """Keep a file and return the token that it is found by. An earlier file of the account is erased.

    Raises Problems store.full and service.unavailable if it cannot be written.
    """
    forget(instance, waiting.account)
    token = secrets.token_hex(_TOKEN_BYTES)
    blobs.of(instance).put(f"{FOLDER}/{token}", json.dumps(asdict(waiting)).encode() + b"\n" + data)
    return token


def get(instance: Path, token: str, account: str, now: dt.datetime) -> tuple[Waiting, bytes]:
    """Return a file of the account. Raises Problem loading.gone if there is none (any more)."""
    found = _read(blobs.of(instance), f"{FOLDER}/{token}") if _is_token(token) else None
    if found is None or found[0].account != account or _is_old(found[0], now):
        raise Problem("loading.gone", hours=HOURS)
    return found


def erase(instance: Path, token: str) -> None:
    """Erase a file; it is no fault if it is gone."""
    if _is_token(token):
        blobs.of(instance).delete(f"{FOLDER}/{token}")


def forget(instance: Path, account: str) -> None:
    """Erase the files of an account."""
    kept = blobs.of(instance)
    for name in _names(kept):
        found = _read(kept, name)
        if found is None or found[0].account == account:
            kept.delete(name)


def sweep(instance: Path, now: dt.datetime) -> None:
    """Erase what has waited too long, and what can't be read."""
    kept = blobs.of(instance)
    for name in _names(kept):
        found = _read(kept, name)
        if found is None or _is_old(found[0], now):
            kept.delete(name)


def _names(kept: Blobs) -> list[str]:
    return [blob.name for blob in kept.find(f"{FOLDER}/") if _is_token(blob.name.rpartition("/")[2])]


def _read(kept: Blobs, name: str) -> tuple[Waiting, bytes] | None:
    try:
        head, _, data = kept.get(name).partition(b"\n")
        return Waiting(**json.loads(head)), data
    except (OSError, ValueError, TypeError):
        return None


def _is_old(waiting: Waiting, now: dt.datetime) -> bool:
    return abs(now - dt.datetime.fromisoformat(waiting.at)) > dt.timedelta(hours=HOURS)


def _is_token(text: str) -> bool:
    return len(text) == 2 * _TOKEN_BYTES and _HEX.issuperset(text)
