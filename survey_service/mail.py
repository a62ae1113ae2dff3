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
import hashlib
import hmac
import logging
import re
import secrets
import smtplib
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from email import policy
from email.errors import MessageError
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from survey_service import clock, outbox
from survey_service.mailing import Server, server_of
from survey_service.outbox import State
from survey_service.problems import Problem
from survey_service.settings import Settings, instance_secret

KEEP_TRYING = dt.timedelta(days=7)
SECONDS = 30
"""How long a server may take for one step."""
NO_ADDRESS = ("mail.address", "mail.letters")
"""The Problems of an address to which nothing can be sent."""
_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"(?=.{{1,254}}\Z)(?=[^@]{{1,64}}@){_LOCAL}@{_LABEL}(?:\.{_LABEL})*")
_MADE = re.compile(r"<([0-9a-f]{24})\.([0-9a-f]{24})@[^<>\s]+>")
_NOT_THE_ADDRESS = re.compile(r"\b5\.(?:7\.\d+|2\.[234]|[356]\.\d+)\b")
"""Enhanced codes (RFC 3463) of refusals that are not because of the address: policy, full box, system, protocol."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Delivered:
    """What a round of sending came to: how many were sent, wait for the next round, and were given up."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


def checked(address: str) -> str:
    """Return an address without blanks around it.

    Raises Problem mail.address, and mail.letters for one with letters that many mail servers do not take.
    """
    plain = address.strip()
    if not _ADDRESS.fullmatch(plain):
        if not plain.isascii() and plain.isprintable() and _ADDRESS.fullmatch(re.sub(r"[^\x00-\x7f]", "x", plain)):
            raise Problem("mail.letters", address=plain[:100])
        raise Problem("mail.address", address=plain[:100])
    return plain


def post(
    settings: Settings, to: str, subject: str, text: str, html: str = "", key: str = "", calendar: str = ""
) -> Path:
    """Put a mail into the outbox and return its file; ``deliver`` sends it. Raises Problems mail.address, mail.letters.

    ``html`` says the same as ``text``, for programs that show it. With a ``key`` (32 hex digits) it is put there once
    only, also if the first was sent meanwhile. ``calendar`` is a file for calendars (iCalendar) to go along. What is
    written must hold no answers: mail is not confidential.
    """
    message = _composed(settings, checked(to), subject)
    earlier = outbox.find_key(settings.instance, key) if key else None
    if earlier is not None:
        return earlier
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    if calendar:
        message.add_attachment(calendar, subtype="calendar", filename="meeting.ics", params={"method": "PUBLISH"})
    place = outbox.OUTBOX if server_of(settings.mail_url) is None else outbox.WAITING
    return outbox.written(outbox.folder(settings.instance, place), bytes(message), key)


def _composed(settings: Settings, to: str, subject: str) -> EmailMessage:
    message = EmailMessage(policy=policy.SMTP)
    sender = checked(settings.mail_from or settings.operator_email or "survey-service@localhost")
    message["From"], message["To"], message["Subject"] = sender, to, " ".join(subject.split())
    message["Date"] = format_datetime(clock.now())
    nonce = secrets.token_hex(12)
    message["Message-ID"] = f"<{nonce}.{_signature(settings, nonce, to)}@{sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    if settings.operator_email not in ("", sender) and _ADDRESS.fullmatch(settings.operator_email):
        message["Reply-To"] = settings.operator_email
    return message


def is_own(settings: Settings, message_id: str, to: str) -> bool:
    """Tell whether this instance made the id of a mail to an address; nobody else can."""
    found = _MADE.fullmatch(message_id.strip())
    return found is not None and hmac.compare_digest(found[2], _signature(settings, found[1], to))


def _signature(settings: Settings, nonce: str, to: str) -> str:
    key = instance_secret(settings.instance, "mail")
    return hmac.new(key.encode(), f"{nonce} {to.casefold()}".encode(), hashlib.sha256).hexdigest()[:24]


def waiting(settings: Settings) -> int:
    """Return how many mails wait for a server or were given up."""
    return sum(outbox.count(settings.instance, place) for place in (outbox.WAITING, outbox.FAILED))


