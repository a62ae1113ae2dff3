"""Values as people read them, those that are calculated and fit no type included."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from survey_service.questionnaire.model import Questionnaire
from survey_service.web import i18n, readable
from tests.conftest import SMALL

CALCULATED = SMALL.replace(
    "  - name: more\n",
    """      - {type: integer, name: n, calculation: "1", label: {de: N, en: N}}
      - {type: date, name: d, calculation: "1", label: {de: D, en: D}}
      - {type: time, name: t, calculation: "1", label: {de: T, en: T}}
      - {type: datetime, name: m, calculation: "1", label: {de: M, en: M}}
      - {type: geopoint, name: p, calculation: "1", label: {de: P, en: P}}
      - {type: select_one, name: o, choices: colours, calculation: "1", label: {de: O, en: O}}
      - {type: select_multiple, name: s, choices: colours, calculation: "1", label: {de: S, en: S}}
  - name: more
""",
    1,
)


@pytest.fixture
def english(app: Flask) -> Iterator[None]:
    with app.test_request_context("/en/"):
        i18n.use("en")
        yield


@pytest.mark.parametrize(
    ("name", "value", "lines"),
    [
        ("n", 1234.0, ["1,234"]),
        ("n", "abc", ["<bdi>abc</bdi>"]),
        ("n", True, ["<bdi>true</bdi>"]),
        ("d", "2026-11-23", ["November 23, 2026"]),
        ("d", "2026-13-01", ["<bdi>2026-13-01</bdi>"]),
        ("d", 5.0, ["<bdi>5</bdi>"]),
        ("t", "nine", ["<bdi>nine</bdi>"]),
        ("m", "2026-11-23", ["<bdi>2026-11-23</bdi>"]),
        ("p", "50.5 10.4 0 0", ['<bdi dir="ltr">50.5, 10.4</bdi>']),
        ("p", "12", ["<bdi>12</bdi>"]),
        ("o", "red", ["Red"]),
        ("s", "red blue", ["Red", "Blue"]),
        ("s", "<b>", ["<bdi>&lt;b&gt;</bdi>"]),
        ("s", None, []),
    ],
)
def test_what_is_calculated_is_shown_whatever_it_is(
    english: None, questionnaire: Callable[[str], Questionnaire], name: str, value: Any, lines: list[str]
) -> None:
    question = questionnaire(CALCULATED).questions[name]
    assert [str(line) for line in readable.lines_of(question, value)] == lines
