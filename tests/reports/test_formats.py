"""All formats show the numbers of JSON: two reports on the demonstration, in Arabic and in German or English."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pikepdf
import pytest
from flask import Flask

from survey_service import clock, demo, languages
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.reports import host
from survey_service.reports.report import Report
from survey_service.responses.revisions import Publications
from survey_service.settings import load as load_settings
from survey_service.store import open_store
from survey_service.web import i18n
from survey_service.web.manage.report_files import FORMS
from tests.reports import tables
from tests.reports.tables import plain, shown
from tests.web.manage.conftest import NOW

PLUGINS = ("needs_and_offers", "monitoring")
Files = dict[tuple[str, str, str], bytes]
EVERY = [("needs_and_offers", "de"), ("needs_and_offers", "ar"), ("monitoring", "en"), ("monitoring", "ar")]


@pytest.fixture(scope="module")
def made(bundled: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, dict[str, Report], Path]]:
    folder = tmp_path_factory.mktemp("formats")
    store = open_store("memory:", folder)
    publications = Publications(store)
    publications.publish(bundled.questionnaires)
    settings = load_settings(folder, report_seconds=300)
    with clock.fixed(NOW):
        demo.fill(store, publications, today=clock.today())
        reports = {name: host.run(name, store, publications, settings) for name in PLUGINS}
    yield create_app(settings, store), reports, folder
    store.close()


@pytest.fixture(scope="module")
def files(made: tuple[Flask, dict[str, Report], Path]) -> Files:
    """Every report in every format and language."""
    app, reports, folder = made
    written = {}
    for plugin, tag in EVERY:
        with app.test_request_context():
            i18n.use(tag, "desk")
            for name, form in FORMS.items():
                written[plugin, tag, name] = form.make(reports[plugin], tag, folder)
    return written


@pytest.fixture(scope="module")
def office(files: Files, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """The lines of each Word document as LibreOffice reads them."""
    folder = tmp_path_factory.mktemp("office")
    paths = []
    for plugin, tag in EVERY:
        paths.append(folder / f"{plugin}-{tag}.docx")
        paths[-1].write_bytes(files[plugin, tag, "docx"])
    return tables.office_lines(paths, folder)


def locale_of(report: Report, tag: str, number: int) -> str:
    """Return the locale of a table: that of its caption's language; our own table of indicators has the reader's."""
    blocks = [block for block in report.blocks if block["type"] in ("table", "chart")]
    own = 1 if any(block["type"] == "figure" for block in report.blocks) else 0
    if number < own:
        return languages.language(tag).locale
    caption = blocks[number - own]["caption"]
    return languages.language(tag if tag in caption else "en").locale


def wanted(report: Report, tag: str) -> list[list[list[str]]]:
    """Return the numbers of each table as they are to be shown; the indicators come first in their report."""
    return [
        [[shown(item, locale_of(report, tag, number)) for item in row] for row in rows]
        for number, rows in enumerate(tables.numbers(report.blocks))
    ]


def numeric(row: list[str], expected: list[str]) -> list[str]:
    """Return as many of a row's cells as are expected, those that look like numbers, without reasons and references."""
    found = [re.match(r"•|–|[^A-Za-z]*", plain(cell)) for cell in row[1:]]
    texts = [match[0] for match in found if match is not None and re.search(r"[0-9٠-٩•–]", match[0])]
    return [text for text in texts if not re.fullmatch(r"[0-9]{4}-", text)][: len(expected)]


@pytest.mark.parametrize(("plugin", "tag"), EVERY)
def test_html_and_word_show_the_numbers_of_json(
    made: tuple[Flask, dict[str, Report], Path], files: Files, tmp_path: Path, plugin: str, tag: str
) -> None:
    expected = wanted(made[1][plugin], tag)
    assert sum(map(len, expected)) > 30
    document = tmp_path / "report.docx"
    document.write_bytes(files[plugin, tag, "docx"])
    found = tables.html_tables(files[plugin, tag, "html"].decode("utf-8")), tables.docx_tables(document)
    for each in found:
        assert [[numeric(row, want) for row, want in zip(rows, wants, strict=True)]
                for rows, wants in zip(each, expected, strict=True)] == expected  # fmt: skip


