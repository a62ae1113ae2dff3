"""Sending one webhook to a real server over TLS, and to those that are slow, elsewhere, or not who they say."""

from __future__ import annotations

import socket
import ssl

import pytest
from standardwebhooks.webhooks import Webhook

from survey_service import clock
from survey_service.hooks import networks, sending, signing
from survey_service.hooks.sending import Answer
from tests.hooks.conftest import HERE, NAME, Receiver

BODY = b'{"type":"ping","data":{"text":"\xd8\xb9"}}'


def sent(receiver: Receiver, seconds: float = 60) -> Answer:
    way, target = receiver.way, networks.target(receiver.url, HERE)
    return sending.post(target, BODY, {}, HERE, context=way.context, resolve=way.resolve, seconds=seconds)


def test_a_webhook_is_signed_as_the_standard_says(receiver: Receiver) -> None:
    old, new = signing.new_secret(), signing.new_secret()
    headers = signing.headers("msg_1", int(clock.now().timestamp()), BODY, [new, old])
    target = networks.target(receiver.url, HERE)
    way = receiver.way
    answer = sending.post(target, BODY, headers, HERE, context=way.context, resolve=way.resolve)
    assert answer == Answer(sending.DONE, 200)
    ((path, got, body),) = receiver.got
    assert (path, body, got["host"], got["content-type"]) == (
        *("/hook", BODY, f"{NAME}:{receiver.port}", "application/json"),
    )
    assert receiver.names == [NAME]
    for secret in (old, new):
        assert Webhook(secret).verify(body, got) == {"type": "ping", "data": {"text": "ع"}}
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(signing.new_secret()).verify(body, got)
    with pytest.raises(Exception, match="No matching signature"):
        Webhook(old).verify(body + b" ", got)


def test_what_the_other_side_says_is_told_apart(receiver: Receiver) -> None:
    inside = {"Location": "http://127.0.0.1/admin"}
    receiver.answers[:] = [
        *((204, {}), (302, inside), (410, {}), (404, {}), (503, {"Retry-After": "120"})),
        (429, {"Retry-After": "9" * 9}),
    ]
    assert [sent(receiver) for _ in range(6)] == [
        Answer(sending.DONE, 204),
        Answer(sending.ELSEWHERE, 302),
        Answer(sending.GONE, 410),
        Answer(sending.REFUSED, 404),
        Answer(sending.BROKEN, 503, 120),
        Answer(sending.REFUSED, 429, 86_400),
    ]
    assert len(receiver.got) == 6  # nothing was followed


def test_the_address_that_was_checked_is_the_one_connected_to(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name leads to a public address at the first look and to this computer ever after."""
    connected: list[tuple[str, int]] = []
    connect, answers = socket.create_connection, iter([["93.184.216.34"]])

    def watched(address: tuple[str, int], **options: float) -> socket.socket:
        connected.append(address)
        return connect(("127.0.0.1", receiver.port), **options)

    monkeypatch.setattr(sending.socket, "create_connection", watched)
    target = networks.target(receiver.url, ())
    answer = sending.post(
        target, BODY, {}, (), context=receiver.trust, resolve=lambda _name, _port: next(answers, ["127.0.0.1"])
    )
    assert (answer, connected) == (Answer(sending.DONE, 200), [("93.184.216.34", receiver.port)])
    rebound = sending.post(target, BODY, {}, (), context=receiver.trust, resolve=lambda _name, _port: ["127.0.0.1"])
    assert (rebound, len(connected)) == (Answer(sending.INSIDE), 1)


def test_who_is_not_trusted_slow_or_not_there(receiver: Receiver) -> None:
    target = networks.target(receiver.url, HERE)
    here = receiver.way.resolve
    strangers = ssl.create_default_context()
    assert sending.post(target, BODY, {}, HERE, context=strangers, resolve=here).outcome == sending.UNTRUSTED
    other = networks.target(f"https://other.example.org:{receiver.port}/", HERE)
    assert sending.post(other, BODY, {}, HERE, context=receiver.trust, resolve=here).outcome == sending.UNTRUSTED
    assert receiver.got == []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        free = taken.getsockname()[1]
    nobody = networks.target(f"https://{NAME}:{free}/", HERE)
    assert sending.post(nobody, BODY, {}, HERE, resolve=here) == Answer(sending.AWAY)
    no_name = networks.target("https://no-such-name.invalid/", ())
    assert sending.post(no_name, BODY, {}, ()) == Answer(sending.AWAY)
    receiver.drip.set()
    assert sent(receiver, seconds=1) == Answer(sending.SLOW)
    receiver.drip.clear()


def test_a_system_that_speaks_no_http_is_no_fault_of_ours() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        target = networks.target(f"http://127.0.0.1:{server.getsockname()[1]}/", HERE)
        import threading

        def speak() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(10_000)
                connection.sendall(b"\x00\x01 nonsense\r\n\r\n")

        thread = threading.Thread(target=speak)
        thread.start()
        assert sending.post(target, BODY, {}, HERE) == Answer(sending.BROKEN)
        thread.join()
