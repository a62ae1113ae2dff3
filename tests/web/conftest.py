"""Fixtures for the pages that need no account: an application over a store, and a browser without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from survey_service import settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.web.browser import Browser
from tests.web.provider_desk import Office

EVERY_TYPE = """
questionnaire: every
audience: newcomers
languages: [de, de-simple, en, ar]
label: {de: Alles, en: Everything, ar: كل شيء}
hint: {de: Ein Satz., en: One sentence.}
minutes: [1, 2]
consent: OK
choices:
  yes_no:
    - {name: "yes", label: {de: Ja, en: "Yes"}}
    - {name: "no", label: {de: Nein, en: "No"}}
  places:
    - {name: a, label: Meiningen}
    - {name: b, label: "Zella-Mehlis & <b>"}
  colours:
    - {name: red, label: {de: Rot, en: Red}}
    - {name: blue, label: {de: Blau, en: Blue}}
    - {name: green, label: {de: Grün, en: Green}}
    - {name: none, label: {de: Keine, en: None}, exclusive: true, last: true}
    - {name: pna, label: {de: Keine Angabe, en: Prefer not to say}, exclusive: true, last: true}
pages:
  - name: consent
    label: {de: Beginn, en: Start}
    questions:
      - {type: note, name: notice, label: {de: "Lies.\\n\\n- eins\\n- zwei", en: "Read.\\n\\n- one\\n- two"}}
      - {type: select_one, name: OK, choices: yes_no, required: true, label: {de: "Ja?", en: "Do you agree?"}}
  - name: all
    label: {de: Alle Arten, en: All kinds}
    questions:
      - {type: text, name: validate, label: {de: Text, en: Text}, parameters: {max_length: 20}}
      - {type: text, name: data, label: {de: Lang, en: Long}, appearance: multiline, hint: {de: H, en: H}}
      - {type: integer, name: csrf_token, label: {de: Zahl, en: Number}, parameters: {min: 0, max: 10}}
      - {type: decimal, name: euros, label: {de: Euro, en: Euros}}
      - {type: select_one, name: one, choices: colours, label: {de: Eine, en: One}}
      - {type: select_one, name: place, choices: places, appearance: minimal, label: {de: Ort, en: Place}}
      - {type: select_one, name: scale, choices: colours, appearance: likert, label: {de: Skala, en: Scale}}
      - type: select_multiple
        name: some
        choices: colours
        label: {de: Mehrere, en: Several}
        parameters: {max_selected: 2, randomize: true}
      - {type: rank, name: best, choices: colours, label: {de: Rang, en: Rank}, parameters: {max_selected: 3}}
      - {type: date, name: day, label: {de: Tag, en: Day}}
      - {type: date, name: month, label: {de: Monat, en: Month}, appearance: month-year}
      - {type: time, name: hour, label: {de: Uhrzeit, en: Hour}}
      - {type: datetime, name: moment, label: {de: Zeitpunkt, en: Moment}}
      - {type: geopoint, name: spot, label: {de: Stelle, en: Spot}}
      - {type: range, name: level, label: {de: Stufe, en: Level}, parameters: {min: 0, max: 10}}
      - {type: range, name: weight, label: {de: Last, en: Weight}, parameters: {min: 0, max: 100, step: 0.5}}
      - {type: acknowledge, name: seen, label: {de: Gelesen, en: Read}}
  - name: follow
    label: {de: Folgen, en: Following}
    questions:
      - {type: select_one, name: known, choices: yes_no, label: {de: "Kennen Sie es?", en: "Do you know it?"}}
      - {type: text, name: which, relevant: "${known} = 'yes'", required: true, label: {de: Welches, en: Which one}}
      - {type: note, name: remark, relevant: "${which} = 'x'", label: {de: Schade., en: A pity.}}
screen_outs:
  - name: refused
    when: "${OK} = 'no'"
    label: {de: Danke, en: Thank you anyway}
    hint: {de: Nichts gespeichert., en: We have stored nothing.}
  - {name: early, when: "${which} = 'end'", label: {de: Schluss, en: The end}}
"""


@pytest.fixture(scope="session")
def every(tmp_path_factory: pytest.TempPathFactory) -> Questionnaire:
    """A questionnaire with every question type, names that would break a WTForms ``Form``, and texts that fall back."""
    folder = tmp_path_factory.mktemp("every")
    (folder / "every.yaml").write_text(EVERY_TYPE, "utf-8")
    return load_folder(folder, catalogs=False).questionnaires["every"]


@pytest.fixture
def app(store: Store, every: Questionnaire, tmp_path: Path) -> Flask:
    Publications(store).publish({"every": every})
    return create_app(settings.load(tmp_path / "instance"), store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client without ``with``: kept contexts would share ``g`` between requests."""
    return app.test_client()


@pytest.fixture
def browser(client: FlaskClient) -> Browser:
    return Browser(client)


@pytest.fixture
def begun(browser: Browser) -> Browser:
    """A browser whose user has agreed and stands on the second page, in English."""
    browser.open("/en/q/every")
    browser.send(OK="yes")
    assert browser.url == "/en/q/every/all"
    return browser


@pytest.fixture
def office(store: Store, bundled: Library, tmp_path: Path) -> Office:
    """The service with the bundled questionnaire for offers, as providers see it."""
    Publications(store).publish({"offers": bundled.questionnaires["offers"]})
    values = settings.load(tmp_path / "instance", operator_email="amt@kreis.example")
    return Office(create_app(values, store), store, values)
