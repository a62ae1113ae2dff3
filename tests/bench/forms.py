"""A form of 400 rows beside one of 20 questions: reading the workbook, judging, each page as respondents get it."""

from __future__ import annotations

import io
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import xlsxwriter
from flask import Flask

from survey_service import settings
from survey_service.app import create_app
from survey_service.questionnaire import definition, journey
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xlsform import importing
from survey_service.questionnaire.xlsform.importing import Options
from survey_service.responses.definitions import WorkingCopy
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from survey_service.web import i18n
from survey_service.web.manage import preview
from tests.bench.expressions import TODAY, WORKBOOK
from tests.web.browser import Browser

ROUNDS = 9


def timed(work: Callable[[], Any], rounds: int = ROUNDS) -> float:
    """Return the median CPU time of some work in milliseconds."""
    spent = []
    for _ in range(rounds):
        start = time.process_time()
        work()
        spent.append((time.process_time() - start) * 1000)
    return statistics.median(spent)


def made_up(rows: int) -> bytes:
    """Return a workbook of so many questions, five on a page, each with a condition on the first one of its page."""
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        survey, choices = book.add_worksheet("survey"), book.add_worksheet("choices")
        survey.write_row(0, 0, ["type", "name", "label::English (en)", "label::Deutsch (de)", "relevant"])
        for number in range(rows):
            kind = "select_one yn" if number % 2 else "text"
            relevant = f"${{q{number - number % 10}}} != 'x'" if number % 10 else ""
            survey.write_row(number + 1, 0, [kind, f"q{number}", f"Question {number}", f"Frage {number}", relevant])
        choices.write_row(0, 0, ["list_name", "name", "label::English (en)", "label::Deutsch (de)"])
        choices.write_row(1, 0, ["yn", "yes", "Yes", "Ja"])
        choices.write_row(2, 0, ["yn", "no", "No", "Nein"])
    return target.getvalue()


def _opened(data: bytes) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
        for sheet in book:
            for _ in sheet.iter_rows(values_only=True):
                pass


def _form(data: bytes, name: str) -> Questionnaire:
    found = importing.read(data, "x.xlsx", Options(name=name))
    if found.questionnaire is None:
        raise SystemExit("\n".join(map(str, found.report.errors)))
    return found.questionnaire


def _page_time(app: Flask, name: str) -> tuple[float, str]:
    """Return the CPU time in ms of the second page of a questionnaire under way, and its address."""
    browser = Browser(app.test_client())
    browser.open(f"/en/q/{name}")
    browser.send()
    address = browser.url
    return timed(lambda: browser.client.get(address, buffered=True), 40), address


def _all_pages(app: Flask, form: Questionnaire) -> float:
    """Return the time in ms of rendering all pages of a form, as the desk's preview does."""
    copy = WorkingCopy(1, form, "2026-11-23")
    with app.test_request_context("/manage/"):
        i18n.use("en", "desk")
        return timed(lambda: preview.pages(copy, "en"), 3)


def main() -> None:
    """Measure and print."""
    large = WORKBOOK.read_bytes() if WORKBOOK.is_file() else made_up(400)
    forms = {"large": _form(large, "large"), "even": _form(made_up(400), "even"), "small": _form(made_up(20), "small")}
    read, opened = timed(lambda: importing.read(large, "x.xlsx")), timed(lambda: _opened(large))
    content = definition.to_json(forms["large"])
    judgement = judge(forms["large"], {}, TODAY)
    print("\nA form of 400 rows")
    _say("reading the workbook ÷ openpyxl reading it", read / opened, f"{read:.0f} ms ÷ {opened:.0f} ms")
    _say("loading its definition, ms", timed(lambda: definition.from_json(content)))
    _say("judging an interview not begun, ms", timed(lambda: judge(forms["large"], {}, TODAY)))
    _say("finding the way, ms", timed(lambda: journey.stops(forms["large"], judgement)))
    with tempfile.TemporaryDirectory() as folder:
        store = open_store("tinydb:", Path(folder))
        try:
            Publications(store).publish(forms)
            app = create_app(settings.load(Path(folder)), store)
            _say("rendering all its pages, ms", _all_pages(app, forms["large"]))
            (one, _), (other, _) = _page_time(app, "even"), _page_time(app, "small")
            _say("a page of a form of 400 questions ÷ of 20", one / other, f"{one:.2f} ms ÷ {other:.2f} ms")
        finally:
            store.close()


def _say(what: str, value: float, how: str = "") -> None:
    print(f"  {what:<45}{value:8.2f}   {how}")
