"""Packages at the desk: made, brought, a sender trusted by telephone, counties compared, taken away again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import openpyxl
import orjson
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from survey_service.accounts import accounts, audit
from survey_service.app import create_app
from survey_service.monitoring import publication
from survey_service.packages import keys, senders
from survey_service.packages.kept import PACKAGES
from survey_service.packages.manifest import County
from survey_service.packages.senders import SENDERS
from survey_service.responses import definitions
from survey_service.settings import load
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.monitoring.published import INDICATORS, fill, publish
from tests.packages.conftest import Instance, fill_elsewhere, redefined
from tests.reports.wheelwright import filename, wheel
from tests.web.manage.conftest import NOW, PASSWORD, ROLES, Desk

PAGE = "/manage/packages"


@pytest.fixture
def app(store: Store, publications: object, tmp_path: Path, at_nine: None) -> Flask:
    for name, roles in ROLES.items():
        accounts.add(store, name, roles, PASSWORD, actor="test", now=NOW)
    app = create_app(load(tmp_path / "instance", operator="Landkreis Schmalkalden-Meiningen"), store)
    app.testing = True
    return app


@pytest.fixture
def gotha(tmp_path: Path, at_nine: None) -> Iterator[Instance]:
    """Another county with published figures, one of which it defines otherwise."""
    folder = tmp_path / "gotha"
    other = redefined("ARB1", definition={"de": "Alle Beschäftigten ÷ alle", "en": "All employed ÷ all"})
    made = Instance(County("16067", "=Landkreis <Gotha>"), folder, open_store("tinydb:", folder), other)
    fill_elsewhere(made.store)
    made.publish()
    yield made
    made.store.close()


def send(desk: Desk, data: bytes, name: str = "package.zip") -> TestResponse:
    fields: dict[str, Any] = {"_csrf": desk.token(PAGE), "file": (io.BytesIO(data), name)}
    return desk.client.post(f"{PAGE}?lang=en", data=fields, content_type="multipart/form-data")


def exported(instance: Instance) -> bytes:
    """Return a package made at the moment of the desk's clock."""
    return instance.export(hours=-100)


def trust(desk: Desk, page: str, heard: str) -> TestResponse:
    hidden = dict(re.findall(r'<input type="hidden" name="(county|name|key)" value="([^"]+)"', page))
    return desk.post(f"{PAGE}/senders?lang=en", {**hidden, "name": "=Landkreis <Gotha>", "fingerprint": heard})


def actions(store: Store) -> list[str]:
    return [each.action for each in audit.entries(store) if each.action.startswith("package.")]


def test_a_sender_is_trusted_once_and_then_figures_are_compared(
    manager: Desk, store: Store, gotha: Instance, as_role: Callable[[str], Desk]
) -> None:
    fill(store)
    publish(store)
    data = exported(gotha)
    refused = send(manager, data)
    assert refused.status_code == 409
    assert keys.fingerprint(gotha.key) in refused.text
    assert store.collection(PACKAGES).count() == store.collection(SENDERS).count() == 0
    wrong = trust(manager, refused.text, keys.fingerprint(gotha.key)[:-1])
    assert (wrong.status_code, store.collection(SENDERS).count()) == (422, 0)
    assert trust(manager, wrong.text, keys.fingerprint(gotha.key).upper()).status_code == 303  # the form is there again
    taken = send(manager, data)
    assert taken.status_code == 200
    assert "The package was taken." in taken.text
    assert "&lt;Gotha&gt;" in taken.text
    assert "The package was here already" in send(manager, data).text
    assert actions(store) == ["package.trusted", "package.imported"]
    page = as_role("Willi").get("/manage/packages/comparison?lang=en&field=ARB").text
    sections = dict(re.findall(r'<section>\s*<h2 id="i-(\w+)">(.*?)</section>', page, re.S))
    assert set(sections) == {"ARB1", "ARB2", "ARB4"}
    assert "Other wording: do not compare" in sections["ARB1"]
    assert "<del>" in sections["ARB1"]
    assert 'class="sharebar"' not in sections["ARB1"]
    assert sections["ARB2"].count('class="sharebar"') == 2
    assert re.findall(r'rect width="([\d.]+)"', sections["ARB2"]) == ["66.4", "100.0"]  # 8.3 and 12.5 percent
    assert "12.5" in sections["ARB2"]
    assert "300 of 2,400" in sections["ARB2"]
    assert sections["ARB4"].count("•") == 2
    assert "<details>" not in sections["ARB2"]
    page = manager.get("/manage/packages/comparison?lang=en&field=INT").text
    assert "between" in page  # the interval of a survey
    assert "dl-de/by-2-0" in page
    assert "by other rules than we do" not in page
    assert "&lt;Gotha&gt;" in page
    page = manager.get("/manage/packages/comparison?lang=en&field=ARB&period=2024").text
    assert "newest figure: 2025" in page
    assert 'class="sharebar"' not in page


