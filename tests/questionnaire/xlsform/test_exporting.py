"""What goes out as XLSForm passes pyxform and comes back equal."""

from __future__ import annotations

import io
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyxform.xls2xform import convert

from survey_service.paths import bundled
from survey_service.questionnaire import definition
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xlsform import exporting, formulas, importing, limits
from survey_service.questionnaire.xlsform.importing import Options
from tests.questionnaire.xlsform.workbooks import read
from tests.samples import sample


def goes_round(questionnaire: Questionnaire) -> None:
    data = exporting.write(questionnaire, "7")
    form = convert(xlsform=io.BytesIO(data), file_type=".xlsx", validate=False)
    assert "<h:html" in form.xform
    back = importing.read(data, "x.xlsx")
    assert back.report.errors == ()
    assert back.questionnaire == questionnaire


def test_the_bundled_questionnaires_go_round() -> None:
    for questionnaire in load_folder(bundled("forms")).questionnaires.values():
        goes_round(questionnaire)


def test_a_practitioners_form_goes_round() -> None:
    found = importing.read(sample("RMS_CAPI_v2.xlsx"), "RMS_CAPI_v2.xlsx")
    assert found.questionnaire is not None
    goes_round(found.questionnaire)


def test_a_form_with_ethiopian_languages_goes_round() -> None:
    found = importing.read(sample("demo.xlsx"), "demo.xlsx", Options(allow_twice=True))
    assert found.questionnaire is not None
    goes_round(found.questionnaire)


def test_limits_travel_as_constraints_and_come_back_as_limits() -> None:
    head = ["type", "name", "label", "constraint", "constraint_message", "min", "max"]
    form = read([head, ["integer", "a", "A", ". != 5", "not 5", "1", "9"]]).questionnaire
    assert form is not None
    question = form.questions["a"]
    assert dict(question.parameters) == {"min": 1, "max": 9}
    assert limits.joined(". != 5", "integer", question.parameters) == "(. != 5) and . >= 1 and . <= 9"
    goes_round(form)


def test_a_default_that_looks_like_an_expression_goes_round() -> None:
    head = ["type", "name", "label", "default"]
    rows = [["text", "a", "A", "'(open'"], ["text", "b", "B", '"it\'s (so)"'], ["text", "c", "C", "concat(${a}, 'y')"]]
    form = read([head, *rows]).questionnaire
    assert form is not None
    assert [form.questions[name].default for name in "ab"] == ["(open", "it's (so)"]
    assert not isinstance(form.questions["c"].default, str)
    goes_round(form)


@given(st.text(st.sampled_from("'\"(), ax"), min_size=1, max_size=9).map(str.strip).filter(bool))
def test_any_text_is_an_expression_and_back(text: str) -> None:
    assert formulas.constant(formulas.quoted(text)) == text


# --- any questionnaire ---

TAGS = ["de", "en", "ar"]
words = st.text(
    st.characters(codec="utf-8", exclude_categories=["C", "Z"], exclude_characters="${}_"), min_size=1, max_size=12
)
texts = st.one_of(st.fixed_dictionaries(dict.fromkeys(TAGS, words)), words.map(lambda word: {"*": word}))
maybe = st.one_of(st.just({}), texts)
names = st.sampled_from(["a.png", "Karte 1.jpg", "صوت.mp3"])
beside = st.dictionaries(
    st.sampled_from(["image", "audio", "video"]),
    st.one_of(names.map(lambda name: {"*": name}), st.dictionaries(st.sampled_from(TAGS), names, min_size=1)),
)


@st.composite
def questions(draw: Any, name: str, known: list[str]) -> dict[str, Any]:
    kind = draw(
        st.sampled_from(
            [
                *("text", "integer", "decimal", "range", "date", "time", "datetime", "geopoint", "acknowledge", "note"),
                *("image", "audio", "file"),
                *("calculate", "hidden", "select_one", "select_multiple", "rank", "start", "end", "today"),
            ]
        )
    )
    raw: dict[str, Any] = {"type": kind, "name": name, "label": draw(texts), "media": draw(beside)}
    if kind == "calculate":
        raw["calculation"] = draw(st.sampled_from(["1 + 1", "today()", *(f"concat(${{{one}}}, 'x')" for one in known)]))
    if kind in ("start", "end", "today", "hidden"):
        return raw
    if known and draw(st.booleans()):
        raw["relevant"] = f"${{{draw(st.sampled_from(known))}}} != '{draw(st.sampled_from(['', 'ä', 'it is', '<&>']))}'"
    if kind not in ("calculate", "note"):
        raw["required"] = draw(st.sampled_from([True, False, "1 = 1"]))
        raw["hint"], raw["guidance"] = draw(maybe), draw(maybe)
        raw["sensitive"] = draw(st.booleans())
        raw["concept"] = draw(st.sampled_from(["", "needs/B02", "age_group"]))
        raw["pictogram"] = draw(st.sampled_from(["", "bus", "level_3"]))
    return {**raw, **draw(details(kind))}


