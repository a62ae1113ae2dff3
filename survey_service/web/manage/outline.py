"""The outline of a working copy on the desk: pages, groups, questions, lists; moving, deleting, inserting."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.problems import Problem
from survey_service.questionnaire import bank, editing, editing_ends, editing_groups, reach
from survey_service.questionnaire.editing import Definition
from survey_service.questionnaire.model import Group, Page, Question, ScreenOut
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import conditions, editor
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.edit_blocks import CHANGED
from survey_service.web.manage.editor import Scene

_LONGEST = 140


@dataclass(frozen=True)
class Line:
    """A question, page or group of the outline, with its conditions and what was found, in words; ``missing`` are the
    languages that lack a text of it."""

    part: Question | Page | Group | ScreenOut
    label: str
    conditions: list[str]
    findings: list[str]
    missing: list[str]


@dataclass(frozen=True)
class Section:
    """A page with its questions; ``begins`` are the groups that begin with it."""

    page: Line
    questions: list[Line]
    begins: list[Line]
    around: list[Line]


def sections(now: Scene) -> list[Section]:
    """Return the outline."""
    questionnaire, labels = now.questionnaire, now.labels
    findings: dict[str, list[str]] = {}
    for found in reach.check(reach.items_of(questionnaire)):
        findings.setdefault(found.place, []).append(gettext(reach.MESSAGES[found.code], **labels.values(found.values)))
    missing = editor.missing_places(now)
    for question in questionnaire.questions.values():  # a choice without its label lacks at each question that asks it
        lacking = dict.fromkeys([*missing.get(question.name, []), *missing.get(f"list:{question.list_name}", [])])
        if lacking:
            missing[question.name] = list(lacking)

    def line(part: Question | Page | Group, said: list[str]) -> Line:
        label = conditions.short(wordings.in_attribute(part.label), _LONGEST) or part.name
        return Line(part, label, said, findings.get(part.name, []), missing.get(part.name, []))

    def group_line(group: Group) -> Line:
        said = [("relevant", group.relevant), ("count", group.count)]
        return line(group, [labels.sentence(key, one) for key, one in said if one is not None])

    told: set[str] = set()
    made = []
    for page in questionnaire.pages:
        around = questionnaire.enclosing(page.group)
        inner = [group for one in page.questions for group in questionnaire.enclosing(one.group)]
        begins = [group for group in dict.fromkeys(one.name for one in (*around, *inner)) if group not in told]
        told.update(begins)
        named = {group.name: group for group in (*around, *inner)}
        said = [labels.sentence("relevant", page.relevant)] if page.relevant is not None else []
        made.append(
            Section(
                line(page, said),
                [line(question, labels.of_question(question)) for question in page.questions],
                [group_line(named[name]) for name in begins],
                [group_line(group) for group in around],
            )
        )
    return made


def _ends(now: Scene) -> list[Line]:
    missing = editor.missing_places(now)
    return [
        Line(
            end,
            wordings.in_attribute(end.label),
            [now.labels.sentence("when", end.when)],
            [],
            missing.get(end.name, []),
        )
        for end in now.questionnaire.screen_outs
    ]


@blueprint.get("/drafts/<name>/edit")
def edit_draft(name: str) -> str:
    """Show the outline of a working copy."""
    return _page(editor.scene(name))


def _page(now: Scene, message: str = "", problem: Problem | None = None) -> str:
    kind, _, part = request.args.get("delete", "").partition(" ")
    lost = request.args.get("lost", "").split()
    return render_template(
        "manage/edit.html",
        now=now,
        questionnaire=now.questionnaire,
        sections=sections(now),
        ends=_ends(now),
        lists=now.definition.get("choices", {}),
        used={one.list_name for one in now.questionnaire.questions.values()},
        deleting=(kind, part) if kind in _DELETES and not problem and not message else None,
        message=message,
        references=[
            (now.labels.question(str(fault["place"])), str(fault["place"]))
            for fault in (problem.faults if problem else ())
            if "key" in fault
        ],
        saved="saved" in request.args,
        to=request.args.get("to", ""),
        lost=[tag for tag in lost if tag in now.questionnaire.languages],
        type_name=editor.type_name,
    )


_MOVES: Mapping[str, Callable[[Definition, str, int], Definition]] = {
    "question": editing.move_question,
    "page": editing.move_page,
    "end": editing_ends.move_end,
}
_DELETES: Mapping[str, Callable[[Definition, str], Definition]] = {
    "question": editing.delete_question,
    "page": editing.delete_page,
    "group": editing_groups.delete_group,
    "end": editing_ends.delete_end,
}
_STEPS = {"up": -1, "down": 1}


@blueprint.post("/drafts/<name>/edit")
def rearrange_draft(name: str) -> ResponseReturnValue:
    """Move or delete a question, page or group, as the pressed button says: ``up question B02``."""
    now = editor.scene(name)
    verb, _, rest = request.form.get("do", "").partition(" ")
    kind, _, part = rest.partition(" ")
    try:
        changed = _rearranged(now.definition, verb, kind, part)
        editor.save(now, changed, request.form.get("version", ""))
    except Problem as problem:
        if problem.code == "store.conflict":
            return _page(editor.scene(name), gettext(CHANGED)), problem.status
        if problem.code == "questionnaire.faulty":
            return _page(now, "; ".join(map(editor.told, wordings.problem_faults(problem)))), problem.status
        if not problem.code.startswith("editing."):
            raise
        return _page(now, wordings.problem_message(problem), problem), problem.status
    anchor = f"{kind[0]}-{part}" if verb in _STEPS else None
    return redirect(url_for(".edit_draft", name=name, saved=1, _anchor=anchor), 303)


def _rearranged(definition: Definition, verb: str, kind: str, part: str) -> Definition:
    if verb in _STEPS and kind in _MOVES:
        return _MOVES[kind](definition, part, _STEPS[verb])
    if verb == "delete" and kind in _DELETES:
        return _DELETES[kind](definition, part)
    raise Problem("request.bad")


# The question bank


@blueprint.get("/drafts/<name>/edit/bank")
def show_bank(name: str) -> str:
    """Show the questions of the bundled questionnaires, to be copied behind a question."""
    return _bank(editor.scene(name))


@blueprint.post("/drafts/<name>/edit/bank")
def insert_from_bank(name: str) -> ResponseReturnValue:
    """Copy a question of the bank with its answers and translations."""
    now = editor.scene(name)
    page, after = request.form.get("page", ""), request.form.get("after", "")
    try:
        found = bank.insert(now.definition, _questionnaires(), request.form.get("concept", ""), page, after)
        editor.save(now, found.definition, request.form.get("version", ""))
    except Problem as problem:
        if problem.code == "store.conflict":
            return _bank(editor.scene(name), gettext(CHANGED)), problem.status
        if not problem.code.startswith(("editing.", "bank.", "questionnaire.faulty")):
            raise
        return _bank(now, wordings.problem_message(problem)), problem.status
    left, anchor = " ".join(found.left_out), f"q-{found.name}"
    if left:  # that must be read first
        return redirect(url_for(".edit_draft", name=name, saved=1, left=left, to=anchor), 303)
    return redirect(url_for(".edit_draft", name=name, saved=1, _anchor=anchor), 303)


def _questionnaires() -> bank.Bank:
    return current().workbench.library().questionnaires


def _page_title(questionnaires: bank.Bank, address: str) -> str:
    """Return the title of the page a question of the bank stands on: some questions are asked for each of several."""
    name, _, question = address.partition("/")
    return wordings.in_attribute(questionnaires[name].page_of[question].label)


def _bank(now: Scene, message: str = "") -> str:
    words = request.args.get("q", "").casefold().split()
    questionnaires = _questionnaires()
    entries = [
        (address, wordings.in_attribute(question.label), question, _page_title(questionnaires, address))
        for address, question in bank.entries(questionnaires)
        if question.label and all(word in " ".join((address, *question.label.values())).casefold() for word in words)
    ]
    return render_template(
        "manage/bank.html",
        now=now,
        questionnaire=now.questionnaire,
        entries=entries,
        message=message,
        q=request.args.get("q", ""),
        page=request.values.get("page", ""),
        after=request.values.get("after", ""),
        type_name=editor.type_name,
    )
