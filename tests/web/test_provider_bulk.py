"""Many offers of one organisation in a table: its own only, nothing before it is sent, all of it waits for the desk."""

from __future__ import annotations

import io
import re

import pytest
from werkzeug.test import TestResponse

from survey_service.offers import contacts, register
from tests.questionnaire.xlsform.workbooks import workbook
from tests.web.browser import Browser
from tests.web.provider_desk import ANNA, BEN, Office

PAGE = "/provider/de/bulk"
HEAD = ["A01", "A02", "A04_name", "A05_fields", "A09"]
NEW = ["Angebot", "", "Nähstube", "Integration und Migration", "Deutsch; Ukrainisch"]


def send(browser: Browser, *rows: list[object], head: list[str] = HEAD) -> TestResponse:
    browser.open(PAGE)
    fields = {"_csrf": browser.page.form()["_csrf"], "published": "yes"}
    data = {**fields, "file": (io.BytesIO(workbook(Liste=[head, *rows])), "liste.xlsx")}
    answer = browser.client.post(PAGE, data=data, content_type="multipart/form-data")
    answer.request.environ["wsgi.input"].close()
    return answer


def confirm(browser: Browser, answer: TestResponse, **fields: str) -> TestResponse:
    hidden = dict(re.findall(r'name="(_csrf|mark|published)" value="([^"]+)"', answer.text))
    found = re.search(rf'action="({PAGE}/[0-9a-f]+)"', answer.text)
    assert found
    return browser.client.post(found[1], data={**hidden, "load": "yes", **fields})


def names(office: Office) -> list[tuple[str, str, str, bool]]:
    return [
        (body["organisation"], body["name"], body["moderation"], body["listed"])
        for body in (stored.body for stored in register.all_offers(office.store))
    ]


def test_new_entries_are_of_the_own_organisation_and_wait(office: Office) -> None:
    offer = office.register()
    browser = office.visiting()
    own = office.offer(offer)
    answer = send(browser, NEW, ["Angebot", "Fremder Träger", "Fremdes", "INT", "de"])
    assert answer.status_code == 200
    assert len(names(office)) == 1
    assert confirm(browser, answer).location.endswith("/provider/de/offers?sent=yes")
    assert names(office)[1:] == [(own["organisation"], "Nähstube", "submitted", False)]
    assert "Fremdes" not in str(names(office))


def test_the_table_of_ones_own_offers_comes_back_and_changes_wait(office: Office) -> None:
    offer = office.register()
    other = office.register(A02="Anderer Träger", A04_name="Fremdes", A22_by=BEN)
    browser = office.visiting()
    table = browser.client.get(f"{PAGE}/template.xlsx").data
    assert other.encode() not in table
    rows: list[list[object]] = [[offer, "Angebot", "", "Neuer Name", "INT"], [other, "Angebot", "", "Gestohlen", "INT"]]
    answer = send(browser, *rows, head=["offer", *HEAD[:4]])
    confirm(browser, answer)
    changed, foreign = office.offer(offer), office.offer(other)
    assert (changed["answers"]["A04_name"], changed["moderation"]) == ("Neuer Name", "submitted")
    assert changed["public"]["A04_name"] != "Neuer Name"
    assert foreign["answers"]["A04_name"] == "Fremdes"


def test_a_file_belongs_to_whoever_brought_it(office: Office) -> None:
    office.register()
    office.register(A02="Anderer Träger", A04_name="Fremdes", A22_by=BEN)
    anna, ben = office.visiting(), office.visiting(BEN)
    answer = send(anna, NEW)
    token = re.search(rf'action="({PAGE}/[0-9a-f]+)"', answer.text)
    assert token
    ben.open(PAGE)
    stolen = ben.client.post(token[1], data={"_csrf": ben.page.form()["_csrf"], "load": "yes"})
    assert stolen.status_code == 404
    assert len(names(office)) == 2


def test_more_than_500_rows_are_refused(office: Office) -> None:
    office.register()
    answer = send(office.visiting(), *([*NEW[:2], f"Kurs {number}", *NEW[3:]] for number in range(501)))
    assert answer.status_code == 422
    assert len(names(office)) == 1


def test_whoever_looks_after_one_offer_only_cannot_bring_many(office: Office) -> None:
    offer = office.register()
    browser = office.visiting()
    [anna] = contacts.of_address(office.store, ANNA)
    contacts.change(office.store, anna.contact, offer=offer)
    assert browser.client.get(PAGE).status_code == 403
    assert PAGE not in browser.client.get("/provider/de/offers").text


@pytest.mark.parametrize("tag", ["de", "de-simple", "en"])
def test_the_pages_speak_the_languages_of_providers(office: Office, tag: str) -> None:
    office.register()
    browser = office.visiting()
    page = browser.client.get(f"/provider/{tag}/bulk")
    assert page.status_code == 200
    assert f'lang="{tag}' in page.text or tag == "de-simple"
