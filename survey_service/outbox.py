"""The outbox: one file for each mail, beside it how often a server was asked and what it said.

``outbox`` holds what stays with ``mail_url = file:``, ``waiting`` what waits for a server, ``failed`` what was given
up; ``sent`` an empty file for each mail that may go out once only; ``bounces`` what mail servers report back.
A mail is known by the path of its file in the folder of the instance, also where its files are kept elsewhere.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import secrets
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from survey_service import clock
from survey_service.problems import Problem
from survey_service.store import blobs
from survey_service.store.blobs import Blobs

OUTBOX, WAITING, FAILED, SENT, BOUNCES = "outbox", "waiting", "failed", "sent", "bounces"
PLACES = (OUTBOX, WAITING, FAILED)
PAUSES = (60, 5 * 60, 15 * 60, 3_600, 3 * 3_600, 6 * 3_600)
"""Seconds until the next attempt after the first, second … one; the last holds from then on."""
REMEMBERED = dt.timedelta(days=90)
"""How long it is known that a mail that may go out once only has gone out."""
AWAY, LATER, REFUSED, TOO_LONG, UNREADABLE = "away", "later", "refused", "too_long", "unreadable"
REASONS = (AWAY, LATER, REFUSED, TOO_LONG, UNREADABLE)
"""Why a mail was not sent: no server could be reached, it did not want it now or ever, that went on for too long, or
there is no mail in the file."""
_NAME = re.compile(r"[0-9]{8}T[0-9]{6}-[A-Za-z0-9_]{1,64}\.eml")
_OF_THE_TEAM = re.compile(r"(?:(?<=/manage/invited/)|(?<=/manage/new-password/))[A-Za-z0-9_-]+")
_ADDRESS, _SECRET = re.compile(r"https?://\S+"), re.compile(r"(?<=[^/]/)[A-Za-z0-9_-]{20,}")
_LONGEST_ANSWER = 200


@dataclass(frozen=True)
class State:
    """What came of a mail so far: since when it waits, attempts, when the next one is due (both seconds since
    1970-01-01 UTC), the reason of the last failure, one of REASONS or "", the server's code (0: none) and answer."""

    since: float
    tries: int = 0
    due: float = 0
    reason: str = ""
    code: int = 0
    answer: str = ""

    def after(self, reason: str, now: float, code: int = 0, answer: str = "") -> State:
        """Return the state after another attempt that failed."""
        pause = PAUSES[min(self.tries, len(PAUSES) - 1)]
        said = " ".join(answer.split())[:_LONGEST_ANSWER]
        return replace(self, tries=self.tries + 1, due=now + pause, reason=reason, code=code, answer=said)

    def is_due(self, now: float) -> bool:
        """Tell whether it is to be tried now, also if the clock went back since."""
        return self.due <= now or self.due > now + PAUSES[-1]


@dataclass(frozen=True)
class Entry:
    """One mail of the outbox: where it is, one of PLACES, its file's name, and what its header says."""

    place: str
    name: str
    to: str
    subject: str
    moment: dt.datetime | None
    state: State


def folder(instance: Path, place: str) -> Path:
    """Return the folder of a place."""
    return instance / OUTBOX if place == OUTBOX else instance / OUTBOX / place


def paths(instance: Path, place: str) -> list[Path]:
    """Return the mails of a place, in the order in which they were written."""
    prefix = folder(instance, place).relative_to(instance).as_posix() + "/"
    found = blobs.of(instance).find(prefix, deep=False)
    return [instance / blob.name for blob in found if blob.name.endswith(".eml")]


def _kept(path: Path) -> tuple[Blobs, str]:
    """Return where a file of the outbox is kept, and its name there."""
    instance = next(above for above in path.parents if above.name == OUTBOX).parent
    return blobs.of(instance), path.relative_to(instance).as_posix()


def _read(path: Path) -> bytes:
    kept, name = _kept(path)
    return kept.get(name)


def written(target_folder: Path, content: bytes, key: str = "") -> Path:
    """Write a mail whole and durably, readable by its owner only; ``key`` is a part of its name."""
    stamp = clock.now().strftime("%Y%m%dT%H%M%S")
    target = target_folder / f"{stamp}-{key or secrets.token_hex(6)}.eml"
    kept, name = _kept(target)
    kept.put(name, content)
    return target


