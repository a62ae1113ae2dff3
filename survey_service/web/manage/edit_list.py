"""Editing a choice list on the desk."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service.problems import Problem
from survey_service.questionnaire import editing, editing_lists
from survey_service.questionnaire.editing import Block, Definition
from survey_service.web import rendering, security
from survey_service.web.i18n import gettext
from survey_service.web.manage import edit_blocks, editor, list_form, text_fields
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.editor import Scene
from survey_service.web.manage.list_form import Row
from survey_service.web.manage.text_fields import Errors


@blueprint.get("/drafts/<name>/edit/list/<list_name>")
def edit_list(name: str, list_name: str) -> str:
    """Show the form of a choice list."""
    now = editor.scene(name)
    return _page(now, list_name, list_form.rows_of(editing.list_of(now.definition, list_name), now))


@blueprint.post("/drafts/<name>/edit/list/<list_name>")
def save_list(name: str, list_name: str) -> ResponseReturnValue:
    """Save a choice list, or move and remove its rows as typed."""
    now, errors = editor.scene(name), Errors()
    rows = list_form.typed_rows(request.form, now)
    if security.is_forged():
        return _page(now, list_name, rows, general=[rendering.expired()]), 400
    order = request.form.get("do", "save")
    if order not in ("save", "delete"):
        return _page(now, list_name, list_form.rearranged(rows, order))
    old = now.definition.get("choices", {}).get(list_name, [])
    choices = list_form.read(rows, old, now, errors) if order == "save" else []
    changed, general = (None, []) if errors else editor.apply(now, _change(order, list_name, choices), errors)
    if changed is None:
        return _page(now, list_name, rows, errors=errors, general=general), 422
    try:
        editor.save(now, changed, request.form.get("version", ""))
    except Problem as problem:
        if problem.code != "store.conflict":
            raise
        return _conflict(name, list_name, rows), problem.status
    return redirect(url_for(".edit_draft", name=name, saved=1, lost=_lost(old, choices) or None, _anchor="lists"), 303)


def _change(order: str, list_name: str, choices: list[Block]) -> edit_blocks.Change:
    def change(definition: Definition) -> Definition:
        if order == "delete":
            return editing_lists.delete_list(definition, list_name)
        return editing_lists.put_list(definition, list_name, choices)

    return change


def _lost(old: list[Block], new: list[Block]) -> str:
    labels = {choice["name"]: choice["label"] for choice in new}
    pairs = [(one["label"], labels.get(one["name"], {})) for one in old if isinstance(one["label"], dict)]
    return " ".join(text_fields.lost(pairs))


def _conflict(name: str, list_name: str, rows: list[Row]) -> str:
    now = editor.scene(name)
    stored = now.definition.get("choices", {}).get(list_name, [])
    return _page(now, list_name, rows, stored=list_form.rows_of(stored, now), general=[gettext(edit_blocks.CHANGED)])


def _page(now: Scene, list_name: str, rows: list[Row], **more: Any) -> str:
    users = [one.name for one in now.questionnaire.questions.values() if one.list_name == list_name]
    return render_template(
        "manage/edit_list.html",
        **{"errors": {}, "general": [], "stored": [], **more},
        now=now,
        questionnaire=now.questionnaire,
        list_name=list_name,
        rows=[*rows, *({} for _ in range(list_form.EMPTY_ROWS))],
        filled=len(rows),
        tags=now.tags,
        users=[(name, now.labels.question(name)) for name in users],
    )
