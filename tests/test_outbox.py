"""What becomes of a mail that a server does not take: growing pauses, put aside, tried again, bounced, once only."""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service import bounces, clock, mail, outbox
from survey_service.mail import Delivered
from survey_service.problems import Problem
from survey_service.settings import Settings
from tests.test_mail import NOW, Box, post, started, values

__all__ = ["started"]

TOKEN = "AbCdEfGhIjKlMnOpQrStUv"
DSN = """From: MAILER-DAEMON@mx.example.org
To: desk@example.org
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.org
Arrival-Date: Mon, 23 Nov 2026 10:00:00 +0100

{original}Final-Recipient: rfc822; {final}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 no such user

--b
Content-Type: text/rfc822-headers

From: desk@example.org
Message-ID: {id}
Subject: Bericht

--b--
"""


def message_id(path: Path) -> str:
    return str(outbox.message(path)["Message-ID"])


def dsn(
    id: str, final: str = "mara@example.org", action: str = "failed", status: str = "5.1.1", original: str = ""
) -> bytes:
    first = f"Original-Recipient: rfc822;{original}\n" if original else ""
    return DSN.format(id=id, final=final, action=action, status=status, original=first).encode()


def drop(settings: Settings, content: bytes, name: str = "one") -> Path:
    folder = outbox.folder(settings.instance, outbox.BOUNCES)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(content)
    return folder / name


def test_pauses_grow_and_then_it_is_given_up_and_kept_with_the_reason(tmp_path: Path) -> None:
    settings = values(tmp_path, "smtp://127.0.0.1:1")
    path = post(settings)
    moment, attempts = NOW, []
    while path.exists():
        before = outbox.state(path).tries
        with clock.fixed(moment):
            mail.deliver(settings)
        if not path.exists() or outbox.state(path).tries > before:
            attempts.append(int((moment - NOW).total_seconds()))
        moment += dt.timedelta(minutes=1 if len(attempts) < 5 else 60)
    assert attempts[:5] == [0, 60, 360, 1_260, 4_860]
    assert attempts[5:8] == [15_660, 37_260, 58_860]
    assert dt.timedelta(days=7) <= dt.timedelta(seconds=attempts[-1]) <= dt.timedelta(days=7, hours=11)
    (entry,) = outbox.entries(settings.instance, outbox.FAILED, 10)
    assert (entry.state.reason, entry.state.answer, entry.to) == (
        "too_long",
        "ConnectionRefusedError",
        "mara@example.org",
    )


def test_a_clock_that_went_back_does_not_keep_mail_for_ever(
    tmp_path: Path, started: Callable[..., tuple[Box, int]]
) -> None:
    _, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    path = post(settings)
    outbox.note(path, outbox.State(since=NOW.timestamp(), tries=1, due=NOW.timestamp() + 400 * 86_400))
    with clock.fixed(NOW):
        assert mail.deliver(settings) == Delivered(sent=1)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"since": 1, "x": 2}'])
def test_a_damaged_note_counts_as_never_tried(tmp_path: Path, content: str) -> None:
    path = post(values(tmp_path, "smtp://127.0.0.1:1"))
    path.with_suffix(".json").write_text(content)
    assert outbox.state(path) == outbox.State(since=NOW.timestamp())


class Picky(Box):
    """A server that says to a recipient what ``recipients`` has for it."""

    recipients: dict[str, str] = {}  # noqa: RUF012 - set by each test

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        said = self.recipients.get(address)
        if said is None:
            envelope.rcpt_tos.append(address)
        return said or "250 OK"


@pytest.mark.parametrize(
    ("said", "bounced", "place"),
    [
        ("550 5.1.1 no such user", ["gone@example.org"], outbox.FAILED),
        ("553 unknown", ["gone@example.org"], outbox.FAILED),
        ("550 5.7.1 relaying denied", [], outbox.FAILED),
        ("552 5.2.2 mailbox full", [], outbox.FAILED),
        ("450 4.2.1 later", [], outbox.WAITING),
    ],
)
def test_an_address_that_is_unknown_bounces_and_costs_the_others_nothing(
    tmp_path: Path,
    started: Callable[..., tuple[Box, int]],
    monkeypatch: pytest.MonkeyPatch,
    said: str,
    bounced: list[str],
    place: str,
) -> None:
    monkeypatch.setattr(Box, "handle_RCPT", Picky.handle_RCPT, raising=False)
    monkeypatch.setattr(Box, "recipients", {"gone@example.org": said}, raising=False)
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    for to in ("gone@example.org", "mara@example.org"):
        post(settings, to)
    heard: list[str] = []
    with clock.fixed(NOW):
        mail.deliver(settings, bounced=heard.append)
    assert heard == bounced
    assert [message["To"] for message in box.mails] == ["mara@example.org"]
    (entry,) = outbox.entries(settings.instance, place, 10)
    assert (entry.to, entry.state.code, entry.state.answer) == ("gone@example.org", int(said[:3]), said[4:])


