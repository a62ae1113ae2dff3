"""Responses from workbooks: what fits is loaded, what does not is listed, nobody twice, nobody without consent."""

from __future__ import annotations

import datetime as dt
import io
import re
import uuid
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xlsform import importing
from survey_service.questionnaire.xlsform import workbook as workbooks
from survey_service.questionnaire.xlsform.importing import Options as ImportOptions
from survey_service.responses import loading
from survey_service.responses.export import FORMATS, Options, codebook, documents
from survey_service.responses.loading import Loading, Terms, files
from survey_service.responses.loading.findings import COLUMN, MISSING, REFUSED, ROW
from survey_service.responses.revisions import Publications, Published
from survey_service.responses.schedule import OPEN, Schedule
from survey_service.responses.submissions import RESPONSES, Submission, document
from survey_service.store import MemoryStore
from survey_service.store.base import Store
from tests.conftest import SMALL, TODAY
from tests.questionnaire.test_repeats import HOUSEHOLD
from tests.questionnaire.xlsform.workbooks import Rows, workbook
from tests.responses.dummy import first_rows
from tests.responses.test_export_repeats import ANSWERS, KINDS, NOW
from tests.samples import sample

SECRET = "0" * 64


def read(questionnaire: Questionnaire, data: bytes, language: str = "en") -> Loading:
    published = Published(f"{questionnaire.name}-1", 1, questionnaire, Schedule(), OPEN)
    return loading.read(files.read(data, "rows.xlsx"), Terms(published, language, SECRET, TODAY))


def said(found: Loading) -> list[tuple[str, str, str, str]]:
    """Return (kind, code, place, question) of each finding."""
    return [(each.kind, each.code, str(each.place), each.question) for each in found.findings]


def answers(found: Loading) -> list[dict[str, Any]]:
    return [each["answers"] for each in found.documents]


HEAD = ["_index", "start.OK", "about/age", "town", "likes", "since"]


def test_answers_by_name_or_path_and_dates_as_dates(small: Questionnaire) -> None:
    since = dt.datetime(2024, 2, 29, 17, 33, 27)
    found = read(small, workbook(main=[HEAD, [1, "yes", 20.0, "Suhl", "red blue", since]]))
    assert said(found) == []
    assert answers(found) == [{"OK": "yes", "age": 20, "town": "Suhl", "likes": ["red", "blue"], "since": "2024-02-29"}]
    [stored] = found.documents
    assert (stored["mode"], stored["language"], stored["period"], stored["revision"], stored["status"]) == (
        "import", "en", "2026-Q4", "small-1", "valid",
    )  # fmt: skip


def test_what_does_not_fit_is_left_out_and_listed(small: Questionnaire) -> None:
    rows: Rows = [
        [*HEAD, "shoe size"],
        [1, "yes", 200, "Suhl", "red pink", "sometime", 42],
        [2, "yes", 15.5, "", "", ""],
    ]
    found = read(small, workbook(main=rows))
    assert said(found) == [
        (COLUMN, "column", "main!G1", ""),
        (REFUSED, "too_large", "main!C2", "age"),
        (REFUSED, "not_a_choice", "main!E2", "likes"),
        (REFUSED, "not_a_whole_number", "main!C3", "age"),
    ]
    assert answers(found) == [{"OK": "yes"}, {"OK": "yes"}]
    assert found.not_asked == 2  # the town of somebody without an age, and since when
    assert [(each.reason("en"), each.value) for each in found.findings][:3] == [
        ("The column “shoe size” is called like no question of this questionnaire. It is not read.", ""),
        ("Please write 120 or less.", "200"),
        ("Please choose one of the answers in the list.", "red pink"),
    ]


def test_a_missing_answer_is_listed_and_stops_nobody(questionnaire: Callable[[str], Questionnaire]) -> None:
    form = questionnaire(SMALL.replace("{type: integer, name: age,", "{type: integer, name: age, required: true,"))
    found = read(form, workbook(main=[HEAD, [1, "yes", "", "", "blue"]]))
    assert said(found) == [(MISSING, "required", "main!C2", "age")]
    assert answers(found) == [{"OK": "yes", "likes": ["blue"]}]


@pytest.mark.parametrize("given", ["no", "", "1", "maybe"])
def test_nobody_without_consent_is_loaded(small: Questionnaire, given: str) -> None:
    found = read(small, workbook(main=[HEAD, [1, given, 20], [2, "yes", 21]]))
    assert (ROW, "no_consent", "main!2", "") in said(found)
    assert [each["age"] for each in answers(found)] == [21]


def test_screened_out_and_empty_rows_are_not_loaded(small: Questionnaire) -> None:
    found = read(small, workbook(main=[HEAD, [1, "yes", 12], [2], [3, "yes", 16]]))
    assert said(found) == [(ROW, "screened_out", "main!2", ""), (ROW, "empty", "main!3", "")]
    assert [each["age"] for each in answers(found)] == [16]


