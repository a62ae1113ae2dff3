"""``plugin.toml``: read without running code; parameters declared in it; what is wrong is named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey_service.reports import manifest
from survey_service.reports.context import ReportInfo
from survey_service.reports.parameters import Parameter, complete, fault_of

HEAD = 'name = "home"\nmodule = "home"\nversion = "1.0"\ntitle = {de = "Zuhause", en = "At home"}\n'
LEAST = Parameter("least", "integer", {"de": "Mindestens", "en": "At least"}, 5, low=1, high=9)
SHARE = Parameter("share", "decimal", {"*": "x"}, 0.5, low=0, high=1)
NOTE = Parameter("note", "text", {"*": "x"}, "", high=5)
FIELD = Parameter("field", "choice", {"*": "x"}, "ARB", (("ARB", {"de": "Arbeit", "en": "Work"}), "WOH"))
SHOW = Parameter("show", "flag", {"*": "x"}, False)
FULL = f"""{HEAD}author = "Landkreis"
questionnaires = ["needs"]
offers = true
permissions = ["aggregates", "texts"]
description = {{de = "Was", en = "What"}}
[[parameters]]
name = "least"
kind = "integer"
default = 5
low = 1
high = 9
label = {{de = "Mindestens", en = "At least"}}
[[parameters]]
name = "field"
kind = "choice"
default = "ARB"
label = {{"*" = "x"}}
choices = [{{name = "ARB", label = {{de = "Arbeit", en = "Work"}}}}, "WOH"]
"""


def test_a_full_file_is_what_the_class_says(tmp_path: Path) -> None:
    expected = ReportInfo(
        "home",
        "1.0",
        {"de": "Zuhause", "en": "At home"},
        ("needs",),
        offers=True,
        permissions=("aggregates", "texts"),
        author="Landkreis",
        description={"de": "Was", "en": "What"},
        parameters=(LEAST, FIELD),
    )
    (tmp_path / "plugin.toml").write_text(FULL, "utf-8")
    read = ReportInfo.read(str(tmp_path / "__init__.py"))
    assert read.to_json() == expected.to_json() == manifest.read(tmp_path).info
    assert read.parameters[1].labels == {"ARB": {"de": "Arbeit", "en": "Work"}, "WOH": {"*": "WOH"}}


def test_what_is_not_said_is_the_least() -> None:
    info = manifest.parse(HEAD.encode()).info
    assert (info["questionnaires"], info["offers"], info["permissions"]) == ([], False, ["aggregates"])


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name = ", "Invalid value"),
        ("name = 1", "“module” is missing"),
        (HEAD + "colour = 1", "“colour” is unknown"),
        (HEAD.replace("de =", "fr ="), "title needs texts"),
        (HEAD.replace('module = "home"', 'module = "../home"'), "module is not the name of a package"),
        (HEAD.replace('module = "home"', "module = 7"), "module is not the name of a package"),
        (HEAD.replace('"1.0"', '"1 0"'), "info/version: pattern"),
        (HEAD.replace('"1.0"', "1"), "info/version: type"),
        (HEAD + 'permissions = ["store"]', "info/permissions/0: enum"),
        (HEAD + 'questionnaires = ["needs", "needs"]', "info/questionnaires: uniqueItems"),
        (HEAD + "parameters = 3", "write each parameter as"),
        (HEAD + "parameters = [3]", "write each parameter as"),
        (HEAD + 'parameters = [{name = "a"}]', "info/parameters/0: required"),
        (HEAD + 'parameters = [{name = "a", choices = 1}]', "choices is a list"),
        (FULL.replace("default = 5", "default = 10"), "“least”: its default is not allowed"),
        (FULL.replace("default = 5", "default = true"), "“least”: its default is not allowed"),
        (FULL.replace('"field"', '"least"'), "“least” stands twice"),
        (FULL.replace('"WOH"]', '"ARB"]'), "“field”: a choice stands twice"),
        (FULL.replace('kind = "choice"', 'kind = "text"'), "just the kind “choice” has choices"),
    ],
)
def test_what_is_wrong_is_named(text: str, fault: str) -> None:
    with pytest.raises(manifest.Faulty) as caught:
        manifest.parse(text.encode())
    assert fault in str(caught.value)


@given(st.binary(max_size=400))
def test_garbage_is_a_fault_and_nothing_else(data: bytes) -> None:
    with pytest.raises(manifest.Faulty):
        manifest.parse(data)


@given(st.integers(0, len(FULL)), st.text(max_size=5))
def test_a_damaged_file_is_a_fault_or_sound(place: int, put: str) -> None:
    try:
        found = manifest.parse((FULL[:place] + put + FULL[place + len(put) :]).encode())
    except manifest.Faulty:
        return
    assert ReportInfo.from_json(found.info).to_json() == found.info


@pytest.mark.parametrize(
    ("parameter", "value", "fault"),
    [
        (LEAST, 1, None),
        (LEAST, 9, None),
        (LEAST, 0, "Please write at least 1."),
        (LEAST, 10, "Please write at most 9."),
        (LEAST, 5.5, "Please write a whole number."),
        (LEAST, True, "Please write a whole number."),
        (LEAST, "5", "Please write a whole number."),
        (SHARE, 0.25, None),
        (SHARE, 1, None),
        (SHARE, 1.5, "Please write at most 1."),
        (SHARE, float("nan"), "Please write a number."),
        (NOTE, "12345", None),
        (NOTE, "123456", "Please use one line of at most 5 characters."),
        (NOTE, "a\nb", "Please use one line of at most 5 characters."),
        (FIELD, "WOH", None),
        (FIELD, "GES", "Please choose one from the list."),
        (SHOW, False, None),
        (SHOW, "no", "Please say yes or no."),
    ],
)
def test_values(parameter: Parameter, value: Any, fault: str | None) -> None:
    found = fault_of(parameter, value)
    assert (None if found is None else str(found)) == fault


def test_a_value_that_is_no_longer_allowed_gives_way_to_the_default() -> None:
    assert complete((LEAST, FIELD, SHOW), {"least": 99, "field": "WOH", "gone": 1}) == {
        "least": 5,
        "field": "WOH",
        "show": False,
    }
