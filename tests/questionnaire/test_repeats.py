"""Groups and repeats: the judge's nested answers, the way through entries, and what the loader refuses."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from survey_service.problems import Problem
from survey_service.questionnaire import definition, journey
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.judge import Circumstances, judge
from survey_service.questionnaire.model import Questionnaire
from tests.conftest import TODAY

HOUSEHOLD = """
questionnaire: household
audience: newcomers
languages: [en]
label: {en: Household}
choices:
  yes_no: [{name: "yes", label: {en: "Yes"}}, {name: "no", label: {en: "No"}}]
groups:
  - {name: people, label: {en: Person}, repeat: true}
  - {name: minors, label: {en: Minor}, relevant: "${age} < 18", parent: people}
  - {name: school, label: {en: School}, repeat: true, count: "${schools}", parent: minors}
  - {name: closing, label: {en: Closing}, relevant: "count(${people}) > 0"}
  - {name: thanks, label: {en: Thanks}, relevant: "${oldest} >= 60", parent: closing}
pages:
  - name: first
    label: {en: First}
    questions:
      - {type: text, name: street, label: {en: Street}}
  - name: person
    label: {en: "About ${name}"}
    group: people
    questions:
      - {type: text, name: name, label: {en: Name}, required: true}
      - {type: integer, name: age, label: {en: Age}, constraint: "${age} < 120", constraint_message: {en: Too old}}
      - {type: calculate, name: number, calculation: position(..)}
  - name: minor
    label: {en: Minor}
    group: minors
    questions:
      - {type: integer, name: schools, label: {en: Schools}}
  - name: one_school
    label: {en: School}
    group: school
    questions:
      - {type: text, name: teacher, label: {en: Teacher}}
  - name: last
    label: {en: Last}
    group: closing
    questions:
      - {type: calculate, name: persons, calculation: "count(${people})"}
      - {type: calculate, name: oldest, calculation: "max(${age})"}
      - {type: calculate, name: teachers, calculation: "join(', ', ${teacher})"}
      - {type: calculate, name: before, calculation: "indexed-repeat(${name}, ${people}, ${persons} - 1)"}
      - {type: select_one, name: head, label: {en: "Who is the head of ${street}?"}, choices_from: name}
      - {type: note, name: old, label: {en: "${head} is old"}, group: thanks}