@pytest.mark.parametrize(("plugin", "tag"), EVERY)
def test_libreoffice_opens_the_word_document_with_the_same_figures(
    made: tuple[Flask, dict[str, Report], Path], office: dict[str, list[str]], plugin: str, tag: str
) -> None:
    report = made[1][plugin]
    lines = [plain(line) for line in office[f"{plugin}-{tag}"]]
    assert plain(report.title.get(tag, report.title["en"])) in lines
    cells = iter(lines)
    for rows in wanted(report, tag):
        for row in rows:
            for number in row:  # in this order, each in a cell of its own; “•” carries the letter of its reason
                assert any(cell == number or re.fullmatch(rf"{re.escape(number)}[a-c]", cell) for cell in cells), number


@pytest.mark.parametrize(("plugin", "tag"), EVERY)
def test_pdf_shows_the_numbers_of_json(
    made: tuple[Flask, dict[str, Report], Path], files: Files, plugin: str, tag: str
) -> None:
    text = re.sub(r"[–•][a-c]?", "", tables.pdf_text(files[plugin, tag, "pdf"]))
    for rows in wanted(made[1][plugin], tag):
        for row in rows:
            texts = [number for number in row if number not in "•–"]
            if tag == "ar":  # its cells are read back in another order
                assert all(number in text for number in texts)
            else:
                assert "".join(texts) in text


@pytest.mark.parametrize(("plugin", "tag"), EVERY)
def test_excel_and_csv_have_the_exact_numbers(
    made: tuple[Flask, dict[str, Report], Path], files: Files, plugin: str, tag: str
) -> None:
    report = made[1][plugin]
    sheets = tables.xlsx_tables(files[plugin, tag, "xlsx"], skip=2 if plugin == "needs_and_offers" else 1)
    expected = tables.numbers(report.blocks)
    if plugin == "needs_and_offers":  # tables first, then the charts
        kinds = [block["type"] for block in report.blocks if block["type"] in ("table", "chart")]
        order = sorted(range(len(kinds)), key=lambda place: kinds[place] == "chart")
    else:
        kinds = ["table", *(block["type"] for block in report.blocks if block["type"] in ("table", "chart"))]
        order = sorted(range(len(kinds)), key=lambda place: kinds[place] == "chart")
    for sheet, place in zip(sheets, order, strict=True):
        for row, items in zip(sheet, expected[place], strict=True):
            exact = [item["value"] for item in items if item["kind"] not in ("hidden", "nothing", "date")]
            found = [value for value in row if isinstance(value, int | float)]
            assert found[: len(exact)] == pytest.approx(exact, rel=1e-15)  # a workbook has 16 digits
            assert sum(str(value).startswith("•") for value in row[: 1 + len(row)]) >= sum(
                item["kind"] == "hidden" for item in items
            )
    rows = tables.csv_rows(files[plugin, tag, "csv"])
    cells = [item for table in _csv_order(report) for item in table]
    assert [
        row["value"] for row in rows if row["block"] in ("cell", "bar", "figure") and row["unit"] != "text"
    ] == cells


def _csv_order(report: Report) -> Iterator[list[str]]:
    for block in report.blocks:
        if block["type"] == "figure":
            yield ["•" if block["suppressed"] else "" if block["value"] is None else str(block["value"])]
        elif block["type"] == "table":
            items = [item for row in block["rows"] for item in row[1:] if item["kind"] != "text"]
            yield ["•" if item["kind"] == "hidden" else str(item["value"]) for item in items]
        elif block["type"] == "chart":
            yield ["•" if bar["value"]["kind"] == "hidden" else str(bar["value"]["value"]) for bar in block["bars"]]


@pytest.mark.parametrize(("plugin", "tag"), EVERY)
def test_pdf_is_tagged_as_pdf_ua_asks(
    made: tuple[Flask, dict[str, Report], Path], files: Files, plugin: str, tag: str
) -> None:
    report = made[1][plugin]
    charts = [block for block in report.blocks if block["type"] == "chart"]
    with pikepdf.open(io.BytesIO(files[plugin, tag, "pdf"])) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == tag
        assert pdf.Root.ViewerPreferences.DisplayDocTitle
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == report.title.get(tag, report.title["en"])
        kinds = list(_tags(pdf.Root.StructTreeRoot))
        figures = [element for kind, element in kinds if kind == "/Figure"]
        assert sorted(str(figure.Alt) for figure in figures) == sorted(
            chart["caption"].get(tag, chart["caption"]["en"]) for chart in charts
        )
        names = [kind for kind, _ in kinds]
        assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/Link"} <= set(names)
        shown_tables = sum(block["type"] in ("table", "chart") for block in report.blocks) + (plugin == "monitoring")
        assert names.count("/Table") == shown_tables
        assert names.count("/TH") >= 2 * shown_tables


