"""Mail: whole files in the outbox, and a real server that takes them, refuses them, or is away."""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult

from survey_service import clock, mail, mailing
from survey_service import settings as settings_module
from survey_service.mail import Delivered
from survey_service.problems import Problem
from survey_service.settings import Settings

NOW = dt.datetime(2026, 11, 23, 9, tzinfo=dt.UTC)


class Box:
    """What a server was given; ``answer`` is what it says to a mail."""

    def __init__(self) -> None:
        self.mails: list[Any] = []
        self.encrypted: list[bool] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.encrypted.append(session.ssl is not None or server.transport.get_extra_info("cipher") is not None)
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.original_content, policy=policy.SMTP))
        return self.answer


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate of localhost that it has signed itself, with its key."""
    path = tmp_path / "both.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost", "-addext",
         "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", "key.pem", "-out", "both.pem"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    path.write_text(path.read_text() + (tmp_path / "key.pem").read_text())
    return path


@pytest.fixture
def started() -> Iterator[Callable[..., tuple[Box, int]]]:
    """Return a function that starts a mail server on a free port, wrapped into TLS by ``ssl_context``."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    servers: list[asyncio.Server] = []

    def start(ssl_context: ssl.SSLContext | None = None, **options: Any) -> tuple[Box, int]:
        box = Box()

        async def listen() -> asyncio.Server:
            return await loop.create_server(
                lambda: SMTP(box, loop=loop, hostname="localhost", **options), "127.0.0.1", 0, ssl=ssl_context
            )

        servers.append(asyncio.run_coroutine_threadsafe(listen(), loop).result(60))
        return box, servers[-1].sockets[0].getsockname()[1]

    yield start

    async def end() -> None:
        for server in servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    asyncio.run_coroutine_threadsafe(end(), loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join(60)
    loop.close()


def values(folder: Path, url: str = "file:") -> Settings:
    return settings_module.load(folder / "instance", mail_url=url, mail_from="desk@example.org")


def post(settings: Settings, to: str = "mara@example.org") -> Path:
    with clock.fixed(NOW):
        return mail.post(settings, to, "Bericht fertig: Wörter", "Text mit ü.\n")


def test_without_a_server_it_stays_in_the_outbox(tmp_path: Path) -> None:
    settings = values(tmp_path)
    path = post(settings)
    assert (path.parent, path.suffix) == (tmp_path / "instance" / "outbox", ".eml")
    assert path.stat().st_mode & 0o077 == 0
    message = message_from_bytes(path.read_bytes(), policy=policy.SMTP)
    assert (message["From"], message["To"], message["Subject"]) == (
        "desk@example.org", "mara@example.org", "Bericht fertig: Wörter"
    )  # fmt: skip
    assert message["Date"].datetime == NOW
    assert message.get_content() == "Text mit ü.\r\n"
    assert mail.deliver(settings) == Delivered()
    assert path.exists()
    assert mail.waiting(settings) == 0


def test_a_full_disk_leaves_nothing_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = values(tmp_path)
    post(settings).unlink()

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Problem) as caught:
        post(settings)
    assert caught.value.code == "store.full"
    assert list((tmp_path / "instance" / "outbox").iterdir()) == []


@pytest.mark.parametrize("to", ["", "mara", "a@b\nBcc: c@d", "a b@example.org", "a@example.org,b@example.org", "@x"])
def test_an_address_that_is_none_is_refused(tmp_path: Path, to: str) -> None:
    with pytest.raises(Problem) as caught:
        post(values(tmp_path), to)
    assert caught.value.code == "mail.address"


