"""A report as a file, in each format and in any language of the interface; all are written from one view."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import render_template
from markupsafe import Markup

from survey_service import languages
from survey_service.reports.render import csv_, docx, json_, pdf, stacked, xlsx
from survey_service.reports.render.pictures import pictures
from survey_service.reports.render.view import view
from survey_service.reports.render.views import ChartView, ReportView
from survey_service.reports.report import Report
from survey_service.web import i18n
from survey_service.web.manage import names

UTF_8_MARKED = "utf-8-sig"
"""A CSV file begins with a byte order mark, so that spreadsheets read it as UTF-8."""


@dataclass(frozen=True)
class Charts:
    """How a page shows the charts that have no SVG, and what stands below each: both as markup, by the chart."""

    picture: Callable[[ChartView], Markup]
    links: Callable[[ChartView], Markup] = lambda _chart: Markup("")


def seen(made: Report, tag: str) -> ReportView:
    """Return the view of a report in a language; the request speaks another one perhaps."""
    with i18n.speaking(tag):
        return view(made, tag, i18n.gettext)


def page(made: Report, tag: str, instance: Path) -> bytes:
    """Return a report as a page of its own, without the desk around it, which loads nothing."""
    shown = seen(made, tag)
    undrawn = tuple(chart for chart in shown.charts if chart.svg is None)
    drawn = pictures(undrawn, "svg", instance)
    with i18n.speaking(tag):
        text = render_template(
            "manage/document.html",
            view=shown,
            language=languages.language(tag),
            charts=Charts(lambda chart: _inline(chart, drawn[chart.id], shown)),
            **names.HELPERS,
        )
    return text.encode("utf-8")


def _inline(chart: ChartView, picture: bytes | None, shown: ReportView) -> Markup:
    if picture is None:
        return Markup("<p>{}</p>").format(shown.headings.not_drawn)
    address = f"data:image/svg+xml;base64,{base64.b64encode(picture).decode('ascii')}"
    return Markup('<img src="{}" alt="{}">').format(address, chart.caption)


def chart_table(chart: ChartView) -> bytes:
    """Return the figures of a chart as CSV: exact numbers, “•” for what is not published."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([csv_.text(cell.text) for cell in chart.table.head])
    for row in chart.table.rows:
        writer.writerow([csv_.text(cell.text) if cell.value is None else cell.value for cell in row])
    return text.getvalue().encode(UTF_8_MARKED)


def _csv(made: Report, tag: str, _instance: Path) -> bytes:
    text = io.StringIO(newline="")
    csv_.write(made, tag, text)
    return text.getvalue().encode(UTF_8_MARKED)


def _pdf(made: Report, tag: str, instance: Path) -> bytes:
    shown = seen(made, tag)
    return pdf.render(shown, pictures(shown.charts, "svg", instance))


def _docx(made: Report, tag: str, instance: Path) -> bytes:
    shown = seen(made, tag)
    return docx.render(shown, pictures(shown.charts, "png", instance), made.day)


def _xlsx(made: Report, tag: str, _instance: Path) -> bytes:
    return xlsx.render(seen(made, tag))


def _svg(made: Report, tag: str, instance: Path) -> bytes:
    shown = seen(made, tag)
    return stacked.render(shown, pictures(shown.charts, "svg", instance)).encode("utf-8")


@dataclass(frozen=True)
class Form:
    """A format: its media type, and what makes it of a report, a language, and the folder of the instance."""

    media_type: str
    make: Callable[[Report, str, Path], bytes]


_OFFICE = "application/vnd.openxmlformats-officedocument"
FORMS: Mapping[str, Form] = {
    "html": Form("text/html", page),
    "pdf": Form("application/pdf", _pdf),
    "docx": Form(f"{_OFFICE}.wordprocessingml.document", _docx),
    "xlsx": Form(f"{_OFFICE}.spreadsheetml.sheet", _xlsx),
    "csv": Form("text/csv", _csv),
    "json": Form("application/json", lambda made, _tag, _instance: json_.render(made).encode("utf-8")),
    "svg": Form("image/svg+xml", _svg),
}
"""Format → what it is; ``svg`` is all charts of a report in one picture."""
