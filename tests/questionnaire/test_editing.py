"""Editing a definition: what each operation changes, what it refuses, and that nothing is ever left broken."""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_service.paths import bundled
from survey_service.problems import Problem
from survey_service.questionnaire import (
    bank,
    definition,
    editing,
    editing_ends,
    editing_groups,
    editing_lists,
    renaming,
)
from survey_service.questionnaire.expression import parse
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire

Definition = dict[str, Any]
TODAY = dt.date(2026, 11, 26)


def text(words: str) -> dict[str, str]:
    return {"de": words, "en": words}


def question(name: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "name": name, "label": text(name), **more}


HOUSEHOLD: Definition = {
    "questionnaire": "home",
    "audience": "newcomers",
    "languages": ["de", "en"],
    "label": text("Home"),
    "consent": "OK",
    "choices": {
        "yn": [{"name": "yes", "label": text("Yes")}, {"name": "no", "label": text("No")}],
        "spare": [{"name": "a", "label": text("A")}],
    },
    "groups": [
        {"name": "people", "label": text("People"), "repeat": True, "count": "${size}"},
        {"name": "end", "label": text("End"), "relevant": "${size} > 1"},
    ],
    "pages": [
        {
            "name": "start",
            "label": text("Start"),
            "questions": [
                {"type": "select_one", "name": "OK", "choices": "yn", "label": text("OK?")},
                {"type": "integer", "name": "size", "label": text("Size"), "default": 1},
            ],
        },
        {
            "name": "person",
            "label": text("Person"),
            "group": "people",
            "questions": [
                question("called"),
                {"type": "integer", "name": "age", "label": text("Age of ${called}")},
                question("school", relevant="${age}  >=  6 and ${OK} = 'yes'"),
            ],
        },
        {
            "name": "sums",
            "label": text("Sums"),
            "group": "end",
            "questions": [
                {"type": "calculate", "name": "total", "calculation": "sum(${people}/age)"},
                {"type": "calculate", "name": "first", "calculation": "indexed-repeat(${age}, ${people}, 1)"},
                question("why", relevant="${total} > 9", default={"expression": "${first}"}),
            ],
        },
    ],
    "screen_outs": [{"name": "refused", "when": "${OK} = 'no'", "label": text("Bye")}],
}


@pytest.fixture
def home() -> Definition:
    return copy.deepcopy(HOUSEHOLD)


def names(data: Definition) -> list[list[str]]:
    return [[page["name"], *(one["name"] for one in page["questions"])] for page in data["pages"]]


def test_the_example_has_no_fault(home: Definition) -> None:
    assert editing.sound(home) == home


def test_a_question_is_added_behind_another_or_at_the_end(home: Definition) -> None:
    added = editing.add_question(home, "start", question("new"), "OK")
    assert names(added)[0] == ["start", "OK", "new", "size"]
    assert names(editing.add_question(home, "start", question("new")))[0] == ["start", "OK", "size", "new"]
    assert home == HOUSEHOLD


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (question("size"), "used twice"),
        (question("new", relevant="${nobody} = 1"), "nobody"),
        (question("new", relevant="${size} >"), "character"),
        (question("9"), "not usable"),
        ({"type": "select_one", "name": "new", "label": text("x"), "choices": "none"}, "choice list"),
    ],
)
def test_a_question_with_a_fault_is_refused(home: Definition, data: Definition, fault: str) -> None:
    with pytest.raises(Problem) as refused:
        editing.add_question(home, "start", data)
    assert refused.value.code == "questionnaire.faulty"
    assert fault in str(refused.value)
    assert home == HOUSEHOLD


def test_a_fault_from_before_does_not_stand_in_the_way(home: Definition) -> None:
    home["pages"][2]["questions"][2]["relevant"] = "${gone} = 1"
    changed = editing.add_question(home, "start", question("new"))
    assert names(changed)[0][-1] == "new"
    mended = editing.replace_question(changed, "why", question("why"))
    assert editing.sound(mended) == mended


