"""The catalogue of Problems is one, complete and well-formed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from survey_service.problems import CATALOGUE, Problem

PACKAGE = Path(__file__).resolve().parent.parent / "survey_service"


@pytest.mark.parametrize("code", CATALOGUE)
def test_each_kind_is_complete(code: str) -> None:
    kind = CATALOGUE[code]
    assert re.fullmatch(r"[a-z]+\.[a-z_]+", code)
    assert 400 <= kind.status <= 599
    assert kind.title
    assert kind.message.rstrip().endswith((".", "!", "…", "%(listing)s", ")s"))
    details = dict.fromkeys(re.findall(r"%\((\w+)\)s", kind.message), "x")
    assert "%(" not in Problem(code, **details).message()


def test_every_code_that_is_raised_stands_in_the_catalogue_and_every_one_there_is_used() -> None:
    source = "\n".join(path.read_text("utf-8") for path in PACKAGE.rglob("*.py") if path.name != "problems.py")
    raised = set(re.findall(r'Problem\(\s*"([a-z]+\.[a-z_]+)"', source))
    assert raised - set(CATALOGUE) == set()
    unused = {code for code in CATALOGUE if f'"{code}"' not in source}
    assert unused == set()
