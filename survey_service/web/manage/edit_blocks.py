"""Editing one question, page, group or the head on the desk: the form, what it would mean, and saving it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.problems import D_, Problem
from survey_service.questionnaire import editing, editing_ends, editing_groups, editing_lists, reach
from survey_service.questionnaire.editing import Block, Definition
from survey_service.questionnaire.renaming import TEXTS
from survey_service.responses.definitions import WorkingCopy
from survey_service.web import rendering, security
from survey_service.web.i18n import gettext
from survey_service.web.manage import block_forms, condition_fields, editor, question_form, text_fields
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.editor import Scene
from survey_service.web.manage.sheets import END, FIELDS, GROUP, HEAD, PAGE, QUESTION, Sheet, field_name
from survey_service.web.manage.text_fields import Errors

CHANGED = D_("Somebody else changed the questionnaire meanwhile. Nothing of yours was saved yet.")
_DELETED = D_("Somebody else deleted this meanwhile. If you save, it is added again.")


_FINDERS: Mapping[str, Callable[[Definition, str], Block]] = {
    QUESTION: editing.question_of,
    PAGE: editing.page_of,
    GROUP: editing.group_of,
    END: editing_ends.end_of,
}


def _block(now: Scene, kind: str, name: str) -> Block:
    if kind == HEAD:
        return now.definition
    return _FINDERS[kind](now.definition, name)


def _sheet(now: Scene, kind: str, name: str) -> Sheet:
    """Return the form of what is there, or of a new one if ``name`` is empty."""
    block = _block(now, kind, name) if name or kind == HEAD else {}
    return Sheet(now, kind, block, FIELDS[kind](block, now), request.path, *_where())


def _where() -> tuple[str, str]:
    return request.values.get("page", ""), request.values.get("after", "")


# Addresses


@blueprint.get("/drafts/<name>/edit/<any(question, page, group, end):kind>/<part>")
def edit_part(name: str, kind: str, part: str) -> str:
    """Show the form of a question, page, group or early end."""
    return _sheet(editor.scene(name), kind, part).html()


@blueprint.post("/drafts/<name>/edit/<any(question, page, group, end):kind>/<part>")
def save_part(name: str, kind: str, part: str) -> ResponseReturnValue:
    """Save a question, page, group or early end, check it, or write its condition."""
    now = editor.scene(name)
    try:
        sheet = _sheet(now, kind, part)
    except Problem as problem:
        if problem.code != "editing.missing":
            raise
        return _deleted(now, kind)
    return _take(sheet, part)


@blueprint.get("/drafts/<name>/edit/new/<any(question, page, group, end):kind>")
def new_part(name: str, kind: str) -> str:
    """Show the form of a new question, page, group or early end."""
    return _sheet(editor.scene(name), kind, "").html()


@blueprint.post("/drafts/<name>/edit/new/<any(question, page, group, end):kind>")
def add_part(name: str, kind: str) -> ResponseReturnValue:
    """Add a question, page, group or early end."""
    return _take(_sheet(editor.scene(name), kind, ""), "")


@blueprint.get("/drafts/<name>/edit/head")
def edit_head(name: str) -> str:
    """Show the form of title, introduction, audience, duration and consent."""
    return _sheet(editor.scene(name), HEAD, "").html()


@blueprint.post("/drafts/<name>/edit/head")
def save_head(name: str) -> ResponseReturnValue:
    """Save title, introduction, audience, duration and consent."""
    return _take(_sheet(editor.scene(name), HEAD, ""), "")


# What a form does


def _take(sheet: Sheet, part: str) -> ResponseReturnValue:
    """Do what the pressed button says with what was typed."""
    sheet.given = request.form.to_dict()
    if security.is_forged():
        sheet.general = [rendering.expired()]
        return sheet.html(), 400
    if request.form.get("do") == "compose":
        return _compose(sheet)
    changed, texts = _read(sheet, part)
    sheet.lost = text_fields.lost(texts)
    if changed is not None and request.form.get("do") == "check":
        sheet.checked = True
        sheet.findings = _findings(sheet, changed)
        return sheet.html()
    if changed is None:
        return sheet.html(), 422
    try:
        saved = editor.save(sheet.now, changed, request.form.get("version", ""))
    except Problem as problem:
        if problem.code != "store.conflict":
            raise
        return _conflict(sheet), problem.status
    return redirect(_back(sheet, saved), 303)


def _compose(sheet: Sheet) -> ResponseReturnValue:
    text = condition_fields.compose(sheet.given, sheet.now, sheet.errors)
    if text is None:
        return sheet.html(), 422
    sheet.given["relevant"] = text
    return sheet.html()


def _read(sheet: Sheet, part: str) -> tuple[Definition | None, list[tuple[Any, Any]]]:
    """Return the definition with what was typed, None if something stands against it; and all texts, old and new."""
    now, errors = sheet.now, sheet.errors
    block, change = _READERS[sheet.kind](sheet, part)
    sheet.name = str(block.get("name", ""))
    changed, sheet.general = (None, []) if errors else editor.apply(now, change, errors)
    old = {key: sheet.block.get(key) for key in TEXTS}
    return changed, [
        (text, block.get(key, {})) for key, text in old.items() if isinstance(text, Mapping) and "*" not in text
    ]


Change = Callable[[Definition], Definition]


def _read_question(sheet: Sheet, part: str) -> tuple[Block, Change]:
    now = sheet.now
    block, lists = question_form.read(sheet.given, sheet.block, now, sheet.errors)

    def change(definition: Definition) -> Definition:
        for name, choices in lists.items():
            definition = editing_lists.put_list(definition, name, choices)
        if part:
            return editing.replace_question(definition, part, block)
        if block["name"] in editing.names_of(definition):
            raise Problem("editing.taken", name=block["name"])
        page = sheet.page or str(definition["pages"][-1]["name"])
        return editing.add_question(definition, page, block, sheet.after)

    return block, change


def _read_page(sheet: Sheet, part: str) -> tuple[Block, Change]:
    block = block_forms.read_page(sheet.given, sheet.block, sheet.now, sheet.errors)
    if part:
        return block, lambda definition: editing.replace_page(definition, part, block)
    first: Errors = {}
    now = sheet.now
    text = text_fields.read(sheet.given, "first", {}, now.tags, first, required=True)
    sheet.errors |= first
    taken = [*editing.names_of(now.definition), str(block["name"])]
    question = {"type": "text", "name": editing.free_name(taken, "Q1"), "label": text}
    if sheet.given.get("first_type") == "note":
        question["type"] = "note"
    page = {**block, "questions": [question]}
    return block, lambda definition: editing.add_page(definition, page, sheet.after)


def _read_group(sheet: Sheet, part: str) -> tuple[Block, Change]:
    block = block_forms.read_group(sheet.given, sheet.block, sheet.now, sheet.errors)
    if part:
        return block, lambda definition: editing_groups.replace_group(definition, part, block)
    pages = request.form.getlist("pages")
    if not pages:
        sheet.errors["pages"] = block_forms.say("pages")
    return block, lambda definition: editing_groups.add_group(definition, block, pages)


def _read_end(sheet: Sheet, part: str) -> tuple[Block, Change]:
    block = block_forms.read_end(sheet.given, sheet.block, sheet.now, sheet.errors)
    if part:
        return block, lambda definition: editing_ends.replace_end(definition, part, block)
    return block, lambda definition: editing_ends.add_end(definition, block)


def _read_head(sheet: Sheet, _part: str) -> tuple[Block, Change]:
    block = block_forms.read_head(sheet.given, sheet.block, sheet.now, sheet.errors)
    return block, lambda definition: editing.set_head(definition, **block)


_READERS: Mapping[str, Callable[[Sheet, str], tuple[Block, Change]]] = {
    QUESTION: _read_question,
    PAGE: _read_page,
    GROUP: _read_group,
    END: _read_end,
    HEAD: _read_head,
}


def _findings(sheet: Sheet, changed: Definition) -> list[str]:
    """Return what the check of reach says about this part in the changed questionnaire."""
    later = Scene(WorkingCopy(0, editing.faults_of(changed)[0], "", content=changed))
    found = reach.check(reach.items_of(later.questionnaire))
    return [
        gettext(reach.MESSAGES[one.code], **later.labels.values(one.values)) for one in found if one.place == sheet.name
    ]


def _conflict(sheet: Sheet) -> str:
    """Show what is stored now beside what was typed; sending the form again saves what was typed."""
    sheet.now = editor.scene(sheet.now.questionnaire.name)
    stored = FIELDS[sheet.kind](sheet.block, sheet.now)
    keys = [key for key in sheet.given if field_name(key) != key and not key.startswith("row-")]
    sheet.conflict = [
        (field_name(key), stored.get(key, ""), sheet.given[key])
        for key in keys
        if stored.get(key, "").replace("\r\n", "\n").strip() != sheet.given[key].replace("\r\n", "\n").strip()
    ]
    sheet.general = [gettext(CHANGED)]
    return sheet.html()


def _deleted(now: Scene, kind: str) -> tuple[str, int]:
    """Show the form of something that is gone as that of a new one, with all that was typed."""
    address = url_for(".new_part", name=now.questionnaire.name, kind=kind)
    sheet = Sheet(now, kind, {}, request.form.to_dict(), address, general=[gettext(_DELETED)])
    return sheet.html(), 409


def _back(sheet: Sheet, saved: WorkingCopy) -> str:
    name = saved.questionnaire.name
    if sheet.kind == HEAD:
        return url_for(".edit_draft", name=name, saved=1)
    anchor = f"{sheet.kind[0]}-{sheet.name}"
    if sheet.lost:  # that must be read first, so the outline opens at its top and leads on
        return url_for(".edit_draft", name=name, saved=1, lost=" ".join(sheet.lost), to=anchor)
    return url_for(".edit_draft", name=name, saved=1, _anchor=anchor)
