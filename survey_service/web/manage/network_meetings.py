"""Meetings of a body on the desk: date, invitations, the way to the minutes, who was there and for whom they spoke."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.letters import meeting as inviting
from survey_service.network import bodies, calendar, meetings
from survey_service.network.model import Body, Meeting
from survey_service.problems import Problem
from survey_service.questionnaire.model import wording
from survey_service.web import i18n, rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

_TEXTS = ("day", "time", "ends", "place")
_SHOWN = frozenset({"sent", "before", "failed"})


@blueprint.get("/network/<int:body>/meetings/new")
def new_network_meeting(body: int) -> str:
    """Show the form for a further meeting."""
    return _new(bodies.working(current().store, body), {})


@blueprint.post("/network/<int:body>/meetings/new")
def add_network_meeting(body: int) -> BaseResponse | tuple[str, int]:
    """Add a meeting; that is noted in the audit log."""
    store, form = current().store, request.form
    found = bodies.working(store, body)
    if security.is_forged():
        return _new(found, form, rendering.expired()), 400
    try:
        with store.transaction():
            made = meetings.add(store, body, **_fields(form), minutes_url=form.get("minutes_url", ""))
            desk.note("network.meeting", str(body), meeting=made.id, act="added")
    except Problem as problem:
        if problem.status != 422:
            raise
        return _new(found, form, wordings.problem_message(problem)), problem.status
    return redirect(_place(made), 303)


def _new(body: Body, given: Mapping[str, str], error: str = "") -> str:
    return render_template("manage/network_meeting_new.html", body=body, given=given, error=error)


@blueprint.get("/network/<int:body>/meetings/<int:meeting>")
def network_meeting(body: int, meeting: int) -> str:
    """Show a meeting: when and where, minutes, who was there; that is noted in the audit log."""
    found = _of_body(body, meeting)
    desk.note("network.read", str(body))
    return _page(found, {})


@blueprint.post("/network/<int:body>/meetings/<int:meeting>")
def change_network_meeting(body: int, meeting: int) -> BaseResponse | tuple[str, int]:
    """Change a meeting, note who was there, cancel it, or write to the members."""
    store, form, what = current().store, request.form, request.form.get("what", "")
    found = _of_body(body, meeting)
    if what not in (*_ACTS, "invite"):
        raise Problem("request.bad")
    if security.is_forged():
        return _page(found, form, rendering.expired()), 400
    try:
        if what == "invite":
            invited = inviting.invite(store, current().settings, meeting)
            desk.note("network.invited", str(body), meeting=meeting, count=invited.sent)
            counts = {"sent": invited.sent, "before": invited.before, "failed": invited.failed}
            return redirect(_place(found, **counts), 303)
        with store.transaction():
            _ACTS[what](found)
            desk.note("network.meeting", str(body), meeting=meeting, act=what)
    except Problem as problem:
        if not problem.code.startswith("meeting.") or problem.status == 404:
            raise
        return _page(found, form, wordings.problem_message(problem)), problem.status
    return redirect(_place(found, done=what), 303)


def _save(found: Meeting) -> None:
    meetings.change(current().store, found.id, **_fields(request.form))


def _minutes(found: Meeting) -> None:
    meetings.change(current().store, found.id, minutes_url=request.form.get("minutes_url", ""))


def _people(found: Meeting) -> None:
    present = [int(id) for id in request.form.getlist("present") if _is_id(id)]
    spoke = {
        int(id): words
        for name, words in request.form.items()
        if name.startswith("spoke-") and _is_id(id := name.removeprefix("spoke-"))
    }
    meetings.note_people(current().store, found.id, present, spoke)


def _cancel(found: Meeting) -> None:
    meetings.change(current().store, found.id, cancelled=True)


def _hold(found: Meeting) -> None:
    meetings.change(current().store, found.id, cancelled=False)


_ACTS = {"save": _save, "minutes": _minutes, "people": _people, "cancel": _cancel, "hold": _hold}


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


def _fields(form: Mapping[str, str]) -> dict[str, Any]:
    return {**{name: form.get(name, "").strip() for name in _TEXTS}, "agenda": form.get("agenda", "")}


def _page(found: Meeting, given: Mapping[str, str], error: str = "") -> str:
    store = current().store
    what, people = given.get("what", ""), meetings.may_come(store, found)
    own = {name: str(getattr(found, name)) for name in (*_TEXTS, "agenda")}
    ticked, spoke = found.present, found.spoke
    if what == "people":
        ticked = tuple(int(id) for id in request.form.getlist("present") if _is_id(id))
        spoke = {member.id: given.get(f"spoke-{member.id}", "") for member in people}
    return render_template(
        "manage/network_meeting.html",
        body=bodies.of_id(store, found.body),
        meeting=found,
        people=people,
        turnout=meetings.turnout(store, found),
        over=meetings.finishes(found) <= clock.now(),
        given=given if what == "save" else own,
        minutes=given.get("minutes_url", "") if what == "minutes" else found.minutes_url,
        ticked=ticked,
        spoke=spoke,
        at=what,
        error=error,
        done=request.args.get("done", ""),
        counts={name: request.args[name] for name in _SHOWN if request.args.get(name, "").isdigit()},
    )


@blueprint.get("/network/<int:body>/meetings/<int:meeting>/calendar")
def network_meeting_calendar(body: int, meeting: int) -> Response:
    """Send a meeting as a file for calendars, in the language of the desk."""
    found, tag = _of_body(body, meeting), i18n.language().tag
    name = wording(bodies.of_id(current().store, body).name, tag)
    text = calendar.calendar(found, name, tag, current().settings.public_url, clock.now())
    response = Response(text, mimetype=calendar.MEDIA_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="meeting-{meeting}.ics"'
    return response


def _of_body(body: int, meeting: int) -> Meeting:
    found = meetings.of_id(current().store, meeting)
    if found.body != body:
        raise Problem("meeting.missing")
    return found


def _place(meeting: Meeting, **values: Any) -> str:
    return url_for(".network_meeting", body=meeting.body, meeting=meeting.id, **values)
