"""Telephone numbers of all kinds: what is dialled, what is kept as text, and that nothing typed is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.offers import phones
from survey_service.offers.phones import Part


@pytest.mark.parametrize(
    ("typed", "dialled"),
    [
        ("03693 485000", ["+493693485000"]),
        ("03693/485-123", ["+493693485123"]),
        ("0049 3693 485-0", ["+4936934850"]),
        ("+49 (0)3693 4850", ["+4936934850"]),
        ("+49(0)36934850", ["+4936934850"]),
        ("(03693) 4850", ["+4936934850"]),
        ("٠٠٤٩٣٦٩٣٤٨٥٠", ["+4936934850"]),
        ("۰۳۶۹۳ ۴۸۵۰۰۰", ["+493693485000"]),
        ("03693 4850 oder 0171 1234567", ["+4936934850", "+491711234567"]),
        ("0171-1234567; 03693 485000", ["+491711234567", "+493693485000"]),
        ("Tel.: 03693 485000 (Mo-Fr)", ["+493693485000"]),
        ("03693 485 DW 12", ["+49369348512"]),
        ("03693 485-0, Durchwahl 12", ["+49369348512"]),
        ("03693 485000, App. 12", ["+493693485000"]),
        ("0800 111 0 111", ["+498001110111"]),
        ("+380 67 123 45 67", ["+380671234567"]),
        ("116 117", ["116117"]),
        ("112", ["112"]),
        ("067 123 45 67", []),
        ("0671234567", []),
        ("0671 234567", ["+49671234567"]),
        ("036 93 48 50 00", []),
        ("12345", []),
        ("auf Anfrage", []),
        ("", []),
        ("5" * 200, []),
    ],
)
def test_what_is_dialled(typed: str, dialled: list[str]) -> None:
    assert list(phones.international(typed)) == dialled
    assert phones.is_doubtful(typed) is (not dialled and bool(typed))


def test_an_extension_is_dialled_after_the_number() -> None:
    (part,) = phones.parts("03693 485000, App. 12")
    assert part == Part("03693 485000, App. 12", "tel:+49-3693-485000;ext=12")


def test_what_stands_around_numbers_is_kept() -> None:
    assert phones.parts("Büro ٠٣٦٩٣ ٤٨٥٠٠٠ <b>, abends 0171 1234567!") == (
        Part("Büro "),
        Part("03693 485000", "tel:+49-3693-485000"),
        Part(" <b>, abends "),
        Part("0171 1234567", "tel:+49-171-1234567"),
        Part("!"),
    )


@given(st.text(max_size=60) | st.text("0123456789+()/- .,;DWApp٠٤٩", max_size=40))
def test_nothing_typed_is_lost_and_only_numbers_are_links(typed: str) -> None:
    found = phones.parts(typed)
    said = "".join(part.text for part in found)
    assert "".join(said.split()) == "".join(phones._ascii_digits(typed.strip()).split())
    for part in found:
        if part.address:
            assert part.address.startswith("tel:")
            assert set(part.address.removeprefix("tel:").replace(";ext=", "")) <= set("+-0123456789")