def test_moving_a_question_goes_over_the_edge_of_its_page(home: Definition) -> None:
    assert names(editing.move_question(home, "age", -1))[1] == ["person", "age", "called", "school"]
    over = names(editing.move_question(home, "school", 1))
    assert over[1:] == [["person", "called", "age"], ["sums", "school", "total", "first", "why"]]
    with pytest.raises(Problem) as refused:
        editing.move_question(home, "OK", -1)
    assert refused.value.code == "editing.end"
    with pytest.raises(Problem) as refused:  # the consent must stay on the first page
        editing.move_question(editing.move_question(home, "OK", 1), "OK", 1)
    assert refused.value.code == "questionnaire.faulty"


def test_deleting_names_all_that_refers_to_it(home: Definition) -> None:
    with pytest.raises(Problem) as refused:
        editing.delete_question(home, "OK")
    assert refused.value.code == "editing.referred"
    assert {(fault["place"], fault["key"]) for fault in refused.value.faults} == {
        ("school", "relevant"),
        ("refused", "when"),
        ("home", "consent"),
    }
    with pytest.raises(Problem) as refused:  # a text refers to it
        editing.delete_question(home, "called")
    assert [dict(fault) for fault in refused.value.faults] == [{"place": "age", "key": "label"}]
    assert names(editing.delete_question(home, "why"))[2] == ["sums", "total", "first"]


def test_the_only_question_of_a_page_and_the_only_page_stay(home: Definition) -> None:
    home["pages"].append({"name": "last", "label": text("Last"), "questions": [question("bye")]})
    for attempt in (
        lambda: editing.delete_question(home, "bye"),
        lambda: editing.move_question(home, "bye", -1),
    ):
        with pytest.raises(Problem) as refused:
            attempt()
        assert refused.value.code == "editing.last"
    assert names(editing.delete_page(home, "last")) == names(HOUSEHOLD)


def test_a_page_is_deleted_with_all_that_only_itself_refers_to(home: Definition) -> None:
    assert names(editing.delete_page(home, "sums")) == names(HOUSEHOLD)[:2]
    with pytest.raises(Problem) as refused:
        editing.delete_page(home, "start")
    assert {fault["place"] for fault in refused.value.faults} >= {"school"}


def test_renaming_follows_into_expressions_paths_and_texts(home: Definition) -> None:
    changed = editing.rename_question(home, "age", "years")
    person, sums = changed["pages"][1]["questions"], changed["pages"][2]["questions"]
    assert person[1]["name"] == "years"
    assert person[2]["relevant"] == "${years}  >=  6 and ${OK} = 'yes'"  # as it was written, but for the name
    assert sums[0]["calculation"] == "sum(${people}/years)"
    assert sums[1]["calculation"] == "indexed-repeat(${years}, ${people}, 1)"
    called = editing.rename_question(home, "called", "name_1")
    assert called["pages"][1]["questions"][1]["label"] == text("Age of ${name_1}")
    agreed = editing.rename_question(home, "OK", "B00")
    assert (agreed["consent"], agreed["screen_outs"][0]["when"]) == ("B00", "${B00} = 'no'")
    for taken in ("size", "people", "person"):
        with pytest.raises(Problem) as refused:
            editing.rename_question(home, "age", taken)
        assert refused.value.code == "editing.taken"


def test_a_replaced_question_may_have_another_name_and_refer_to_itself(home: Definition) -> None:
    changed = editing.replace_question(
        home, "age", {**question("years"), "constraint": "${age} > 1", "constraint_message": text("!")}
    )
    assert changed["pages"][1]["questions"][1]["constraint"] == "${years} > 1"
    assert changed["pages"][1]["questions"][2]["relevant"].startswith("${years}")


def test_a_repeat_is_renamed_put_around_pages_and_taken_away(home: Definition) -> None:
    renamed = editing_groups.replace_group(home, "people", {**home["groups"][0], "name": "persons"})
    assert renamed["pages"][1]["group"] == "persons"
    assert renamed["pages"][2]["questions"][0]["calculation"] == "sum(${persons}/age)"
    with pytest.raises(Problem) as refused:
        editing_groups.delete_group(home, "people")
    assert {fault["place"] for fault in refused.value.faults} == {"total", "first"}
    without = editing_groups.delete_group(home, "end")
    assert [page.get("group") for page in without["pages"]] == [None, "people", None]
    inner = editing_groups.add_group(home, {"name": "inner", "label": text("Inner"), "repeat": True}, ["person"])
    assert inner["groups"][-1]["parent"] == "people"
    assert definition.from_json(inner).repeats_of["age"] == ("people", "inner")


