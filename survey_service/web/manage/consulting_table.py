"""The table of comments on the desk: read, made final, taken away as a file; and who was invited to the round."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.consulting import ballots, comments, invitations, paper, rounds, tallies, weighing, workbook
from survey_service.consulting.model import CLOSED, Invitation, Round
from survey_service.consulting.paper import Translate, Writer
from survey_service.consulting.weighing import Weighing
from survey_service.network import bodies
from survey_service.problems import Problem
from survey_service.web import i18n, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

_OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Form:
    """A format of files: its media type, and what makes it of a table."""

    media_type: str
    make: Callable[[Weighing, str, Translate], bytes]


FORMS: Mapping[str, Form] = {
    "docx": Form(f"{_OFFICE}.wordprocessingml.document", paper.to_docx),
    "pdf": Form("application/pdf", paper.to_pdf),
    "xlsx": Form(f"{_OFFICE}.spreadsheetml.sheet", workbook.render),
}


@blueprint.get("/consulting/<int:id>/table")
def consultation_table(id: int) -> str:
    """Show the table of comments as it stands, or as it was made final."""
    return _table(rounds.load(current().store, id))


def _table(found: Round, problem: Problem | None = None) -> str:
    store = current().store
    made = weighing.of_round(store, found, bodies.names(store))
    writer = Writer(made, i18n.language().tag, gettext)
    return render_template(
        "manage/consultation_table.html",
        round=found,
        closed=found.state == CLOSED,
        facts=list(writer.facts()),
        table=writer.comments(),
        unanswered=comments.unanswered(comments.of_round(store, found)),
        formats=tuple(FORMS),
        error=wordings.problem_message(problem) if problem is not None else "",
        done=request.args.get("done", ""),
    )


@blueprint.post("/consulting/<int:id>/table")
def finish_consultation(id: int) -> BaseResponse | tuple[str, int]:
    """Make the table final; that is noted in the audit log with its hash."""
    store = current().store
    try:
        weighing.finish(store, id, bodies.names(store), desk.signed_in().account.name)
    except Problem as problem:
        if problem.code not in ("consulting.unanswered", "consulting.state", "consulting.final"):
            raise
        return _table(rounds.load(store, id), problem), problem.status
    return redirect(url_for(".consultation_table", id=id, done="final"), 303)


@blueprint.get("/consulting/<int:id>/file")
def consultation_file(id: int) -> Response:
    """Send the table as a file in the language of the desk; that is noted in the audit log."""
    name = request.args.get("format", "")
    if name not in FORMS:
        raise Problem("page.missing")
    store, tag = current().store, i18n.language().tag
    made = weighing.of_round(store, rounds.load(store, id), bodies.names(store))
    content = FORMS[name].make(made, tag, gettext)
    desk.note("consulting.exported", str(id), format=name)
    response = Response(content, mimetype=FORMS[name].media_type)
    response.headers.set("Content-Disposition", "attachment", filename=f"abwaegungstabelle-{id}-{tag}.{name}")
    g.sandboxed = True
    return response


# -- who was invited -----------------------------------------------------------------------------------------------


@blueprint.get("/consulting/<int:id>/people")
def consultation_people(id: int) -> str:
    """Show who was invited, and how far each organisation is; that is noted in the audit log."""
    store = current().store
    found = rounds.load(store, id)
    invited = invitations.of_round(store, id)
    votes = ballots.current(store, id)
    desk.note("consulting.invitation", str(id), act="read")
    cast = {(each.body, people.id): each.votes for each in tallies.voters(invited, votes) for people in each.people}
    return render_template(
        "manage/consultation_people.html",
        round=found,
        names=bodies.names(store),
        invited=invited,
        cast={each.id: cast.get((each.body, each.id), 0) for each in invited},
        done=request.args.get("done", ""),
    )


@blueprint.post("/consulting/<int:id>/people/<int:invitation>")
def change_invitation(id: int, invitation: int) -> BaseResponse:
    """Revoke an invitation, whose links are void from then on, or take that back."""
    acts: dict[str, Callable[..., Invitation]] = {"revoke": invitations.revoke, "restore": invitations.restore}
    act = acts.get(request.form.get("what", ""))
    if act is None:
        raise Problem("request.bad")
    store = current().store
    if invitations.of_id(store, invitation).round != id:
        raise Problem("page.missing")
    with store.transaction():
        act(store, invitation)
        desk.note("consulting.invitation", f"{id}/{invitation}", act=request.form["what"])
    return redirect(url_for(".consultation_people", id=id, done=request.form["what"]), 303)
