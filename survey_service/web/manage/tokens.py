"""Tokens on the desk: which other systems may use the API, for what, until when; make one, revoke one."""

from __future__ import annotations

from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.accounts import tokens
from survey_service.problems import D_, Problem
from survey_service.responses import links
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

LIVES: Mapping[int, str] = {30: D_("30 days"), 90: D_("90 days"), 365: D_("one year")}
_AT_FIELD = {"token.name": "name", "token.scopes": "scope", "token.life": "days", "token.many": "top"}


@blueprint.get("/tokens")
def all_tokens() -> str:
    """List the tokens, and offer to make one."""
    return _page()


@blueprint.post("/tokens")
def make_token() -> ResponseReturnValue:
    """Make a token, which is shown once."""
    form, who = request.form, desk.signed_in().account
    questionnaire, tag = _limits(form.get("limit", ""))
    days = form.get("days", "")
    try:
        _, text = tokens.make(
            current().store,
            form.get("name", ""),
            form.getlist("scope"),
            int(days) if days in map(str, LIVES) else 0,
            questionnaire=questionnaire,
            tag=tag,
            by=who.name,
            roles=who.roles,
            now=clock.now(),
        )
    except Problem as problem:
        if problem.code not in _AT_FIELD:
            raise
        return _page(_AT_FIELD[problem.code], wordings.problem_message(problem)), problem.status
    return render_template("manage/secret.html", kind="token", secret=text, back=url_for(".all_tokens"))


@blueprint.post("/tokens/<int:number>/revoke")
def revoke_token(number: int) -> ResponseReturnValue:
    """Make a token void."""
    tokens.revoke(current().store, number, by=desk.signed_in().account.name, now=clock.now())
    return redirect(url_for(".all_tokens", done="revoked"), 303)


def _limits(chosen: str) -> tuple[str, str]:
    """Return the questionnaire and link that were chosen, "" for none. Raises Problem request.bad for unknown ones."""
    if chosen not in dict(_choices()):
        raise Problem("request.bad")
    questionnaire, _, tag = chosen.partition("/")
    return questionnaire, tag


def _choices() -> list[tuple[str, str]]:
    """Return what a token can be limited to: each questionnaire, and each link of one."""
    found = [("", gettext("all questionnaires"))]
    for published in current().publications.all():
        name = published.questionnaire.name
        found.append((name, name))
        groups = links.groups(current().store, name)
        found += [(f"{name}/{link.tag}", f"{name}: {link.tag}") for link in groups if not link.retired]
    return found


def _page(wrong: str = "", error: str = "") -> str:
    roles, today = desk.signed_in().account.roles, clock.today().isoformat()
    titles = {name: gettext(scope.title) for name, scope in tokens.SCOPES.items()}
    return render_template(
        "manage/tokens.html",
        rows=tokens.everyone(current().store),
        today=today,
        titles=titles,
        offered={scope: titles[scope] for scope in tokens.usable_by(roles)},
        lives=LIVES,
        limits=_choices(),
        wrong=wrong,
        error=error,
        given=request.form,
        done=request.args.get("done", ""),
    )