def test_choices_are_added_moved_and_kept_while_something_names_them(home: Definition) -> None:
    three = editing_lists.add_choice(home, "yn", {"name": "later", "label": text("Later")}, "yes")
    assert [choice["name"] for choice in three["choices"]["yn"]] == ["yes", "later", "no"]
    moved = editing_lists.move_choice(three, "yn", "later", 1)
    assert [choice["name"] for choice in moved["choices"]["yn"]] == ["yes", "no", "later"]
    assert len(editing_lists.delete_choice(moved, "yn", "later")["choices"]["yn"]) == 2
    with pytest.raises(Problem) as refused:
        editing_lists.delete_choice(home, "yn", "no")
    assert [dict(fault) for fault in refused.value.faults] == [{"place": "refused", "key": "when"}]
    with pytest.raises(Problem) as refused:
        editing_lists.replace_choice(home, "yn", "yes", {"name": "y", "label": text("Yes")})
    assert refused.value.faults[0]["place"] == "school"
    with pytest.raises(Problem) as refused:
        editing_lists.delete_list(home, "yn")
    assert refused.value.faults[0] == {"place": "OK", "key": "choices"}
    assert "spare" not in editing_lists.delete_list(home, "spare")["choices"]
    with pytest.raises(Problem) as refused:
        editing_lists.delete_choice(home, "spare", "a")
    assert refused.value.code == "editing.last"


def test_a_list_that_only_an_early_end_reads_is_kept_and_looked_up(home: Definition) -> None:
    home["screen_outs"][0]["when"] = "${size} > 0 and instance('spare')/root/item[name = 'a']/label = 'A'"
    questionnaire = definition.from_json(home)
    assert set(questionnaire.lists) == {"spare", "yn"}
    ends = {size: judge(questionnaire, {"size": size}, TODAY).screen_out for size in ("0", "1")}
    assert {size: end.name if end else "" for size, end in ends.items()} == {"0": "", "1": "refused"}
    with pytest.raises(Problem) as refused:
        editing_lists.delete_list(home, "spare")
    assert [dict(fault) for fault in refused.value.faults] == [{"place": "refused", "key": "when"}]


def test_a_default_keeps_its_choice(home: Definition) -> None:
    home["pages"][0]["questions"][0]["default"] = "yes"
    home["pages"][1]["questions"][2].pop("relevant")
    with pytest.raises(Problem) as refused:
        editing_lists.delete_choice(home, "yn", "yes")
    assert [dict(fault) for fault in refused.value.faults] == [{"place": "OK", "key": "default"}]


def test_early_ends_are_added_changed_moved_and_taken_out(home: Definition) -> None:
    young = {"name": "young", "when": "${size} < 1", "label": text("Too few")}
    two = editing_ends.add_end(home, young)
    assert [end["name"] for end in editing_ends.move_end(two, "young", -1)["screen_outs"]] == ["young", "refused"]
    assert (
        editing_ends.replace_end(two, "young", {**young, "when": "${size} < 2"})["screen_outs"][1]["when"]
        == "${size} < 2"
    )
    assert editing_ends.delete_end(two, "young")["screen_outs"] == HOUSEHOLD["screen_outs"]
    for attempt, code in (
        (lambda: editing_ends.add_end(two, young), "editing.taken"),
        (lambda: editing_ends.replace_end(two, "young", {**young, "name": "refused"}), "editing.taken"),
        (lambda: editing_ends.replace_end(two, "young", {**young, "when": "${gone} < 2"}), "questionnaire.faulty"),
        (lambda: editing_ends.delete_end(home, "young"), "editing.missing"),
        (lambda: editing_ends.delete_end({**home, "screen_outs": []}, "young"), "editing.missing"),
    ):
        with pytest.raises(Problem) as refused:
            attempt()
        assert refused.value.code == code