def test_columns_for_each_choice(small: Questionnaire) -> None:
    head = ["OK", "about.likes_red", "likes/blue", "likes_green"]
    found = read(small, workbook(main=[head, ["yes", 1, 0, "true"], ["yes", 0, 0, 0], ["yes", "", "", ""]]))
    assert said(found) == []
    assert answers(found) == [{"OK": "yes", "likes": ["red", "green"]}, {"OK": "yes"}, {"OK": "yes"}]


def test_entries_link_by_numbers(questionnaire: Callable[[str], Questionnaire]) -> None:
    found = read(
        questionnaire(HOUSEHOLD),
        workbook(
            codes=[["a", "b"], ["1", "2"]],
            main=[["_index", "street", "persons"], ["r1", "A", 99], ["r2", "B", 99], ["r1", "C"]],
            people=[
                ["people.name", "people.minors.schools", "age", "_index", "_parent_index"],
                ["Mo", 2, 9, "p1", "r2"], ["Ali", "", 62, "p2", "r2"], ["Lost", "", 1, "p3", "r9"],
            ],
            school=[["teacher", "_parent_index", "street"], ["Ms A", "p1"], ["Mr B", "p1"], ["Mx C", "p2"]],
        ),
    )  # fmt: skip
    assert [(kind, code, place) for kind, code, place, _ in said(found)] == [
        (COLUMN, "sheet", "codes"),
        (COLUMN, "elsewhere", "school!C1"),
        (ROW, "twice", "main!4"),
        (ROW, "orphan", "people!4"),
    ]
    first, second = answers(found)
    assert (first["street"], first.get("people"), first.get("persons")) == ("A", None, None)
    assert second["people"][0]["school"] == [{"teacher": "Ms A"}, {"teacher": "Mr B"}]
    assert second["people"][1] == {"name": "Ali", "age": 62, "number": 2.0}
    assert (second["persons"], found.computed, found.not_asked) == (2.0, {"persons"}, 1)


def test_entries_without_a_row_are_told_once(questionnaire: Callable[[str], Questionnaire]) -> None:
    counted = HOUSEHOLD.replace("{name: people, label: {en: Person}, repeat: true}",
                                '{name: people, label: {en: Person}, repeat: true, count: "${street}"}')  # fmt: skip
    main: Rows = [["_index", "street"], [1, "3"]]
    found = read(questionnaire(counted), workbook(main=main, people=[["_parent_index", "name"], [1, "Ali"]]))
    assert said(found) == [(ROW, "entries_missing", "main!2", "")]
    assert found.findings[0].values == {"count": 2, "repeat": "people"}
    assert [each.get("name") for each in answers(found)[0]["people"]] == ["Ali", None, None]


def test_the_same_file_twice_loads_nothing_twice(store: Store, small: Questionnaire) -> None:
    data = workbook(main=[HEAD, [1, "yes", 20], [2, "yes", 20]])
    assert loading.keep(store, read(small, data)) == 2
    assert loading.keep(store, read(small, data)) == 0
    more = workbook(main=[HEAD, [1, "yes", 20], [2, "yes", 20], [3, "yes", 20]])
    assert len(loading.new(store, read(small, more))) == 1
    assert loading.keep(store, read(small, more)) == 1
    keys = [uuid.UUID(stored.body["key"]) for stored in store.collection(RESPONSES).iterate()]
    assert len(set(keys)) == 3
    assert {key.version for key in keys} == {5}


def test_a_number_known_everywhere_counts_more_than_what_the_row_says(store: Store, small: Questionnaire) -> None:
    first, second = ([["_uuid", *HEAD[1:]], ["u-1", "yes", age]] for age in (20, 30))
    assert loading.keep(store, read(small, workbook(main=first))) == 1
    assert loading.keep(store, read(small, workbook(main=second))) == 0


def test_a_file_that_cannot_be_used(small: Questionnaire, questionnaire: Callable[[str], Questionnaire]) -> None:
    labels = workbook(main=[["Do you agree? [OK]"], ["yes"]])
    offers = questionnaire(SMALL.replace("audience: newcomers", "audience: providers"))
    for form, data, code in ((small, b"PK", "unusable"), (small, labels, "no_rows"), (offers, labels, "offers")):
        with pytest.raises(Problem) as caught:
            read(form, data)
        assert caught.value.code == f"loading.{code}"


def test_hostile_files_are_refused(small: Questionnaire) -> None:
    target = io.BytesIO(workbook(main=[HEAD, [1, "yes", 20]]))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/bomb.xml", b" " * 5_000_000)
    with pytest.raises(Problem, match="does not belong"):
        read(small, target.getvalue())


