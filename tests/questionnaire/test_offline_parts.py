"""Which parts of the phone's script a questionnaire needs."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from survey_service.questionnaire import offline
from survey_service.questionnaire.expression import parse
from survey_service.questionnaire.loader import Library
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.offline_parts import COMMON_HEADS, COMMON_TYPES, Parts, is_common, parts
from survey_service.questionnaire.portable import portable
from tests.conftest import SMALL


def test_the_bundled_questionnaires(bundled: Library) -> None:
    found = {name: parts(each) for name, each in bundled.questionnaires.items() if not offline.obstacles(each)}
    assert found["needs"] == Parts(types=False, expressions=False, names=False)
    assert found["offers"] == Parts(types=True, expressions=True, names=False)


@pytest.mark.parametrize(
    ("expression", "common"),
    [
        ("${a} = 'x'", True),
        ("'x' != ${a}", True),
        ("${a} = '2026-01-01'", False),
        ("${a} = ${b}", False),
        ("${a} = 1", False),
        ("${a} < 1", False),
        ("count-selected(${a}) > 2", True),
        ("count-selected(${a}) > ${b}", False),
        ("selected(${a}, 'x') and not(selected(${a}, 'y') or ${b} = '')", True),
        ("${a} < today()", False),
        ("contains(${a}, 'x')", False),
    ],
)
def test_what_needs_more_than_the_common_part(expression: str, common: bool) -> None:
    assert is_common(portable(parse(expression))) is common


def test_named_answers_and_further_types(questionnaire: Callable[[str], Questionnaire]) -> None:
    assert parts(questionnaire(SMALL)).types, "an age is a number"
    text = SMALL.replace("{de: Alter, en: Age}", '{de: "Alter ${town}", en: Age}')
    assert text != SMALL
    assert parts(questionnaire(text)).names
    assert not parts(questionnaire(SMALL)).names


def test_the_scripts_know_what_is_said_to_be_common() -> None:
    evaluate, read = (script(name) for name in ("evaluate", "read"))
    heads = re.findall(r'^  "?([^\s":]+)"?: ', evaluate, re.MULTILINE)
    assert set(heads) == COMMON_HEADS
    types = re.findall(r"^  (\w+): \{$", read, re.MULTILINE)
    assert set(types) == COMMON_TYPES & set(offline.READERS)
    assert set(re.findall(r"^  (\w+): (?:\{|dated)", script("more"), re.MULTILINE)) == set(offline.READERS) - set(types)


def script(name: str) -> str:
    return (Path(offline.__file__).parents[1] / "web" / "static" / f"{name}.js").read_text("utf-8")
