"""Mail: every message is first a file in the outbox, whole or not there; a server gets it from there, again and again
until it has it.

With ``mail_url = file:`` the outbox is where it stays, for a person or another program to take it. Else it waits in
``outbox/waiting`` and is deleted once the server has accepted it; what a server refuses for good, or what could not be
sent for a week, is kept in ``outbox/failed``.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import logging
import os
import re
import smtplib
import ssl
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parsedate_to_datetime
from pathlib import Path

from survey_service import clock
from survey_service.mailing import Server, server_of
from survey_service.problems import Problem
from survey_service.settings import Settings

OUTBOX, WAITING, FAILED = "outbox", "waiting", "failed"
KEEP_TRYING = dt.timedelta(days=7)
SECONDS = 30
"""How long a server may take for one step."""
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?")
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """What a round of sending came to: how many were sent, wait for the next round, and were given up."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


def checked(address: str) -> str:
    """Return an address without blanks around it. Raises Problem mail.address."""
    plain = address.strip()
    if len(plain) > 254 or not _ADDRESS.fullmatch(plain):
        raise Problem("mail.address", address=plain[:100])
    return plain


def post(settings: Settings, to: str, subject: str, text: str, html: str = "") -> Path:
    """Put a mail into the outbox and return its file; ``deliver`` sends it. Raises Problem mail.address.

    ``html`` says the same as ``text``, for programs that show it. What is written must hold no answers: mail is not
    confidential.
    """
    message = EmailMessage(policy=policy.SMTP)
    sender = settings.mail_from or settings.operator_email or "survey-service@localhost"
    message["From"], message["To"], message["Subject"] = checked(sender), checked(to), " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    if settings.operator_email not in ("", sender) and _ADDRESS.fullmatch(settings.operator_email):
        message["Reply-To"] = settings.operator_email
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    outbox = settings.instance / OUTBOX
    folder = outbox if server_of(settings.mail_url) is None else outbox / WAITING
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return _written(folder, bytes(message))


def _written(folder: Path, content: bytes) -> Path:
    """Write a file whole and durably, readable by its owner only, then give it its name."""
    descriptor, scratch = tempfile.mkstemp(dir=folder, prefix=".new-")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        stamp = clock.now().strftime("%Y%m%dT%H%M%S")
        target = folder / f"{stamp}-{Path(scratch).name.removeprefix('.new-')}.eml"
        os.replace(scratch, target)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise
    return target


def waiting(settings: Settings) -> int:
    """Return how many mails wait for a server or were given up."""
    outbox = settings.instance / OUTBOX
    return sum(1 for name in (WAITING, FAILED) for _ in (outbox / name).glob("*.eml"))


def deliver(settings: Settings, context: ssl.SSLContext | None = None) -> Delivered:
    """Send what waits in the outbox, each mail once, and return what came of it; one process does it at a time.

    ``context`` says which certificates are trusted, by default those of this computer. What a server does never raises:
    what was not sent waits for the next round.
    """
    server = server_of(settings.mail_url)
    folder = settings.instance / OUTBOX / WAITING
    if server is None or not any(folder.glob("*.eml")):
        return Delivered()
    with _alone(folder) as alone:
        if not alone:
            return Delivered()
        files = sorted(folder.glob("*.eml"))
        sent = failed = 0
        try:
            with _connected(server, context or ssl.create_default_context()) as connection:
                for path in files:
                    if _sent(connection, path):
                        path.unlink()
                        sent += 1
        except (OSError, smtplib.SMTPException) as error:  # an error of TLS is one of OSError
            _log.warning("mail: %s; %s wait for the next round", type(error).__name__, len(files) - sent)
        failed = sum(_given_up(path) for path in folder.glob("*.eml"))
        return Delivered(sent, len(list(folder.glob("*.eml"))), failed)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Yield whether no other process sends from this folder now."""
    with (folder / ".lock").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


@contextlib.contextmanager
def _connected(server: Server, context: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """Connect to a server, encrypted unless it is on this computer and has no STARTTLS, and log in."""
    if server.wrapped:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=context)
    else:
        opened = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    with opened as connection:
        connection.ehlo_or_helo_if_needed()
        if not server.wrapped and (not server.local or connection.has_extn("starttls")):
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        yield connection


def _sent(connection: smtplib.SMTP, path: Path) -> bool:
    """Send one mail; False if the server does not want it now or ever, which costs the others nothing."""
    message = message_from_bytes(path.read_bytes(), policy=policy.SMTP)
    try:
        connection.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        codes = (
            {code for code, _ in error.recipients.values()}
            if isinstance(error, smtplib.SMTPRecipientsRefused)
            else {error.smtp_code}
        )
        _log.warning("mail: refused with %s", ", ".join(map(str, sorted(codes))))
        if min(codes) >= 500:
            _put_aside(path)
        return False
    return True


def _given_up(path: Path) -> bool:
    """Put a mail aside that could not be sent for too long; tell whether it is one."""
    date = message_from_bytes(path.read_bytes(), policy=policy.SMTP)["Date"]
    if clock.now() - parsedate_to_datetime(str(date)) < KEEP_TRYING:
        return False
    _put_aside(path)
    return True


def _put_aside(path: Path) -> None:
    folder = path.parent.parent / FAILED
    folder.mkdir(exist_ok=True, mode=0o700)
    os.replace(path, folder / path.name)
