"""Login in one or two steps, logout, the choice of language, and the change of one's own password."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.accounts import accounts, factors, login, passkeys, sessions
from survey_service.accounts.login import Visitor
from survey_service.problems import Problem
from survey_service.responses.loading import waiting
from survey_service.web import i18n, security, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, identity
from survey_service.web.manage.desk import blueprint

_REFUSALS = ("access.wrong", "access.locked", "access.locked_address", "access.locked_factor")
_PASSKEY = ("factor.passkey", "factor.stale")


@blueprint.get("/login")
def enter() -> BaseResponse | str:
    """Show the login, or lead somebody who is signed in to where they wanted to go."""
    if desk.visitor() is not None:
        return redirect(desk.place(request.args.get("next")), 303)
    return _login_page("")


@blueprint.post("/login")
def sign_in() -> ResponseReturnValue:
    """Begin a new session for the right name and password, or for a passkey whose device knows its holder."""
    if security.is_forged():
        return _login_page(gettext("This page was open too long. Please sign in again.")), 400
    name, password = request.form.get("name", ""), request.form.get("password", "")
    now, store, tag = clock.now(), current().store, i18n.language().tag
    caller, answer = identity.caller(name), request.form.get("credential", "")
    try:
        if answer:
            site, key = identity.site(), current().factor_key
            token = login.by_passkey(store, answer, tag, site, key, now=now, caller=caller)
        else:
            token = login.sign_in(store, name, password, tag, now=now, caller=caller)
    except Problem as problem:
        if problem.code not in (*_REFUSALS, *_PASSKEY):
            raise
        return _login_page(wordings.problem_message(problem)), problem.status
    login.sign_out(store, desk.token(), now=now)
    target = desk.place(request.form.get("next"))
    if login.awaiting(store, token, now=now) is not None:
        target = url_for("manage.ask_second", next=target, lang=tag)
    return identity.with_token(redirect(target, 303), token)


@blueprint.get("/login/second")
def ask_second() -> ResponseReturnValue:
    """Ask for the second factor of somebody whose password was right."""
    who = _half_way()
    return redirect(url_for("manage.enter", next=_next()), 303) if who is None else _second_page(who, "")


@blueprint.post("/login/second")
def give_second() -> ResponseReturnValue:
    """Begin a new session for a right code of the app, a recovery code, or a passkey."""
    who = _half_way()
    if who is None:
        return _login_page(gettext("This page was open too long. Please sign in again.")), 400
    if security.is_forged():
        return _second_page(who, gettext("This page was open too long. Please try once more.")), 400
    store, key, now = current().store, current().factor_key, clock.now()
    caller, answer = identity.caller(who.account.name), request.form.get("credential", "")
    try:
        if answer:
            site = identity.site()
            token = login.second_by_passkey(store, desk.token(), answer, site, key, now=now, caller=caller)
        else:
            code = request.form.get("code", "")
            token = login.second_by_code(store, desk.token(), code, key, now=now, caller=caller)
    except Problem as problem:
        if problem.code not in ("factor.wrong", *_REFUSALS, *_PASSKEY):
            raise
        return _second_page(who, wordings.problem_message(problem)), problem.status
    return identity.with_token(redirect(desk.place(request.form.get("next")), 303), token)


@blueprint.get("/confirm")
def ask_again() -> str:
    """Ask somebody who signed in a while ago to show once more who they are."""
    return _again_page("")


@blueprint.post("/confirm")
def confirm_again() -> ResponseReturnValue:
    """Note that they have, and lead on."""
    store, key, now, who = current().store, current().factor_key, clock.now(), desk.signed_in()
    answer = request.form.get("credential", "")
    try:
        if answer:
            login.again_by_passkey(store, who, answer, identity.site(), key, now=now)
        else:
            given = request.form.get("code", "")
            login.again(store, who, given, key, now=now, caller=identity.caller(who.account.name))
    except Problem as problem:
        if problem.code not in ("factor.wrong", "access.confirm", *_REFUSALS, *_PASSKEY):
            raise
        return _again_page(wordings.problem_message(problem)), problem.status
    return redirect(_next(), 303)


@blueprint.post("/logout")
def sign_out() -> BaseResponse:
    """End the session; a file that waits to be loaded is erased."""
    waiting.forget(current().settings.instance, desk.signed_in().account.name)
    login.sign_out(current().store, desk.token(), now=clock.now())
    response = redirect(url_for("manage.enter"), 303)
    response.delete_cookie(
        desk.cookie_name(), path="/", secure=current().settings.secure, httponly=True, samesite="Lax"
    )
    session.pop(security.CSRF_FIELD, None)
    return response


@blueprint.post("/language")
def choose_language() -> BaseResponse:
    """Keep the chosen language for the session and go back to the page."""
    tag = desk.desk_language(request.form.get("language"))
    if tag is not None:
        sessions.choose_language(current().store, desk.signed_in().session, tag)
    return redirect(desk.place(request.form.get("next")), 303)


@blueprint.get("/password")
def password() -> str:
    """Show the form for a new password."""
    return render_template("manage/password.html", error="")


@blueprint.post("/password")
def change_password() -> BaseResponse | tuple[str, int]:
    """Change the visitor's password; all sessions end, and this browser gets a new one."""
    store, who, now = current().store, desk.signed_in(), clock.now()
    old, new, again = (request.form.get(name, "") for name in ("old", "new", "again"))
    try:
        if new != again:
            raise Problem("user.repeated_password")
        login.confirm(store, who.account, old, now=now)  # counted, so that nobody tries many from an open session
        account = accounts.change_password(store, who.account, old, new, now=now)
    except Problem as problem:
        if not problem.code.startswith("user.") and problem.code not in ("access.confirm", "access.locked"):
            raise
        return render_template("manage/password.html", error=wordings.problem_message(problem)), problem.status
    identity.tell_changed(account)
    language = who.session.language
    token = sessions.begin(store, account.id, account.credentials, language, now=now, browser=identity.browser())
    return identity.with_token(redirect(url_for("manage.home"), 303), token)


def _login_page(error: str) -> str:
    options = ""
    if identity.has_passkeys():
        options = passkeys.to_show(current().store, None, identity.site(), current().factor_key, now=clock.now())
    name = request.form.get("name", "")
    return render_template("manage/login.html", error=error, name=name, target=_next(), options=options)


def _second_page(who: Visitor, error: str) -> str:
    return render_template("manage/second.html", error=error, target=_next(), **_ways(who))


def _again_page(error: str) -> str:
    return render_template("manage/confirm.html", error=error, target=_next(), **_ways(desk.signed_in()))


def _ways(who: Visitor) -> dict[str, object]:
    """Return what somebody has to show who they are, and what the browser needs for a passkey."""
    store, held = current().store, factors.held(current().store, who.account.id)
    options = ""
    if held.passkeys and identity.has_passkeys():
        options = passkeys.to_show(store, who.account.id, identity.site(), current().factor_key, now=clock.now())
    return {"held": held, "options": options}


def _half_way() -> Visitor | None:
    return login.awaiting(current().store, desk.token(), now=clock.now())


def _next() -> str:
    return desk.place(request.values.get("next"))