def test_a_refusal_of_what_is_said_is_no_bounce(tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> None:
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    post(settings)
    box.answer = "554 5.6.0 spam"
    heard: list[str] = []
    with clock.fixed(NOW):
        assert mail.deliver(settings, bounced=heard.append) == Delivered(failed=1)
    assert heard == []


def test_a_bounce_that_cannot_be_noted_is_not_lost(
    tmp_path: Path, started: Callable[..., tuple[Box, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Box, "handle_RCPT", Picky.handle_RCPT, raising=False)
    monkeypatch.setattr(Box, "recipients", {"mara@example.org": "550 5.1.1 no"}, raising=False)
    _, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    post(settings)

    def unable(_address: str) -> None:
        raise Problem("store.conflict")

    with clock.fixed(NOW), pytest.raises(Problem):
        mail.deliver(settings, bounced=unable)
    heard: list[str] = []
    with clock.fixed(NOW):
        mail.deliver(settings, bounced=heard.append)
    assert heard == ["mara@example.org"]


def test_a_file_that_is_no_mail_is_put_aside_and_the_others_go(
    tmp_path: Path, started: Callable[..., tuple[Box, int]]
) -> None:
    _, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    post(settings).write_bytes(b"\x00\xff nothing")
    post(settings)
    with clock.fixed(NOW):
        assert mail.deliver(settings) == Delivered(sent=1, failed=1)
    (entry,) = outbox.entries(settings.instance, outbox.FAILED, 10)
    assert (entry.to, entry.state.reason) == ("", "unreadable")


def test_what_was_given_up_can_be_tried_again(tmp_path: Path, started: Callable[..., tuple[Box, int]]) -> None:
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    path = post(settings)
    box.answer = "554 never"
    with clock.fixed(NOW):
        mail.deliver(settings)
    box.answer = "250 OK"
    with clock.fixed(NOW + dt.timedelta(days=30)):
        mail.again(settings, path.name)
        assert mail.deliver(settings) == Delivered(sent=1)
    with pytest.raises(Problem) as caught:
        mail.again(settings, path.name)
    assert caught.value.code == "mail.missing"


@pytest.mark.parametrize("name", ["", "..", "../secret.key", "x.eml", "20261123T090000-a/../b.eml", ".lock", "%2e%2e"])
def test_only_mails_can_be_opened(tmp_path: Path, name: str) -> None:
    settings = values(tmp_path)
    post(settings)
    for place in (*outbox.PLACES, "bounces", ".."):
        with pytest.raises(Problem) as caught:
            outbox.find(settings.instance, place, name)
        assert caught.value.code == "mail.missing"


@pytest.mark.parametrize("url", ["file:", "smtp"])
def test_a_mail_with_a_key_goes_out_once(tmp_path: Path, started: Callable[..., tuple[Box, int]], url: str) -> None:
    box, port = started()
    settings = values(tmp_path, "file:" if url == "file:" else f"smtp://127.0.0.1:{port}")
    key = "a" * 32

    def again() -> Path:
        return mail.post(settings, "mara@example.org", "Titel", "Text", key=key)

    with clock.fixed(NOW):
        first = again()
    with clock.fixed(NOW + dt.timedelta(days=1)):
        assert again() == first
        mail.deliver(settings)
        again()
        mail.deliver(settings)
    assert len(box.mails) == (url == "smtp")
    with clock.fixed(NOW + dt.timedelta(days=200)):
        outbox.forget_sent(settings.instance)
    assert list(outbox.folder(settings.instance, outbox.SENT).glob("*")) == []


def test_a_notification_about_our_mail_bounces_its_address(tmp_path: Path) -> None:
    settings = values(tmp_path)
    id = message_id(post(settings))
    path = drop(settings, dsn(id))
    drop(settings, b"half", ".new")
    heard: list[str] = []
    assert bounces.collect(settings, heard.append) == 1
    assert heard == ["mara@example.org"]
    assert not path.exists()
    assert bounces.unread(settings.instance) == 0


def test_forwarded_mail_bounces_the_address_we_wrote_to(tmp_path: Path) -> None:
    settings = values(tmp_path)
    id = message_id(post(settings, "mara+post@example.org"))
    drop(settings, dsn(id, final="other@example.net", original="mara+2Bpost@example.org"))
    heard: list[str] = []
    assert bounces.collect(settings, heard.append) == 1
    assert heard == ["mara+post@example.org"]


@pytest.mark.parametrize("id", ["<x@example.org>", "<" + "a" * 24 + "." + "b" * 24 + "@example.org>", ""])
def test_a_notification_that_anybody_could_write_bounces_nothing(tmp_path: Path, id: str) -> None:
    settings = values(tmp_path)
    drop(settings, dsn(id))
    assert bounces.collect(settings, pytest.fail) == 0
    assert bounces.unread(settings.instance) == 1


def test_the_id_of_a_mail_to_somebody_else_bounces_nothing(tmp_path: Path) -> None:
    settings = values(tmp_path)
    drop(settings, dsn(message_id(post(settings, "willi@example.org"))))
    assert bounces.collect(settings, pytest.fail) == 0


@pytest.mark.parametrize(
    ("action", "status"), [("delayed", "4.4.7"), ("delivered", "2.0.0"), ("failed", "4.4.7"), ("failed", "5.2.2")]
)
def test_delays_and_full_boxes_are_no_bounce(tmp_path: Path, action: str, status: str) -> None:
    settings = values(tmp_path)
    path = drop(settings, dsn(message_id(post(settings)), action=action, status=status))
    assert bounces.collect(settings, pytest.fail) == 0
    assert not path.exists()
    assert bounces.unread(settings.instance) == 0


def test_a_maildir_may_be_dropped_too_and_large_files_are_left(tmp_path: Path) -> None:
    settings = values(tmp_path)
    (outbox.folder(settings.instance, outbox.BOUNCES) / "new").mkdir(parents=True)
    drop(settings, dsn(message_id(post(settings))), "new/1.host")
    drop(settings, b"x" * (bounces.MOST_BYTES + 1), "large")
    heard: list[str] = []
    assert bounces.collect(settings, heard.append) == 1
    assert bounces.unread(settings.instance) == 1


@given(st.binary(max_size=2_000))
def test_whatever_is_dropped_never_raises(content: bytes) -> None:
    assert bounces.parse(content) is None or b"delivery-status" in content.lower()


@given(cut=st.integers(0, len(DSN) + 100), flipped=st.integers(0, len(DSN) - 1), byte=st.integers(0, 255))
def test_a_cut_or_damaged_notification_never_raises(cut: int, flipped: int, byte: int) -> None:
    content = bytearray(dsn("<a@b>"))
    content[min(flipped, len(content) - 1)] = byte
    found = bounces.parse(bytes(content[:cut]))
    assert found is None or all("\n" not in address for address in found.addresses)


@pytest.mark.parametrize("to", ["käthe@example.org", "kaethe@schön.example", "имя@пример.рф"])
def test_addresses_with_other_letters_are_refused_by_name(tmp_path: Path, to: str) -> None:
    with pytest.raises(Problem) as caught:
        post(values(tmp_path), to)
    assert (caught.value.code, "xn--" in caught.value.message()) == ("mail.letters", True)


@pytest.mark.parametrize(
    "to", ["a@xn--schn-7qa.example", "o'hara+x@example.org", "a.b@localhost", "x" * 64 + "@example.org"]
)
def test_odd_addresses_that_are_good(to: str) -> None:
    assert mail.checked(f" {to} ") == to


@pytest.mark.parametrize(
    "to",
    ["a..b@example.org", ".a@example.org", "a.@example.org", "a@b..c", "a@-b.c", "a@b-", "x" * 65 + "@b.c",
     "ä\n@b.c", "a@b.c\r\nBcc: x@y.z", "a@" + "b." * 130 + "c", '"a b"@c.d', "a@[127.0.0.1]", "ä", "ä@@b"],
)  # fmt: skip
def test_odd_addresses_that_are_none(to: str) -> None:
    with pytest.raises(Problem) as caught:
        mail.checked(to)
    assert caught.value.code == "mail.address"


def test_no_header_can_be_smuggled_in(tmp_path: Path) -> None:
    settings = values(tmp_path)
    path = mail.post(settings, "mara@example.org", "Titel\r\nBcc: x@y.z\r\n\r\nText", "Text\r\n.\r\nMAIL FROM: <x@y.z>")
    message = outbox.message(path)
    assert message["Bcc"] is None
    assert message["Subject"] == "Titel Bcc: x@y.z Text"


def test_no_record_of_a_whole_run_holds_a_token(
    tmp_path: Path, started: Callable[..., tuple[Box, int]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    box, port = started()
    settings = values(tmp_path, f"smtp://127.0.0.1:{port}")
    text = f"https://survey.example/provider/de/edit/{TOKEN}\n"
    for answer in ("451 later", "554 never", "250 OK"):
        box.answer = answer
        with clock.fixed(NOW):
            path = mail.post(settings, "mara@example.org", "Ihr Link", text, f"<p>{text}</p>")
            mail.deliver(settings)
    drop(settings, path.read_bytes() if path.exists() else text.encode(), "x")
    bounces.collect(settings, pytest.fail)
    with clock.fixed(NOW + dt.timedelta(days=8)):
        mail.deliver(values(tmp_path, "smtp://127.0.0.1:1"))
    records = [record for record in caplog.records if record.name != "mail.log"]  # that is the server of the test
    assert len(records) >= 3
    assert TOKEN not in "".join(record.getMessage() + str(record.exc_info) for record in records)
    for note in outbox.folder(settings.instance, outbox.OUTBOX).rglob("*.json"):
        assert TOKEN not in json.dumps(json.loads(note.read_text()))
