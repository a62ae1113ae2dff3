"""Comments of a round on the desk: similar ones grouped, answered with a reason, wordings taken over into the draft."""

from __future__ import annotations

from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service.concept import versions
from survey_service.concept.model import Concept, Wording
from survey_service.consulting import alike, comments, rounds, taking_over, words
from survey_service.consulting.model import Comment, Round
from survey_service.network import bodies
from survey_service.problems import Problem
from survey_service.web import rendering, security
from survey_service.web.context import current
from survey_service.web.difference import difference
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.consulting import Given, is_number, told
from survey_service.web.manage.desk import blueprint


@blueprint.get("/consulting/<int:id>/comments")
def consultation_comments(id: int) -> str:
    """List the comments of a round by statement, and which of them look alike."""
    return _list(rounds.load(current().store, id))


def _list(found: Round, problem: Problem | None = None) -> str:
    store = current().store
    said = comments.of_round(store, found)
    only_open = request.args.get("show") == "open"
    return render_template(
        "manage/consultation_comments.html",
        round=found,
        wordings=rounds.wordings(store, found),
        comments=[each for each in said if not only_open or each.answer is None],
        mates={each.id: [mate.number for mate in comments.mates(said, each) if mate is not each] for each in said},
        proposed=alike.proposed(said) if not found.final else [],
        total=len(said),
        unanswered=len(comments.unanswered(said)),
        only_open=only_open,
        error=told(problem),
        done=request.args.get("done", ""),
        **_words(),
    )


@blueprint.post("/consulting/<int:id>/comments")
def group_consultation_comments(id: int) -> BaseResponse | tuple[str, int]:
    """Make one group of the chosen comments, or let them stand alone."""
    acts = {"join": comments.join, "part": comments.part}
    act = acts.get(request.form.get("what", ""))
    if act is None:
        raise Problem("request.bad")
    ids = [int(each) for each in request.form.getlist("comment") if is_number(each)]
    try:
        act(current().store, id, ids, desk.signed_in().account.name)
    except Problem as problem:
        if problem.status != 422:
            raise
        return _list(rounds.load(current().store, id), problem), 422
    return redirect(url_for(".consultation_comments", id=id, done=request.form["what"]), 303)


@blueprint.get("/consulting/<int:id>/comments/<int:comment>")
def consultation_comment(id: int, comment: int) -> str:
    """Show a comment with the form for its answer."""
    found = rounds.load(current().store, id)
    said = comments.find(current().store, found, comment)
    answer = said.answer or said.before
    given = {"verdict": answer.verdict, "reason": answer.reason} if answer is not None else {}
    return _page(found, said, given)


@blueprint.post("/consulting/<int:id>/comments/<int:comment>")
def answer_consultation_comment(id: int, comment: int) -> BaseResponse | tuple[str, int]:
    """Keep the answer to a comment and to those of its group; go on to the next one without an answer if asked."""
    store, form = current().store, request.form
    found = rounds.load(store, id)
    said = comments.find(store, found, comment)
    if security.is_forged():
        return _page(found, said, form, rendering.expired()), 400
    seen = int(form["seen"]) if is_number(form.get("seen", "")) else 0
    by = desk.signed_in().account.name
    try:
        comments.answer(store, id, comment, form.get("verdict", ""), desk.lines("reason"), seen=seen, by=by)
    except Problem as problem:
        if problem.code not in ("consulting.answer", "consulting.conflict"):
            raise
        return _page(found, comments.find(store, found, comment), form, told(problem)), problem.status
    left = comments.unanswered(comments.of_round(store, found))
    if form.get("next") == "yes" and left:
        following = next((each for each in left if each.number > said.number), left[0])
        return redirect(url_for(".consultation_comment", id=id, comment=following.id, done="answered"), 303)
    return redirect(url_for(".consultation_comment", id=id, comment=comment, done="answered"), 303)


@blueprint.post("/consulting/<int:id>/comments/<int:comment>/wording")
def take_over_wording(id: int, comment: int) -> BaseResponse | tuple[str, int]:
    """Make the accepted proposal of a comment the item's new wording in the draft."""
    store = current().store
    found = rounds.load(store, id)
    said = comments.find(store, found, comment)
    why = gettext(words.WHY, title=found.title, number=said.number)
    try:
        taking_over.take_over(store, id, comment, why, desk.signed_in().account.name)
    except Problem as problem:
        if not problem.code.startswith(("consulting.", "concept.")):
            raise
        return _page(found, said, {}, told(problem)), problem.status
    return redirect(url_for(".consultation_comment", id=id, comment=comment, done="taken"), 303)


def _page(found: Round, said: Comment, given: Given, error: str = "") -> str:
    store = current().store
    put = found.put(said.vote.item, said.vote.wording)
    if put is None:
        raise Problem("consulting.no_comment")
    version = versions.load(store, found.concept)
    now = _present(version, put.item)
    return render_template(
        "manage/consultation_comment.html",
        round=found,
        comment=said,
        put=put,
        wording=rounds.wordings(store, found)[put],
        concept=version,
        now=now,
        taken=taking_over.taken(found, said, now),
        possible=taking_over.possible(said),
        mates=[each for each in comments.mates(comments.of_round(store, found), said) if each.id != said.id],
        difference=difference,
        given=given,
        most=comments.MOST_REASON,
        error=error,
        done=request.args.get("done", ""),
        **_words(),
    )


def _present(version: Concept, key: str) -> Wording | None:
    """Return the present wording of an item; None if it was taken out."""
    return next((item.wording for item in version.items if item.key == key), None)


def _words() -> dict[str, Any]:
    return {
        "votes": words.VOTES,
        "verdicts": words.VERDICTS,
        "speaking": words.SPEAKING,
        "no_organisation": words.NO_ORGANISATION,
        "names": bodies.names(current().store),
    }
