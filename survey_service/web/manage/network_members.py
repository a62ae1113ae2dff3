"""Members of a body on the desk: added one by one or from a file, changed, gone and back, taken away as CSV."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.network import bodies, erasing, importing, members
from survey_service.network.model import Member
from survey_service.problems import Problem
from survey_service.questionnaire.xlsform.workbook import MAX_BYTES
from survey_service.responses.loading import files
from survey_service.web import incoming, rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.network import body_page, member_words, of_body

_TEXTS = ("name", "email", "organisation", "role", "language", "since", "stands_for")
_AT_FORM = ("member.", "members.", "mail.")


@blueprint.post("/network/<int:body>/members")
def add_network_member(body: int) -> BaseResponse | tuple[str, int]:
    """Add a member; that is noted in the audit log."""
    store, found = current().store, bodies.of_id(current().store, body)
    if security.is_forged():
        return body_page(found, request.form, Problem("request.forged"), "member"), 400
    try:
        with store.transaction():
            made = members.add(store, body, **_fields(request.form))
            desk.note("network.member", str(body), member=made.id, act="added")
    except Problem as problem:
        if not problem.code.startswith(_AT_FORM):
            raise
        return body_page(found, request.form, problem, "member"), problem.status
    return redirect(url_for(".network_body", body=body, done="member"), 303)


@blueprint.get("/network/<int:body>/members/<int:member>")
def network_member(body: int, member: int) -> str:
    """Show a member: what can be changed, and how they leave or come back."""
    return _page(of_body(body, member), {})


@blueprint.post("/network/<int:body>/members/<int:member>")
def change_network_member(body: int, member: int) -> BaseResponse | tuple[str, int]:
    """Change a member, note that they leave or are back, or erase them; that is noted in the audit log."""
    store, form, what = current().store, request.form, request.form.get("what", "")
    found = of_body(body, member)
    if what not in _ACTS:
        raise Problem("request.bad")
    if security.is_forged():
        return _page(found, form, rendering.expired()), 400
    try:
        with store.transaction():
            _ACTS[what](found, form)
            desk.note("network.member", str(body), member=member, act=what)
    except Problem as problem:
        if not problem.code.startswith((*_AT_FORM, "body.")):
            raise
        return _page(found, form, wordings.problem_message(problem)), problem.status
    return redirect(url_for(".network_body", body=body, done="member"), 303)


def _save(found: Member, form: Mapping[str, str]) -> None:
    members.change(current().store, found.id, **_fields(form))


def _leave(found: Member, form: Mapping[str, str]) -> None:
    members.leave(current().store, found.id, form.get("until", ""))


def _back(found: Member, _: Mapping[str, str]) -> None:
    members.come_back(current().store, found.id)


def _erase(found: Member, _: Mapping[str, str]) -> None:
    erasing.erase(current().store, found.id)


_ACTS = {"save": _save, "leave": _leave, "back": _back, "erase": _erase}


def _fields(form: Mapping[str, str]) -> dict[str, Any]:
    return {**{name: form.get(name, "") for name in _TEXTS}, "consent": form.get("consent") == "yes"}


def _page(found: Member, given: Mapping[str, str], error: str = "") -> str:
    today = clock.today().isoformat()
    own = {name: str(getattr(found, name)) for name in _TEXTS} | {"consent": "yes" if found.consent else ""}
    return render_template(
        "manage/network_member.html",
        body=bodies.of_id(current().store, found.body),
        member=found,
        left=bool(found.until) and found.until < today,
        given=given or own,
        until=given.get("until", found.until or today),
        error=error,
        **member_words(),
    )


@blueprint.route("/network/<int:body>/import", methods=["GET", "POST"])
def import_network_members(body: int) -> Any:
    """Add members from a file: all of them, or none and every fault with its cell."""
    found, store = bodies.working(current().store, body), current().store
    problem: Problem | None = None
    if request.method == "POST":
        try:
            file, data = incoming.brought(100)
            sheets = list(files.read_confined(data, file).values())
            with store.transaction():
                plan = importing.read(store, body, sheets, clock.today().isoformat())
                count = importing.keep(store, body, plan)
                desk.note("network.imported", str(body), count=count)
            return redirect(url_for(".network_body", body=body, done="import"), 303)
        except Problem as refused:
            if not refused.code.startswith(("import.", "loading.", *_AT_FORM)):
                raise
            problem = refused
    page = render_template(
        "manage/network_import.html",
        body=found,
        columns=importing.COLUMNS,
        needed=importing.NEEDED,
        megabytes=MAX_BYTES // 1_000_000,
        title=gettext(problem.kind.title) if problem is not None else "",
        problem=wordings.problem_message(problem) if problem is not None else "",
    )
    return page, problem.status if problem is not None else 200


@blueprint.get("/network/<int:body>/members.csv")
def export_network_members(body: int) -> Response:
    """Send the members of a body as CSV, as they come in again; that is noted in the audit log."""
    store = current().store
    bodies.of_id(store, body)
    found = [member for member in members.all_of(store, body) if not member.erased]
    desk.note("network.exported", str(body), count=len(found))
    response = Response(importing.table(found).encode("utf-8-sig"), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="members-{body}.csv"'
    return response
