"""A batch as files: CSV, workbook, JSON, SDMX-CSV, its news as a feed, and its entry in catalogues of open data.

All of them are written from the same rows, which hold exactly what the pages show: shares in percent with one decimal
place, and "•" or nothing at all for what is hidden.
"""

from __future__ import annotations

import csv
import io
import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree

import orjson
import xlsxwriter

from survey_service.cells import neutralised
from survey_service.monitoring import periods
from survey_service.monitoring.corrections import CORRECTED, WITHDRAWN, WRONG, Remark, Remarks
from survey_service.monitoring.figures import HIDDEN, Batch, Cell, Figure, News
from survey_service.monitoring.observations import COUNTY
from survey_service.offers import open_data
from survey_service.offers.hsds import places
from survey_service.offers.open_data import About, Dataset
from survey_service.questionnaire.model import Text

Row = dict[str, Any]
COLUMNS = (
    *("indicator", "name_de", "name_en", "field", "version", "period", "area", "area_name"),
    *("percent", "numerator", "denominator", "low", "high", "rounded", "state", "source", "note", "batch"),
    "correction",
)
_NUMBERS = ("percent", "numerator", "denominator", "low", "high")
_REMARKS = {
    CORRECTED: "berichtigt mit Veröffentlichung {} / corrected with publication {}",
    WRONG: "falsch, berichtigt mit Veröffentlichung {} / wrong, corrected with publication {}",
    WITHDRAWN: "falsch, zurückgezogen mit Veröffentlichung {} / wrong, withdrawn with publication {}",
}
TITLE = "Kennzahlen der Integration / Integration indicators"


def percent(share: float | None) -> float | None:
    """Return a share as everybody reads it: in percent, with one decimal place."""
    return None if share is None else round(share * 100, 1)


def rows(batch: Batch, areas: Mapping[str, Text], remarks: Remarks) -> Iterator[Row]:
    """Yield a row for each cell, with the names of COLUMNS, then those without a figure for what is withdrawn by now;
    ``areas`` are the names of municipalities.
    """
    for figure in batch.figures:
        code = figure.indicator.code
        for cell in figure.cells:
            yield _row(figure, cell, areas, remarks.get((code, cell.key)))
        for each in batch.absent:
            for area in each.areas if each.indicator == code else ():
                remark = remarks.get((code, (each.version, each.period, area)))
                row = _row(figure, Cell(each.version, each.period, area, None), areas, remark)
                yield {**row, "state": WITHDRAWN, "batch": remark.batch if remark is not None else batch.number}


def remark_text(remark: Remark | None) -> str:
    """Return what is to be known of a figure, in German and English, with the reason as given; "" for nothing."""
    return "" if remark is None else f"{_REMARKS[remark.kind].format(remark.batch, remark.batch)}: {remark.reason}"


def _row(figure: Figure, cell: Cell, areas: Mapping[str, Text], remark: Remark | None) -> Row:
    indicator = figure.indicator
    name = areas.get(cell.area, {})
    return {
        "indicator": indicator.code,
        "name_de": indicator.name["de"],
        "name_en": indicator.name["en"],
        "field": indicator.field,
        "version": cell.version,
        "period": cell.period,
        "area": cell.area,
        "area_name": name.get("*") or name.get("de") or cell.area,
        "percent": percent(cell.value),
        "numerator": cell.numerator,
        "denominator": cell.denominator,
        "low": percent(cell.low),
        "high": percent(cell.high),
        "rounded": cell.rounded,
        "state": "hidden" if cell.hidden else "preliminary" if cell.preliminary else "final",
        "source": cell.source,
        "note": cell.note,
        "batch": cell.batch,
        "correction": remark_text(remark),
    }


def _for_people(row: Row) -> list[Any]:
    """Return a row for a table: the sign for what is hidden, and no text that a spreadsheet would compute."""
    cells = {name: neutralised(value) if isinstance(value, str) else value for name, value in row.items()}
    if row["state"] == "hidden":
        cells |= dict.fromkeys(("percent", "numerator", "denominator"), HIDDEN)
    return ["" if (value := cells[name]) is None else str(value).lower() if isinstance(value, bool) else value
            for name in COLUMNS]  # fmt: skip


