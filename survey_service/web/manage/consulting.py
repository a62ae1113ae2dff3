"""Consultation rounds on the desk: all of them, one of them with turnout and votes, made, opened, extended, closed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.concept import versions
from survey_service.concept.model import Concept
from survey_service.consulting import ballots, comments, inviting, rounds, weighing, words
from survey_service.consulting.model import CLOSED, DRAFT, OPEN, Round
from survey_service.consulting.paper import Writer
from survey_service.network import bodies
from survey_service.problems import Problem
from survey_service.questionnaire.model import wording
from survey_service.web import i18n, rendering, security, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, names
from survey_service.web.manage.desk import blueprint

Given = Mapping[str, Any]
_MOST_DIGITS = 9


@blueprint.get("/consulting")
def consultations() -> str:
    """List the rounds, newest first."""
    store = current().store
    return render_template(
        "manage/consultations.html",
        rounds=rounds.all_rounds(store),
        states=words.STATES,
        open_version=versions.open_number(store),
        done=request.args.get("done", ""),
    )


# -- one round -----------------------------------------------------------------------------------------------------


@blueprint.get("/consulting/<int:id>")
def consultation(id: int) -> str:
    """Show a round: what it puts to whom, turnout and votes, what can be done with it."""
    return show(rounds.load(current().store, id))


def show(found: Round, problem: Problem | None = None, later: str = "") -> str:
    """Return the page of a round, perhaps with why something could not be done."""
    store = current().store
    version = versions.load(store, found.concept)
    made = weighing.of_round(store, found, bodies.names(store))
    writer = Writer(made, i18n.language().tag, gettext)
    said = comments.of_round(store, found)
    return render_template(
        "manage/consultation.html",
        round=found,
        concept=version,
        states=words.STATES,
        state_names=(DRAFT, OPEN, CLOSED),
        names=bodies.names(store),
        wordings=rounds.wordings(store, found),
        changed=rounds.changed_items(version, found.items) if found.state == DRAFT else [],
        turnout=writer.turnout(),
        votes=[writer.votes(number) for number in made.texts],
        comments=said,
        unanswered=comments.unanswered(said),
        can_send=bool(current().settings.public_url),
        error=told(problem),
        later=later,
        today=clock.today().isoformat(),
        done=request.args.get("done", ""),
    )


@blueprint.post("/consulting/<int:id>")
def turn_consultation(id: int) -> BaseResponse | tuple[str, int]:
    """Open, extend, close or discard a round; that is noted in the audit log."""
    store, by, form = current().store, desk.signed_in().account.name, request.form
    acts: dict[str, Callable[[], object]] = {
        "open": lambda: _open(id, by),
        "extend": lambda: rounds.extend(store, id, form.get("closes", "").strip(), by),
        "close": lambda: rounds.close(store, id, by),
        "discard": lambda: rounds.discard(store, id, by),
    }
    act = acts.get(form.get("what", ""))
    if act is None:
        raise Problem("request.bad")
    try:
        act()
    except Problem as problem:
        if not problem.code.startswith("consulting.") or problem.code == "consulting.missing":
            raise
        return show(rounds.load(store, id), problem, form.get("closes", "")), problem.status
    if form["what"] == "discard":
        return redirect(url_for(".consultations", done="discard"), 303)
    return redirect(url_for(".consultation", id=id, done=form["what"]), 303)


def _open(id: int, by: str) -> None:
    store = current().store
    with store.transaction():
        inviting.invite(store, rounds.open_round(store, id, by), clock.today())


@blueprint.get("/consulting/<int:id>/preview")
def preview_consultation(id: int) -> str:
    """Show what the members of the bodies will read, in one of the languages of the round."""
    store = current().store
    found = rounds.load(store, id)
    asked = request.args.get("language", "")
    tag = asked if asked in found.languages else found.languages[0]
    form = ballots.questionnaire(current().publications, current().library)
    return render_template(
        "manage/consultation_preview.html",
        round=found,
        tag=tag,
        fields=versions.load(store, found.concept).fields,
        wordings=rounds.wordings(store, found),
        questions=[form.questions[name] for name in ballots.ASKED],
        in_language=lambda text: wording(text, tag),
    )


# -- made and changed ----------------------------------------------------------------------------------------------


@blueprint.get("/consulting/new")
def new_consultation() -> str:
    """Show the form for a further round."""
    return _form(_version(), MultiDict())


@blueprint.post("/consulting/new")
def make_consultation() -> BaseResponse | tuple[str, int]:
    """Make a round as a draft."""
    version, form = _version(), request.form
    if security.is_forged():
        return _form(version, form, rendering.expired()), 400
    try:
        by = desk.signed_in().account.name
        made = rounds.make(current().store, concept=version.number, by=by, **_entries(version, form))
    except Problem as problem:
        if problem.status != 422:
            raise
        return _form(version, form, told(problem)), 422
    return redirect(url_for(".consultation", id=made.id), 303)


@blueprint.get("/consulting/<int:id>/edit")
def edit_consultation(id: int) -> str:
    """Show the form of a round that is being prepared."""
    store = current().store
    _, found = rounds.of_state(store, id, DRAFT)
    given: MultiDict[str, str] = MultiDict({"title": found.title, "closes": found.closes})
    given.setlist("body", [str(body) for body in found.bodies])
    given.setlist("item", [put.item for put in found.items])
    given.setlist("language", list(found.languages))
    return _form(versions.load(store, found.concept), given, editing=found)


@blueprint.post("/consulting/<int:id>/edit")
def change_consultation(id: int) -> BaseResponse | tuple[str, int]:
    """Change a round that is being prepared; its items are put in their present wording."""
    store, form = current().store, request.form
    _, found = rounds.of_state(store, id, DRAFT)
    version = versions.load(store, found.concept)
    if security.is_forged():
        return _form(version, form, rendering.expired(), editing=found), 400
    try:
        rounds.change(store, id, by=desk.signed_in().account.name, **_entries(version, form))
    except Problem as problem:
        if problem.status != 422:
            raise
        return _form(version, form, told(problem), editing=found), 422
    return redirect(url_for(".consultation", id=id, done="saved"), 303)


def _version() -> Concept:
    """Return the version that is worked on. Raises Problem concept.missing."""
    number = versions.open_number(current().store)
    if number is None:
        raise Problem("concept.missing")
    return versions.load(current().store, number)


def _form(version: Concept, given: MultiDict[str, str], error: str = "", *, editing: Round | None = None) -> str:
    asked = ballots.questionnaire(current().publications, current().library).languages
    written = {tag for item in version.items for tag in item.wording.texts}
    tags = [entry.tag for entry in languages.offered() if entry.tag in written and entry.tag in asked]
    return render_template(
        "manage/consultation_form.html",
        concept=version,
        editing=editing,
        given=given,
        error=error,
        bodies=bodies.open_bodies(current().store),
        fields={name: [item for item in version.items if item.field == name] for name in version.fields},
        languages=tags,
        gaps=rounds.missing_texts(version, [item.key for item in version.items], tags),
        today=clock.today().isoformat(),
        most=rounds.MOST_TITLE,
    )


def _entries(version: Concept, form: MultiDict[str, str]) -> dict[str, Any]:
    """Return the entries of the form for `rounds.make`; a field that was chosen stands for all of its items."""
    chosen, whole = set(form.getlist("item")), set(form.getlist("field"))
    return {
        "title": form.get("title", ""),
        "closes": form.get("closes", "").strip(),
        "bodies": [int(body) for body in form.getlist("body") if is_number(body)],
        "items": [*chosen, *(item.key for item in version.items if item.field in whole)],
        "languages": form.getlist("language"),
    }


def is_number(text: str) -> bool:
    """Tell whether a text is an id."""
    return text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS


def told(problem: Problem | None) -> str:
    """Return a Problem in the desk's language; the names of entries and languages in it are those of the form."""
    if problem is None:
        return ""
    details = dict(problem.details)
    if "names" in details:
        details["names"] = ", ".join(gettext(words.ENTRIES[name]) for name in details["names"].split(", "))
    if "language" in details:
        details["language"] = names.language_name(details["language"])
    return wordings.problem_message(Problem(problem.code, **details))