def deliver(
    settings: Settings,
    context: ssl.SSLContext | None = None,
    bounced: Callable[[str], object] | None = None,
    hold: Callable[[], bool] = lambda: True,
) -> Delivered:
    """Send what is due in the outbox, each mail once, and return what came of it; one process does it at a time.

    ``hold`` is asked before each mail whether this machine is to send; if not, the rest is left to another one.

    ``context`` says which certificates are trusted, by default those of this computer. ``bounced`` is called with each
    address that a server does not know, before that mail is put aside. What a server does never raises: what was not
    sent waits for a later round, after each failure for longer.
    """
    server = server_of(settings.mail_url)
    folder = outbox.folder(settings.instance, outbox.WAITING)
    if server is None or not outbox.count(settings.instance, outbox.WAITING):
        return Delivered()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _alone(folder) as alone:
        if not alone:
            return Delivered()
        outbox.forget_sent(settings.instance)
        sent = failed = 0
        for outcome in _attempts(server, settings.instance, context, bounced, hold):
            sent += outcome == "sent"
            failed += outcome == "failed"
        return Delivered(sent, outbox.count(settings.instance, outbox.WAITING), failed)


def _attempts(
    server: Server,
    instance: Path,
    context: ssl.SSLContext | None,
    bounced: Callable[[str], object] | None,
    hold: Callable[[], bool],
) -> Iterator[str]:
    """Try each mail that is due and yield "sent", "waits" or "failed"."""
    now = clock.now().timestamp()
    due = [path for path in outbox.paths(instance, outbox.WAITING) if outbox.state(path).is_due(now)]
    if not due or not hold():
        return
    left = list(due)
    try:
        with connected(server, context or ssl.create_default_context()) as connection:
            while left and hold():
                outcome = _attempt(connection, left[0], bounced)
                left.pop(0)
                yield outcome
    except (OSError, smtplib.SMTPException) as error:  # an error of TLS is one of OSError
        _log.warning("mail: %s; %s wait for a later round", type(error).__name__, len(left))
        for path in left:
            yield _failed(path, outbox.state(path).after(outbox.AWAY, now, answer=type(error).__name__))


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
def connected(server: Server, context: ssl.SSLContext, *, seconds: float = SECONDS) -> Iterator[smtplib.SMTP]:
    """Connect to a server, encrypted unless it is on this computer and has no STARTTLS, and log in.

    Each step may take so many seconds. Raises OSError and SMTPException.
    """
    if server.wrapped:
        opened: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, timeout=seconds, context=context)
    else:
        opened = smtplib.SMTP(server.host, server.port, timeout=seconds)
    with opened as connection:
        connection.ehlo_or_helo_if_needed()
        if not server.wrapped and (not server.local or connection.has_extn("starttls")):
            connection.starttls(context=context)
        if server.user:
            connection.login(server.user, server.password)
        yield connection


def _attempt(connection: smtplib.SMTP, path: Path, bounced: Callable[[str], object] | None) -> str:
    """Send one mail; a server that does not want it now or ever costs the others nothing."""
    now = clock.now().timestamp()
    state = outbox.state(path)
    try:
        message = outbox.message(path)
        connection.send_message(message)
    except FileNotFoundError:  # discarded meanwhile
        return "failed"
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
        code, answer = _said(error)
        _log.warning("mail: refused with %s", code)
        if code < 500:
            return _failed(path, state.after(outbox.LATER, now, code, answer))
        if bounced is not None and _is_unknown(error, answer):
            bounced(str(message["To"]))
        return _put_aside(path, state.after(outbox.REFUSED, now, code, answer))
    except (ValueError, MessageError, LookupError) as error:  # somebody wrote into the file
        _log.warning("mail: unreadable, %s", type(error).__name__)
        return _put_aside(path, state.after(outbox.UNREADABLE, now))
    outbox.gone(path)
    return "sent"


def _said(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPSenderRefused | smtplib.SMTPDataError) -> tuple[int, str]:
    """Return code and words of a refusal."""
    said: bytes | str
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        ((code, said),) = error.recipients.values()
    else:
        code, said = error.smtp_code, error.smtp_error
    return code, said.decode("utf-8", "replace") if isinstance(said, bytes) else said


def _is_unknown(error: Exception, answer: str) -> bool:
    """Tell whether a server refuses a mail because of its address."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and not _NOT_THE_ADDRESS.search(answer)


def _failed(path: Path, state: State) -> str:
    """Keep why a mail was not sent; put it aside if that went on for too long."""
    if clock.now().timestamp() - state.since >= KEEP_TRYING.total_seconds():
        return _put_aside(path, replace(state, reason=outbox.TOO_LONG))
    outbox.note(path, state)
    return "waits"


def _put_aside(path: Path, state: State) -> str:
    outbox.move(path, outbox.FAILED, state)
    return "failed"


def again(settings: Settings, name: str) -> None:
    """Let a mail that waits or was given up be tried in the next round, as a new one. Raises Problem mail.missing."""
    fresh = State(since=clock.now().timestamp())
    try:
        outbox.note(outbox.find(settings.instance, outbox.WAITING, name), fresh)
    except Problem:
        outbox.move(outbox.find(settings.instance, outbox.FAILED, name), outbox.WAITING, fresh)
