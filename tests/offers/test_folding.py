"""Texts are compared without case, marks and signs, in any script."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.offers.folding import LEGAL_FORMS, fold, fold_name


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("  Straße der Kürze 12a ", "strasse der kurze 12a"),
        ("ÉCOLE—Crèche", "ecole creche"),
        ("İstanbul", "istanbul"),
        ("Łódź", "lodz"),
        ("مَدْرَسَة", "مدرسه"),
        ("يكي", "یکی"),
        ("أحمد", "احمد"),
        ("١٢٣ / ۴۵", "123 45"),
        ("ﬁn", "fin"),
        ("_-.,;", ""),
        ("ትምህርቲ", "ትምህርቲ"),
    ],
)
def test_folding(text: str, folded: str) -> None:
    assert fold(text) == folded


@given(st.text())
def test_folding_twice_changes_nothing_and_leaves_no_blanks_at_the_ends(text: str) -> None:
    folded = fold(text)
    assert fold(folded) == folded
    assert folded == " ".join(folded.split())


@given(st.text(alphabet=st.characters(categories=("Lu", "Ll"), max_codepoint=0x17F)))
def test_case_makes_no_difference(text: str) -> None:
    assert fold(text.upper()) == fold(text.upper().lower())


@pytest.mark.parametrize("form", LEGAL_FORMS)
def test_legal_forms_tell_nothing(form: str) -> None:
    assert fold_name(f"Haus Süd {form.upper()}.") == "haus sud"


def test_a_name_that_is_a_legal_form_stays() -> None:
    assert fold_name("AG") == "ag"
