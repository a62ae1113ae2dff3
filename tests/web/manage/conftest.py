"""Fixtures for the desk: an application over a store with one small questionnaire, accounts, and browsers."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from survey_service import clock
from survey_service.accounts import accounts, passwords
from survey_service.app import create_app
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import submissions
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission
from survey_service.settings import load
from survey_service.store.base import Store

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
PASSWORD = "drei Birnen im Schnee"
ROLES = {"Mara": ("manager",), "Ada": ("admin",), "Willi": ("working_group",), "Tanja": ("translator",)}

SMALL = """
questionnaire: small
audience: newcomers
languages: [de, en]
label: {de: Klein, en: Small}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
  colours:
    - {name: red, label: {de: Rot, en: Red}}
    - {name: blue, label: {de: Blau, en: Blue}}
    - {name: pna, label: {de: Keine Angabe, en: Prefer not to say}, exclusive: true}
pages:
  - name: start
    label: {de: Beginn, en: Start}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Do you agree?"}}
  - name: about
    label: {de: Über Sie, en: About you}
    questions:
      - {type: integer, name: age, label: {de: Alter, en: Age}, parameters: {min: 0, max: 120}}
      - {type: text, name: town, label: {de: Ort, en: Town}, relevant: "${age} >= 18", parameters: {max_length: 20}}
      - {type: select_multiple, name: likes, choices: colours, label: {de: Farben, en: Colours}}
  - name: more
    label: {de: Mehr, en: More}
    relevant: selected(${likes}, 'red')
    questions:
      - {type: select_one, name: why, choices: colours, label: {de: Warum, en: Why}}
      - {type: date, name: since, label: {de: Seit wann, en: Since when}}
"""

OFFERS = """
questionnaire: offers
audience: providers
languages: [de, en]
label: {de: Angebote, en: Offers}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
  fields:
    - {name: ARB, label: {de: Arbeit, en: Work}}
    - {name: WOH, label: {de: Wohnen, en: Housing}}
pages:
  - name: start
    label: {de: Beginn, en: Start}
    questions:
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Yes?"}}
      - {type: text, name: A02, label: {de: Träger, en: Organisation}}
      - {type: text, name: A04_name, label: {de: Name, en: Name}}
      - {type: select_multiple, name: A05_fields, choices: fields, label: {de: Handlungsfelder, en: Fields}}
"""


class Desk:
    """A browser at the desk: reads the CSRF token of the page it is on, as a person's browser does."""

    def __init__(self, app: Flask) -> None:
        self.client: FlaskClient = app.test_client()

    def get(self, path: str, **options: Any) -> TestResponse:
        return self.client.get(path, buffered=True, **options)

    def token(self, path: str = "/manage/login") -> str:
        found = re.search(r'name="_csrf" value="([^"]+)"', self.get(path, follow_redirects=True).text)
        assert found, path
        return found[1]

    def post(self, path: str, data: dict[str, str] | None = None, **options: Any) -> TestResponse:
        return self.client.post(path, data={"_csrf": self.token(), **(data or {})}, **options)

    def sign_in(self, name: str, password: str = PASSWORD, **fields: str) -> TestResponse:
        return self.post("/manage/login", {"name": name, "password": password, **fields})

    @property
    def cookie(self) -> str:
        found = self.client.get_cookie("desk")
        return found.value if found else ""

    @cookie.setter
    def cookie(self, value: str) -> None:
        self.client.set_cookie("desk", value)


@pytest.fixture(autouse=True, scope="module")
def quick_passwords() -> Iterator[None]:
    """Hash cheaply: what a hash costs is the business of tests/accounts."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def publications(store: Store, questionnaire: Callable[[str], Questionnaire]) -> Publications:
    published = Publications(store)
    published.publish({"small": questionnaire(SMALL), "offers": questionnaire(OFFERS)})
    return published


@pytest.fixture
def app(store: Store, publications: Publications, tmp_path: Path, at_nine: None) -> Flask:
    for name, roles in ROLES.items():
        accounts.add(store, name, roles, PASSWORD, actor="test", now=NOW)
    app = create_app(load(tmp_path / "instance"), store)
    app.testing = True
    return app


@pytest.fixture
def desk(app: Flask) -> Desk:
    """A browser where nobody is signed in."""
    return Desk(app)


@pytest.fixture
def as_role(app: Flask) -> Callable[[str], Desk]:
    """Return a function that gives a browser where the account of that name is signed in; ``""`` is nobody."""

    def signed_in(name: str) -> Desk:
        desk = Desk(app)
        if name:
            assert desk.sign_in(name).status_code == 303
        return desk

    return signed_in


@pytest.fixture
def manager(as_role: Callable[[str], Desk]) -> Desk:
    return as_role("Mara")


@pytest.fixture
def respond(store: Store, publications: Publications) -> Callable[..., str]:
    """Return a function that submits a response to ``small`` or another questionnaire and returns its receipt."""
    sent = iter(range(1, 10_000))

    def send(questionnaire: str = "small", language: str = "de", source: str = "", **inputs: Any) -> str:
        number = next(sent)
        submission = Submission(
            key=f"00000000-0000-4000-8000-{number:012}",
            revision=publications.current(questionnaire).revision,
            language=language,
            inputs={"OK": "yes", **inputs},
            seed=number,
            mode="web",
            source=source,
        )
        return submissions.submit(store, publications, submission, receipt_key="k" * 64, today=NOW.date()).receipt

    return send
