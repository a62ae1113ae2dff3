"""Hints for Easy German: what they find, and that they stay quiet otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.questionnaire.readability import hints, sentences, shape_hints


def codes(text: str) -> list[str]:
    return [hint.code for hint in hints(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Sie füllen das Blatt aus.", []),
        ("eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf.", []),
        ("eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn.", ["sentence_long"]),
        (" ".join(["wort"] * 15), ["sentence_long"]),
        (" ".join(["wort"] * 16), ["sentence_too_long"]),
        ("eins zwei drei vier fünf sechs.\n- sieben acht neun zehn elf zwölf dreizehn", []),
        ("Krankenversicherung", ["word_long"]),
        ("Kranken-Versicherung und Kranken·versicherung", []),
        ("Aufenthaltsrecht", []),  # 16 letters
        ("Das Geld wird Ihnen ausgezahlt.", ["passive"]),
        ("Ihr Antrag wird gelesen.", ["passive"]),
        ("Sie werden 16 Jahre alt.", []),
        ("Das Haus des Landkreises.", ["genitive"]),
        ("Das Amt der Stadt der Zukunft.", ["genitive"]),
        ("Das Haus von dem Landkreis.", []),
        ("Sie müssen nicht antworten.", ["negation"]),
        ("Sie haben keine Kinder. Sie haben keine Kinder.", ["negation"]),
        ("Wir fragen Sie, weil wir helfen wollen, und wir lesen alles.", ["commas"]),
        ("%(num)s Fragen", []),
        ("", []),
    ],
)
def test_hints(text: str, expected: list[str]) -> None:
    assert codes(text) == expected


def test_a_hint_names_the_words_and_the_number() -> None:
    found = hints(" ".join(["wort"] * 13))[0]
    assert found.values["count"] == 13
    assert "wort wort" in found.message % found.values


def test_sentences_end_at_marks_and_lines_but_not_within_numbers_and_addresses() -> None:
    assert sentences("Um 10.30 Uhr. Geht das? Ja!\n- eins\n\nwww.beispiel.de") == [
        *("Um 10.30 Uhr.", "Geht das?", "Ja!", "eins", "www.beispiel.de"),
    ]


def test_lists_are_compared_in_every_language() -> None:
    assert shape_hints("Das:\n- a\n- b", "To:\n- a\n- b") == []
    found = shape_hints("Das:\n- a\n- b", "To: a, b")
    assert [(hint.code, hint.values) for hint in found] == [("list", {"wanted": 2, "found": 0})]


@given(st.text(max_size=300))
def test_hints_never_fail(text: str) -> None:
    for hint in hints(text):
        assert hint.message % hint.values