def test_too_many_rows_are_refused_and_a_formula_without_a_value_is_told(
    small: Questionnaire, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = read(small, workbook(main=[HEAD, [1, "yes", 20, "=A1"]]))
    assert said(found) == [(COLUMN, "formula", "main!D2", "")]
    assert answers(found) == [{"OK": "yes", "age": 20}]
    monkeypatch.setattr(workbooks, "MAX_ROWS", 2)
    with pytest.raises(Problem, match="more than 2 rows"):
        read(small, workbook(main=[HEAD, [1, "yes", 20], [2, "yes", 20]]))


def test_a_wrong_size_of_the_sheet_hides_nothing(small: Questionnaire) -> None:
    source = zipfile.ZipFile(io.BytesIO(workbook(main=[HEAD, [1, "yes", 20]])))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name in source.namelist():
            content = re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', source.read(name))
            archive.writestr(name, content)
    assert b'ref="A1"' in zipfile.ZipFile(target).read("xl/worksheets/sheet1.xml")
    assert answers(read(small, target.getvalue())) == [{"OK": "yes", "age": 20}]


def test_the_dummy_answers_to_unhcr_s_household_form() -> None:
    """Of 30 rows all load; every answer that was refused is listed, and what is stored fits the form."""
    form = importing.read(sample("RMS_CAPI_v2.xlsx"), "RMS_CAPI_v2.xlsx", ImportOptions()).questionnaire
    assert form is not None
    found = read(form, first_rows(sample("dummy_RMS_CAPI_v2.xlsx"), 30))
    assert (found.rows, len(found.documents)) == (30, 30)
    places = [each for each in found.findings if each.question == "geopoint"]
    assert len(places) == 30  # one number is no place
    assert {str(each.place) for each in places} == {f"main!L{row}" for row in range(2, 32)}
    assert all(each.reason("en") for each in found.findings)
    assert not [each for each in found.findings if each.kind == COLUMN]
    first = found.documents[0]["answers"]
    assert (first["Bureau"], first["pop_groups"], first["interviewdate"]) == ("rb_southafrica", "4", "2023-08-26")
    assert (first["S1"][0]["HH02"], first["S1"][0]["HH03"], len(first["S1"])) == ("FreeText_-00001", "5", 68)
    assert first["BIR03"] == ["2", "4", "6", "96", "98"]  # a column for each choice
    for each in found.documents:
        again = judge.judge(form, each["answers"], TODAY, judge.Circumstances(each["seed"], "en"))
        assert {refusal.code for refusal in again.refusals.values()} <= {"required", "stop"}


def exported(form: Questionnaire, inputs: list[dict[str, Any]], path: Path) -> tuple[list[dict[str, Any]], bytes]:
    """Return the documents of responses, and our workbook of them."""
    store = MemoryStore()
    publications = Publications(store)
    [revision] = publications.publish({form.name: form})
    for each in inputs:
        key = str(uuid.uuid4())
        submission = Submission(key, revision, "en", each, 5, "api")
        judgement = judge.judge(form, each, TODAY, judge.Circumstances(5, "en", NOW))
        assert judgement.refusals == {}
        store.collection(RESPONSES).add(document(form, submission, judgement, revision, key, TODAY))
    found = list(documents(store, form.name))
    FORMATS["xlsx"].write(path, iter(found), codebook.of(publications, form.name), Options("en", columns=True))
    return found, path.read_bytes()


def content(found: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [tuple(each[name] for name in ("answers", "states", "language", "period")) for each in found]


def test_our_own_export_of_every_type_comes_back(questionnaire: Callable[[str], Questionnaire], tmp_path: Path) -> None:
    form = questionnaire(KINDS)
    sent, data = exported(form, [ANSWERS, {}], tmp_path / "a.xlsx")
    with clock.fixed(NOW):
        found = read(form, data)
    assert said(found) == []
    assert content(found.documents) == content(sent)
    assert found.computed == {"began", "ended", "day", "half", "later"}


LINE = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="_\ufeff\ufffe\uffff"), max_size=15)
PERSON = st.fixed_dictionaries(
    {"name": LINE.map(str.strip).filter(bool), "age": st.integers(0, 17)},
    optional={
        "schools": st.just(2),
        "school": st.lists(st.fixed_dictionaries({"teacher": LINE}), min_size=2, max_size=2),
    },
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(responses=st.lists(st.fixed_dictionaries({"street": LINE, "people": st.lists(PERSON, max_size=3)}), max_size=3))
def test_our_own_export_comes_back(
    responses: list[dict[str, Any]], questionnaire: Callable[[str], Questionnaire], tmp_path: Path
) -> None:
    form = questionnaire(HOUSEHOLD)
    sent, data = exported(form, responses, tmp_path / "a.xlsx")
    if sent:
        assert content(read(form, data).documents) == content(sent)


def test_prefers_not_to_say_comes_back(small: Questionnaire, tmp_path: Path) -> None:
    sent, data = exported(small, [{"OK": "yes", "likes": ["pna"]}, {"OK": "yes", "likes": ["red"]}], tmp_path / "a")
    found = read(small, data)
    assert content(found.documents) == content(sent)
    assert [each["states"]["likes"] for each in found.documents] == ["pna", "answered"]