"""
ALI_AND_MO: dict[str, Any] = {
    "people": [
        {"name": "Ali", "age": 62},
        {"name": "Mo", "age": 9, "schools": 2, "school": [{"teacher": "Ms A"}, {"teacher": "Mr B"}]},
    ]
}


@pytest.fixture
def household(questionnaire: Callable[[str], Questionnaire]) -> Questionnaire:
    return questionnaire(HOUSEHOLD)


def test_answers_and_states_nest(household: Questionnaire) -> None:
    judgement = judge(household, {**ALI_AND_MO, "head": "Ali"}, TODAY)
    assert judgement.refusals == {}
    assert judgement.answers == {
        "people": [
            {"name": "Ali", "age": 62, "number": 1},
            {
                "name": "Mo",
                "age": 9,
                "number": 2,
                "schools": 2,
                "school": [{"teacher": "Ms A"}, {"teacher": "Mr B"}],
            },
        ],
        "persons": 2,
        "oldest": 62,
        "teachers": "Ms A, Mr B",
        "before": "Ali",
        "head": "Ali",
    }
    assert judgement.states["people"] == [
        {"name": "answered", "age": "answered", "number": "answered", "schools": "not_shown", "school": []},
        {
            "name": "answered",
            "age": "answered",
            "number": "answered",
            "schools": "answered",
            "school": [{"teacher": "answered"}, {"teacher": "answered"}],
        },
    ]
    assert list(judgement.states) == ["street", "people", "persons", "oldest", "teachers", "before", "head"]


def test_no_entries(household: Questionnaire) -> None:
    judgement = judge(household, {}, TODAY)
    assert judgement.answers == {}
    assert judgement.states["people"] == []
    assert judgement.states["head"] == "not_shown"


def test_refusals_name_the_entry(household: Questionnaire) -> None:
    people = [{"name": "Ali", "age": 130}, {"age": 3, "schools": "x", "foo": 1}]
    judgement = judge(household, {"people": people, "name": "outside"}, TODAY)
    assert {key: refusal.code for key, refusal in judgement.refusals.items()} == {
        "people~1/age": "constraint",
        "people~2/name": "required",
        "people~2/schools": "not_a_whole_number",
        "people~2/foo": "unknown",
        "name": "unknown",
    }
    assert judgement.refusals["people~2/name"].path == (("people", 1),)
    assert "age" not in judgement.answers["people"][0]  # type: ignore[index]


@pytest.mark.parametrize("raw", ["text", {"name": "Ali"}, [1], 5])
def test_what_is_no_list_of_entries_is_refused(household: Questionnaire, raw: Any) -> None:
    assert judge(household, {"people": raw}, TODAY).refusals["people"].code == "type"


def test_a_count_decides_how_many_entries_there_are(household: Questionnaire) -> None:
    def schools(count: Any, sent: int) -> Any:
        child = {"name": "Mo", "age": 9, "schools": count, "school": [{"teacher": "T"}] * sent}
        return judge(household, {"people": [child]}, TODAY).states["people"][0]["school"]

    assert schools(1, 3) == [{"teacher": "answered"}]  # entries beyond the count are dropped
    assert schools(2, 0) == [{"teacher": "skipped"}, {"teacher": "skipped"}]
    assert schools("", 2) == []


def test_too_many_entries_are_refused(household: Questionnaire) -> None:
    many = judge(household, {"people": [{"name": "x"}] * 101}, TODAY)
    assert many.refusals["people"].code == "too_many_entries"
    counted = judge(household, {"people": [{"name": "x", "age": 1, "schools": 5000}]}, TODAY)
    assert counted.refusals["people~1/school"].code == "too_many_entries"


def test_only_answers_of_the_repeat_can_be_chosen(household: Questionnaire) -> None:
    assert judge(household, {**ALI_AND_MO, "head": "Sara"}, TODAY).refusals["head"].code == "not_a_choice"


def stops(household: Questionnaire, inputs: dict[str, Any]) -> list[str]:
    return [stop.address for stop in journey.stops(household, judge(household, inputs, TODAY))]


def test_the_way_leads_through_the_overview_and_all_entries(household: Questionnaire) -> None:
    assert stops(household, {}) == ["first", "people~"]
    assert stops(household, ALI_AND_MO) == [
        *("first", "people~", "person~1", "person~2", "minor~2", "one_school~2~1", "one_school~2~2", "last"),
    ]


def test_an_entry_ends_at_the_overview_and_the_overview_leads_on(household: Questionnaire) -> None:
    judgement = judge(household, ALI_AND_MO, TODAY)

    def after(address: str) -> str:
        stop = journey.after(household, judgement, at(household, address))
        return stop.address if stop else ""

    def before(address: str) -> str:
        stop = journey.before(household, judgement, at(household, address))
        return stop.address if stop else ""

    assert after("first") == "people~"
    assert after("person~1") == "people~"  # the minors' page is not for Ali
    assert after("person~2") == "minor~2"
    assert after("minor~2") == "one_school~2~1"
    assert after("one_school~2~1") == "one_school~2~2"
    assert after("one_school~2~2") == "people~"
    assert after("people~") == "last"
    assert after("last") == ""
    assert before("last") == "people~"
    assert before("person~2") == "people~"
    assert before("one_school~2~1") == "minor~2"
    assert before("one_school~2~2") == "one_school~2~1"
    assert before("people~") == "first"
    assert before("first") == ""
    assert after("minor~1") == "people~"  # also from a page that is not shown any more


def at(household: Questionnaire, address: str) -> Stop:
    stop = journey.find(household, address)
    assert stop is not None
    assert stop.address == address
    return stop


@pytest.mark.parametrize(
    "address",
    ["person", "person~", "person~0", "person~01", "person~x", "person~1~1", "people", "people~1~", "first~1", "~", ""],
)
def test_addresses_that_lead_nowhere(household: Questionnaire, address: str) -> None:
    assert journey.find(household, address) is None


def test_a_definition_comes_back_equal(household: Questionnaire) -> None:
    assert definition.from_json(definition.to_json(household)) == household


@pytest.mark.parametrize(
    ("old", "new", "place", "fault"),
    [
        ("parent: people}", "parent: nowhere}", "minors", "there is no group “nowhere”"),
        ("name: thanks", "name: minors", "minors", "the group name is used twice"),
        (
            "{name: people, label: {en: Person}",
            "{name: people, parent: school, label: {en: Person}",
            "people",
            "within",
        ),
        ("    group: school\n", "", "school", "the repeat has no pages"),
        ("    group: minors\n", "", "people", "pages of the repeat are parted by others"),
        ("group: closing", "group: nowhere", "last", "there is no group “nowhere”"),
        ("group: thanks", "group: people", "old", "the group “people” is not within the page's"),
        ("choices_from: name", "choices_from: nobody", "head", "refers to “nobody”"),
        ('count: "${schools}"', 'count: "${teacher}"', "school", "in a circle"),
        ("repeat: true}", "repeat: true, count: 3}", "people", "count is not an expression"),
        ("name: street", "name: people", "people", "a question has the name of the repeat"),
    ],
)
def test_groups_that_do_not_fit_are_refused(
    questionnaire: Callable[[str], Questionnaire], old: str, new: str, place: str, fault: str
) -> None:
    assert old in HOUSEHOLD
    with pytest.raises(Problem) as caught:
        questionnaire(HOUSEHOLD.replace(old, new, 1))
    faults = [f"{one['place']}: {one['fault']}" for one in caught.value.faults]
    assert any(place in one and fault in one for one in faults), faults


# --- what nobody is asked ---

FACTS = """
questionnaire: facts
audience: newcomers
languages: [en]
label: {en: Facts}
pages:
  - name: all
    label: {en: All}
    questions:
      - {type: start, name: began}
      - {type: end, name: ended}
      - {type: today, name: day}
      - {type: hidden, name: source, default: web}
      - {type: hidden, name: first_day, default: {expression: today()}}
      - {type: text, name: colour, label: {en: Colour}}
      - {type: calculate, name: draw, calculation: "once(random())"}
      - {type: calculate, name: when, calculation: "concat(${colour}, today())", trigger: colour}
      - {type: integer, name: double, label: {en: Double}, calculation: "string-length(${colour}) * 2"}
      - {type: note, name: stop, label: {en: Stop}, relevant: "${colour} = 'black'", required: true}