def test_a_server_gets_each_mail_once(tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> None:
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    post(settings)
    post(settings, "willi@example.org")
    assert mail.waiting(settings) == 2
    assert mail.deliver(settings) == Delivered(sent=2)
    assert mail.deliver(settings) == Delivered()
    assert sorted(message["To"] for message in box.mails) == ["mara@example.org", "willi@example.org"]
    assert box.mails[0].get_content() == "Text mit ü.\r\n"
    assert mail.waiting(settings) == 0


@pytest.mark.parametrize("wrapped", [True, False])
def test_encrypted_with_a_name_and_a_password(
    tmp_path: Path, certificate: Path, started: Callable[..., tuple[Box, int]], wrapped: bool
) -> None:
    seen: list[tuple[bytes, bytes]] = []

    def check(_server: SMTP, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        seen.append((data.login, data.password))
        return AuthResult(success=data.password == b"p/+")

    own = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    own.load_cert_chain(certificate)
    options = {"ssl_context": own} if wrapped else {"tls_context": own, "require_starttls": True}
    box, port = started(
        **options, authenticator=check, auth_required=not wrapped, auth_require_tls=not wrapped
    )  # aiosmtpd does not see TLS from the first byte as TLS
    scheme = "smtps" if wrapped else "smtp"
    settings = values(tmp_path, f"{scheme}://desk:p%2F%2B@localhost:{port}")
    post(settings)
    strangers = ssl.create_default_context()
    with clock.fixed(NOW):
        assert mail.deliver(settings, strangers) == Delivered(waiting=1)  # a certificate of nobody's is not trusted
    assert (box.mails, seen) == ([], [])
    trusting = ssl.create_default_context(cafile=str(certificate))
    with clock.fixed(NOW + dt.timedelta(minutes=1)):
        assert mail.deliver(settings, trusting) == Delivered(sent=1)
    assert len(box.mails) == 1
    assert box.encrypted == [True]
    assert seen[0] == (b"desk", b"p/+")


def test_another_computer_without_starttls_gets_nothing(
    tmp_path: Path, started: Callable[..., tuple[Box, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    post(settings)
    monkeypatch.setattr(mailing, "LOOPBACK", ())
    assert mail.deliver(settings) == Delivered(waiting=1)
    assert box.mails == []


def test_what_is_refused_for_now_is_tried_again(tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> None:
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    path = post(settings)
    box.answer = "451 later"
    with clock.fixed(NOW):
        assert mail.deliver(settings) == Delivered(waiting=1)
    assert path.exists()
    box.answer = "250 OK"
    with clock.fixed(NOW + dt.timedelta(seconds=59)):
        assert mail.deliver(settings) == Delivered(waiting=1)
    assert box.mails == []
    with clock.fixed(NOW + dt.timedelta(seconds=60)):
        assert mail.deliver(settings) == Delivered(sent=1)


def test_what_is_refused_for_good_is_kept_apart(tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> None:
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    path = post(settings)
    box.answer = "554 never"
    with clock.fixed(NOW):
        mail.deliver(settings)
        box.answer = "250 OK"
        assert mail.deliver(settings) == Delivered()
    assert (tmp_path / "instance" / "outbox" / "failed" / path.name).exists()
    assert box.mails == []
    assert mail.waiting(settings) == 1  # the desk says so


def test_a_server_that_is_away_is_asked_for_a_week(tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> None:
    settings = values(tmp_path, "smtp://127.0.0.1:1")
    path = post(settings)
    with clock.fixed(NOW + dt.timedelta(days=6)):
        assert mail.deliver(settings) == Delivered(waiting=1)
    with clock.fixed(NOW + dt.timedelta(days=8)):
        assert mail.deliver(settings) == Delivered(failed=1)
    assert not path.exists()


def test_one_process_sends_at_a_time(tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> None:
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    path = post(settings)
    with mail._alone(path.parent) as alone:
        assert alone
        assert mail.deliver(settings) == Delivered()
    assert box.mails == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "mail",
        "http://x",
        "smtp://",
        "smtp://host/path",
        "smtps://host?x=1",
        "smtp://host:x",
        "file:/tmp",
        "smtp://a:%C3%9F@host",
    ],
)
def test_a_setting_that_leads_nowhere_is_refused(url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SURVEY_MAIL_URL", url)
    with pytest.raises(Problem) as caught:
        settings_module.load(tmp_path)
    assert caught.value.code == "settings.invalid"


def test_ports_and_names() -> None:
    assert mailing.server_of("smtp://mail.example.org") == mailing.Server("mail.example.org", 587, wrapped=False)
    server = mailing.server_of("smtps://a%40b:c%3A@mail.example.org:4650")
    assert server == mailing.Server("mail.example.org", 4650, wrapped=True, user="a@b", password="c:")
    assert "c:" not in repr(server)