def test_what_one_county_lacks_is_told(manager: Desk, store: Store, gotha: Instance) -> None:
    fill(store)
    publish(store)
    senders.trust(store, gotha.county, gotha.key, keys.fingerprint(gotha.key), "Mara", NOW)
    send(manager, exported(gotha))
    page = manager.get("/manage/packages/comparison?lang=en&field=").text
    assert "SYS1" in page
    assert "Not published" in page


def test_other_rules_of_disclosure_are_told(manager: Desk, store: Store, gotha: Instance) -> None:
    senders.trust(store, gotha.county, gotha.key, keys.fingerprint(gotha.key), "Mara", NOW)
    stricter = gotha.with_figures(orjson.dumps(gotha.public), hours=-100, least=10)
    assert send(manager, stricter).status_code == 200
    assert "by other rules than we do" in manager.get("/manage/packages/comparison?lang=en").text


def test_the_comparison_as_files_protects_against_formulas(manager: Desk, store: Store, gotha: Instance) -> None:
    fill(store)
    publish(store)
    senders.trust(store, gotha.county, gotha.key, keys.fingerprint(gotha.key), "Mara", NOW)
    send(manager, exported(gotha))
    answer = manager.get("/manage/packages/comparison.csv")
    rows = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
    found = {(row["indicator"], row["county"]): row for row in rows}
    theirs = found["ARB2", "16067"]
    assert (theirs["county_name"], theirs["source"]) == ("'=Landkreis <Gotha>", "'=Statistik <b>")
    assert (theirs["percent"], theirs["comparable"], theirs["definition"]) == ("12.5", "true", "same")
    assert (found["ARB1", "16067"]["definition"], found["ARB1", "16067"]["comparable"]) == ("wording", "false")
    assert found["ARB4", "16067"]["percent"] == "•"
    book = openpyxl.load_workbook(io.BytesIO(manager.get("/manage/packages/comparison.xlsx").data))
    assert book.sheetnames == ["comparison", "differences"]
    assert {cell.data_type for row in book["comparison"].iter_rows() for cell in row} <= {"s", "n"}
    assert [row[3].value for row in book["differences"].iter_rows(min_row=2)] == ["definition", "definition"]
    assert manager.get("/manage/packages/comparison.exe").status_code == 404


def test_a_broken_package_is_refused_with_its_reason(manager: Desk, store: Store, gotha: Instance) -> None:
    senders.trust(store, gotha.county, gotha.key, keys.fingerprint(gotha.key), "Mara", NOW)
    for data, said in (
        (exported(gotha)[:-5], "Package damaged"),
        (b"", "Package damaged"),
        (exported(gotha).replace(b'"kind":"indicators"', b'"kind":"indicatorz"'), "Package damaged"),
        (gotha.with_figures(b"{}", hours=-100), "The content of the package has faults"),
    ):
        answer = send(manager, data)
        assert (answer.status_code, said in answer.text) == (422, True)
    assert store.collection(PACKAGES).count() == 0
    assert manager.post(PAGE).status_code == 422  # no file


def test_a_package_of_figures_is_made_and_noted(manager: Desk, store: Store, gotha: Instance) -> None:
    assert manager.post(f"{PAGE}/made", {"what": "indicators"}).status_code == 409  # nothing is published
    fill(store)
    publish(store)
    answer = manager.post(f"{PAGE}/made", {"what": "indicators"})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="16066-indicators-figures-2026-11-23')
    assert actions(store) == ["package.exported"]
    refused = send(manager, answer.data)  # one's own
    assert (refused.status_code, "Your own package" in refused.text) == (409, True)
    public = manager.get("/results/files/figures.json").data
    assert public in answer.data  # byte for byte what everybody can read
    for what in ("responses", "plugin:nothing", "questionnaire:nothing", "plugin:monitoring"):
        assert manager.post(f"{PAGE}/made", {"what": what}).status_code in (400, 404, 409)