def test_the_head_is_changed(home: Definition) -> None:
    changed = editing.set_head(home, label=text("House"), hint={}, minutes=[3, 4])
    assert (changed["label"], changed["minutes"]) == (text("House"), [3, 4])
    with pytest.raises(Problem):
        editing.set_head(home, languages=["xx"])
    with pytest.raises(TypeError):
        editing.set_head(home, pages=[])


# Any sequence of operations

NAMES = st.sampled_from(["OK", "size", "called", "age", "school", "total", "why", "new", "start", "people", "", "9"])
PAGES = st.sampled_from(["start", "person", "sums", "new", "fresh"])
GROUPS = st.sampled_from(["people", "end", "inner", "age"])
LISTS = st.sampled_from(["yn", "spare", "new"])
CHOICES = st.sampled_from(["yes", "no", "a", "later"])
STEPS = st.sampled_from([-1, 1])
EXPRESSIONS = st.sampled_from(
    ["${size} > 1", "${age} = ''", "${new} != 1", "sum(${people}/age) > 3", "${OK} = 'a'", "("]
)


@st.composite
def a_question(draw: st.DrawFn) -> Definition:
    made = question(draw(NAMES))
    if draw(st.booleans()):
        made["relevant"] = draw(EXPRESSIONS)
    if draw(st.booleans()):
        made["label"] = text("With ${" + draw(NAMES) + "}")
    if draw(st.booleans()):
        made |= {"type": "select_one", "choices": draw(LISTS)}
    return made


def call(function: Callable[..., Definition], *arguments: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(function), st.tuples(*arguments))


CHOICE = CHOICES.map(lambda name: {"name": name, "label": text(name)})
OPERATIONS = st.one_of(
    call(editing.add_question, PAGES, a_question(), NAMES),
    call(editing.replace_question, NAMES, a_question()),
    call(editing.rename_question, NAMES, NAMES),
    call(editing.move_question, NAMES, STEPS),
    call(editing.delete_question, NAMES),
    call(
        editing.add_page,
        st.builds(lambda name, one: {"name": name, "label": text(name), "questions": [one]}, PAGES, a_question()),
        PAGES,
    ),
    call(editing.replace_page, PAGES, PAGES.map(lambda name: {"name": name, "label": text(name)})),
    call(editing.move_page, PAGES, STEPS),
    call(editing.delete_page, PAGES),
    call(
        editing_groups.add_group,
        st.builds(lambda name, repeat: {"name": name, "label": text(name), "repeat": repeat}, GROUPS, st.booleans()),
        st.lists(PAGES, max_size=2),
    ),
    call(editing_groups.replace_group, GROUPS, GROUPS.map(lambda name: {"name": name, "label": text(name)})),
    call(editing_groups.delete_group, GROUPS),
    call(
        editing_ends.add_end,
        st.builds(lambda name, when: {"name": name, "when": when, "label": text(name)}, CHOICES, EXPRESSIONS),
    ),
    call(editing_ends.delete_end, st.sampled_from(["refused", "yes", "no"])),
    call(editing_lists.put_list, LISTS, st.lists(CHOICE, max_size=3)),
    call(editing_lists.delete_list, LISTS),
    call(editing_lists.add_choice, LISTS, CHOICE, CHOICES),
    call(editing_lists.replace_choice, LISTS, CHOICES, CHOICE),
    call(editing_lists.move_choice, LISTS, CHOICES, STEPS),
    call(editing_lists.delete_choice, LISTS, CHOICES),
)


def attempt(function: Callable[..., Definition], data: Definition, arguments: Any) -> tuple[Definition, str]:
    """Return what an operation makes of the data, or the data and the code of its refusal."""
    try:
        return function(data, *arguments), ""
    except Problem as problem:
        return data, problem.code


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(OPERATIONS, min_size=1, max_size=8))
def test_any_sequence_of_operations_leaves_a_sound_definition_or_is_refused(steps: list[Any]) -> None:
    data = copy.deepcopy(HOUSEHOLD)
    for function, arguments in steps:
        before = copy.deepcopy(data)
        changed, code = attempt(function, data, arguments)
        assert not code or code == "questionnaire.faulty" or code.startswith("editing.")
        assert data == before  # the definition given is never changed
        built = definition.from_json(changed)
        assert definition.from_json(definition.to_json(built)) == built
        assert editing.faults_of(changed)[1] == ()
        data = changed


