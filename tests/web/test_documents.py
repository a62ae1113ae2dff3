"""The document that a phone keeps: the same for everybody, made once, asked for again without being sent again."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import clock
from survey_service.web import offline
from survey_service.web.context import current

URL = "/en/offline/every-1"


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows by a revision whenever a document is rendered."""
    found: list[str] = []
    page = offline._page
    monkeypatch.setattr(offline, "_page", lambda published: (found.append(published.revision), page(published))[1])
    return found


def test_it_is_rendered_once_and_keeps_its_headers(client: FlaskClient, rendered: list[str]) -> None:
    first, second = client.get(URL), client.get(URL)
    assert first.status_code == second.status_code == 200
    assert first.data == second.data
    assert rendered == ["every-1"]
    names = ("Content-Security-Policy", "Permissions-Policy", "ETag", "Cache-Control")
    assert [first.headers[name] for name in names] == [second.headers[name] for name in names]
    assert "geolocation=(self)" in second.headers["Permissions-Policy"]
    assert client.get("/de/offline/every-1").data != first.data
    assert rendered == ["every-1"] * 2


def test_a_link_of_a_group_goes_into_the_documents_own_addresses(client: FlaskClient, rendered: list[str]) -> None:
    client.get(URL)
    assert "from=group" not in client.get(URL).text
    assert "/en/privacy?from=group" in client.get(f"{URL}?from=group").text
    assert "from=group" not in client.get(URL).text
    assert len(rendered) == 2


def test_a_phone_that_has_it_is_told_so(client: FlaskClient) -> None:
    for address in (URL, "/worker.js"):
        answer = client.get(address)
        again = client.get(address, headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert client.get(address, headers={"If-None-Match": '"other"'}).status_code == 200


def test_the_address_of_the_script_changes_with_its_content(client: FlaskClient) -> None:
    found = re.search(r'<script src="([^"]+)" defer>', client.get(URL).text)
    assert found is not None
    answer = client.get(found[1])
    assert answer.mimetype == "text/javascript"
    assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Set-Cookie" not in answer.headers
    assert client.get("/static/0123456789ab.js").status_code == 404


def test_a_text_changed_at_the_desk_makes_it_anew(app: Flask, client: FlaskClient, rendered: list[str]) -> None:
    url = "/de/offline/every-1"
    before = client.get(url)
    with app.app_context():
        workbench = current().workbench
    (entry,) = [entry for entry in workbench.entries("interface", "de") if entry.source.forms == ("Send my answers",)]
    workbench.keep("de", [(entry, ("Jetzt abschicken",), "reviewed")], by="test", now=clock.now())
    workbench.edits.renew()
    after = client.get(url, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert "Jetzt abschicken" in after.text
    assert len(rendered) == 2