def test_a_questionnaire_comes_as_a_draft_and_a_plugin_waits(
    manager: Desk, store: Store, tmp_path: Path, at_nine: None
) -> None:
    """What a first county sends is brought by a second one, over the pages of both."""
    made = manager.post(f"{PAGE}/made", {"what": "questionnaire:small"}).data
    folder = tmp_path / "there"
    with_store = open_store("tinydb:", folder)
    accounts.add(with_store, "Mara", ["manager"], PASSWORD, actor="test", now=NOW)
    other = create_app(load(folder, operator="Landkreis Gotha", forms=str(forms_of(tmp_path))), with_store)
    desk = Desk(other)
    desk.sign_in("Mara")
    refused = send(desk, made)
    assert refused.status_code == 409
    own = keys.fingerprint(keys.public(tmp_path / "instance"))
    senders.trust(with_store, County("16066", "Landkreis Schmalkalden-Meiningen"), keys.public(tmp_path / "instance"),
                  own, "Mara", NOW)  # fmt: skip
    taken = send(desk, made)
    assert taken.status_code == 200
    assert "/manage/drafts/small" in taken.text
    assert definitions.get(with_store, "small").questionnaire.name == "small"
    fields: dict[str, Any] = {"_csrf": manager.token(PAGE), "wheel": (io.BytesIO(wheel()), filename())}
    manager.client.post("/manage/plugins", data=fields, content_type="multipart/form-data")
    assert manager.post(f"{PAGE}/made", {"what": "plugin:trial"}).status_code == 404  # not approved yet
    with_store.close()


def forms_of(folder: Path) -> Path:
    """Return a folder of forms with the municipalities of another county."""
    forms = folder / "forms"
    forms.mkdir()
    (forms / "vocabularies").mkdir()
    (forms / "vocabularies" / "municipalities.yaml").write_text(
        "vocabulary: municipalities\nlabel: {de: Orte, en: Places}\nsource: us\nchoices:\n"
        '  - {name: "16067029", label: "Gotha"}\n', "utf-8",
    )  # fmt: skip
    return forms


def test_a_sender_and_a_package_are_taken_away_again(manager: Desk, store: Store, gotha: Instance) -> None:
    senders.trust(store, gotha.county, gotha.key, keys.fingerprint(gotha.key), "Mara", NOW)
    send(manager, exported(gotha))
    (kept,) = store.collection(PACKAGES).find()
    assert manager.post(f"{PAGE}/{kept.id}/remove").status_code == 303
    assert manager.post(f"{PAGE}/{kept.id}/remove").status_code == 404
    assert manager.post(f"{PAGE}/senders/16067/remove").status_code == 303
    assert manager.post(f"{PAGE}/senders/16067/remove").status_code == 404
    assert actions(store)[-2:] == ["package.removed", "package.distrusted"]
    assert manager.post(f"{PAGE}/senders", {"county": "x", "name": "y"}).status_code == 400


def test_a_changed_key_is_a_warning(manager: Desk, store: Store, gotha: Instance) -> None:
    senders.trust(store, gotha.county, gotha.key, keys.fingerprint(gotha.key), "Mara", NOW)
    old = keys.fingerprint(gotha.key)
    (gotha.folder / "packages.key").unlink()
    answer = send(manager, exported(gotha))
    assert answer.status_code == 409
    assert "Warning: the sender has another key" in answer.text
    assert old in answer.text
    assert keys.fingerprint(gotha.key) in answer.text


def test_without_an_operator_no_package_is_made(store: Store, tmp_path: Path, app: Flask) -> None:
    nameless = Desk(create_app(load(tmp_path / "nameless"), store))
    nameless.sign_in("Mara")
    fill(store)
    publish(store)
    assert "No packages can be made yet" in nameless.get(f"{PAGE}?lang=en").text
    answer = nameless.post(f"{PAGE}/made", {"what": "indicators"})
    assert (answer.status_code, actions(store)) == (409, [])


def test_drafts_are_never_compared(manager: Desk, store: Store) -> None:
    fill(store)
    page = manager.get("/manage/packages/comparison?lang=en").text
    assert "There is no figure yet." in page
    assert publication.prepare(store, INDICATORS).is_new
