"""What people write in cells, and that a row of the template says what the offer says."""

from __future__ import annotations

import datetime as dt
import functools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.bulk import tables, template
from survey_service.bulk.cells import Cells, past_midnight
from survey_service.paths import bundled
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.responses.loading import files
from tests.conftest import TODAY


@functools.cache
def _form() -> Questionnaire:
    return load_folder(bundled("forms")).questionnaires["offers"]


@functools.cache
def _cells() -> Cells:
    return Cells(_form())


@pytest.mark.parametrize(
    "question, text, value, doubt",
    [
        ("A21", "31.12.2027", "2027-12-31", ""),
        ("A21", "1.2.27", "2027-02-01", ""),
        ("A21", "2027-12-31", "2027-12-31", ""),
        ("A21", "2027-12-31T00:00", "2027-12-31", ""),
        ("A21", "1. März 2027", "2027-03-01", ""),
        ("A21", "31. Dezember 2027", "2027-12-31", ""),
        ("A21", "٣١.١٢.٢٠٢٧", "2027-12-31", ""),
        ("A21", "Ende des Jahres", "Ende des Jahres", ""),
        ("A08_from", "9", "09:00", ""),
        ("A08_from", "9:00", "09:00", ""),
        ("A08_from", "9.30", "09:30", ""),
        ("A08_from", "9 Uhr", "09:00", ""),
        ("A08_from", "9:30\u00a0Uhr", "09:30", ""),
        ("A08_from", "9 Uhr 30", "09:30", ""),
        ("A08_from", "14h", "14:00", ""),
        ("A08_from", "09:00:00", "09:00", ""),
        ("A08_from", "0,375", "09:00", ""),
        ("A08_from", "vormittags", "vormittags", ""),
        ("A14_cost", "12,50", "12,50", ""),
        ("A14_cost", "12.50 €", "12.50", ""),
        ("A14_cost", "12 Euro", "12", ""),
        ("A14_cost", "1.250,00 EUR", "1250.00", ""),
        ("A14_cost", "1,250.00", "1250.00", ""),
        ("A14_cost", "1.250", "1.250", "number_unclear"),
        ("A14_cost", "1.250.000", "1250000", ""),
        ("A19_max", "1.250", "1250", ""),
        ("A19_max", "12,0", "12", ""),
        ("A07_postcode", "98617", "98617", ""),
        ("A07_postcode", "7318", "07318", "postcode_padded"),
        ("A07_postcode", "D-98617", "98617", ""),
        ("A20_phone", "03693 12345", "03693 12345", ""),
        ("A20_phone", "+49 (0)3693 12345", "+49 (0)3693 12345", ""),
        ("A20_phone", "369312345", "369312345", "phone_short"),
        ("A20_phone", "115", "115", ""),
        ("A02_website", "www.beispiel.example", "https://www.beispiel.example", "address_completed"),
        ("A02_website", "beispiel.example/kurse?a=1", "https://beispiel.example/kurse?a=1", "address_completed"),
        ("A02_website", "http://beispiel.example", "http://beispiel.example", ""),
        ("A02_website", "javascript:alert(1)", "javascript:alert(1)", ""),
        ("A02_website", "keine", "keine", ""),
        ("A14_free", "JA", "yes", ""),
        ("A14_free", "x", "yes", ""),
        ("A14_free", "Nein", "no", ""),
        ("A14_free", "falsch", "no", ""),
        ("A14_free", "0", "no", ""),
        ("A14_free", "vielleicht", "vielleicht", ""),
        ("A10", "ja, auf anfrage", "on_request", ""),
        ("A10", "Yes, always", "always", ""),
        ("A10", "on_request", "on_request", ""),
        ("A09", "Deutsch; Arabisch", ["de", "ar"], ""),
        ("A09", "de\nar", ["de", "ar"], ""),
        ("A09", "deutsch, Arabisch", ["de", "ar"], ""),
        ("A09", "Deutsch; Klingonisch", ["de", "Klingonisch"], ""),
        ("A17", "16066042", ["16066042"], ""),
        ("A04_name", "  =2+2\u00a0", "=2+2", ""),
    ],
)
def test_cells(question: str, text: str, value: Any, doubt: str) -> None:
    assert _cells().read(question, text) == (value, doubt)


