"""Files with responses that wait for a confirmation: kept for their account only, and not for long.

Each is one file in the folder ``loading`` of the instance, readable by the service alone; no store and no backup holds
it. It is erased when it is loaded or discarded, when the account brings another one or signs out, and after HOURS.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from survey_service.problems import Problem

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

    Raises Problem service.unavailable if it cannot be written.
    """
    forget(instance, waiting.account)
    folder, token = instance / FOLDER, secrets.token_hex(_TOKEN_BYTES)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(folder / token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(json.dumps(asdict(waiting)).encode() + b"\n" + data)
    except OSError:
        with contextlib.suppress(OSError):
            (folder / token).unlink()
        raise Problem("service.unavailable") from None
    return token


def get(instance: Path, token: str, account: str, now: dt.datetime) -> tuple[Waiting, bytes]:
    """Return a file of the account. Raises Problem loading.gone if there is none (any more)."""
    found = _read(instance / FOLDER / token) if _is_token(token) else None
    if found is None or found[0].account != account or _is_old(found[0], now):
        raise Problem("loading.gone", hours=HOURS)
    return found


def erase(instance: Path, token: str) -> None:
    """Erase a file; it is no fault if it is gone."""
    if _is_token(token):
        (instance / FOLDER / token).unlink(missing_ok=True)


def forget(instance: Path, account: str) -> None:
    """Erase the files of an account."""
    for path in _paths(instance):
        found = _read(path, head=True)
        if found is None or found[0].account == account:
            path.unlink(missing_ok=True)


def sweep(instance: Path, now: dt.datetime) -> None:
    """Erase what has waited too long, and what can't be read."""
    for path in _paths(instance):
        found = _read(path, head=True)
        if found is None or _is_old(found[0], now):
            path.unlink(missing_ok=True)


def _paths(instance: Path) -> Iterator[Path]:
    with contextlib.suppress(OSError):
        yield from (path for path in (instance / FOLDER).iterdir() if _is_token(path.name))


def _read(path: Path, *, head: bool = False) -> tuple[Waiting, bytes] | None:
    try:
        with path.open("rb") as file:
            return Waiting(**json.loads(file.readline())), b"" if head else file.read()
    except (OSError, ValueError, TypeError):
        return None


def _is_old(waiting: Waiting, now: dt.datetime) -> bool:
    return abs(now - dt.datetime.fromisoformat(waiting.at)) > dt.timedelta(hours=HOURS)


def _is_token(text: str) -> bool:
    return len(text) == 2 * _TOKEN_BYTES and _HEX.issuperset(text)
