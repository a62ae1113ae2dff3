"""Faults of expressions, definitions and workbooks are said in the language of the desk."""

from __future__ import annotations

import html

import pytest

from survey_service.responses import definitions
from survey_service.store.base import Store
from tests.web.manage.conftest import Desk
from tests.web.manage.test_manage_drafts import GOOD, bring, workbook
from tests.web.manage.test_manage_editor import send

QUESTION = "/manage/drafts/small/edit/question/age"


@pytest.fixture
def german(manager: Desk) -> Desk:
    """A manager whose desk speaks German, with a working copy of ``small``."""
    manager.post("/manage/language", {"language": "de"})
    assert manager.post("/manage/questionnaires/small/change").status_code == 303
    return manager


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("${age} >", "Der Ausdruck endet zu früh. Schreiben Sie an das Ende einen Wert."),
        ("${age} && 1", "„&&“ kann hier nicht stehen. Schreiben Sie and."),
        ("round()", "round() hat hier 0 Argumente; es müssen 1 oder 2 sein. Schreiben Sie round(${a}, 2)."),
        ("regex(., '(?=a)')", "Das Muster von regex() enthält „(?“; das funktioniert nicht überall."),
        ("slected(${likes}, 'red')", "Es gibt keine Funktion slected(). Meinten Sie selected()?"),
    ],
)
def test_an_expression_in_the_editor(german: Desk, expression: str, words: str) -> None:
    answer = send(german, QUESTION, constraint=expression)
    assert answer.status_code == 422
    assert words in html.unescape(answer.text)


def test_a_fault_of_the_definition_stands_at_its_field(german: Desk, store: Store) -> None:
    answer = send(german, QUESTION, choice_filter="wram = 1")
    text = html.unescape(answer.text)
    assert answer.status_code == 422
    assert '<a href="#choice_filter">keine Antwort der Liste hat die Spalte „wram“' in text
    assert definitions.get(store, "small").questionnaire.questions["age"].choice_filter is None


def test_one_that_belongs_to_no_field_names_its_place(german: Desk) -> None:
    answer = send(german, QUESTION, group="nowhere")
    assert answer.status_code == 422
    words = "<li>age: die Gruppe „nowhere“ steht nicht in der Gruppe der Seite → nennen Sie"
    assert words in html.unescape(answer.text)


def test_a_faulty_default_that_is_calculated_is_shown_again_with_its_sentence(german: Desk) -> None:
    answer = send(german, QUESTION, default_expression="1 + 1", choice_filter="wram = 1")
    assert answer.status_code == 422
    assert "Vorab beantwortet mit: 1 + 1." in html.unescape(answer.text)


def test_rows_of_a_workbook(german: Desk) -> None:
    rows = [*GOOD["survey"], ["text", "Q9", "X", "X", "${Q1} == 1"]]
    answer = bring(german, workbook({**GOOD, "survey": rows}))
    text = html.unescape(answer.text)
    assert answer.status_code == 422
    assert "relevant, Zeichen 7: „==“ kann hier nicht stehen. Schreiben Sie ein einzelnes =." in text
    assert "survey!E7" in text
    assert "cannot stand" not in text


def test_what_a_working_copy_keeps_of_its_import_is_said_in_the_language_of_the_reader(german: Desk) -> None:
    rows = [*GOOD["survey"], ["image", "Q9", "X", "X", ""], ["text", "Q10", "X", "X", "‘a’ = ‘a’"]]
    assert bring(german, workbook({**GOOD, "survey": rows})).status_code == 303
    assert "Typografische Anführungszeichen" in html.unescape(german.get("/manage/drafts/work?lang=de").text)
    assert "Typographic quotes" in html.unescape(german.get("/manage/drafts/work?lang=en").text)
