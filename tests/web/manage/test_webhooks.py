"""Other systems on the desk: a webhook from its secret to its removal, a token from its making to its end."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from standardwebhooks.webhooks import Webhook

from survey_service import clock
from survey_service.accounts import accounts, audit, tokens
from survey_service.app import create_app
from survey_service.cli import hooking
from survey_service.hooks import deliveries, endpoints
from survey_service.hooks.deliveries import DONE, DROPPED, FAILED, WAITING
from survey_service.responses import links
from survey_service.responses.revisions import Publications
from survey_service.settings import load
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.hooks.conftest import Receiver, plain_receiver
from tests.web.manage.conftest import NOW, PASSWORD, ROLES, Desk

__all__ = ["plain_receiver"]


@pytest.fixture
def app(store: Store, publications: Publications, tmp_path: Path, at_nine: None) -> Flask:
    for name, roles in ROLES.items():
        accounts.add(store, name, roles, PASSWORD, actor="test", now=NOW)
    return create_app(load(tmp_path / "instance", hook_networks=("127.0.0.0/8",)), store)


def secret_on(page: str) -> str:
    found = re.search(r'<code class="secret">([^<]+)</code>', page)
    assert found is not None
    return found[1]


def test_a_webhook_from_its_secret_to_its_removal(
    manager: Desk, store: Store, tmp_path: Path, publications: Publications, plain_receiver: Receiver
) -> None:
    form = {"name": "Map", "url": f"http://127.0.0.1:{plain_receiver.port}/", "kind": "questionnaire.closed"}
    wrong = manager.post("/manage/webhooks", {**form, "url": "http://10.0.0.1/"})
    assert wrong.status_code == 422
    assert 'value="http://10.0.0.1/"' in wrong.text
    assert 'aria-invalid="true"' in wrong.text
    made = manager.post("/manage/webhooks", form)
    secret = secret_on(made.text)
    assert made.headers["Cache-Control"] == "no-store"
    page = manager.get("/manage/webhooks/1").text
    assert secret not in page
    tested = manager.post("/manage/webhooks/1", {"action": "test"})
    assert tested.headers["Location"] == "/manage/webhooks/1?tested=done"
    assert "The test: It arrived." in manager.get(f"{tested.headers['Location']}&lang=en").text

    def round_() -> None:
        hooking.tell(Context(load(tmp_path / "instance", hook_networks=("127.0.0.0/8",)), store))

    publications.set_open("small", False)
    round_()
    assert plain_receiver.got[-1][1]["webhook-timestamp"] == str(int(NOW.timestamp()))
    kinds = [re.search(rb'"type":"([a-z.]+)"', body) for _, _, body in plain_receiver.got]
    assert [found and found[1] for found in kinds] == [b"ping", b"questionnaire.closed"]
    renewed = secret_on(manager.post("/manage/webhooks/1", {"action": "secret"}).text)
    manager.post("/manage/webhooks/1", {"action": "test"})
    for (_, headers, body), by in ((plain_receiver.got[1], [secret]), (plain_receiver.got[2], [renewed, secret])):
        signatures = [Webhook(each).sign(headers["webhook-id"], NOW, body.decode()) for each in by]
        assert headers["webhook-signature"] == " ".join(signatures)
    plain_receiver.answers[:] = [(404, {})] * 20
    failing = manager.post("/manage/webhooks/1", {"action": "test"})
    assert failing.headers["Location"] == "/manage/webhooks/1?tested=refused"
    assert deliveries.failed(store) == 0  # a test that fails is nothing to decide about
    again = manager.post("/manage/webhooks/1/deliveries/2/again")
    assert again.status_code == 303
    round_()
    assert deliveries.counted(store, 1) == {WAITING: 1, DONE: 2, FAILED: 0}
    assert "It refused." in manager.get("/manage/webhooks/1?lang=en").text
    manager.post("/manage/webhooks/1", {"action": "pause"})
    assert endpoints.find(store, 1).state == endpoints.PAUSED
    assert "Map, paused" in manager.get("/manage/handover?lang=en").text
    plain_receiver.answers.clear()
    round_()
    assert deliveries.counted(store, 1)[WAITING] == 1
    manager.post("/manage/webhooks/1", {"action": "resume"})
    round_()
    assert deliveries.counted(store, 1) == {WAITING: 0, DONE: 3, FAILED: 0}
    stored = store.collection(deliveries.DELIVERIES).get(2)
    assert stored is not None
    body = {**stored.body, "state": FAILED}
    store.collection(deliveries.DELIVERIES).replace(stored.id, body, version=stored.version)
    manager.post("/manage/webhooks/1", {"action": "drop"})
    assert [each.state for each in deliveries.log(store, 1, 10)].count(DROPPED) == 2
    changed = manager.post(
        "/manage/webhooks/1", {**form, "action": "change", "name": "Other map", "kind": "figures.published"}
    )
    assert changed.status_code == 303
    assert endpoints.find(store, 1).kinds == ("figures.published",)
    assert manager.post("/manage/webhooks/1", {**form, "action": "change", "name": ""}).status_code == 422
    manager.post("/manage/webhooks/1", {"action": "remove"})
    assert manager.get("/manage/webhooks/1").status_code == 404
    assert store.collection(deliveries.DELIVERIES).count() == 0
    noted = [entry.action for entry in audit.entries(store) if entry.action.startswith("hook.")]
    assert noted == [
        *("hook.added", "hook.secret", "hook.paused", "hook.resumed", "hook.changed", "hook.removed"),
    ]


def test_a_token_from_its_making_to_its_end(manager: Desk, store: Store, as_role: Callable[[str], Desk]) -> None:
    links.create(store, "small", "clinic")
    page = manager.get("/manage/tokens").text
    assert all(f'value="{scope}"' in page for scope in tokens.SCOPES)
    form = {"name": "Clinic", "scope": "responses:submit", "limit": "small/clinic", "days": "30"}
    assert manager.post("/manage/tokens", {**form, "scope": ""}).status_code == 422
    assert manager.post("/manage/tokens", {**form, "days": "9999"}).status_code == 422
    assert manager.post("/manage/tokens", {**form, "limit": "small/none"}).status_code == 400
    text = secret_on(manager.post("/manage/tokens", form).text)
    (token,) = tokens.everyone(store)
    assert (token.questionnaire, token.tag, token.until) == ("small", "clinic", "2026-12-23")
    listed = manager.get("/manage/tokens").text
    assert text not in listed
    assert f"…{text[-4:]}" in listed
    assert "Clinic, until" in manager.get("/manage/handover?lang=en").text  # who comes after has to know of it
    admin = as_role("Ada")
    offered = admin.get("/manage/tokens").text
    assert 'value="responses:read"' not in offered  # who may not export responses gives nobody a token for it
    assert admin.post("/manage/tokens", {**form, "limit": "", "scope": "responses:read"}).status_code == 403
    assert admin.post("/manage/tokens/1/revoke").status_code == 303
    assert tokens.find(store, text, now=clock.now()) is None
    assert admin.post("/manage/tokens/1/revoke").status_code == 404
