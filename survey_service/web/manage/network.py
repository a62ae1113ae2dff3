"""The network on the desk: bodies, one of them with its members and meetings, spellings that are one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.network import alike, bodies, meetings, members
from survey_service.network.model import (
    BOARD,
    CHAIR,
    DEPUTY,
    MEMBER,
    NETWORK,
    OTHER,
    WORKING_GROUP,
    Body,
    Member,
)
from survey_service.problems import D_, Problem
from survey_service.questionnaire.loader import Vocabulary
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

KINDS: Mapping[str, str] = {
    NETWORK: D_("Network"),
    WORKING_GROUP: D_("Working group"),
    BOARD: D_("Advisory board"),
    OTHER: D_("Other body"),
}
ROLES: Mapping[str, str] = {MEMBER: D_("Member"), CHAIR: D_("Chair"), DEPUTY: D_("Deputy")}
Given = Mapping[str, str]


@blueprint.get("/network")
def network() -> str:
    """List the bodies with how many members and votes they have, and when they meet next."""
    return _overview({})


@blueprint.post("/network")
def add_network_bodies() -> BaseResponse | tuple[str, int]:
    """Add a body, or all of the choice list that are missing; that is noted in the audit log."""
    store, form = current().store, request.form
    if form.get("what") == "take":
        with store.transaction():
            taken = bodies.take(store, _listed())
            if taken:
                desk.note("network.taken", "bodies", count=len(taken))
        return redirect(url_for(".network", taken=len(taken)), 303)
    try:
        with store.transaction():
            made = bodies.add(store, **_fields(form))
            desk.note("network.body", str(made.id), act="added")
    except Problem as problem:
        if problem.code != "body.fields":
            raise
        return _overview(form, problem), problem.status
    return redirect(url_for(".network_body", body=made.id), 303)


@blueprint.get("/network/<int:body>")
def network_body(body: int) -> str:
    """Show a body with its members and meetings; that is noted in the audit log."""
    found = bodies.of_id(current().store, body)
    desk.note("network.read", str(found.id))
    return body_page(found, {})


@blueprint.post("/network/<int:body>")
def change_network_body(body: int) -> BaseResponse | tuple[str, int]:
    """Change a body, close or open it, or let two spellings of an organisation be one."""
    store, what = current().store, request.form.get("what", "")
    if what not in _ACTS:
        raise Problem("request.bad")
    found = bodies.of_id(store, body)
    try:
        with store.transaction():
            _ACTS[what](found, request.form)
    except Problem as problem:
        if problem.status != 422:
            raise
        return body_page(found, request.form, problem, "body"), problem.status
    return redirect(url_for(".network_body", body=body, done=what), 303)


def _save(body: Body, form: Given) -> None:
    order = form.get("order", "")
    if not (order.isascii() and order.isdigit() and len(order) < 5):
        raise Problem("body.order")
    bodies.change(current().store, body.id, order=int(order), **_fields(form))
    desk.note("network.body", str(body.id), act="changed")


def _close(body: Body, _: Given) -> None:
    bodies.close(current().store, body.id)
    desk.note("network.body", str(body.id), act="closed")


def _open(body: Body, _: Given) -> None:
    bodies.close(current().store, body.id, closed=False)
    desk.note("network.body", str(body.id), act="opened")


def _write_as(body: Body, form: Given) -> None:
    count = members.write_as(current().store, form.get("old", ""), form.get("new", ""))
    desk.note("network.spelling", str(body.id), count=count)


_ACTS = {"save": _save, "close": _close, "open": _open, "write_as": _write_as}


def _fields(form: Given) -> dict[str, Any]:
    field = form.get("field_of_action", "")
    return {
        "name": {tag: form.get(f"name-{tag}", "") for tag in ("de", "en")},
        "kind": form.get("kind", ""),
        "field_of_action": field if field in current().library.labels("fields_of_action") else "",
    }


def _listed() -> Vocabulary | None:
    return current().library.vocabularies.get("working_groups")


def _overview(given: Given, problem: Problem | None = None) -> str:
    store, today = current().store, clock.today()
    found = bodies.all_bodies(store)
    return render_template(
        "manage/network.html",
        rows=[(body, members.voters(store, body.id, today)) for body in found],
        next=meetings.upcoming(store, clock.now()),
        missing=bodies.missing(store, _listed()),
        given=given,
        error=_said(problem),
        taken=request.args.get("taken", ""),
        kinds=KINDS,
        fields=current().library.labels("fields_of_action"),
    )


def body_page(body: Body, given: Given, problem: Problem | None = None, at: str = "") -> str:
    """Return the page of a body; ``at`` names the form that ``given`` and the problem belong to."""
    store, today = current().store, clock.today().isoformat()
    everybody = members.all_of(store, body.id)
    voters = members.grouped(store, [member for member in everybody if member.belongs(today)])
    own = {"kind": body.kind, "field_of_action": body.field_of_action, "order": str(body.order)}
    own |= {f"name-{tag}": text for tag, text in body.name.items()}
    return render_template(
        "manage/network_body.html",
        body=body,
        voters=voters,
        coming=[member for member in everybody if member.since > today],
        left=[member for member in everybody if member.until and member.until < today],
        meetings=[(each, meetings.turnout(store, each)) for each in meetings.of_body(store, body.id)],
        alike=alike.pairs([voter.organisation for voter in voters if voter.organisation]),
        own=given if at == "body" else own,
        given=given if at == "member" else {"language": "de", "since": today},
        at=at,
        error=_said(problem),
        done=request.args.get("done", ""),
        kinds=KINDS,
        fields=current().library.labels("fields_of_action"),
        **member_words(),
    )


def member_words() -> dict[str, Any]:
    """Return what the forms about members choose from."""
    store = current().store
    return {
        "roles": ROLES,
        "spoken": languages.registry(),
        "organisations": members.known_organisations(store),
    }


def of_body(body: int, member: int) -> Member:
    """Return a member of a body. Raises Problem member.missing."""
    found = members.of_id(current().store, member)
    if found.body != body:
        raise Problem("member.missing")
    return found


def _said(problem: Problem | None) -> str:
    return wordings.problem_message(problem) if problem is not None else ""
