"""Looking from outside, when asked for: the public address with its certificate, the mail server, the time there."""

from __future__ import annotations

import contextlib
import datetime as dt
import http.client
import smtplib
import socket
import ssl
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from survey_service.advising.model import FAULT, WARNING, Finding, Look
from survey_service.mail import connected
from survey_service.mailing import server_of

SECONDS = 10
_LEFT = dt.timedelta(days=14)
_DRIFT = dt.timedelta(seconds=30)


def public(look: Look) -> Iterator[Finding]:
    """The public address answers, its certificate is good for a while, and the proxy hands requests on as they are."""
    parts = urlsplit(look.settings.public_url)
    if not parts.hostname:
        return
    try:
        with contextlib.closing(_connection(parts.scheme, parts.hostname, parts.port)) as connection:
            connection.request("GET", "/healthz", headers={"Host": parts.netloc})
            ends = _end_of_certificate(connection)
            answer = connection.getresponse()
            answer.read()
    except ssl.SSLCertVerificationError as error:
        yield Finding(
            "public.certificate", FAULT, f"the certificate of {parts.hostname} is not good: {error.verify_message}",
            "Browsers warn people away.", "see what the reverse proxy says about its certificate",
        )  # fmt: skip
        return
    except (OSError, http.client.HTTPException) as error:
        yield Finding(
            "public.away", WARNING, f"{look.settings.public_url} does not answer from here ({type(error).__name__})",
            "Either the proxy is not there yet, or this computer may not ask it.", "open the address in a browser",
        )  # fmt: skip
        return
    if answer.status != http.client.OK:
        yield Finding(
            "public.answer", FAULT, f"{look.settings.public_url}/healthz answers with {answer.status}",
            "502 and 504: the proxy does not reach the service. 400: it passes another host name on than people use.",
            "compare the proxy's configuration with that in docs/deploy/",
        )  # fmt: skip
    if ends is not None and ends - look.now < _LEFT:
        yield Finding(
            "public.ends", WARNING, f"the certificate of {parts.hostname} ends on {ends:%Y-%m-%d}",
            "After that browsers warn people away.", "renew it; Caddy does so by itself if it can be reached",
        )  # fmt: skip
    yield from _drift(look.now, answer.getheader("Date", ""))


def _connection(scheme: str, host: str, port: int | None) -> http.client.HTTPConnection:
    if scheme == "https":
        return http.client.HTTPSConnection(host, port, timeout=SECONDS, context=ssl.create_default_context())
    return http.client.HTTPConnection(host, port, timeout=SECONDS)


def _end_of_certificate(connection: http.client.HTTPConnection) -> dt.datetime | None:
    if not isinstance(connection.sock, ssl.SSLSocket):
        return None
    seconds = ssl.cert_time_to_seconds(str((connection.sock.getpeercert() or {})["notAfter"]))
    return dt.datetime.fromtimestamp(seconds, dt.UTC)


def _drift(now: dt.datetime, said: str) -> Iterator[Finding]:
    """Compare the clock with that of whoever answered, if that is another computer."""
    try:
        there = parsedate_to_datetime(said)
    except ValueError:
        return
    if abs(there - now) > _DRIFT:
        yield Finding(
            "clock.drift", WARNING, f"this clock and that of the public address differ by {abs(there - now)}",
            "Codes of second factors may be refused.", "let a time server keep both right",
        )  # fmt: skip


def mail(look: Look) -> Iterator[Finding]:
    """The mail server answers, encrypts and takes the password."""
    server = server_of(look.settings.mail_url)
    if server is None:
        return
    try:
        with connected(server, ssl.create_default_context(), seconds=SECONDS):
            pass
    except smtplib.SMTPAuthenticationError:
        yield Finding(
            "mail.password", FAULT, f"the mail server {server.host} refuses name or password",
            "Mail waits, and is given up after a week.", "set both in mail_url; write signs such as @ as %40",
        )  # fmt: skip
    except (OSError, smtplib.SMTPException, socket.gaierror) as error:
        yield Finding(
            "mail.away", FAULT, f"the mail server {server.host}:{server.port} can't be used ({type(error).__name__})",
            "Mail waits, and is given up after a week.", "check mail_url, its port, and the firewall",
        )  # fmt: skip