def write_csv(batch: Batch, areas: Mapping[str, Text], _: About, remarks: Remarks) -> bytes:
    """Return the batch as CSV with a byte order mark."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(COLUMNS)
    writer.writerows(map(_for_people, rows(batch, areas, remarks)))
    return file.getvalue().encode("utf-8-sig")


def write_xlsx(batch: Batch, areas: Mapping[str, Text], about: About, remarks: Remarks) -> bytes:
    """Return the batch as a workbook: the figures, what is counted, and what the signs mean."""
    file = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(file, options) as book:
        book.set_properties({"title": TITLE})
        bold = book.add_format({"bold": True, "bottom": 2})
        sheet = book.add_worksheet("figures")
        sheet.write_row(0, 0, COLUMNS, bold)
        for number, row in enumerate(rows(batch, areas, remarks), 1):
            for column, value in enumerate(_for_people(row)):
                (sheet.write_string if isinstance(value, str) else sheet.write_number)(number, column, value)
        sheet.freeze_panes(1, 1)
        _listed(book.add_worksheet("definitions"), bold, ("indicator", "version", "de", "en"), _definitions(batch))
        _listed(book.add_worksheet("notes"), bold, ("name", "value"), _notes(batch, about))
    return file.getvalue()


def _listed(sheet: Any, bold: Any, heading: Sequence[str], listed: Iterator[Sequence[str]]) -> None:
    sheet.write_row(0, 0, heading, bold)
    for number, row in enumerate(listed, 1):
        for column, value in enumerate(row):
            sheet.write_string(number, column, value)


def _definitions(batch: Batch) -> Iterator[Sequence[str]]:
    for figure in batch.figures:
        for each in figure.indicator.versions:
            yield figure.indicator.code, str(each.version), each.definition["de"], each.definition["en"]


def _notes(batch: Batch, about: About) -> Iterator[Sequence[str]]:
    yield "number", str(batch.number)
    yield "day", batch.day
    yield "hash", batch.digest
    yield "license", about.terms.url
    yield "publisher", about.publisher
    yield HIDDEN, "verdeckt, damit niemand erkannt wird / hidden so that nobody is recognised"
    yield "rounded", "auf 5 gerundet, Summen gehen nicht auf / rounded to 5, totals may not add up"


def write_json(batch: Batch, areas: Mapping[str, Text], about: About, remarks: Remarks) -> bytes:
    """Return the batch as JSON: its facts, definitions and targets, and a row for each cell; null is hidden."""
    content = {
        "number": batch.number,
        "day": batch.day,
        "hash": batch.digest,
        "previous": batch.previous,
        "license": about.terms.url,
        "attribution": about.attribution,
        "indicators": [_about(figure) for figure in batch.figures],
        "figures": list(rows(batch, areas, remarks)),
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


def _about(figure: Figure) -> Row:
    indicator, target = figure.indicator, figure.target
    return {
        "code": indicator.code,
        "name": dict(indicator.name),
        "field": indicator.field,
        "better": indicator.better,
        "source": indicator.source,
        "versions": [{"version": each.version, "definition": dict(each.definition)} for each in indicator.versions],
        "target": None if target is None else {
            "version": target.version,
            "baseline_period": target.baseline_period,
            "baseline_percent": percent(target.baseline),
            "target_period": target.target_period,
            "target_percent": percent(target.target),
            "decided": target.decided,
        },
    }  # fmt: skip


_SDMX_COLUMNS = (
    *("STRUCTURE", "STRUCTURE_ID", "ACTION", "FREQ", "INDICATOR", "DEFINITION", "REF_AREA", "TIME_PERIOD", "OBS_VALUE"),
    *("OBS_STATUS", "CONF_STATUS", "UNIT_MEASURE", "DECIMALS", "NUMERATOR", "DENOMINATOR", "LOWER", "UPPER"),
    *("ROUNDED", "SOURCE", "COMMENT_OBS"),
)
DATAFLOW = "COUNTY:INTEGRATION_INDICATORS(1.0.0)"


def write_sdmx(batch: Batch, areas: Mapping[str, Text], _: About, remarks: Remarks) -> bytes:
    """Return the batch as SDMX-CSV 2.0.0 (SDMX 3.0, section 5: a row for each observation of one dataflow).

    ``STRUCTURE``, ``STRUCTURE_ID`` and ``ACTION`` (I: information) come first, then the dimensions, whose values are
    the key: frequency, indicator, version of its definition, area (``_T``: the county), period. ``OBS_STATUS`` is of
    the cross-domain code list: A normal, P provisional, Q missing, suppressed, O missing (withdrawn); ``CONF_STATUS``
    F free, C confidential. A value that is hidden or withdrawn is an empty field. What is to be known of a corrected
    figure is part of its comment.
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    writer.writerow(_SDMX_COLUMNS)
    status = {"final": ("A", "F"), "preliminary": ("P", "F"), "hidden": ("Q", "C"), WITHDRAWN: ("O", "F")}
    for row in rows(batch, areas, remarks):
        frequency = "A" if periods.fits(row["period"], periods.YEAR) else "Q"
        key = (frequency, row["indicator"], row["version"], row["area"] or "_T", row["period"])
        value, *counts = ("" if row[name] is None else row[name] for name in _NUMBERS)
        comment = "; ".join(filter(None, (row["correction"], row["note"])))
        texts = (neutralised(row["source"]), neutralised(comment))
        writer.writerow(("dataflow", DATAFLOW, "I", *key, value, *status[row["state"]], "PT", 1, *counts,
                         str(row["rounded"]).lower(), *texts))  # fmt: skip
    return file.getvalue().encode("utf-8")