"""
NOON = dt.datetime(2026, 11, 23, 12, 0, 30, tzinfo=dt.UTC)


def test_facts_of_the_interview(questionnaire: Callable[[str], Questionnaire]) -> None:
    model = questionnaire(FACTS)
    first = judge(model, {"colour": "red"}, TODAY, Circumstances(7, "en", NOON))
    assert first.answers["began"] == first.answers["ended"] == "2026-11-23T12:00+00:00"
    assert first.answers["day"] == first.answers["first_day"] == "2026-11-23"
    assert first.answers["source"] == "web"
    assert first.answers["double"] == 6
    assert first.answers["when"] == "red2026-11-23"
    later = NOON + dt.timedelta(days=1, minutes=5)
    inputs = {"colour": "red", **first.kept[()]}
    second = judge(model, inputs, later.date(), Circumstances(8, "en", later))
    assert second.refusals == {}
    assert second.answers["began"] == "2026-11-23T12:00+00:00"
    assert second.answers["ended"] == "2026-11-24T12:05+00:00"
    assert second.answers["first_day"] == "2026-11-23"  # a default is set once
    assert second.answers["draw"] == first.answers["draw"]  # though the seed is another
    assert second.answers["when"] == "red2026-11-23"  # its trigger has not changed
    third = judge(model, {**inputs, "colour": "blue"}, later.date(), Circumstances(8, "en", later))
    assert third.answers["when"] == "blue2026-11-24"


def test_what_was_put_in_for_a_calculated_question_is_ignored(questionnaire: Callable[[str], Questionnaire]) -> None:
    assert judge(questionnaire(FACTS), {"colour": "red", "double": 99}, TODAY).answers["double"] == 6


def test_without_its_trigger_nothing_is_calculated(questionnaire: Callable[[str], Questionnaire]) -> None:
    assert judge(questionnaire(FACTS), {}, TODAY).states["when"] == "skipped"


def test_a_note_that_must_be_answered_lets_nobody_pass(questionnaire: Callable[[str], Questionnaire]) -> None:
    model = questionnaire(FACTS)
    assert judge(model, {"colour": "black"}, TODAY).refusals["stop"].code == "stop"
    assert judge(model, {"colour": "red"}, TODAY).refusals == {}
