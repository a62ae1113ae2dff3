"""Channels on the desk: opened with a QR code that sets up ODK Collect, listed, closed, refused where phones fail."""

from __future__ import annotations

import re
from html import unescape

import pytest

from survey_service.accounts import audit
from survey_service.problems import CATALOGUE
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xform import losses
from survey_service.responses import channels, links
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.web.manage.conftest import Desk

AT = "/manage/questionnaires/small/phones"
CHANCE = """
questionnaire: chance
audience: newcomers
languages: [de, en]
label: {de: Zufall, en: Chance}
minutes: [1, 2]
choices:
  towns:
    - {name: m, label: {de: Meiningen, en: Meiningen}, pictogram: bus}
    - {name: o, label: {de: Andere, en: Other}, last: true}
groups:
  - {name: household, label: {de: Person, en: Person}, repeat: true}
pages:
  - name: meta
    label: {de: A, en: A}
    questions:
      - {type: calculate, name: drawn, calculation: "random()"}
      - {type: calculate, name: kept, calculation: "once(random())"}
      - {type: text, name: half, label: {de: H, en: H}, relevant: "random() < 0.5"}
      - {type: select_one, name: town, label: {de: O, en: T}, choices: towns, parameters: {randomize: true}}
      - {type: calculate, name: said, calculation: "pulldata('towns', 'label', 'name', ${town})"}
      - {type: calculate, name: late, calculation: "now()", trigger: kept}
  - name: person
    group: household
    label: {de: B, en: B}
    questions:
      - {type: text, name: who, label: {de: W, en: W}}
  - name: end
    label: {de: C, en: C}
    questions:
      - {type: select_multiple, name: some, choices_from: who, label: {de: S, en: S}, parameters: {alphabetical: true}}
"""


def test_a_channel_is_opened_set_up_by_its_code_and_closed(manager: Desk, store: Store) -> None:
    links.create(store, "small", "vhs")
    given = {"label": "VHS, Tablet 1", "until": "2026-12-31", "mode": "interview", "source": "vhs"}
    page = manager.post(AT, {"_csrf": manager.token(AT), **given}).text
    address = unescape(re.search(r'<code class="secret">([^<]+)', page)[1])  # type: ignore[index]
    assert 'role="img" aria-label="QR' in page
    assert manager.client.get(f"{address.removeprefix('http://localhost')}/formList").status_code == 200
    token = address.rpartition("/")[2]
    listed = manager.get(AT).text
    assert token not in listed
    assert "VHS, Tablet 1" in listed
    (channel,) = channels.of(store, "small")
    assert token not in str(list(store.collection(channels.CHANNELS).iterate()))
    sent = manager.post(f"{AT}/closed", {"_csrf": manager.token(AT), "channel": channel.channel})
    assert sent.status_code == 303
    assert manager.client.get(f"/openrosa/{token}/formList").status_code == 404
    noted = [(each.action, dict(each.details)) for each in audit.entries(store) if each.action.startswith("channel.")]
    details = {"mode": "interview", "tag": "vhs", "until": "2026-12-31"}
    assert noted == [("channel.opened", details), ("channel.closed", {})]


@pytest.mark.parametrize(("field", "value"), [("label", ""), ("until", "2026-11-22")])
def test_what_cannot_be_taken_is_said_and_what_was_typed_stays(
    manager: Desk, store: Store, field: str, value: str
) -> None:
    given = {"label": "Büro", "until": "2026-12-31", "mode": "web", field: value}
    answer = manager.post(AT, {"_csrf": manager.token(AT), **given})
    assert answer.status_code == 422
    assert 'value="web" checked' in answer.text
    assert ('value="Büro"' in answer.text) == (field != "label")
    assert channels.of(store, "small") == []


def test_what_a_phone_cannot_ask_is_listed_and_opens_no_channel(
    manager: Desk, store: Store, questionnaire: object
) -> None:
    form: Questionnaire = questionnaire(CHANCE)  # type: ignore[operator]
    assert {(loss.place, loss.code) for loss in losses.of(form)} == {
        *(("half", "chance"), ("late", "unseen"), ("some", "spaces"), ("meta", "meta")),
        *(("town", "random_last"), ("town", "pictograms"), ("some", "alphabetical"), ("said", "look_up")),
    }
    Publications(store).publish({"chance": form})
    at = "/manage/questionnaires/chance/phones"
    page = manager.get(f"{at}?lang=en").text
    assert "A condition draws random numbers" in page
    assert 'name="label"' not in page
    refused = manager.post(at, {"_csrf": manager.token("/manage/password"), "label": "A", "until": "2026-12-31"})
    assert refused.status_code == CATALOGUE["channel.cannot"].status
    assert channels.of(store, "chance") == []