def test_labels_in_three_languages_and_codes_mean_their_choice() -> None:
    for name, question in _form().questions.items():
        for choice in question.choices:
            for text in (choice.name, *(choice.label[tag] for tag in ("de", "de-simple", "en") if tag in choice.label)):
                found, _ = _cells().read(name, text.upper() if text != choice.name else text)
                assert found in (choice.name, [choice.name]), (name, text)


def test_an_end_after_midnight_is_moved_to_the_remarks() -> None:
    answers: dict[str, Any] = {"A08_from": "22:00", "A08_to": "02:00", "A08_times": "freitags"}
    assert past_midnight(answers)
    assert answers == {"A08_from": "22:00", "A08_times": "freitags; 22:00–02:00"}
    kept = {"A08_from": "09:00", "A08_to": "12:00"}
    assert not past_midnight(kept)
    assert kept == {"A08_from": "09:00", "A08_to": "12:00"}


_LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Cn", "Co"), exclude_characters="\ufeff\ufffe\uffff")


def _line(limit: int) -> st.SearchStrategy[str]:
    return st.text(_LETTERS, min_size=1, max_size=limit).map(str.strip).filter(lambda text: text and "_x" not in text)


def _answers(form: Questionnaire) -> st.SearchStrategy[dict[str, Any]]:
    """Any inputs of a provider, some of them not asked for or refused by the judge."""
    made: dict[str, st.SearchStrategy[Any]] = {}
    for name, question in form.questions.items():
        if question.type == "select_one":
            made[name] = st.sampled_from(sorted(question.choice_names))
        elif question.type == "select_multiple":
            made[name] = st.lists(st.sampled_from(sorted(question.choice_names)), min_size=1, max_size=4, unique=True)
        elif question.type == "date":
            made[name] = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31)).map(dt.date.isoformat)
        elif question.type == "integer":
            made[name] = st.integers(0, 120)
        elif question.type == "decimal":
            made[name] = st.integers(0, 9_999_999).map(lambda cents: cents / 100)
        elif asks(question):
            made[name] = _line(20)
    made["A07_postcode"] = st.from_regex(r"[0-9]{5}", fullmatch=True)
    made |= {"A08_from": st.just("08:30"), "A08_to": st.sampled_from(("12:00", "16:15"))}
    made["A02_website"] = st.just("https://beispiel.example/ä")
    made |= dict.fromkeys(("A02_email", "A20_email", "A22_by"), st.just("a@beispiel.example"))
    made["A00"] = st.just("yes")
    required = {name: made.pop(name) for name in ("A00", "A01", "A02", "A04_name", "A05_fields")}
    return st.fixed_dictionaries(required, optional=made)


@settings(max_examples=60)
@given(data=st.data(), tag=st.sampled_from(("de", "de-simple", "en")))
def test_an_offer_as_a_row_of_the_template_says_the_same(data: st.DataObject, tag: str) -> None:
    form, cells = _form(), _cells()
    answers = judge(form, data.draw(_answers(form)), TODAY).answers
    row = template.row_of(form, cells, answers, tag)
    read = {name: cells.read(name, text) for name, text in row.items()}
    assert {doubt for name, (_, doubt) in read.items() if name != "A20_phone"} <= {""}
    assert judge(form, {name: value for name, (value, _) in read.items()}, TODAY).answers == answers


@settings(max_examples=15)
@given(data=st.data())
def test_offers_go_out_in_a_workbook_and_come_back_as_they_were(data: st.DataObject) -> None:
    form, cells = _form(), _cells()
    given_ = [judge(form, each, TODAY).answers for each in data.draw(st.lists(_answers(form), min_size=1, max_size=4))]
    rows = [{"offer": "abc", **template.row_of(form, cells, each, "de")} for each in given_]
    book = template.workbook(form, "de", str, rows)
    found = tables.read(form, files.read(book, "a.xlsx"), tables.Terms("a.xlsx", "de"))
    assert found.findings == []
    assert [each.offer for each in found.proposed] == ["abc"] * len(given_)
    assert [each.row for each in found.proposed] == list(range(3, 3 + len(given_)))
    assert [judge(form, each.answers, TODAY).answers for each in found.proposed] == given_