@st.composite
def details(draw: Any, kind: str) -> dict[str, Any]:
    """Return what only questions of one kind have."""
    raw: dict[str, Any] = {}
    if kind in ("select_one", "select_multiple", "rank"):
        raw["choices"] = draw(st.sampled_from(["colours", "towns"]))
        raw |= draw(st.sampled_from([{}, {"choice_filter": "warm = '1'"}, {"choice_filter": "name != 'red'"}]))
        raw |= draw(st.sampled_from([{}, {"parameters": {"randomize": True}}, {"parameters": {"alphabetical": True}}]))
    if kind in ("integer", "decimal") and draw(st.booleans()):
        raw["parameters"] = {"min": draw(st.integers(-5, 5)), "max": draw(st.integers(6, 90))}
        if draw(st.booleans()):
            raw |= {"constraint": ". != 3", "constraint_message": draw(texts)}
    if kind == "range":
        raw["parameters"] = {"min": 0, "max": draw(st.integers(1, 20)), "step": draw(st.sampled_from([1, 0.5]))}
    if kind == "text" and draw(st.booleans()):
        raw |= {"parameters": {"max_length": draw(st.integers(12, 99))}, "default": draw(words)}
        raw["appearance"] = draw(st.sampled_from(["", "multiline", "email", "numbers"]))
    return raw


class Outline:
    """Definition data that grows: pages in groups and repeats, groups in the order they begin."""

    def __init__(self, draw: Any) -> None:
        self.draw, self.known = draw, list[str]()
        self.groups, self.pages = list[dict[str, Any]](), list[dict[str, Any]]()

    def group(self, number: int) -> str:
        raw: dict[str, Any] = {"name": f"g{number}", "label": self.draw(texts), "hint": self.draw(maybe)}
        raw |= self.draw(st.sampled_from([{}, {"repeat": True}, {"repeat": True, "count": "2"}]))
        self.groups.append(raw)
        return str(raw["name"])

    def page(self, group: str) -> None:
        number, inner = len(self.pages), ""
        around = {"group": group} if group else {}
        asked: list[dict[str, Any]] = []
        for index in range(self.draw(st.integers(1, 3))):
            question = self.draw(questions(f"q{number}_{index}", [] if group else self.known))
            if index == 1 and self.draw(st.booleans()):
                inner = f"in{number}"
                parent = {"parent": group} if group else {}
                self.groups.append({"name": inner, "label": self.draw(maybe), **parent})
            asked.append({**question, **({"group": inner} if inner else {})})
            if not group and question["type"] in ("text", "integer"):
                self.known.append(question["name"])
        label, hint = self.draw(texts), self.draw(maybe)
        self.pages.append({"name": f"p{number}", "label": label, "hint": hint, **around, "questions": asked})


@st.composite
def questionnaires(draw: Any) -> dict[str, Any]:
    outline = Outline(draw)
    for number in range(draw(st.integers(1, 3))):
        group = outline.group(number) if draw(st.booleans()) else ""
        for _ in range(draw(st.integers(1, 2))):
            outline.page(group)
    raw = {
        "questionnaire": "any",
        "audience": draw(st.sampled_from(["newcomers", "experts"])),
        "languages": TAGS,
        "label": draw(texts),
        "hint": draw(maybe),
        "minutes": [2, draw(st.integers(2, 30))],
        "choices": {
            "colours": [
                {"name": "red", "label": draw(texts), "warm": "1", "media": draw(beside)},
                {"name": "blue", "label": draw(texts), "last": True},
                {"name": "none", "label": draw(texts), "exclusive": True},
            ],
            "towns": [{"name": "1", "label": draw(texts), "warm": "x"}, {"name": "a-b.c", "label": draw(texts)}],
        },
        "groups": outline.groups,
        "pages": outline.pages,
    }
    ends = [{"name": "out", "when": "1 = 2", "label": draw(texts), "hint": draw(maybe)}]
    return {**raw, **draw(st.sampled_from([{}, {"screen_outs": ends}]))}


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(questionnaires())
def test_any_questionnaire_goes_round(raw: dict[str, Any]) -> None:
    goes_round(definition.from_json(raw))


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["text", "integer", "note", "calculate", "select_one yn", "begin_group", "begin_repeat"]),
            st.sampled_from(["", "field-list"]),
            st.booleans(),
        ),
        min_size=1,
        max_size=14,
    )
)
def test_what_came_in_goes_round(rows: list[tuple[str, str, bool]]) -> None:
    """Questions outside field-lists are parted into pages; going out and coming back parts them alike."""
    survey: list[list[str]] = [["type", "name", "label", "calculation", "relevant", "appearance"]]
    opened: list[str] = []
    for number, (kind, appearance, close) in enumerate(rows):
        name = f"n{number}"
        if kind.startswith("begin"):
            opened.append(kind.removeprefix("begin_"))
            survey.append([kind, name, "L", "", "", appearance])
            survey.append(["text", f"{name}_first", "L"])
        else:
            survey.append([kind, name, "L", "1" if kind == "calculate" else "", ""])
        if close and opened:
            survey.append([f"end_{opened.pop()}"])
    survey += [[f"end_{kind}"] for kind in reversed(opened)]
    found = read(survey)
    assert found.questionnaire is not None, found.report.errors
    goes_round(found.questionnaire)
