"""The people of the desk: who has which roles and second factor, invitations, and help for those locked out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock, letters
from survey_service.accounts import accounts, factors, tickets
from survey_service.accounts.access import ADMIN, MANAGER, ROLES, TRANSLATOR, WORKING_GROUP
from survey_service.accounts.accounts import Account
from survey_service.accounts.factors import Held, Standing
from survey_service.letters import team
from survey_service.mailing import server_of
from survey_service.problems import D_, Problem
from survey_service.web import i18n, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, identity, names, offer_words
from survey_service.web.manage.desk import blueprint

ROLE_NAMES = {
    ADMIN: D_("Administrator"),
    MANAGER: D_("Manager"),
    WORKING_GROUP: D_("Working group"),
    TRANSLATOR: D_("Translator"),
}
ROLE_TEXTS = {
    ADMIN: D_("Manages people and approves plugins; sees no responses."),
    MANAGER: D_("Publishes questionnaires, reads and exports responses, runs reports, decides about the concept."),
    WORKING_GROUP: D_("Moderates offers, drafts questions and statements; sees no single responses."),
    TRANSLATOR: D_("Translates and reviews texts; sees no responses."),
}
_AT_FIELD = {"user.role": "roles", "mail.address": "email", "mail.letters": "email", "user.invitations": "roles"}


@dataclass(frozen=True)
class Person:
    """One row: an account, what it has beside its password, and when it was last signed in to."""

    account: Account
    held: Held
    standing: Standing


@blueprint.get("/people")
def people() -> str:
    """List the accounts and the open invitations."""
    return _page()


@blueprint.post("/people/invitations")
def invite() -> ResponseReturnValue:
    """Make an invitation: a link that is shown once, and a letter if an address is given."""
    store, by, email = current().store, desk.signed_in().account.name, request.form.get("email", "").strip()
    try:
        with store.transaction():
            token = tickets.invite(store, request.form.getlist("role"), email, by=by, now=clock.now())
            link = team.invitation_address(identity.address(), token)
            if email:
                tag = i18n.language().tag
                letters.post(current().settings, email, "team_invited", tag, link=link, by=by)
    except Problem as problem:
        if problem.code not in _AT_FIELD:
            raise
        return _page(_AT_FIELD[problem.code], _said(problem)), problem.status
    until = _day(clock.now() + tickets.LIFE[tickets.INVITED])
    return render_template("manage/link.html", kind="invitation", link=link, sent=email, until=until)


@blueprint.post("/people/invitations/<int:number>/revoke")
def revoke_invitation(number: int) -> ResponseReturnValue:
    """Make an invitation void."""
    tickets.revoke(current().store, number, by=desk.signed_in().account.name, now=clock.now())
    return redirect(url_for("manage.people", done="revoked"), 303)


@blueprint.get("/people/<int:number>")
def person(number: int) -> str:
    """Show one account."""
    return _person_page(_found(number))


@blueprint.post("/people/<int:number>")
def change_person(number: int) -> ResponseReturnValue:
    """Change roles or address, disable or enable, take away second factors, or make a link for a new password."""
    found, action = _found(number), request.form.get("action", "")
    if action not in _ACTIONS:
        raise Problem("request.bad")
    try:
        shown = _ACTIONS[action](found)
    except Problem as problem:
        if problem.code not in (*_AT_FIELD, "user.last", "user.self"):
            raise
        return _person_page(found, _AT_FIELD.get(problem.code, "top"), _said(problem)), problem.status
    return shown or redirect(url_for("manage.person", number=number, done=action), 303)


def _change_roles(found: Account) -> None:
    store, roles = current().store, request.form.getlist("role")
    with store.transaction():
        accounts.keep_admin(store, found, roles)
        accounts.change_roles(store, found.name, roles, actor=_me(), now=clock.now())


def _change_email(found: Account) -> None:
    accounts.change_email(current().store, found.name, request.form.get("email", ""), actor=_me(), now=clock.now())
    identity.tell_changed(found)


def _disable(found: Account) -> None:
    _refuse_self(found)
    with current().store.transaction():
        accounts.keep_admin(current().store, found)
        accounts.disable(current().store, found.name, actor=_me(), now=clock.now())


def _enable(found: Account) -> None:
    accounts.enable(current().store, found.name, actor=_me(), now=clock.now())


def _reset_factor(found: Account) -> None:
    _refuse_self(found)
    factors.remove_all(current().store, found, actor=_me(), now=clock.now())
    identity.tell_changed(found)


def _make_link(found: Account) -> str:
    """Make a link for a new password: sent to the noted address, or shown once if there is none or no mail leaves."""
    _refuse_self(found)
    if found.disabled:
        raise Problem("request.bad")
    store, now = current().store, clock.now()
    with store.transaction():
        token = tickets.for_password(store, found, by=_me(), now=now, life=tickets.BY_HAND)
        link = team.password_address(identity.address(), token)
        if found.email:
            letters.post(current().settings, found.email, "team_password", i18n.language().tag, link=link)
    shown = link if not found.email or server_of(current().settings.mail_url) is None else ""
    return render_template(
        "manage/link.html", kind="password", link=shown, sent=found.email, until=_moment(now + tickets.BY_HAND)
    )


_ACTIONS: Mapping[str, Callable[[Account], str | None]] = {
    "roles": _change_roles,
    "email": _change_email,
    "disable": _disable,
    "enable": _enable,
    "factor": _reset_factor,
    "link": _make_link,
}


def _refuse_self(found: Account) -> None:
    if found.id == desk.signed_in().account.id:
        raise Problem("user.self")


def _me() -> str:
    return desk.signed_in().account.name


def _found(number: int) -> Account:
    account = accounts.by_id(current().store, number)
    if account is None:
        raise Problem("page.missing")
    return account


def _said(problem: Problem) -> str:
    if problem.code == "user.role":
        return gettext("Choose at least one role.")
    return wordings.problem_message(problem)


def row(account: Account) -> Person:
    """Return an account with what is known of it."""
    store = current().store
    return Person(account, factors.held(store, account.id), factors.standing(store, account.id))


def role_names(roles: tuple[str, ...]) -> str:
    """Return roles as people call them."""
    return ", ".join(gettext(ROLE_NAMES[role]) for role in roles)


def _page(wrong: str = "", error: str = "") -> str:
    store, now = current().store, clock.now()
    return render_template(
        "manage/people.html",
        rows=[row(account) for account in accounts.everyone(store)],
        invitations=[
            (entry, _day(dt.datetime.fromtimestamp(entry.until, dt.UTC)))
            for entry in tickets.open_invitations(store, now=now)
        ],
        roles=_roles(),
        role_names=role_names,
        reachable=bool(current().settings.public_url),
        wrong=wrong,
        error=error,
        done=request.args.get("done", ""),
    )


def _person_page(found: Account, wrong: str = "", error: str = "") -> str:
    return render_template(
        "manage/person.html",
        person=row(found),
        roles=_roles(),
        me=desk.signed_in().account.id,
        wrong=wrong,
        error=error,
        done=request.args.get("done", ""),
    )


def _roles() -> list[tuple[str, str, str]]:
    return [(role, gettext(ROLE_NAMES[role]), gettext(ROLE_TEXTS[role])) for role in ROLES]


def _day(moment: dt.datetime) -> str:
    return names.written_day(moment.date().isoformat())


def _moment(moment: dt.datetime) -> str:
    return offer_words.moment(moment.isoformat())
