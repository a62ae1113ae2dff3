"""The outbox: one file for each mail, beside it how often a server was asked and what it said.

``outbox`` holds what stays with ``mail_url = file:``, ``waiting`` what waits for a server, ``failed`` what was given
up; ``sent`` an empty file for each mail that may go out once only; ``bounces`` what mail servers report back.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime
from pathlib import Path

from survey_service import clock
from survey_service.problems import Problem

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


def written(target_folder: Path, content: bytes, key: str = "") -> Path:
    """Write a mail whole and durably, readable by its owner only, then give it its name; ``key`` is a part of that."""
    target_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor, scratch = tempfile.mkstemp(dir=target_folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        stamp = clock.now().strftime("%Y%m%dT%H%M%S")
        target = target_folder / f"{stamp}-{key or Path(scratch).name.removeprefix('.new-')}.eml"
        os.replace(scratch, target)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    return target


def find_key(instance: Path, key: str) -> Path | None:
    """Return the file of the mail with a key, or what is left of one that was sent; None if there was none."""
    for place in PLACES:
        for path in folder(instance, place).glob(f"*-{key}.eml"):
            return path
    sent = folder(instance, SENT) / key
    return sent if sent.exists() else None


def message(path: Path) -> EmailMessage:
    """Return the mail of a file. Raises ValueError if it has no recipient."""
    found = message_from_bytes(path.read_bytes(), policy=policy.SMTP)
    if not isinstance(found, EmailMessage) or not found["To"] or not found["From"]:
        raise ValueError("no mail")
    return found


def state(path: Path) -> State:
    """Return what came of a mail so far; what cannot be read counts as never tried."""
    try:
        return State(**json.loads(_beside(path).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return State(since=_moment(path).timestamp())


def note(path: Path, found: State) -> None:
    """Keep what came of a mail beside it."""
    descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=".new-")
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(asdict(found), file)
    os.replace(scratch, _beside(path))


def gone(path: Path) -> None:
    """Take a mail out of the outbox that was sent or discarded; one with a key is remembered first."""
    key = path.stem.partition("-")[2]
    if len(key) == 32:
        sent = path.parent.parent / SENT if path.parent.name in (WAITING, FAILED) else path.parent / SENT
        sent.mkdir(exist_ok=True, mode=0o700)
        (sent / key).touch(mode=0o600)
        os.utime(sent / key, (clock.now().timestamp(),) * 2)
    path.unlink(missing_ok=True)
    _beside(path).unlink(missing_ok=True)


def move(path: Path, place: str, found: State) -> Path:
    """Bring a mail to another place, with its state."""
    target = path.parent.parent / place
    target.mkdir(exist_ok=True, mode=0o700)
    note(target / path.name, found)
    os.replace(path, target / path.name)
    _beside(path).unlink(missing_ok=True)
    return target / path.name


def forget_sent(instance: Path) -> None:
    """Forget the mails that went out long ago."""
    oldest = (clock.now() - REMEMBERED).timestamp()
    for path in folder(instance, SENT).glob("*"):
        if path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)


def count(instance: Path, place: str) -> int:
    """Return how many mails are in a place."""
    return sum(1 for _ in folder(instance, place).glob("*.eml"))


def entries(instance: Path, place: str, most: int) -> list[Entry]:
    """Return the mails of a place, newest first, at most so many."""
    paths = sorted(folder(instance, place).glob("*.eml"), key=lambda path: path.name, reverse=True)
    return list(_entries(paths[:most], place))


def find(instance: Path, place: str, name: str) -> Path:
    """Return the file of a mail. Raises Problem mail.missing."""
    path = folder(instance, place) / name if place in PLACES and _NAME.fullmatch(name) else None
    if path is None or not path.is_file():
        raise Problem("mail.missing")
    return path


def masked(text: str) -> str:
    """Return a text without the secret parts of the addresses in it, which let whoever has them change offers."""
    return _ADDRESS.sub(lambda found: _SECRET.sub("…", found[0]), text)


def masked_team(text: str) -> str:
    """Return a text without the secret parts of addresses that open an account of the team: nobody reads those here."""
    return _OF_THE_TEAM.sub("…", text)


def _entries(paths: list[Path], place: str) -> Iterator[Entry]:
    for path in paths:
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
