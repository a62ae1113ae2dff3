"""Hostile workbooks are refused before a library reads them."""

from __future__ import annotations

import contextlib
import io
import struct
import zipfile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from survey_service.problems import Problem
from survey_service.questionnaire.workbook_guard import LIMITS, Limits, check_workbook

TYPES, BOOK = "[Content_Types].xml", "xl/workbook.xml"
SMALL = Limits(packed=200_000, unpacked=1_000_000, parts=20, ratio=100, small=10_000)


def packed(method: int = zipfile.ZIP_DEFLATED, **parts: bytes) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr(TYPES, "<Types/>")
        archive.writestr(BOOK, "<workbook/>")
        for name, content in parts.items():
            archive.writestr(name.replace("__", "/").replace("_dot_", "."), content)
    return target.getvalue()


def real() -> bytes:
    target = io.BytesIO()
    with xlsxwriter.Workbook(target, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for row in range(500):
            sheet.write_string(row, 0, f"text {row}")
    return target.getvalue()


def refusal(content: bytes, limits: Limits = SMALL) -> str:
    with pytest.raises(Problem) as caught:
        check_workbook(content, limits)
    return caught.value.code.removeprefix("workbook.")


def test_a_workbook_is_let_through() -> None:
    check_workbook(real())
    check_workbook(packed())


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\x00" * 100, b"%PDF-1.7"])
def test_what_is_no_zip_is_refused(content: bytes) -> None:
    assert refusal(content) == "kind"


def test_a_zip_that_is_no_workbook_is_refused() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(target.getvalue()) == "kind"


def test_an_old_or_locked_workbook_is_refused() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 500) == "locked"
    content = bytearray(packed())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = content.index(signature)
        content[at + offset] |= 1
    assert refusal(bytes(content)) == "locked"


def test_too_many_bytes_packed_or_unpacked_are_refused() -> None:
    assert refusal(b"PK" + b"x" * 200_000) == "large"
    import random

    noise = random.Random(1).randbytes(100_000).hex().encode()
    assert refusal(packed(a=noise * 6)) == "large"


def test_a_part_that_is_larger_than_the_directory_says_is_refused() -> None:
    """The sizes in the directory are a claim; what comes out is counted."""
    content = bytearray(packed(a=b"x" * 500_000))
    for signature, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        at = content.rindex(signature)
        content[at + offset : at + offset + 4] = struct.pack("<I", 5_000)
    assert refusal(bytes(content)) in ("damaged", "ratio", "large")


def test_a_bomb_is_refused_by_its_ratio() -> None:
    assert refusal(packed(a=b"\x00" * 900_000)) == "ratio"
    check_workbook(packed(a=b"\x00" * 9_000), SMALL)  # little of anything packs well


def test_too_many_parts_are_refused() -> None:
    assert refusal(packed(**{f"part{number}": b"x" for number in range(19)})) == "parts"


@pytest.mark.parametrize(
    "xml",
    [
        b'<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;</x>',
        b'<?xml version="1.0"?>\n<!DOCTYPE x SYSTEM "http://example.org/x.dtd"><x/>',
        b"<x>" + b" " * 65_530 + b"<!ENTITY a SYSTEM 'file:///etc/passwd'></x>",
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x><x/>'.encode("utf-16"),
        '<!DOCTYPE x [<!ENTITY a "a">]><x/>'.encode("utf-16-be"),
    ],
)
@pytest.mark.parametrize("name", ["xl__sharedStrings_dot_xml", "_rels___dot_rels", "xl__strings_dot_png"])
def test_document_types_and_entities_are_refused(name: str, xml: bytes) -> None:
    assert refusal(packed(**{name: xml}), LIMITS) == "entities"


def test_a_picture_may_hold_any_bytes() -> None:
    check_workbook(packed(xl__media__a_dot_png=b"\x89PNG <!DOCTYPE"), SMALL)


def test_a_part_that_stands_twice_is_refused() -> None:
    target = io.BytesIO(packed())
    with pytest.warns(UserWarning, match="Duplicate"), zipfile.ZipFile(target, "a") as archive:
        archive.writestr(BOOK, "<other/>")
    assert refusal(target.getvalue()) == "damaged"


REAL = real()  # made once: it holds the time


@given(st.data())
def test_a_workbook_cut_or_changed_anywhere_is_let_through_or_refused(data: st.DataObject) -> None:
    content = bytearray(REAL)
    if data.draw(st.booleans()):
        content = content[: data.draw(st.integers(0, len(content)))]
    else:
        for _ in range(data.draw(st.integers(1, 4))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(Problem):  # any other exception fails
        check_workbook(bytes(content))
