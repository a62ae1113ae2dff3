"""What is looked at when a response arrives: from where, how fast; and that its sender sees no difference."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from flask.testing import FlaskClient

from survey_service.responses import quarantine
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.web.browser import Browser


def flags(store: Store) -> list[tuple[str, list[str]]]:
    found = (stored.body for stored in store.collection(RESPONSES).iterate())
    return [(body["status"], body.get("flags", [])) for body in found]


def test_many_fast_ones_from_one_network_wait_and_their_receipts_work(
    client: FlaskClient, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quarantine, "MANY", 3)
    monkeypatch.setattr(quarantine, "_FEW_QUESTIONS", 1)

    def send(address: str, **more: Any) -> str:
        body = {"id": str(uuid.uuid4()), "language": "en", "answers": {"OK": "yes", "validate": "Text"}, **more}
        answer = client.post(
            "/api/v1/questionnaires/every/responses", json=body, environ_overrides={"REMOTE_ADDR": address}
        )
        assert answer.status_code == 201
        return str(answer.json["receipt"])

    for address in ("9.9.9.1", "9.9.9.1", "9.9.9.2", "2620:fe::1:2:3:4", "2620:fe::9:9:9:9"):
        send(address, seconds=1)
    assert flags(store) == [("valid", ["fast"])] * 5
    receipt = send("9.9.9.1", seconds=1)
    assert flags(store)[5:] == [("quarantined", ["rate", "fast"])]
    send("9.9.9.1", seconds=100)
    send("9.9.9.1")
    send("2620:fe::5:5:5:5")
    for address in ("127.0.0.1", "10.1.2.3", "192.168.1.1"):
        for _ in range(3):
            send(address)
    assert flags(store)[6:] == [("valid", ["rate"])] * 3 + [("valid", [])] * 9
    browser = Browser(client)
    browser.open("/en/receipt")
    assert "The answers you sent" in browser.send(words=receipt).text
    assert not {"seconds", "recent", "9.9.9.1"} & set(str(store.collection(RESPONSES).get(6).body).split("'"))


def test_how_long_it_took_is_known_of_a_draft(begun: Browser, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quarantine, "_FEW_QUESTIONS", 1)
    begun.send()
    begun.open("/en/q/every/follow")
    begun.send()
    begun.open("/en/q/every/check")
    begun.send()
    assert flags(store) == [("valid", ["fast"])]
