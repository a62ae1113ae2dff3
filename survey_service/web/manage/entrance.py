"""Login, logout, the choice of language, and the change of one's own password."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.accounts import accounts, login, sessions
from survey_service.problems import Problem
from survey_service.responses.loading import waiting
from survey_service.web import i18n, security, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint


@blueprint.get("/login")
def enter() -> BaseResponse | str:
    """Show the login, or lead somebody who is signed in to where they wanted to go."""
    if desk.visitor() is not None:
        return redirect(desk.place(request.args.get("next")), 303)
    return _login_page("")


@blueprint.post("/login")
def sign_in() -> BaseResponse | tuple[str, int]:
    """Begin a new session for the right name and password."""
    if security.is_forged():
        return _login_page(gettext("This page was open too long. Please sign in again.")), 400
    name, password = request.form.get("name", ""), request.form.get("password", "")
    now, store, tag = clock.now(), current().store, i18n.language().tag
    try:
        token = login.sign_in(store, name, password, tag, now=now)
    except Problem as problem:
        if problem.code not in ("access.wrong", "access.locked"):
            raise
        return _login_page(wordings.problem_message(problem)), problem.status
    login.sign_out(store, desk.token(), now=now)
    return _with_token(redirect(desk.place(request.form.get("next")), 303), token)


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
        account = accounts.change_password(store, who.account, old, new, now=now)
    except Problem as problem:
        if not problem.code.startswith("user."):
            raise
        return render_template("manage/password.html", error=wordings.problem_message(problem)), problem.status
    token = sessions.begin(store, account.id, account.credentials, who.session.language, now=now)
    return _with_token(redirect(url_for("manage.home"), 303), token)


def _login_page(error: str) -> str:
    target = desk.place(request.values.get("next"))
    return render_template("manage/login.html", error=error, name=request.form.get("name", ""), target=target)


def _with_token(response: BaseResponse, token: str) -> BaseResponse:
    """Give the browser a new session, and forms a new CSRF secret: those from before count no longer."""
    response.set_cookie(
        desk.cookie_name(), token, path="/", secure=current().settings.secure, httponly=True, samesite="Lax"
    )
    session.pop(security.CSRF_FIELD, None)
    return response
