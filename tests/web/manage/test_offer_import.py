"""Many offers from a file at the desk: a preview that stores nothing, then what fits at once, and no file is left."""

from __future__ import annotations

import html
import io
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_service.accounts import audit
from survey_service.offers import moderation, register
from survey_service.questionnaire.loader import Library
from survey_service.responses.loading import waiting
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.context import Context
from tests.questionnaire.xlsform.workbooks import workbook
from tests.web.manage.conftest import Desk

IMPORT = "/manage/offers/import"
HEAD = ["A01", "A02", "A04_name", "A05_fields", "A09", "A07_type", "A07_postcode", "A19_max", "A19_free", "A02_website"]
GOOD = ["Angebot", "Verein Eins", "Sprachcafé", "Integration und Migration", "Deutsch; Arabisch", "", "", 10, 12, ""]
BAD = ["Angebot", "Verein Eins", "Kurs", "Weltraum", "", "", "", "viele", "", "ftp://x.example"]
PADDED = ["Angebot", "Verein Zwei", "Werkstatt", "ARB", "", "An einem Ort, den man besucht", 7318, "", "", "x.example"]


@pytest.fixture
def publications(store: Store, bundled: Library) -> Publications:
    published = Publications(store)
    published.publish({"offers": bundled.questionnaires["offers"]})
    return published


@pytest.fixture
def english(manager: Desk) -> Desk:
    manager.post("/manage/language", {"language": "en"})
    return manager


@pytest.fixture
def folder(app: Flask) -> Path:
    context: Context = app.extensions["survey_service"]
    return context.settings.instance / waiting.FOLDER


def send(
    desk: Desk, data: bytes, name: str = "offers.xlsx", *, published: bool = True, field: str = ""
) -> TestResponse:
    fields = {"field": field, **({"published": "yes"} if published else {})}
    answer = desk.client.post(
        IMPORT,
        data={"_csrf": desk.token(), "file": (io.BytesIO(data), name), **fields},
        content_type="multipart/form-data",
    )
    answer.request.environ["wsgi.input"].close()
    return answer


def table(answer: TestResponse, name: str) -> list[list[str]]:
    body = answer.text.split(f'id="{name}"', 1)[1].split("<tbody>", 1)[1].split("</tbody>", 1)[0]
    cells = re.compile(r"<t[hd].*?>(.*?)</t[hd]>", re.DOTALL)
    return [
        [html.unescape(re.sub("<.*?>", "", cell)).strip() for cell in cells.findall(row)]
        for row in body.split("</tr>")[:-1]
    ]


def confirm(desk: Desk, answer: TestResponse, **fields: str) -> TestResponse:
    hidden = dict(re.findall(r'name="(mark|published|field)" value="([^"]+)"', answer.text))
    found = re.search(rf'action="({IMPORT}/[0-9a-f]+)"', answer.text)
    assert found
    return desk.post(found[1], {"load": "yes", **hidden, **fields})


def bodies(store: Store) -> list[dict[str, Any]]:
    return [stored.body for stored in register.all_offers(store)]


def noted(store: Store) -> list[tuple[str, str, Any]]:
    return [(e.actor, e.action, e.details) for e in audit.entries(store) if e.action.startswith("offers.")]


def test_a_preview_names_cells_and_stores_nothing(english: Desk, store: Store, folder: Path) -> None:
    answer = send(english, workbook(Liste=[HEAD, GOOD, BAD, PADDED]))
    assert answer.status_code == 200
    assert dict(table(answer, "_counts")) == {
        "New entries": "2",
        "Changed entries": "0",
        "Entries as they are already": "0",
        "Entries left out because something does not fit": "1",
        "New entries that may be there already": "0",
    }
    found = [(cell, what, value) for cell, what, _, value, _ in table(answer, "_findings")]
    assert found == [
        ("Liste!J3", "Entry left out", "ftp://x.example"),
        ("Liste!D3", "Entry left out", "Weltraum"),
        ("Liste!H3", "Entry left out", "viele"),
        ("Liste!2", "Please check", ""),
        ("Liste!G4", "Please check", "7318"),
        ("Liste!J4", "Please check", "x.example"),
    ]
    assert [row[1:] for row in table(answer, "_new")] == [["Sprachcafé", "Verein Eins"], ["Werkstatt", "Verein Zwei"]]
    assert (bodies(store), store.collection(RESPONSES).count(), noted(store)) == ([], 0, [])
    assert len(list(folder.iterdir())) == 1