@given(st.sampled_from(["OK", "size", "called", "age", "school", "total", "first", "why"]))
def test_renaming_there_and_back_changes_nothing(name: str) -> None:
    there = editing.rename_question(HOUSEHOLD, name, "other")
    assert name not in editing.names_of(there)
    assert list(editing.referring(there, name)) == []
    assert len(list(editing.referring(there, "other"))) == len(list(editing.referring(HOUSEHOLD, name)))
    assert editing.rename_question(there, "other", name) == HOUSEHOLD


@pytest.mark.parametrize(
    ("written", "wanted"),
    [
        ("${a}+${ab}", "${b}+${ab}"),
        ("'${a}' = ${a}", None),
        ("${r}[${a} > 1]/a", "${r}[${b} > 1]/b"),
        ("count(${r}[a = 1])", None),
        ("concat('/a', ${a})", "concat('/a', ${b})"),
        ("position(${a}", "position(${a}"),
    ],
)
def test_an_expression_is_renamed_in_its_tree(written: str, wanted: str | None) -> None:
    got = renaming.expression(written, "a", "b")
    if wanted is not None:
        assert got == wanted
    else:
        assert "a" not in parse(got).names


# The bank


@pytest.fixture(scope="module")
def bundled_bank() -> dict[str, Questionnaire]:
    return dict(load_folder(bundled("forms"), gate=False).questionnaires)


def test_a_question_of_the_bank_comes_with_its_list_its_translations_and_its_concept(
    home: Definition, bundled_bank: dict[str, Questionnaire]
) -> None:
    found = bank.insert(home, bundled_bank, "needs/B02", "start", "OK")
    source = bundled_bank["needs"].questions["B02"]
    copied = definition.from_json(found.definition).questions["B02"]
    assert names(found.definition)[0] == ["start", "OK", "B02", "size"]
    assert copied.concept == "needs/B02"
    assert (copied.label, copied.choices) == (source.label, source.choices)
    assert "ar" in copied.label
    again = bank.insert(found.definition, bundled_bank, "needs/B02", "start")
    assert again.name == "B02_2"
    assert again.definition["choices"].keys() == found.definition["choices"].keys()  # the same list is shared


def test_a_list_of_the_same_name_is_left_alone(home: Definition, bundled_bank: dict[str, Questionnaire]) -> None:
    source = bundled_bank["needs"].questions["B02"]
    home["choices"][source.list_name] = [{"name": "z", "label": text("Z")}]
    found = bank.insert(home, bundled_bank, "needs/B02", "start")
    assert found.definition["choices"][source.list_name] == [{"name": "z", "label": text("Z")}]
    assert definition.from_json(found.definition).questions["B02"].choices == source.choices


def test_each_question_of_the_bank_can_be_inserted_or_says_why_not(
    home: Definition, bundled_bank: dict[str, Questionnaire]
) -> None:
    outcomes = set()
    for address, source in bank.entries(bundled_bank):
        try:
            found = bank.insert(home, bundled_bank, address, "start")
        except Problem as problem:
            outcomes.add(problem.code)
            continue
        outcomes.add("left out" if found.left_out else "whole")
        if source.relevant is not None and source.relevant.names:
            assert "relevant" in found.left_out
    assert {"whole", "left out"} <= outcomes <= {"whole", "left out", "bank.depends"}


def test_a_template_keeps_where_each_question_comes_from(bundled_bank: dict[str, Questionnaire]) -> None:
    made = definition.from_json(bank.from_template(bundled_bank["needs"], "other"))
    assert made.name == "other"
    assert made.questions["B02"].concept == "needs/B02"
    with pytest.raises(Problem) as refused:
        bank.find(bundled_bank, "needs/nothing")
    assert refused.value.code == "editing.missing"
