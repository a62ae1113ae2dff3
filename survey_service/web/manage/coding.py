"""Coding of free texts on the desk: the tasks, a new one, how far one is, and its texts."""

from __future__ import annotations

from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.coding import codebooks, codings, deciding, people, tasks, units
from survey_service.coding.people import Person
from survey_service.coding.tasks import Plan, Task
from survey_service.coding.units import Source, Unit
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.responses import standing
from survey_service.responses.collection import RESPONSES
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import coding_views as views
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

PAGE_SIZE = 100
_MOST_DIGITS = 6


@dataclass(frozen=True)
class Row:
    """A text in the list of a task: what has become of it, and whether the visitor has coded it."""

    unit: Unit
    source: Source
    coded: bool
    decided: bool


def person() -> Person:
    """Return who is signed in, as a person in coding."""
    return people.of(desk.signed_in().account)


def task_of(name: str) -> Task:
    """Return a task that the visitor may see. Raises Problem coding.missing."""
    return tasks.find(current().store, name, person())


def question_label(task: Task, question: str) -> Text:
    """Return the newest wording of a question of a task."""
    found = {one.name: one.label for one in tasks.codable_ever(current().publications, task.questionnaire)}
    return found.get(question, {"*": question})


@blueprint.get("/coding")
def coding() -> str:
    """List the visitor's tasks with how far they are, and the codebooks."""
    store, who = current().store, person()
    rows = [(task, *codings.progress(store, task), _title(task.questionnaire)) for task in tasks.of_person(store, who)]
    return _list(rows)


def _list(rows: list[tuple[Task, int, dict[int, int], Text]], problem: Problem | None = None) -> str:
    published = [entry for entry in current().publications.all() if tasks.codable(entry.questionnaire)]
    return render_template(
        "manage/coding.html",
        rows=rows,
        me=person(),
        books=codebooks.everyone(current().store),
        published=published,
        error=wordings.problem_message(problem) if problem is not None else "",
    )


def _title(questionnaire: str) -> Text:
    found = current().publications.find(questionnaire)
    return found.questionnaire.label if found is not None else {"*": questionnaire}


@blueprint.get("/coding/new")
def new_coding() -> str:
    """Show what a new task over the texts of a questionnaire can be."""
    return _new()


@blueprint.post("/coding/new")
def begin_coding() -> BaseResponse | tuple[str, int]:
    """Begin a task and take in its texts."""
    form, context = request.form, current()
    coders = tuple(int(value) for value in (form.get("first", ""), form.get("second", "")) if _is_number(value))
    plan = Plan(
        form.get("codebook", ""),
        request.args.get("questionnaire", ""),
        tuple(form.getlist("question")),
        tuple(form.getlist("period")),
        coders,
    )
    try:
        made = tasks.begin(context.store, context.publications, plan, by=person(), now=clock.now())
    except Problem as problem:
        if problem.status not in (409, 422):
            raise
        return _new(problem), problem.status
    return redirect(url_for("manage.coding_task", task=made.task), 303)


def _new(problem: Problem | None = None) -> str:
    context = current()
    published = context.publications.current(request.args.get("questionnaire", ""))
    name = published.questionnaire.name
    found = context.store.collection(RESPONSES).find(questionnaire=name, status=standing.VALID)
    periods = {stored.body["period"] for stored in found}
    return render_template(
        "manage/coding_new.html",
        published=published,
        questions=tasks.codable_ever(context.publications, name),
        periods=sorted(periods),
        coders=people.coders(context.store),
        books=codebooks.everyone(context.store),
        error=wordings.problem_message(problem) if problem is not None else "",
    )


@blueprint.get("/coding/tasks/<task>")
def coding_task(task: str) -> str:
    """Show how far a task is, and a page of its texts."""
    store, who, found = current().store, person(), task_of(task)
    own, decided = codings.all_own(store, found, who), deciding.decisions(store, found.task)
    everything = units.of_task(store, found.task)
    page, pages = _page_number(len(everything))
    shown = everything[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]
    total, done = codings.progress(store, found)
    return render_template(
        "manage/coding_task.html",
        task=found,
        me=who,
        title=_title(found.questionnaire),
        book=codebooks.find(store, found.codebook),
        labels={name: question_label(found, name) for name in found.questions},
        total=total,
        done=done,
        is_done=codings.is_done(store, found),
        waiting=sum(not unit.compared and not unit.aged for unit in everything),
        compared=sum(unit.compared for unit in everything),
        decided=len(decided),
        rows=[Row(unit, units.read(store, unit).source, unit.unit in own, unit.unit in decided) for unit in shown],
        page=page,
        pages=pages,
        taken=_count("taken"),
        sources=views.SOURCES,
    )


def _count(name: str) -> int | None:
    value = request.args.get(name, "")
    return int(value) if _is_number(value) else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def _page_number(count: int) -> tuple[int, int]:
    pages = max(1, -(-count // PAGE_SIZE))
    text = request.args.get("page", "1")
    if not _is_number(text) or not 1 <= int(text) <= pages:
        raise Problem("page.missing")
    return int(text), pages


@blueprint.get("/coding/tasks/<task>/next")
def next_text(task: str) -> BaseResponse:
    """Lead a coder to the next text that they have not coded, or back to the task."""
    store, found = current().store, task_of(task)
    own, after = codings.all_own(store, found, person()), _count("after") or 0
    everything = units.of_task(store, found.task)
    for unit in (*everything[after:], *everything[:after]):
        if unit.unit not in own and found.codes(person()) and units.read(store, unit).source == Source.LIVE:
            return redirect(url_for("manage.code_text", unit=unit.unit), 303)
    return redirect(url_for("manage.coding_task", task=task), 303)


@blueprint.post("/coding/tasks/<task>/texts")
def take_in_texts(task: str) -> BaseResponse:
    """Take in the texts that have come since."""
    context = current()
    count = tasks.take_in(context.store, context.publications, task_of(task), by=person(), now=clock.now())
    return redirect(url_for("manage.coding_task", task=task, taken=count), 303)


@blueprint.post("/coding/tasks/<task>/compare")
def compare_codes(task: str) -> BaseResponse:
    """Lay the codes of both side by side, once both are done."""
    codings.compare(current().store, task_of(task), by=person(), now=clock.now())
    return redirect(url_for("manage.agreement", task=task), 303)
