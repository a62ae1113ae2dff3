"""XLSForm workbooks: what they become, what is said about each row, and what stands against them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

import openpyxl
import pytest

from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.xlsform import exporting, importing, workbook
from survey_service.questionnaire.xlsform.columns import tag_of
from survey_service.questionnaire.xlsform.importing import Options
from tests.questionnaire.xlsform.workbooks import CHOICES, errors, read, said
from tests.questionnaire.xlsform.workbooks import workbook as written
from tests.samples import sample

HEAD = ["type", "name", "label", "relevant"]


# --- what practitioners bring ---


def test_every_row_of_a_large_form_is_accounted_for() -> None:
    found = importing.read(sample("RMS_CAPI_v2.xlsx"), "RMS_CAPI_v2.xlsx")
    assert found.report.errors == ()
    assert sum(found.report.fates.values()) == 392
    assert found.report.fates == {"structure": 60, "kept": 326, "changed": 5, "left_out": 1}
    form = found.questionnaire
    assert form is not None
    assert form.languages == ("en", "es", "fr", "ar")
    assert len(form.questions) == 331  # 392 rows, less 60 that begin or end something, less the device's position
    assert list(form.repeats) == ["S1", "S2", "P2.S3"]
    assert ("lost", "private", "survey!C8") in said(found)
    assert ("changed", "straightened", "survey!Q171") in said(found)


def test_a_form_with_a_fault_is_refused_at_its_row_with_a_remedy() -> None:
    found = importing.read(sample("RMS_CATI_v3.xlsx"), "RMS_CATI_v3.xlsx")
    assert found.questionnaire is None
    (error,) = found.report.errors
    assert error.place == "survey!D371"
    assert "a letter first" in str(error)


def test_choices_that_stand_twice_are_reported_and_can_be_allowed() -> None:
    data = sample("demo.xlsx")
    refused = importing.read(data, "demo.xlsx")
    assert refused.questionnaire is None
    assert {code for code, _ in errors(refused)} == {"choice_twice"}
    assert [place for _, place in errors(refused)] == ["choices!B7", "choices!B8", "choices!B9", "choices!B13"]
    allowed = importing.read(data, "demo.xlsx", Options(allow_twice=True))
    assert allowed.questionnaire is not None
    assert "ti" in allowed.questionnaire.languages


# --- languages ---


@pytest.mark.parametrize(
    ("written_as", "tag"),
    [
        ("English (en)", "en"),
        ("English", "en"),
        ("Deutsch", "de"),
        ("French (fr)", "fr"),
        ("العربية (ar)", "ar"),
        ("Dari (prs)", "fa-AF"),
        ("Persian (fa)", "fa-AF"),
        ("Tigirigna", "ti"),
        ("Oromiffa", "om"),
        ("Kurdish (ku)", "kmr"),
        ("de-simple", "de-simple"),
        ("Spanish (es-CO)", "es"),
        ("Klingon (tlh)", ""),
        ("", ""),
    ],
)
def test_languages_as_people_write_them(written_as: str, tag: str) -> None:
    assert tag_of(written_as) == tag


@pytest.mark.parametrize(
    "header", ["label::English (en)", "label:English", "Label :: English", "label::en", " LABEL::english "]
)
def test_spellings_of_a_header(header: str) -> None:
    found = read([["type", "name", header], ["note", "n", "Hello"]])
    assert found.questionnaire is not None
    assert found.questionnaire.questions["n"].label == {"en": "Hello"}


def test_texts_without_a_language_are_in_the_default_one() -> None:
    rows = [["type", "name", "label", "label::German (de)"], ["note", "n", "Hello", "Hallo"]]
    found = read(rows, settings=[["default_language"], ["English (en)"]])
    assert found.questionnaire is not None
    assert found.questionnaire.languages == ("en", "de")
    assert found.questionnaire.questions["n"].label == {"en": "Hello", "de": "Hallo"}


def test_an_unknown_language_is_named_and_left_out() -> None:
    found = read([["type", "name", "label::English (en)", "label::Klingon (tlh)"], ["note", "n", "Hello", "nuqneH"]])
    assert ("lost", "language", "survey!D1") in said(found)
    assert found.questionnaire is not None
    assert found.questionnaire.languages == ("en",)


# --- errors, each at its cell ---


@pytest.mark.parametrize(
    ("rows", "code", "place"),
    [
        ([["txet", "a", "A"]], "type_near", "survey!A2"),
        ([["zzzzzz", "a", "A"]], "type", "survey!A2"),
        ([["text", "", "A"]], "no_name", "survey!A2"),
        ([["text", "1a", "A"]], "name", "survey!B2"),
        ([["text", "a b", "A"]], "name", "survey!B2"),
        ([["text", "a", ""]], "no_label", "survey!B2"),
        ([["text", "a", "A"], ["note", "b", "${a}", "${a} = 1"], ["text", "a", "A"]], "name_twice", "survey!B4"),
        ([["select_one nope", "a", "A"]], "no_list", "survey!A2"),
        ([["select_one ynn", "a", "A"]], "no_list_near", "survey!A2"),
        ([["text", "a", "A", "${b} = 1"]], "reference", "survey!D2"),
        ([["text", "a", "A", "${a} = "]], "expression", "survey!D2"),
        ([["text", "a", "A", "a = 1"]], "alone", "survey!D2"),
        ([["text", "a", "A", ". = 1"]], "no_current", "survey!D2"),
        ([["text", "a", "A", "${b} = 1"], ["text", "b", "B", "${a} = 1"]], "circle", "survey!B2"),
        ([["begin_group", "g", "G"], ["note", "a", "A"]], "not_ended", "survey!A2"),
        ([["note", "a", "A"], ["end_group"]], "end_without_begin", "survey!A3"),
        ([["begin_repeat", "g", "G"], ["note", "a", "A"], ["end_group"]], "wrong_end", "survey!A4"),
        (
            [["note", "a", "A"], ["begin_repeat", "a", "G"], ["note", "b", "B"], ["end_repeat"]],
            "name_twice",
            "survey!B3",
        ),
        ([["note", "a", "=1+1"]], "formula", "survey!C2"),
    ],
)
def test_errors_are_located(rows: list[list[Any]], code: str, place: str) -> None:
    found = read([HEAD, *rows])
    assert found.questionnaire is None
    assert (code, place) in errors(found), errors(found)


@pytest.mark.parametrize(
    ("choices", "code", "place"),
    [
        ([*CHOICES, ["yn", "yes", "Again"]], "choice_twice", "choices!B4"),
        ([*CHOICES, ["yn", "not good", "X"]], "choice_name", "choices!B4"),
    ],
)
def test_errors_in_choices(choices: list[list[str]], code: str, place: str) -> None:
    assert (code, place) in errors(read([HEAD, ["select_one yn", "a", "A"]], choices))


def test_all_errors_are_told_at_once() -> None:
    found = read([HEAD, ["txet", "a", "A"], ["select_one nope", "b", "B"], ["text", "c", "C", "${z} = 1"]])
    assert {code for code, _ in errors(found)} == {"type_near", "no_list", "reference"}


# --- what is changed, and what is lost ---


@pytest.mark.parametrize(
    ("kind", "said_of_it"),
    [
        ("deviceid", ("lost", "private")),
        ("start-geopoint", ("lost", "private")),
        ("audit", ("lost", "private")),
        ("signature", ("lost", "upload")),
        ("video", ("changed", "as_file")),
        ("geoshape", ("lost", "shape")),
        ("barcode", ("changed", "as_text")),
        ("select_one_from_file towns.csv", ("changed", "list_file")),
        ("select_one yn or_other", ("changed", "or_other")),
    ],
)
def test_what_becomes_something_else(kind: str, said_of_it: tuple[str, str]) -> None:
    found = read([HEAD, [kind, "a", "A"], ["note", "n", "N"]])
    assert found.questionnaire is not None
    assert (*said_of_it, "survey!A2") in said(found)


def test_a_question_left_out_leaves_a_hidden_one_if_others_refer_to_it() -> None:
    found = read([HEAD, ["deviceid", "device", ""], ["text", "a", "A", "${device} = 'x'"]])
    assert found.questionnaire is not None
    assert found.questionnaire.questions["device"].type == "hidden"
    without = read([HEAD, ["deviceid", "device", ""], ["text", "a", "A"]]).questionnaire
    assert without is not None
    assert list(without.questions) == ["a"]


def test_or_other_becomes_a_choice_and_a_question() -> None:
    form = read([HEAD, ["select_one yn or_other", "a", "A"]]).questionnaire
    assert form is not None
    assert [choice.name for choice in form.questions["a"].choices] == ["yes", "no", "other"]
    assert form.questions["a_other"].relevant is not None
    assert form.questions["a_other"].relevant.text == "selected(${a}, 'other')"


def test_curly_quotes_are_straightened_and_said() -> None:
    found = read([HEAD, ["text", "a", "A"], ["text", "b", "B", "${a} = ‘x’"]])
    assert found.questionnaire is not None
    relevant = found.questionnaire.questions["b"].relevant
    assert relevant is not None
    assert relevant.text == "${a} = 'x'"
    assert ("changed", "straightened", "survey!D3") in said(found)


def test_the_same_name_in_two_groups() -> None:
    rows = [["begin_group", "g", "G"], ["note", "a", "A"], ["end_group"], ["begin_group", "h", "H"], ["note", "a", "A"]]
    found = read([HEAD, *rows, ["end_group"]])
    assert found.questionnaire is not None
    assert list(found.questionnaire.questions) == ["a", "a_2"]


def test_columns_that_are_none_of_xlsform_are_named() -> None:
    found = read([[*HEAD, "my notes"], ["note", "a", "A", "", "x"]])
    assert ("note", "column", "survey!E1") in said(found)


@pytest.mark.parametrize(
    ("default", "expected"),
    [("5", 5), ("today", None), ("${b} + 1", "${b} + 1")],
)
def test_defaults(default: str, expected: Any) -> None:
    found = read([["type", "name", "label", "default"], ["integer", "b", "B", ""], ["integer", "a", "A", default]])
    assert found.questionnaire is not None
    value = found.questionnaire.questions["a"].default
    assert (value.text if hasattr(value, "text") else value) == expected


# --- pages ---


def pages(rows: list[list[str]]) -> list[list[str]]:
    found = read([HEAD, *rows])
    assert found.questionnaire is not None, errors(found)
    return [[question.name for question in page.questions] for page in found.questionnaire.pages]


def test_five_questions_share_a_page_at_most() -> None:
    assert pages([["text", f"q{number}", "Q"] for number in range(7)]) == [["q0", "q1", "q2", "q3", "q4"], ["q5", "q6"]]


def test_a_question_that_looks_at_another_comes_on_the_next_page() -> None:
    rows = [["text", "a", "A"], ["text", "b", "B"], ["text", "c", "C", "${a} = 'x'"], ["text", "d", "About ${c}"]]
    assert pages(rows) == [["a", "b"], ["c"], ["d"]]


def test_one_that_looks_through_a_calculation_too() -> None:
    form = [["type", "name", "label", "calculation"], ["text", "a", "A"], ["calculate", "k", "", "${a}"]]
    found = read([*form, ["note", "n", "It is ${k}"]])
    assert found.questionnaire is not None
    assert [[question.name for question in page.questions] for page in found.questionnaire.pages] == [["a", "k"], ["n"]]


def test_a_field_list_is_a_page_and_a_repeat_parts_it() -> None:
    rows = [
        *(["begin_group", "page", "Page"], ["text", "a", "A"], ["begin_repeat", "r", "R"], ["text", "b", "B"]),
        *(["end_repeat"], ["text", "c", "C"], ["end_group"]),
    ]
    head = ["type", "name", "label", "appearance"]
    rows[0] = [*rows[0], "field-list"]
    found = read([head, *rows])
    assert found.questionnaire is not None
    shape = [(page.name, [question.name for question in page.questions]) for page in found.questionnaire.pages]
    assert shape == [("page", ["a"]), ("b", ["b"]), ("c", ["c"])]
    assert found.questionnaire.pages[2].group == "page_2"
    assert ("changed", "page_parted", "survey!A4") in said(found)


# --- workbooks that are not what they seem ---


def refused(data: bytes) -> str:
    found = importing.read(data, "x.xlsx")
    assert found.questionnaire is None
    return found.report.errors[0].code


def zipped(**members: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name.replace("__", "/") + ".xml", content)
    return target.getvalue()


FRAME = {"[Content_Types]": b"<Types/>", "xl__workbook": b"<workbook/>"}


def test_what_is_no_workbook() -> None:
    assert refused(b"") == "not_a_workbook"
    assert refused(b"type,name,label\n") == "not_a_workbook"
    assert refused(b"PK\x03\x04" + b"\0" * 100) == "not_a_workbook"
    assert refused(zipped(hello=b"<a/>")) == "not_a_workbook"
    good = written(survey=[HEAD, ["note", "a", "A"]])
    assert refused(good[: len(good) // 2]) == "not_a_workbook"


def test_a_zip_bomb() -> None:
    assert refused(zipped(**FRAME, xl__sheet=b"0" * 50_000_000)) == "suspicious"
    many = {f"m{number}": b"x" for number in range(workbook.LIMITS.parts)}
    assert refused(zipped(**FRAME, **many)) == "too_large"


def test_entities() -> None:
    bomb = b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "aaaa">]><a>&a;</a>'
    assert refused(zipped(**FRAME, xl__sheet=bomb)) == "suspicious"


def test_too_large() -> None:
    assert refused(b"x" * (workbook.MAX_BYTES + 1)) == "too_large"


def test_too_many_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROWS", 10)
    assert refused(written(survey=[HEAD, *([["note", f"n{number}", "N"] for number in range(20)])])) == "too_many_rows"


def test_no_survey_sheet() -> None:
    assert refused(written(Tabelle1=[HEAD])) == "no_sheet"
    assert refused(written(survey=[["a", "b"], ["1", "2"]])) == "no_column"


def test_odd_names_of_sheets_marks_and_merged_cells() -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = " Survey "
    for row in (["\ufefftype", "name", "label"], ["begin_group", "g", "Both"], ["note", "a", "A\r\nB"], ["end_group"]):
        sheet.append(row)
    sheet.merge_cells("C2:D2")
    target = io.BytesIO()
    book.save(target)
    found = importing.read(target.getvalue(), "x.xlsx")
    assert found.questionnaire is not None
    assert found.questionnaire.questions["a"].label == {"en": "A\nB"}
    assert found.questionnaire.groups[0].label == {"en": "Both"}


def test_numbers_and_truths_in_cells_are_read_as_a_person_sees_them() -> None:
    found = read(
        [["type", "name", "label", "required"], ["select_one n", "a", 5, True]],
        [["list_name", "name", "label"], ["n", 1, 1.5], ["n", 2.0, "two"]],
    )
    assert found.questionnaire is not None
    question = found.questionnaire.questions["a"]
    assert question.label == {"en": "5"}
    assert question.required is True
    assert [(choice.name, choice.label["en"]) for choice in question.choices] == [("1", "1.5"), ("2", "two")]


# --- lists in files ---

TOWNS = (
    '\ufeffname;label;label::Deutsch (de);county\n1;Meiningen town;Stadt Meiningen;SM\n2;"Suhl; city";Stadt Suhl;SHL\n'
)


def from_file(parameters: str = "", text: str = TOWNS, kind: str = "select_one_from_file towns.csv") -> Any:
    head = ["type", "name", "label", "parameters", "choice_filter", "calculation"]
    rows = [[kind, "town", "Town", parameters, "county != 'X'"], ["calculate", "n", "", "", "", "count(${town})"]]
    return read([head, *rows], files={"towns.csv": text.removeprefix("\ufeff")})


def test_choices_from_a_file() -> None:
    found = from_file()
    assert found.report.errors == ()
    question = found.questionnaire.questions["town"]
    assert (question.type, question.list_name) == ("select_one", "towns")
    assert [(choice.name, dict(choice.label), dict(choice.columns)) for choice in question.choices] == [
        ("1", {"en": "Meiningen town", "de": "Stadt Meiningen"}, {"county": "SM"}),
        ("2", {"en": "Suhl; city", "de": "Stadt Suhl"}, {"county": "SHL"}),
    ]
    assert found.report.rows[2] == "kept"


def test_columns_of_a_file_are_named_by_parameters() -> None:
    text = "code,title,county\nA,Meiningen,SM\n"
    question = from_file("value=code label=title", text).questionnaire.questions["town"]
    assert [(choice.name, choice.label["en"]) for choice in question.choices] == [("A", "Meiningen")]
    assert dict(question.parameters) == {}


@pytest.mark.parametrize("text", ["", "code,title\n1,x\n", '"', "name\n"])
def test_a_file_that_is_no_list_counts_as_not_brought(text: str) -> None:
    found = from_file(text=text)
    assert found.questionnaire.questions["town"].type == "text"
    assert ("changed", "list_file", "survey!A2") in said(found)


def test_expressions_read_files() -> None:
    head = ["type", "name", "label", "calculation"]
    calculation = "instance('towns')/root/item[name = '1']/label"
    found = read([head, ["calculate", "c", "", calculation], ["note", "n", "${c}"]], files={"towns.csv": TOWNS[1:]})
    assert found.report.errors == ()
    assert found.questionnaire is not None
    assert list(found.questionnaire.lists) == ["towns"]


def test_an_unknown_pictogram_is_named_with_its_cell() -> None:
    rows = [["type", "name", "label", "pictogram"], ["text", "a", "A", "buss"], ["text", "b", "B", "bus"]]
    assert errors(read(rows)) == [("fault", "survey!D2")]
    choices = [["list_name", "name", "label", "pictogram"], ["l", "x", "X", "zzzzzz"]]
    found = read([["type", "name", "label"], ["select_one l", "a", "A"]], choices)
    assert errors(found) == [("fault", "choices!D2")]


# --- what is shown and cannot be changed ---


COLOURS = [*CHOICES, ["colours", "red", "Red"], ["colours", "blue", "Blue"]]
READ_ONLY = [
    ["type", "name", "label", "readonly", "default", "calculation", "required"],
    ["integer", "age", "Age", "", "", "", ""],
    ["integer", "next", "Next year", "yes", "", "${age} + 1", ""],
    ["integer", "five", "Five", "yes", "5", "", "yes"],
    ["select_one colours", "colour", "Colour", "TRUE", "red", "", ""],
    ["select_multiple colours", "both", "Both", "yes", "red blue", "", ""],
    ["text", "who", "Who", "yes", "concat('a', ${age})", "", ""],
    ["text", "read", "Read this", "yes", "", "", "yes"],
    ["select_one colours", "list", "Look", "yes", "", "", ""],
    ["note", "fine", "A note", "yes", "", "", ""],
]


def test_read_only_questions_are_shown_with_their_value_and_not_asked() -> None:
    found = read(READ_ONLY, COLOURS)
    assert errors(found) == []
    assert [(kind, code, place) for kind, code, place in said(found) if code.startswith("read_only")] == [
        ("changed", "read_only_default", "survey!D4"),
        ("changed", "read_only_default", "survey!D5"),
        ("changed", "read_only_default", "survey!D6"),
        ("changed", "read_only_default", "survey!D7"),
        ("changed", "read_only_note", "survey!D8"),
        ("changed", "read_only_note", "survey!D9"),
    ]
    form = found.questionnaire
    assert form is not None
    questions = form.questions
    calculations = {name: one.calculation.text for name, one in questions.items() if one.calculation is not None}
    assert calculations == {
        "next": "${age} + 1",
        "five": "5",
        "colour": "'red'",
        "both": "'red blue'",
        "who": "concat('a', ${age})",
    }
    assert [name for name, one in questions.items() if asks(one)] == ["age"]
    assert [name for name, one in questions.items() if one.type == "note"] == ["read", "list", "fine"]
    assert questions["read"].required is False

    judged = judge(form, {"age": 20, "five": 6, "colour": "blue", "who": "x"}, dt.date(2026, 11, 23))
    assert judged.refusals == {}
    expected = {"age": 20, "next": 21, "five": 5, "colour": "red", "both": "red blue", "who": "a20"}
    assert dict(judged.answers) == expected


def test_read_only_goes_out_and_comes_back() -> None:
    form = read(READ_ONLY, COLOURS).questionnaire
    assert form is not None
    data = exporting.write(form)
    sheet = openpyxl.load_workbook(io.BytesIO(data))["survey"]
    rows = list(sheet.iter_rows(values_only=True))
    name, flag = rows[0].index("name"), rows[0].index("read_only")
    assert {row[name] for row in rows[1:] if row[flag] == "yes"} == {"next", "five", "colour", "both", "who"}
    again = importing.read(data, "form.xlsx")
    assert again.questionnaire == form
    assert [code for _, code, _ in said(again) if code.startswith("read_only")] == []