def find_key(instance: Path, key: str) -> Path | None:
    """Return the file of the mail with a key, or what is left of one that was sent; None if there was none."""
    for place in PLACES:
        for path in paths(instance, place):
            if path.name.endswith(f"-{key}.eml"):
                return path
    sent = folder(instance, SENT) / key
    kept, name = _kept(sent)
    return sent if kept.has(name) else None


def message(path: Path) -> EmailMessage:
    """Return the mail of a file. Raises ValueError if it has no recipient."""
    found = message_from_bytes(_read(path), policy=policy.SMTP)
    if not isinstance(found, EmailMessage) or not found["To"] or not found["From"]:
        raise ValueError("no mail")
    return found


def state(path: Path) -> State:
    """Return what came of a mail so far; what cannot be read counts as never tried."""
    try:
        return State(**json.loads(_read(_beside(path))))
    except (OSError, ValueError, TypeError):
        return State(since=_moment(path).timestamp())


def note(path: Path, found: State) -> None:
    """Keep what came of a mail beside it."""
    kept, name = _kept(_beside(path))
    kept.put(name, json.dumps(asdict(found)).encode())


def gone(path: Path) -> None:
    """Take a mail out of the outbox that was sent or discarded; one with a key is remembered first."""
    key = path.stem.partition("-")[2]
    if len(key) == 32:
        kept, sent = _kept((path.parent.parent if path.parent.name in (WAITING, FAILED) else path.parent) / SENT / key)
        kept.put(sent, b"")
        kept.refresh(sent)
    for gone_now in (path, _beside(path)):
        kept, name = _kept(gone_now)
        kept.delete(name)


def move(path: Path, place: str, found: State) -> Path:
    """Bring a mail to another place, with its state."""
    target = path.parent.parent / place / path.name
    note(target, found)
    kept, name = _kept(path)
    kept.move(name, _kept(target)[1])
    kept.delete(_kept(_beside(path))[1])
    return target


def forget_sent(instance: Path) -> None:
    """Forget the mails that went out long ago."""
    oldest = (clock.now() - REMEMBERED).timestamp()
    kept = blobs.of(instance)
    for blob in list(kept.find(f"{OUTBOX}/{SENT}/")):
        if blob.written < oldest:
            kept.delete(blob.name)


def count(instance: Path, place: str) -> int:
    """Return how many mails are in a place."""
    return len(paths(instance, place))


def entries(instance: Path, place: str, most: int) -> list[Entry]:
    """Return the mails of a place, newest first, at most so many."""
    return list(_entries(paths(instance, place)[::-1][:most], place))


def find(instance: Path, place: str, name: str) -> Path:
    """Return the file of a mail. Raises Problem mail.missing."""
    path = folder(instance, place) / name if place in PLACES and _NAME.fullmatch(name) else None
    if path is None or not _kept(path)[0].has(_kept(path)[1]):
        raise Problem("mail.missing")
    return path


def masked(text: str) -> str:
    """Return a text without the secret parts of the addresses in it, which let whoever has them change offers."""
    return _ADDRESS.sub(lambda found: _SECRET.sub("…", found[0]), text)


def masked_team(text: str) -> str:
    """Return a text without the secret parts of addresses that open an account of the team: nobody reads those here."""
    return _OF_THE_TEAM.sub("…", text)


def _entries(found_paths: list[Path], place: str) -> Iterator[Entry]:
    for path in found_paths:
        try:
            found = message(path)
            moment = _date(found)
        except FileNotFoundError:  # it was sent meanwhile
            continue
        except (ValueError, OSError):
            yield Entry(place, path.name, "", "", None, replace(state(path), reason=UNREADABLE))
            continue
        yield Entry(place, path.name, str(found["To"]), str(found["Subject"] or ""), moment, state(path))


def _moment(path: Path) -> dt.datetime:
    """Return when a mail was written, by its header, else by its file."""
    try:
        moment = _date(message(path))
    except (ValueError, OSError):
        moment = None
    if moment is not None:
        return moment
    try:
        return dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC)
    except OSError:
        return clock.now()


def _date(found: EmailMessage) -> dt.datetime | None:
    try:
        moment = parsedate_to_datetime(str(found["Date"]))
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)


def _beside(path: Path) -> Path:
    return path.with_suffix(".json")