@dataclass(frozen=True)
class Format:
    """A kind of file: how it is written, its media type, and the type of the EU's list of file types."""

    write: Callable[[Batch, Mapping[str, Text], About, Remarks], bytes]
    media_type: str
    type: str


FORMATS: Mapping[str, Format] = {
    "figures.csv": Format(write_csv, "text/csv", "CSV"),
    "figures.xlsx": Format(
        write_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "XLSX"
    ),
    "figures.json": Format(write_json, "application/json", "JSON"),
    "figures.sdmx.csv": Format(write_sdmx, "application/vnd.sdmx.data+csv;version=2.0.0", "CSV"),
}  # fmt: skip
_ATOM = "http://www.w3.org/2005/Atom"


def feed(batches: Sequence[News], about: About) -> bytes:
    """Return the news of publications as an Atom feed (RFC 4287), newest first; there is at least one."""
    ElementTree.register_namespace("", _ATOM)
    root = ElementTree.Element(f"{{{_ATOM}}}feed", {"{http://www.w3.org/XML/1998/namespace}lang": "de"})
    address = f"{about.server}/results"
    _said(root, "id", _urn(address))
    _said(root, "title", TITLE)
    _said(root, "updated", batches[0].moment)
    _linked(root, "self", f"{address}/feed.atom", "application/atom+xml")
    _linked(root, "alternate", f"{about.server}/de/results", "text/html")
    _said(ElementTree.SubElement(root, f"{{{_ATOM}}}author"), "name", about.publisher or TITLE)
    for batch in batches:
        entry = ElementTree.SubElement(root, f"{{{_ATOM}}}entry")
        _said(entry, "id", _urn(f"{address}/{batch.number}"))
        _said(entry, "title", f"Veröffentlichung {batch.number} / Publication {batch.number}, {batch.day}")
        told = [each for each in batches if _later(each, batch)]
        _said(entry, "updated", told[0].moment if told else batch.moment)
        _linked(entry, "alternate", f"{about.server}/de/results?batch={batch.number}", "text/html")
        _said(entry, "summary", ". ".join([_summary(batch), *(_later(each, batch) for each in reversed(told))]))
    return bytes(ElementTree.tostring(root, encoding="utf-8", xml_declaration=True))


def _summary(batch: News) -> str:
    """Return what a publication brings, and what it corrects and withdraws, each with the reason."""
    lines = [f"Neu oder geändert / new or changed: {', '.join(batch.codes) or '–'}"]
    for each in batch.corrections:
        verb = "Zurückgezogen / withdrawn" if each.withdrawn else "Berichtigt / corrected"
        periods_of = ", ".join(dict.fromkeys(period for _, period, _ in each.cells))
        lines.append(f"{verb}: {each.indicator} ({periods_of}): {each.reason}")
    return ". ".join(lines)


def _later(later: News, batch: News) -> str:
    """Return which of a publication's figures a later one corrects or withdraws; "" for none."""
    wrong = [each.indicator for each in later.corrections if each.since <= batch.number < later.number]
    if not wrong:
        return ""
    said = "Falsch, siehe Veröffentlichung {0} / wrong, see publication {0}: {1}"
    return said.format(later.number, ", ".join(dict.fromkeys(wrong)))


def _said(parent: ElementTree.Element, name: str, text: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}{name}").text = text


def _linked(parent: ElementTree.Element, rel: str, href: str, media_type: str) -> None:
    ElementTree.SubElement(parent, f"{{{_ATOM}}}link", {"rel": rel, "href": href, "type": media_type})


def _urn(address: str) -> str:
    return uuid.uuid5(uuid.NAMESPACE_URL, address).urn


def catalog(batch: Batch, about: About, municipalities: Collection[str]) -> dict[str, Any]:
    """Return the entry for catalogues: the newest batch as a dataset, by DCAT-AP.de in JSON-LD."""
    county = places.district(municipalities)
    address = f"{about.server}/results"
    dataset = Dataset(
        identifier=f"{address}#figures",
        title={"de": "Kennzahlen der Integration", "en": "Integration indicators"},
        description={
            "de": "Kennzahlen des Integrationsmonitorings, nach Zeitraum und Gebiet; kleine Gruppen sind verdeckt.",
            "en": "Indicators of integration by period and area; small groups are hidden.",
        },
        frequency="IRREG",
        modified=batch.moment,
        page=f"{about.server}/de/results",
        county=places.district_uri(county) if county else "",
        files={f"{address}/files/{name}": (form.type, form.media_type) for name, form in FORMATS.items()},
    )
    return dict(open_data.catalog(about, f"{address}#catalog", TITLE, dataset))


def by_area(figure: Figure, period: str) -> list[Cell]:
    """Return the cells of a period that are of municipalities, of its newest version."""
    chosen = [cell for cell in figure.cells if cell.period == period and cell.area != COUNTY]
    newest = max((cell.version for cell in chosen), default=0)
    return [cell for cell in chosen if cell.version == newest]
