"""Codebooks on the desk: the codes with what they mean, a code's form, retire and merge, what changed when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.coding import codebooks
from survey_service.coding.codebooks import LANGUAGES, Code, Codebook
from survey_service.problems import Problem
from survey_service.web import rendering, security
from survey_service.web.context import current
from survey_service.web.manage import coding_views as views
from survey_service.web.manage import desk
from survey_service.web.manage.coding import person
from survey_service.web.manage.desk import blueprint

_MOST_SHOWN = 50


@blueprint.post("/coding/codebooks")
def begin_codebook() -> BaseResponse:
    """Begin a codebook."""
    made = codebooks.begin(current().store, request.form.get("title", ""), by=person(), now=clock.now())
    return redirect(url_for(".coding_codebook", book=made.codebook), 303)


@blueprint.get("/coding/codebooks/<book>")
def coding_codebook(book: str) -> str:
    """Show a codebook with all its codes, and what changed it."""
    found = codebooks.find(current().store, book)
    return render_template(
        "manage/coding_codebook.html",
        book=found,
        states=views.STATES,
        changes=views.CHANGES,
        fields=current().library.labels("fields_of_action"),
        history=codebooks.history(current().store, book)[:_MOST_SHOWN],
    )


@blueprint.get("/coding/codebooks/<book>/new")
def new_code(book: str) -> str:
    """Show the form of a new code."""
    return _page(codebooks.find(current().store, book), None, {})


@blueprint.post("/coding/codebooks/<book>/new")
def add_code(book: str) -> BaseResponse | tuple[str, int]:
    """Add a code."""
    return _save(codebooks.find(current().store, book), None)


@blueprint.get("/coding/codebooks/<book>/codes/<code>")
def code_form(book: str, code: str) -> str:
    """Show a code's form."""
    found = codebooks.find(current().store, book)
    return _page(found, _known(found, code), _fields(_known(found, code)))


@blueprint.post("/coding/codebooks/<book>/codes/<code>")
def save_code(book: str, code: str) -> BaseResponse | tuple[str, int]:
    """Change what a code is called, means and is found by."""
    found = codebooks.find(current().store, book)
    return _save(found, _known(found, code))


@blueprint.post("/coding/codebooks/<book>/codes/<code>/state")
def change_code(book: str, code: str) -> BaseResponse:
    """Retire a code, take it up again, or merge it into another one."""
    store, do = current().store, request.form.get("do", "")
    if do == "merge":
        codebooks.merge(store, book, code, request.form.get("into", ""), by=person(), now=clock.now())
    elif do in ("retire", "restore"):
        change = codebooks.retire if do == "retire" else codebooks.restore
        change(store, book, code, by=person(), now=clock.now())
    else:
        raise Problem("request.bad")
    return redirect(url_for(".coding_codebook", book=book), 303)


def _known(book: Codebook, code: str) -> Code:
    if code not in book.codes:
        raise Problem("coding.missing")
    return book.codes[code]


def _save(book: Codebook, old: Code | None) -> BaseResponse | tuple[str, int]:
    form = request.form
    if security.is_forged():
        return _page(book, old, form, error=rendering.expired()), 400
    field = form.get("field", "")
    wanted = Code(
        old.code if old is not None else "",
        {tag: form.get(f"label-{tag}", "") for tag in LANGUAGES},
        **{name: desk.lines(name) for name in ("definition", "include", "exclude")},
        field=field if field in current().library.labels("fields_of_action") else "",
        keywords=tuple(desk.lines("keywords").split("\n")),
    )
    save = codebooks.add if old is None else codebooks.edit
    try:
        save(current().store, book.codebook, wanted, by=person(), now=clock.now())
    except Problem as problem:
        if problem.code != "coding.fields":
            raise
        return _page(book, old, form, problem), problem.status
    return redirect(url_for(".coding_codebook", book=book.codebook), 303)


def _fields(code: Code) -> dict[str, str]:
    """Return a code as its form holds it."""
    labels = {f"label-{tag}": code.label.get(tag, "") for tag in LANGUAGES}
    texts = {name: getattr(code, name) for name in ("definition", "include", "exclude", "field")}
    return {**labels, **texts, "keywords": "\n".join(code.keywords)}


def _page(
    book: Codebook, code: Code | None, given: Mapping[str, Any], problem: Problem | None = None, error: str = ""
) -> str:
    return render_template(
        "manage/coding_code.html",
        book=book,
        code=code,
        given=given,
        tags=LANGUAGES,
        fields_of_action=current().library.labels("fields_of_action"),
        others=[other for other in book.active if code is None or other.code != code.code],
        errors=views.faults_of(problem),
        general=[error] if error else [],
    )
