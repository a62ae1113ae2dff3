"""The form a browser fills in and the JSON a program sends come to the same judgement, and nothing typed is lost."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.web import page_form
from survey_service.web.page_form import FIELDS
from tests.conftest import TODAY
from tests.web.browser import Page

COLOURS = ["red", "blue", "green", "none", "pna"]
texts = st.text(max_size=25)
odd_numbers = st.sampled_from(["١٢", "3.5", "3,5", "1e3", "5" * 5000, " 7 ", "−1"])
numbers = st.one_of(st.integers(-5, 15).map(str), odd_numbers, texts)

names = st.sampled_from([*COLOURS, "purple", "<b>"])
parts = st.one_of(st.integers(0, 40).map(str), st.sampled_from(["", " ", "٣", "-", "x"]))
years = st.one_of(st.integers(1250, 2150).map(str), st.sampled_from(["", "٢٠٢٤", "24-1"]))


def _date(year: str, month: str, day: str) -> str:
    return "-".join((year, month, day)) if (year + month + day).strip() else ""


inputs = st.fixed_dictionaries(
    {
        "validate": texts,
        "data": texts,
        "csrf_token": numbers,
        "euros": numbers,
        "one": st.lists(names, max_size=2),
        "place": st.sampled_from(["", "a", "b", "zz"]),
        "some": st.lists(names, max_size=4, unique=True),
        "best": st.lists(st.sampled_from(["", *COLOURS]), max_size=3),
        "day": st.tuples(years, parts, parts),
        "seen": st.booleans(),
        "month": st.tuples(years, parts),
        "hour": st.one_of(st.sampled_from(["14:30", "7.05", "24:00", "١٢:٣٠", "12:60"]), texts),
        "moment": st.tuples(years, parts, parts, st.sampled_from(["", "9:15", "25:00", "x-y"])),
        "spot": st.one_of(st.sampled_from(["50.57, 10.41", "50.57 10.41 300", "91 0", "٥٠.٥ ١٠", "50"]), texts),
        "level": st.one_of(st.integers(-1, 12).map(str), st.sampled_from(["", "2.5", "٣"])),
        "weight": st.one_of(st.sampled_from(["0.5", "0.7", "1,5", "100", "-1"]), texts),
    }
)


def as_form(given_inputs: dict[str, Any]) -> MultiDict[str, str]:
    """Write the inputs the way a browser sends them."""
    pairs = [(name, given_inputs[name]) for name in ("validate", "data", "csrf_token", "euros", "place")]
    pairs += [("one", value) for value in given_inputs["one"]] + [("some", value) for value in given_inputs["some"]]
    pairs += [(f"best:{place}", value) for place, value in enumerate(given_inputs["best"], 1)]
    pairs += [(f"day:{part}", value) for part, value in zip(("year", "month", "day"), given_inputs["day"], strict=True)]
    pairs += [(name, given_inputs[name]) for name in ("hour", "spot", "level", "weight")]
    pairs += [(f"month:{part}", value) for part, value in zip(("year", "month"), given_inputs["month"], strict=True)]
    parts_of_moment = zip(("year", "month", "day", "time"), given_inputs["moment"], strict=True)
    pairs += [(f"moment:{part}", value) for part, value in parts_of_moment]
    pairs += [("seen", "yes")] if given_inputs["seen"] else []
    return MultiDict(pairs)


def as_json(given_inputs: dict[str, Any]) -> dict[str, Any]:
    """Write the inputs the way a program sends them."""
    year, month, day = (part.replace("-", "\u2010") for part in given_inputs["day"])
    its_year, its_month = (part.replace("-", "\u2010") for part in given_inputs["month"])
    *its_date, time = (part.replace("-", "\u2010") for part in given_inputs["moment"])
    return {
        **given_inputs,
        "OK": "yes",
        "day": _date(year, month, day),
        "month": f"{its_year}-{its_month}-1" if (its_year + its_month).strip() else "",
        "moment": "-".join(its_date) + f"T{time}" if "".join((*its_date, time)).strip() else "",
    }


@settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(inputs)
def test_form_and_json_agree(every: Questionnaire, given_inputs: dict[str, Any]) -> None:
    page = every.page("all")
    assert page is not None
    shown = frozenset(question.name for question in page.questions)
    posted = page_form.read(Stop(page), as_form(given_inputs), shown)
    from_form = judge(every, {"OK": "yes", **posted.inputs}, TODAY)
    from_json = judge(every, as_json(given_inputs), TODAY)
    assert dict(from_form.answers) == dict(from_json.answers)
    assert dict(from_form.states) == dict(from_json.states)
    assert {name: refusal.code for name, refusal in from_form.refusals.items()} == {
        name: refusal.code for name, refusal in from_json.refusals.items()
    }


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(inputs)
def test_nothing_typed_is_lost_when_the_page_comes_back(
    app: Flask, every: Questionnaire, given_inputs: dict[str, Any]
) -> None:
    page = every.page("all")
    assert page is not None
    first = page_form.read(Stop(page), as_form(given_inputs), frozenset(every.questions))
    judgement = judge(every, {"OK": "yes", **first.inputs}, TODAY)
    with app.test_request_context("/en/q/every/all"):
        items = page_form.build(Stop(page), every, judgement, first.inputs, 7, list(judgement.refusals))
        html = "".join(str(item.field()) for item in items if item.field)
    second = page_form.read(Stop(page), MultiDict(Page(html).pairs()), frozenset(every.questions))
    for name, typed in first.inputs.items():
        assert _seen(name, second.inputs[name], every) == _seen(name, typed, every), name


def _seen(name: str, value: Any, every: Questionnaire) -> Any:
    """Return what of an input a page can hold: known choices, one for a single choice, text as HTML carries it."""
    question = every.questions[name]
    if question.choices:
        known = [choice.name for choice in question.choices]
        chosen = [part for part in (value if isinstance(value, list) else [value]) if part in known]
        if question.type == "rank":
            return [part if part in known else "" for part in [*value, "", "", ""][:3]]
        return sorted(set(chosen))
    if name == "level":  # radio buttons
        return value if value in map(str, range(11)) else ""
    return str(value).replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")


def test_every_type_that_asks_has_a_field(every: Questionnaire) -> None:
    from survey_service.questionnaire.question_types import TYPES

    assert {kind for kind, row in TYPES.items() if row.asks} == {kind for kind, appearance in FIELDS if not appearance}


@pytest.mark.parametrize(
    ("form", "name", "expected"),
    [
        ({"day:year": "2024", "day:month": "2", "day:day": "30"}, "day", "2024-2-30"),
        ({"day:year": "", "day:month": " ", "day:day": ""}, "day", ""),
        ({"day:year": "20-24", "day:month": "1", "day:day": "1"}, "day", "20\u201024-1-1"),
        ({"best:1": "red", "best:3": "blue"}, "best", ["red", "", "blue", "", ""]),
        ({"one": ["red", "blue"]}, "one", ["red", "blue"]),
        ({"one": "red"}, "one", "red"),
        ({}, "one", ""),
        ({"some": ["blue", "red"]}, "some", ["blue", "red"]),
        ({"validate": " a "}, "validate", " a "),
        ({"seen": "yes"}, "seen", "yes"),
        ({}, "seen", ""),
    ],
)
def test_read(every: Questionnaire, form: dict[str, Any], name: str, expected: Any) -> None:
    page = every.page("all")
    assert page is not None
    posted = page_form.read(Stop(page), MultiDict(form), frozenset(every.questions))
    assert posted.inputs[name] == expected


def test_only_questions_that_were_on_the_form_are_read(every: Questionnaire) -> None:
    page = every.page("all")
    assert page is not None
    posted = page_form.read(
        Stop(page), MultiDict({"_shown": "validate OK nonsense", "data": "x"}), frozenset(every.questions)
    )
    assert posted.inputs == {"validate": ""}
    assert posted.shown == ("validate",)


def test_unstorable_text_is_judged_but_not_saved(every: Questionnaire) -> None:
    page = every.page("all")
    assert page is not None
    posted = page_form.read(Stop(page), MultiDict({"validate": "a\0b", "data": "ok"}), frozenset(["validate", "data"]))
    assert posted.inputs["validate"] == "a\0b"
    assert dict(posted.storable) == {"data": "ok"}
    assert judge(every, {"OK": "yes", **posted.inputs}, TODAY).refusals["validate"].code == "characters"


def test_a_default_is_filled_in_until_something_is_sent(questionnaire: Any, app: Flask) -> None:
    model = questionnaire(
        """
questionnaire: preset
audience: newcomers
languages: [de]
label: {de: X}
pages:
  - name: p
    label: {de: P}
    questions:
      - {type: integer, name: n, default: 0, label: {de: N}}
"""
    )
    today = dt.date(2026, 11, 23)
    with app.test_request_context("/de/q/preset/p"):
        fresh = page_form.build(Stop(model.pages[0]), model, judge(model, {}, today), {}, 0, [])
        emptied = page_form.build(Stop(model.pages[0]), model, judge(model, {"n": ""}, today), {"n": ""}, 0, [])
        assert Page(str(fresh[0].field())).value("n") == "0"
        assert Page(str(emptied[0].field())).value("n") == ""