def _tags(node: pikepdf.Object) -> Iterator[tuple[str, pikepdf.Object]]:
    """Yield the structure elements below a node with their kind, in reading order."""
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield str(kid.S), kid
            yield from _tags(kid)


@pytest.mark.parametrize(("plugin", "tag"), EVERY)
def test_every_reference_leads_to_how_it_was_counted(
    made: tuple[Flask, dict[str, Report], Path], files: Files, plugin: str, tag: str
) -> None:
    page = files[plugin, tag, "html"].decode("utf-8")
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r' id="([^"]+)"', page))
    statements = sum(block["type"] == "statement" for block in made[1][plugin].blocks)
    figures = sum(block["type"] == "figure" for block in made[1][plugin].blocks)
    assert page.count('class="counted"') >= statements + figures
    assert page.count(made[1][plugin].snapshot) == page.count('class="counted"') + 1
    assert len(re.findall(r'class="reference"', page)) >= statements + figures
    book = openpyxl.load_workbook(io.BytesIO(files[plugin, tag, "xlsx"]))
    entries = book.worksheets[-1]
    assert [row[0].value for row in entries.iter_rows(min_row=2)] == [
        f"[{number}]" for number in range(1, entries.max_row)
    ]
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.hyperlink]
    assert len(cells) >= statements + figures
    for cell in cells:
        sheet, _, place = cell.hyperlink.location.rpartition("!")
        assert (sheet, entries[place].value) == (f"'{entries.title}'", cell.value)


@pytest.mark.parametrize("plugin", PLUGINS)
def test_arabic_runs_from_the_right(files: Files, plugin: str) -> None:
    assert '<html lang="ar" dir="rtl">' in files[plugin, "ar", "html"].decode("utf-8")
    book = openpyxl.load_workbook(io.BytesIO(files[plugin, "ar", "xlsx"]))
    assert all(sheet.sheet_view.rightToLeft for sheet in book.worksheets)
    import docx as word

    document = word.Document(io.BytesIO(files[plugin, "ar", "docx"]))
    assert all("w:bidiVisual" in table._tbl.tblPr.xml for table in document.tables)
    assert "w:bidi" in document.sections[0]._sectPr.xml
    assert 'w:bidi="ar"' in document.styles.element.xml
    others = [word.Document(io.BytesIO(files[name, tag, "docx"])) for name, tag in EVERY if tag != "ar"]
    assert not any("w:bidiVisual" in table._tbl.tblPr.xml for other in others for table in other.tables)


@pytest.mark.parametrize(("plugin", "tag"), [each for each in EVERY if each[1] != "ar"])
def test_a_word_document_can_be_read_aloud(
    made: tuple[Flask, dict[str, Report], Path], files: Files, plugin: str, tag: str
) -> None:
    import docx as word

    document = word.Document(io.BytesIO(files[plugin, tag, "docx"]))
    report = made[1][plugin]
    assert document.core_properties.title == report.title[tag]
    assert document.core_properties.language == tag
    assert [p.text for p in document.paragraphs if p.style.name == "Heading 1"] == [report.title[tag]]
    assert all("w:tblHeader" in table.rows[0]._tr.xml for table in document.tables)
    pictures = re.findall(r'<wp:docPr [^>]*descr="([^"]+)"', document.element.xml)
    assert pictures == [block["caption"][tag] for block in report.blocks if block["type"] == "chart"]
    places = set(re.findall(r'<w:bookmarkStart [^>]*w:name="([^"]+)"', document.element.xml))
    assert set(re.findall(r'<w:hyperlink [^>]*w:anchor="([^"]+)"', document.element.xml)) <= places
    assert "NUMPAGES" in document.sections[0].footer._element.xml


@pytest.mark.parametrize("tag", ["de", "ar"])
def test_all_charts_are_one_svg(files: Files, tag: str) -> None:
    import xml.etree.ElementTree as ET

    tree = ET.fromstring(files["needs_and_offers", tag, "svg"])
    assert tree.tag.endswith("svg")
    assert len([each for each in tree.iter() if each.tag.endswith("}svg")]) == 3  # two charts in one
