"""Texts out to a translator and back: PO and XLSX, round trips and broken files."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable

import openpyxl
import pytest
import xlsxwriter
from babel.messages.pofile import read_po
from hypothesis import given
from hypothesis import strategies as st

from survey_service.problems import Problem
from survey_service.questionnaire import exchange_po, exchange_xlsx
from survey_service.questionnaire.exchange import CHANGED_SOURCE, FUZZY, UNKNOWN, Row, compare
from survey_service.questionnaire.texts import MACHINE_DRAFT, REVIEWED, TRANSLATED
from survey_service.questionnaire.translating import Entry, Made, Source, entry

POLISH = "nplurals=3; plural=((n == 1) ? 0 : (n % 10 >= 2) ? 1 : 2);"
LABEL = Source("needs/label", "needs", "questions", ("Was brauchen Sie?",), {"en": ("What do you need?",)})
LONG = Source("needs/hint", "needs", "questions", ("Das:\n\n- eins\n- zwei",))
FORMULA = Source("needs/a/label", "needs", "questions", ("=1+1",))
MINUTES = Source("interface/%(num)s minute", "interface", "interface", ("%(num)s minute", "%(num)s minutes"))


def made(source: Source, *wording: str, state: str = TRANSLATED, of: tuple[str, ...] = ()) -> Entry:
    return entry(source, "pl", None, Made(of or source.forms, wording, state) if wording else None)


ENTRIES = [
    made(LABEL, "Czego potrzebujesz?", state=MACHINE_DRAFT),
    made(LONG, "To:\n\n- jeden\n- dwa"),
    made(FORMULA, '=HYPERLINK("x")'),
    made(MINUTES, "minuta", "%(num)s minuty", "%(num)s minut", state=REVIEWED),
]
Write, Read = Callable[[list[Entry]], bytes], Callable[[bytes], list[Row]]
FORMATS: dict[str, tuple[Write, Read]] = {
    "po": (lambda entries: exchange_po.write(entries, "pl", POLISH), lambda data: exchange_po.read(data, "pl")),
    "xlsx": (lambda entries: exchange_xlsx.write(entries, "pl", 3), lambda data: exchange_xlsx.read(data, "pl")),
}


@pytest.fixture(params=list(FORMATS))
def form(request: pytest.FixtureRequest) -> tuple[Write, Read]:
    return FORMATS[request.param]


def by_address(entries: list[Entry]) -> dict[str, Entry]:
    return {one.source.address: one for one in entries}


def refusal(read: Read, content: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        read(content)
    return caught.value


def test_what_goes_out_comes_back_and_changes_nothing(form: tuple[Write, Read]) -> None:
    write, read = form
    rows = read(write(ENTRIES))
    assert {row.address: (row.source, row.wording) for row in rows} == {
        one.source.address: (one.source.forms, one.wording) for one in ENTRIES
    }
    assert {row.address: row.state for row in rows}["needs/label"] == MACHINE_DRAFT
    done = compare(rows, by_address(ENTRIES), 3)
    assert (done.changes, done.unchanged, done.empty, done.skipped) == ((), 4, 0, ())


WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=30).filter(
    lambda text: text.strip()
)


@given(wordings=st.lists(WORDS, min_size=1, max_size=4), name=st.sampled_from(list(FORMATS)))
def test_every_text_survives_the_journey(wordings: list[str], name: str) -> None:
    write, read = FORMATS[name]
    entries = [
        made(Source(f"needs/q{number}/label", "needs", "questions", (f"Frage {number}",)), wording)
        for number, wording in enumerate(wordings)
    ]
    assert [row.wording for row in read(write(entries))] == [(wording,) for wording in wordings]


def test_a_changed_a_reviewed_an_empty_and_an_untouched_text() -> None:
    rows = [
        Row(2, LABEL.address, LABEL.forms, ("Czego Ci trzeba?",), MACHINE_DRAFT),
        Row(3, LONG.address, LONG.forms, ("To:\n\n- jeden\n- dwa",), REVIEWED),
        Row(4, FORMULA.address, FORMULA.forms, ()),
        Row(5, MINUTES.address, MINUTES.forms, ENTRIES[3].wording, TRANSLATED),
    ]
    done = compare(rows, by_address(ENTRIES), 3)
    assert [(change.entry.source.address, change.wording, change.state) for change in done.changes] == [
        ("needs/label", ("Czego Ci trzeba?",), TRANSLATED),
        ("needs/hint", ("To:\n\n- jeden\n- dwa",), REVIEWED),
    ]
    assert (done.unchanged, done.empty, done.skipped) == (1, 1, ())


def test_a_source_that_changed_meanwhile_is_reported_and_not_applied(form: tuple[Write, Read]) -> None:
    write, read = form
    rows = read(write([made(LABEL, "Czego Ci trzeba?"), made(LONG, "nowe")]))
    now = Source("needs/label", "needs", "questions", ("Was fehlt Ihnen?",))
    done = compare(rows, by_address([made(now, "stare", of=LABEL.forms)]), 3)
    assert done.changes == ()
    assert [(row.address, reason) for row, reason in done.skipped] == [
        ("needs/label", CHANGED_SOURCE), ("needs/hint", UNKNOWN),
    ]  # fmt: skip


def test_an_outdated_text_is_unsure_until_somebody_decides() -> None:
    outdated = made(LABEL, "Czego potrzebujesz?", of=("Was brauchst du?",))
    content = exchange_po.write([outdated], "pl", POLISH)
    assert b'#| msgid "Was brauchst du?"' in content
    rows = exchange_po.read(content, "pl")
    assert compare(rows, by_address([outdated]), 3).skipped == ((rows[0], FUZZY),)
    decided = exchange_po.read(content.replace(b"#, fuzzy\n", b""), "pl")
    assert [change.wording for change in compare(decided, by_address([outdated]), 3).changes] == [outdated.wording]

    rows = exchange_xlsx.read(exchange_xlsx.write([outdated], "pl", 3), "pl")
    assert compare(rows, by_address([outdated]), 3).unchanged == 1  # untouched
    mended = [Row(2, LABEL.address, LABEL.forms, ("Czego?",), "outdated", "E")]
    assert [change.state for change in compare(mended, by_address([outdated]), 3).changes] == [TRANSLATED]


def test_a_file_with_one_faulty_text_changes_nothing_and_says_where() -> None:
    rows = [
        Row(12, LABEL.address, LABEL.forms, ("Czego %(x)s?",)),
        Row(15, LONG.address, LONG.forms, ("dobrze",)),
        Row(18, MINUTES.address, MINUTES.forms, ("minuta", "%(num)s minuty")),
        Row(19, LONG.address, LONG.forms, ("inaczej",)),
    ]
    with pytest.raises(Problem) as caught:
        compare(rows, by_address(ENTRIES), 3)
    assert caught.value.code == "translation.rows"
    assert [(fault["line"], fault["problem"].code) for fault in caught.value.faults] == [
        (12, "translation.placeholder_unknown"), (18, "translation.forms"), (19, "translation.twice"),
    ]  # fmt: skip


# --- PO ------------------------------------------------------------------------------------------------------------


def test_the_po_file_is_one_for_gettext() -> None:
    catalog = read_po(io.BytesIO(exchange_po.write(ENTRIES, "pl", POLISH)), abort_invalid=True)
    label = catalog.get("Was brauchen Sie?", "needs/label")
    assert label is not None
    assert label.string == "Czego potrzebujesz?"
    assert label.auto_comments == ["en: What do you need?", "state: machine draft"]
    minutes = catalog.get("%(num)s minute")
    assert minutes is not None
    assert minutes.string == ("minuta", "%(num)s minuty", "%(num)s minut")


def test_a_po_file_of_another_language_is_refused() -> None:
    content = exchange_po.write(ENTRIES, "pl", POLISH)
    with pytest.raises(Problem) as caught:
        exchange_po.read(content, "uk")
    assert caught.value.details == {"found": "pl", "wanted": "uk"}
    assert len(exchange_po.read(content.replace(b"\n", b"\r\n"), "pl")) == 4


@pytest.mark.parametrize(
    ("content", "code", "line"),
    [
        (b'msgid "a"\nmsgstr "b\n', "translation.po", 3),
        (b"\x00\x01\x02\xff\xfe", "translation.po", 1),
        (
            b'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "a"\nmsgstr "\xff"\n',
            "translation.po",
            5,
        ),
        (
            b'msgid ""\nmsgstr "Content-Type: text/plain; charset=tf-8\\n"\n\nmsgid "a"\nmsgstr "b"\n',
            "translation.po",
            1,
        ),
        (b"", "translation.no_rows", None),
        (b"hello", "translation.po", 1),
        (b"x" * 5_000_001, "translation.large", None),
    ],
)
def test_a_broken_po_file_is_refused_with_its_line(content: bytes, code: str, line: int | None) -> None:
    problem = refusal(FORMATS["po"][1], content)
    assert problem.code == code
    assert line is None or abs(problem.details["line"] - line) <= 1


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    for _write, read in FORMATS.values():
        with contextlib.suppress(Problem):  # any other exception fails
            read(content)


PO = exchange_po.write(ENTRIES, "pl", POLISH)


@given(st.data())
def test_a_po_file_changed_anywhere_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(PO)
    for _ in range(data.draw(st.integers(1, 5))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Problem):
        exchange_po.read(bytes(content), "pl")


# --- XLSX ----------------------------------------------------------------------------------------------------------


def workbook(*rows: list[object], sheet: str = "texts") -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        for number, row in enumerate(rows):
            page.write_row(number, 0, row)
    return target.getvalue()


def test_formula_like_text_stays_text_in_the_workbook() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exchange_xlsx.write(ENTRIES, "pl", 3)))
    cells = [cell for row in book["texts"].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if cell.value is not None} == {"s"}
    assert book["texts"]["C4"].value == "=1+1"


def test_columns_are_found_by_their_titles() -> None:
    rows = exchange_xlsx.read(workbook(["pl", "x", "source", "address"], ["dom", 1, "Haus", "a/b"]), "pl")
    assert [(row.line, row.column, row.address, row.source, row.wording) for row in rows] == [
        (2, "A", "a/b", ("Haus",), ("dom",))
    ]


def test_a_missing_column_or_another_language_is_refused() -> None:
    problem = refusal(FORMATS["xlsx"][1], workbook(["address", "source", "uk"], ["a", "b", "c"]))
    assert (problem.code, problem.details["columns"]) == ("translation.columns", "pl")


def test_a_formula_is_refused_with_its_cell() -> None:
    content = workbook(["address", "source", "pl"], ["a/b", "Haus", "dom"], ["a/c", "Hof", "=1+1"])
    problem = refusal(FORMATS["xlsx"][1], content)
    assert (problem.code, problem.details) == ("translation.formula", {"row": 3, "column": "C"})


def test_numbers_and_empty_rows_are_taken_as_text() -> None:
    rows = exchange_xlsx.read(workbook(["address", "source", "pl"], [], ["a/b", 112, 112]), "pl")
    assert [(row.line, row.source, row.wording) for row in rows] == [(3, ("112",), ("112",))]


def test_a_sheet_without_texts_is_refused() -> None:
    assert refusal(FORMATS["xlsx"][1], workbook(["address", "source", "pl"])).code == "translation.no_rows"
    assert refusal(FORMATS["xlsx"][1], b"PK\x03\x04 no zip").code == "workbook.damaged"


def test_a_cell_far_away_does_not_fill_memory() -> None:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        page = book.add_worksheet("texts")
        page.write_row(0, 0, ["address", "source", "pl"])
        page.write_string(1_048_575, 16_383, "x")
    assert refusal(FORMATS["xlsx"][1], target.getvalue()).code == "translation.no_rows"