def test_what_fits_is_imported_once_and_waits_for_a_decision(english: Desk, store: Store, folder: Path) -> None:
    file = workbook(Liste=[HEAD, GOOD, BAD, PADDED])
    done = confirm(english, send(english, file))
    assert done.status_code == 303
    assert "New: 2; changed: 0; as they were: 0; left out: 1" in english.get(done.location).text
    first, second = bodies(store)
    assert (first["moderation"], first["listed"], first["languages"]) == ("submitted", False, ["de", "ar"])
    assert first["answers"]["A19_free"] == 12
    assert second["answers"]["A07_postcode"] == "07318"
    assert second["answers"]["A02_website"] == "https://x.example"
    assert noted(store) == [("Mara", "offers.imported", {"new": 2, "changed": 0, "published": False})]
    assert list(folder.iterdir()) == []

    again = send(english, file)
    assert dict(table(again, "_counts"))["Entries as they are already"] == "2"
    assert 'name="load"' not in again.text

    other = send(english, workbook(Liste=[HEAD, [*GOOD[:8], 3, ""]]))
    assert [row[3] for row in table(other, "_changed")] == ["How many places are free at present?"]
    confirm(english, other, publish="yes")
    assert [(b["moderation"], b["answers"].get("A19_free")) for b in bodies(store)] == [
        ("published", 3),
        ("submitted", None),
    ]


def test_discarded_it_leaves_nothing(english: Desk, store: Store, folder: Path) -> None:
    answer = send(english, workbook(Liste=[HEAD, GOOD]))
    found = re.search(rf'action="({IMPORT}/[0-9a-f]+)"', answer.text)
    assert found
    assert english.post(found[1], {"discard": "yes"}).status_code == 303
    assert (bodies(store), list(folder.iterdir())) == ([], [])
    assert english.post(found[1], {"load": "yes"}).status_code == 404


def test_nothing_is_imported_if_the_directory_has_changed_since_the_preview(english: Desk, store: Store) -> None:
    confirm(english, send(english, workbook(Liste=[HEAD, GOOD])))
    answer = send(english, workbook(Liste=[HEAD, [*GOOD[:8], 4, ""], PADDED]))
    [body] = bodies(store)
    register.withdraw(store, body["response_key"])
    done = confirm(english, answer)
    assert done.status_code == 409
    assert "The directory has changed" in done.text
    assert [each["moderation"] for each in bodies(store)] == ["withdrawn"]
    assert ("Liste!2", "Entry left out") in [tuple(row[:2]) for row in table(done, "_findings")]
    assert confirm(english, done).status_code == 303
    assert [each["moderation"] for each in bodies(store)] == ["withdrawn", "submitted"]


def test_possible_duplicates_are_imported_only_if_wanted(english: Desk, store: Store) -> None:
    confirm(english, send(english, workbook(Liste=[HEAD, GOOD])))
    [body] = bodies(store)
    rows = [["number", *HEAD], ["7", *GOOD]]
    answer = send(english, workbook(Liste=rows))
    assert [row[3] for row in table(answer, "_like")] == [body["offer"]]
    confirm(english, answer)
    assert len(bodies(store)) == 1
    confirm(english, send(english, workbook(Liste=rows)), also_like="yes")
    assert len(bodies(store)) == 2


def test_without_a_word_on_publication_nothing_is_taken(english: Desk) -> None:
    answer = send(english, workbook(Liste=[HEAD, GOOD]), published=False)
    assert dict(table(answer, "_counts"))["New entries"] == "0"
    assert table(answer, "_findings")[0][0] == "Liste!2"


def test_all_findings_can_be_downloaded_and_are_no_formulas(english: Desk) -> None:
    rows = [[*GOOD[:2], f"Kurs {number}", "=1+1" if number == 0 else "Weltraum", *GOOD[4:]] for number in range(150)]
    answer = send(english, workbook(Liste=[HEAD, *rows]))
    assert len(table(answer, "_findings")) == 100
    assert "Further findings:" in answer.text
    found = re.search(rf'formaction="({IMPORT}/[0-9a-f]+/findings.csv)"', answer.text)
    assert found
    lines = english.post(found[1], {"published": "yes"}).get_data().decode("utf-8-sig").splitlines()
    assert lines[0] == "What becomes of it;Cell;Question;Value;Reason"
    assert len(lines) == 152, "the formula counts as empty, which is said besides"
    assert not any(cell.startswith("=") for line in lines for cell in line.split(";"))


