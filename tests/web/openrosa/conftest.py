"""A phone with ODK Collect: it knows the secret address of a channel, fetches forms and sends them."""

from __future__ import annotations

import io
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from flask.testing import FlaskClient
from lxml import etree
from werkzeug.test import TestResponse

from survey_service.responses import channels
from survey_service.responses.channels import Channel
from survey_service.store.base import Store
from tests.conftest import TODAY

UNTIL = "2027-06-30"


def submission(name: str, answers: str, key: str = "", revision: str = "") -> bytes:
    """Return a filled-in form; ``answers`` is the XML of its groups."""
    meta = f"<orx:meta><orx:instanceID>uuid:{key or uuid.uuid4()}</orx:instanceID></orx:meta>"
    head = f'<data xmlns:orx="http://openrosa.org/xforms" id="{name}" version="{revision or f"{name}-1"}">'
    return f"<?xml version='1.0'?>{head}{answers}{meta}</data>".encode()


@dataclass
class Phone:
    """A phone that a channel was set up on."""

    client: FlaskClient
    token: str
    channel: Channel
    heard: list[str] = field(default_factory=list)

    def get(self, path: str) -> TestResponse:
        return self.client.get(f"/openrosa/{self.token}{path}")

    def send(self, content: bytes, files: Mapping[str, bytes] | None = None, *, more: bool = False) -> TestResponse:
        """Send as Collect does: the form as a file of this name, further files under their own."""
        parts: dict[str, Any] = {"xml_submission_file": (io.BytesIO(content), "form.xml", "text/xml")}
        for name, brought in (files or {}).items():
            parts[name] = (io.BytesIO(brought), name)
        if more:
            parts["*isIncomplete*"] = "yes"
        address = f"/openrosa/{self.token}/submission?deviceID=collect%3Asecretphone"
        response = self.client.post(address, data=parts, content_type="multipart/form-data")
        self.heard.append(said(response))
        return response


def said(response: TestResponse) -> str:
    """Return what a client shows of an answer."""
    root = etree.fromstring(response.data)
    assert root.tag == "{http://openrosa.org/http/response}OpenRosaResponse"
    return str(root[0].text)


@pytest.fixture
def phone(client: FlaskClient, store: Store) -> Phone:
    channel, token = channels.create(
        store, "every", label="Tablet 1", until=UNTIL, today=TODAY, by="anna", mode="interview"
    )
    return Phone(client, token, channel)
