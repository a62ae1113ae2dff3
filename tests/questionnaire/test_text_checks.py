"""Placeholders, markup and line ends of a translation."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.questionnaire.text_checks import LONGEST, fault, placeholders


def code(source: str | tuple[str, ...], wording: str | tuple[str, ...], plurals: int = 1) -> str:
    sources = (source,) if isinstance(source, str) else source
    wordings = (wording,) if isinstance(wording, str) else wording
    found = fault(sources, wordings, plurals)
    return found.code.removeprefix("translation.") if found else ""


@pytest.mark.parametrize(
    ("source", "wording", "expected"),
    [
        ("Page %(number)s of %(count)s", "Strona %(number)s z %(count)s", ""),
        ("Page %(number)s of %(count)s", "%(count)s, strona %(number)s, %(number)s", ""),
        ("Page %(number)s", "Strona", "placeholder_missing"),
        ("Page %(number)s", "Strona %(numer)s", "placeholder_unknown"),
        ("Page %(number)s", "Strona %(number)", "placeholder_missing"),
        ("Page %(number)s", "Strona %(number)s 100 %", "percent"),
        ("Page %(number)s", "Strona %(number)s %(x)", "percent"),
        ("Page %(number)s", "Strona %(number)s 100 %%", ""),
        ("About 50 %", "Około 50 %", ""),
        ("About", "Około %(x)s", "placeholder_unknown"),
        ("About", "Około %(x", "placeholder_unknown"),
        ("Hello ${name}", "Witaj ${name}", ""),
        ("Hello ${name}", "Witaj ${imie}", "placeholder_unknown"),
        ("Hello ${name}", "Witaj", "placeholder_missing"),
        ("Hello", "Witaj ${name", "placeholder_unknown"),
        ("Read <b>this</b>", "Czytaj <b>to</b>", ""),
        ("Read <b>this</b>", "Czytaj to", "markup_missing"),
        ("Read <b>this</b>", "Czytaj <b>to", "markup_missing"),
        ("Read this", "Czytaj <i>to</i>", "markup_unknown"),
        ("a < b and c > d", "a < b i c > d", ""),
        ("\nText", "Tekst", "line_start"),
        ("Text", "Tekst\n", "line_end"),
        ("Text\n", "Tekst\n", ""),
        ("Text", "", "forms"),
        ("Text", " \n", "forms"),
        ("Text", "x" * (LONGEST + 1), "long"),
    ],
)
def test_what_differs_from_the_source_is_named(source: str, wording: str, expected: str) -> None:
    assert code(source, wording) == expected


def test_a_problem_names_the_placeholder() -> None:
    found = fault(("Page %(number)s",), ("Strona %(numer)s",), 1)
    assert found is not None
    assert "%(numer)s" in found.message()
    assert found.status == 422


@pytest.mark.parametrize(
    ("wording", "expected"),
    [
        (("minuta", "%(num)s minuty", "%(num)s minut"), ""),  # a form may leave the number out
        (("minuta", "%(num)s minuty"), "forms"),
        (("minuta", "", "%(num)s minut"), "forms"),
        (("minuta", "%(num)s minuty", "%(count)s minut"), "placeholder_unknown"),
        (("1", "2", "3", "4"), "forms"),
    ],
)
def test_a_text_that_counts_has_all_plural_forms(wording: tuple[str, ...], expected: str) -> None:
    assert code(("%(num)s minute", "%(num)s minutes"), wording, 3) == expected


@given(st.text(alphabet=st.sampled_from("ab %()s${}<>\n"), max_size=30), st.sets(st.sampled_from(["x", "num"])))
def test_what_is_let_through_can_be_filled_in(wording: str, names: set[str]) -> None:
    """Whatever is accepted for a source with placeholders formats without an error."""
    source = " ".join(f"%({name})s" for name in sorted(names)) or "text"
    if code(source, wording) == "" and names:
        assert wording % dict.fromkeys(names, "value")
        assert placeholders(wording) == placeholders(source)


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.strip()))
def test_a_text_without_placeholders_is_equal_to_itself(text: str) -> None:
    assert code(text, text) in ("", "placeholder_unknown", "percent")  # a lone “%(” or “${” may be refused
    if "%" not in text and "$" not in text:
        assert code(text, text) == ""