def test_the_template_comes_back_as_it_went_out(english: Desk, store: Store) -> None:
    confirm(english, send(english, workbook(Liste=[HEAD, GOOD, PADDED])))
    moderation.decide(store, bodies(store)[0]["offer"], "published", "Mara")
    before = bodies(store)
    sent = english.get(f"{IMPORT}/entries.xlsx")
    assert noted(store)[-1] == ("Mara", "offers.exported", {"count": 2})
    book = openpyxl.load_workbook(io.BytesIO(sent.data))
    assert book.sheetnames == ["Entries", "Instructions", "Lists"]
    entries = book["Entries"]
    assert entries.row_dimensions[1].hidden
    assert [cell.value for cell in entries[1]][:4] == ["offer", "number", "confirmed", "A00"]
    assert entries["D2"].value == "May we publish your details? *"
    assert entries["A3"].value == before[0]["offer"]
    assert {cell.number_format for cell in entries[3] if cell.value} == {"@"}
    assert len(entries.data_validations.dataValidation) > 20
    answer = send(english, sent.data)
    assert dict(table(answer, "_counts"))["Entries as they are already"] == "2"
    assert [row[:2] for row in table(answer, "_findings")] == [["Entries!3", "Please check"]]  # 12 places free of 10
    assert bodies(store) == before


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_empty_template_has_no_entries(english: Desk, kind: str) -> None:
    sent = english.get(f"{IMPORT}/template.{kind}")
    assert sent.headers["Content-Disposition"] == f'attachment; filename="offers.{kind}"'
    answer = send(english, sent.data, f"offers.{kind}")
    assert answer.status_code == 422
    assert "No sheet has columns" in answer.text


def test_a_german_csv_file_in_the_old_encoding(english: Desk, store: Store) -> None:
    text = "\r\n".join(
        [
            "Was möchten Sie eintragen?;Wie heißt die Organisation?;Wie heißt das Angebot oder das Projekt?;"
            "Zu welchen Handlungsfeldern gehört der Eintrag?;An welchen Tagen ist jede Woche geöffnet?;"
            "Ab welcher Uhrzeit?;Bis zu welcher Uhrzeit?;Ist das Angebot kostenlos?;Wie viele Euro kostet es?",
            "Angebot;Träger „Größe“;Café;Arbeitsmarkt und Wirtschaft;Montag, Freitag;9 Uhr;12.30;nein;2,50 €",
        ]
    )
    confirm(english, send(english, text.encode("cp1252"), "liste.csv"))
    [body] = bodies(store)
    found = {name: body["answers"][name] for name in ("A02", "A08_days", "A08_from", "A08_to", "A14_cost")}
    assert found == {
        "A02": "Träger „Größe“",
        "A08_days": ["MO", "FR"],
        "A08_from": "09:00",
        "A08_to": "12:30",
        "A14_cost": 2.5,
    }


def test_files_that_are_too_much_or_none(english: Desk, store: Store) -> None:
    wide = workbook(Liste=[[*HEAD, *(f"Spalte {number}" for number in range(1_001 - len(HEAD)))], GOOD])
    assert (send(english, wide).status_code, bodies(store)) == (422, [])
    assert "The file has 1001 columns" in send(english, wide).text
    assert send(english, b"no workbook").status_code == 422
    assert send(english, b"\0\0", "a.csv").status_code == 422
    assert send(english, b"x" * 10_200_000).status_code == 413


def test_services_of_another_register_come_in_by_the_same_page(english: Desk, store: Store) -> None:
    """The service names no field of action, so that none of it fits until one is chosen; its alternate name has no
    place here and is listed.
    """
    service = {
        "id": "8f4c3c1e-0a4f-4d3b-9f6b-0d6b2f5a7c11",
        "name": "Tafel",
        "alternate_name": "Ausgabe",
        "status": "active",
        "organization": {"id": "o1", "name": "Hilfswerk", "description": "Hilft."},
    }
    data = json.dumps({"services": [service]}).encode()
    assert dict(table(send(english, data, "register.json"), "_counts"))["New entries"] == "0"
    answer = send(english, data, "register.json", field="WOH")
    assert dict(table(answer, "_counts"))["New entries"] == "1"
    assert "Ausgabe" in [row[3] for row in table(answer, "_findings")]
    assert confirm(english, answer).status_code == 303
    [body] = bodies(store)
    assert (body["name"], body["organisation"], body["fields"]) == ("Tafel", "Hilfswerk", ["WOH"])
    again = send(english, data, "register.json", field="WOH")
    assert dict(table(again, "_counts"))["Entries as they are already"] == "1"
    assert send(english, b"{", "register.json").status_code == 422


def test_only_who_may_import_sees_the_page(desk: Desk, as_role: Callable[[str], Desk]) -> None:
    willi = as_role("Willi")
    assert [willi.get(path).status_code for path in (IMPORT, f"{IMPORT}/entries.xlsx")] == [403, 403]
    assert willi.get("/manage/offers").text.count(IMPORT) == 0
    assert desk.get(IMPORT).status_code == 303
