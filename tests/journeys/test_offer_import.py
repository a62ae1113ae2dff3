"""Offers from a table: a manager fills in the template, mends what does not fit and imports it; so does a provider."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import openpyxl
from playwright.sync_api import Page

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.offers import contacts, links, register
from tests.journeys.conftest import Service
from tests.journeys.desk import faults_at_the_desk
from tests.journeys.inspection import Inspector, shown

PASSWORD = "drei Birnen im Schnee"
ENTRY: dict[str, Any] = {
    "A01": "Angebot",
    "A02": "Verein Offene Tür",
    "A04_name": "Nähstube",
    "A05_fields": "Integration und Migration",
    "A09": "Deutsch; Arabisch",
    "A08_days": "Montag",
    "A08_from": "9 Uhr",
    "A08_to": "12.30",
    "A14_free": "ja",
}


def filled(template: bytes, *rows: dict[str, Any]) -> bytes:
    """Fill rows into the template, as somebody does who types into it."""
    book = openpyxl.load_workbook(io.BytesIO(template))
    sheet = book.worksheets[0]
    names = [cell.value for cell in sheet[1]]
    first = sheet.max_row + 1
    for row, entry in enumerate(rows, first):
        for name, value in entry.items():
            sheet.cell(row, names.index(name) + 1, value)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def bring(page: Page, data: bytes) -> None:
    page.set_input_files("#file", {"name": "angebote.xlsx", "mimeType": "application/vnd.ms-excel", "buffer": data})
    page.check("#published")
    page.locator("form[enctype] button").click()


def look(page: Page, inspector: Inspector) -> list[str]:
    """Return the faults of a page, on a phone and on a desk's screen."""
    return faults_at_the_desk(inspector, shown(page))


def test_a_manager_imports_a_table_without_scripts(
    service: Service, phone: Callable[..., Page], inspector: Inspector
) -> None:
    accounts.add(service.store, "Mara", ["manager"], PASSWORD, actor="test", now=dt.datetime.now(dt.UTC))
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/manage/offers")
    page.fill("#name", "Mara")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.click("main a[href$='/offers/import']")
    faults = {"form": look(page, inspector)}
    with page.expect_download() as loading:
        page.click("a[href$='template.xlsx']")
    template = loading.value.path().read_bytes()

    broken = {**ENTRY, "A04_name": "Kochkurs", "A05_fields": "Weltraum", "A07_type": "physical", "A07_postcode": "7318"}
    bring(page, filled(template, ENTRY, broken))
    faults["preview"] = look(page, inspector)
    cells = page.locator("table:has(#_findings) tbody th").all_inner_texts()
    assert len(cells) == 2  # what is no field of action, and the padded postcode
    assert not list(register.all_offers(service.store))
    page.click("button[name=discard]")

    mended = {**broken, "A05_fields": "Gesundheit"}
    bring(page, filled(template, ENTRY, mended))
    page.check("#publish")
    page.click("button[name=load]")
    faults["done"] = look(page, inspector)
    found = {stored.body["name"]: stored.body for stored in register.all_offers(service.store)}
    assert {name: (body["listed"], body["answers"].get("A08_from")) for name, body in found.items()} == {
        "Nähstube": (True, "09:00"),
        "Kochkurs": (True, "09:00"),
    }
    assert found["Kochkurs"]["answers"]["A07_postcode"] == "07318"
    assert {name: found for name, found in faults.items() if found} == {}


def test_a_provider_sends_a_table_and_waits(service: Service, phone: Callable[..., Page], inspector: Inspector) -> None:
    organisation = register.organisations.ensure(service.store, "Verein Offene Tür")
    anna = contacts.add(service.store, organisation, "anna@verein.example", "de")
    token = links.issue(service.store, anna.contact, links.EDIT)
    page = phone("de", scripts=False)
    page.goto(f"{service.url}/provider/de/open/{token}")
    page.click("main button")
    page.click("main a[href$='/bulk']")
    faults = {"provider": look(page, inspector)}
    with page.expect_download() as loading:
        page.click("a[href$='template.xlsx']")
    bring(page, filled(loading.value.path().read_bytes(), {**ENTRY, "A02": None}, {**ENTRY, "A02": "Andere"}))
    faults["provider preview"] = look(page, inspector)
    page.click("button[name=load]")
    assert page.url == f"{service.url}/provider/de/offers?sent=yes"
    [stored] = register.all_offers(service.store)
    assert (stored.body["organisation_id"], stored.body["moderation"]) == (organisation, "submitted")
    assert stored.body["confirmed"] == clock.today().isoformat()
    assert {name: found for name, found in faults.items() if found} == {}
