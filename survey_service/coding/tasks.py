"""Coding tasks: which texts of a questionnaire are coded by which two people, with which codebook."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.coding import codebooks, people, units
from survey_service.coding.people import Person
from survey_service.problems import Problem
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.responses import standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.derived import UNITS
from survey_service.responses.revisions import Publications
from survey_service.store.base import CollectionSpec, Store, Stored

TASKS = CollectionSpec("coding_tasks", indexes=("questionnaire",), unique=("task",))
CODERS = 2


@dataclass(frozen=True)
class Task:
    """One task. ``periods`` is empty for all; ``coders`` are two accounts by id, ``names`` what they are called.

    Texts are taken in when it begins, and when a manager says so: so both know when they are done.
    """

    task: str
    codebook: str
    questionnaire: str
    questions: tuple[str, ...]
    periods: tuple[str, ...]
    coders: tuple[int, ...]
    names: tuple[str, ...]
    begun: str
    by: str

    def codes(self, person: Person) -> bool:
        """Tell whether a person is one of the two coders."""
        return person.id in self.coders

    def takes(self, question: str, period: str) -> bool:
        """Tell whether a text belongs to the task."""
        return question in self.questions and (not self.periods or period in self.periods)


@dataclass(frozen=True)
class Plan:
    """What a task is to be."""

    codebook: str
    questionnaire: str
    questions: tuple[str, ...]
    periods: tuple[str, ...]
    coders: tuple[int, ...]


def codable(questionnaire: Questionnaire) -> tuple[Question, ...]:
    """Return the questions whose free texts can be coded: typed by the respondent, about no contact data, outside
    repeats (whose entries describe single persons)."""
    return tuple(
        question
        for question in questionnaire.questions.values()
        if question.type == "text"
        and question.calculation is None
        and not question.autocomplete
        and question.name not in questionnaire.repeats_of
    )


def begin(store: Store, publications: Publications, plan: Plan, *, by: Person, now: dt.datetime) -> Task:
    """Begin a task and take in its texts.

    Raises Problems coding.missing, coding.people, coding.questions, and coding.overlap if a text of it could belong to
    another task too.
    """
    codebooks.find(store, plan.codebook)
    named = {person.id: person.name for person in people.coders(store)}
    if len(set(plan.coders)) != CODERS or not named.keys() >= set(plan.coders):
        raise Problem("coding.people")
    known = {question.name for question in codable_ever(publications, plan.questionnaire)}
    if not plan.questions or not known >= set(plan.questions):
        raise Problem("coding.questions")
    body: dict[str, Any] = {
        "task": secrets.token_hex(5),
        "codebook": plan.codebook,
        "questionnaire": plan.questionnaire,
        "questions": list(plan.questions),
        "periods": list(plan.periods),
        "coders": list(plan.coders),
        "names": [named[coder] for coder in plan.coders],
        "begun": now.date().isoformat(),
        "by": by.name,
    }
    with store.transaction():
        for other in store.collection(TASKS).find(questionnaire=plan.questionnaire):
            _refuse_overlap(_of(other), plan)
        made = _of(store.collection(TASKS).add(body))
        count = _take_in(store, publications, made)
        people.note(store, by, "begun", made.task, now=now, count=count)
    return made


def codable_ever(publications: Publications, questionnaire: str) -> tuple[Question, ...]:
    """Return the codable questions of all revisions of a questionnaire, the newest wording of each."""
    found: dict[str, Question] = {}
    for revision in publications.history(questionnaire):
        found.update({question.name: question for question in codable(publications.questionnaire(revision))})
    return tuple(found.values())


def _refuse_overlap(other: Task, plan: Plan) -> None:
    same = [name for name in plan.questions if name in other.questions]
    apart = other.periods and plan.periods and set(other.periods).isdisjoint(plan.periods)
    if same and not apart:
        raise Problem("coding.overlap", question=same[0])


def take_in(store: Store, publications: Publications, task: Task, *, by: Person, now: dt.datetime) -> int:
    """Take in the texts that have come since; return how many. Both coders are then to go on."""
    with store.transaction():
        count = _take_in(store, publications, task)
        if count:
            people.note(store, by, "taken", task.task, now=now, count=count)
    return count


def _take_in(store: Store, publications: Publications, task: Task) -> int:
    collection = store.collection(UNITS)
    present = collection.find(task=task.task)
    number = max((stored.body["number"] for stored in present), default=0)
    persons = {stored.body["response"]: stored.body["person"] for stored in present if stored.body["response"]}
    places = {stored.body["place"] for stored in present}
    count = 0
    responses = (stored.body for stored in store.collection(RESPONSES).find(questionnaire=task.questionnaire))
    for response, question, text in _texts(responses, task):
        if _place(response, question) in places:
            continue
        allowed = {one.name for one in codable(publications.questionnaire(response["revision"]))}
        if question not in allowed:
            continue
        number, count = number + 1, count + 1
        person = persons.setdefault(response["key"], secrets.token_hex(8))
        collection.add(_unit(task, response, question, text, number=number, person=person))
    return count


def _texts(responses: Iterable[Mapping[str, Any]], task: Task) -> Iterable[tuple[Mapping[str, Any], str, str]]:
    for response in responses:
        if not standing.counts(response):
            continue
        for question in task.questions:
            text = units.text_in(response, question)
            if text is not None and task.takes(question, response["period"]):
                yield response, question, text


def _place(response: Mapping[str, Any], question: str) -> str:
    return f"{response['key']}:{question}"


def _unit(
    task: Task, response: Mapping[str, Any], question: str, text: str, *, number: int, person: str
) -> dict[str, Any]:
    unit = secrets.token_hex(8)
    return {
        "unit": unit,
        "task": task.task,
        "number": number,
        "place": _place(response, question),
        "response": response["key"],
        "questionnaire": task.questionnaire,
        "question": question,
        "language": response["language"],
        "period": response["period"],
        "person": person,
        "mark": units.mark_of(unit, text),
        "translation": None,
        "compared": False,
        "aged": False,
    }


def find(store: Store, task: str, person: Person) -> Task:
    """Return a task that a person may see: a manager each, a coder their own. Raises Problem coding.missing."""
    stored = store.collection(TASKS).first(task=task)
    found = _of(stored) if stored is not None else None
    if found is None or not (person.manages or found.codes(person)):
        raise Problem("coding.missing")
    return found


def of_person(store: Store, person: Person) -> list[Task]:
    """Return the tasks that a person may see, newest first."""
    found = [_of(stored) for stored in store.collection(TASKS).iterate()]
    return [task for task in reversed(found) if person.manages or task.codes(person)]


def of_questionnaire(store: Store, questionnaire: str) -> list[Task]:
    """Return the tasks over a questionnaire, oldest first."""
    return [_of(stored) for stored in store.collection(TASKS).find(questionnaire=questionnaire)]


def _of(stored: Stored) -> Task:
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in stored.body.items()
    }
    return Task(**values)
