"""One's own account: second factors, sessions, the address for a lost password."""

from __future__ import annotations

import datetime as dt

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from survey_service import clock
from survey_service.accounts import accounts, audit, factors, passkeys, sessions, totp
from survey_service.accounts.accounts import Account
from survey_service.problems import Problem
from survey_service.web import qr, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, identity, offer_words
from survey_service.web.manage.desk import blueprint


@blueprint.get("/account")
def account() -> str:
    """Show what one's account has and where it is signed in to."""
    return _page()


@blueprint.post("/account/app")
def begin_app() -> str:
    """Show a new secret as a QR code and as letters; it is in force once its first code was typed."""
    secret = totp.begin(current().store, _me().id, current().factor_key, now=clock.now())
    return _app_page(secret)


@blueprint.post("/account/app/confirm")
def confirm_app() -> ResponseReturnValue:
    """Put the secret in force, and show recovery codes if there are none yet."""
    store, key, now, who = current().store, current().factor_key, clock.now(), desk.signed_in()
    try:
        codes = factors.app_added(store, who.account, request.form.get("code", ""), key, kept=who.session.id, now=now)
    except Problem as problem:
        if problem.code == "factor.stale":
            return _page(wordings.problem_message(problem), "app"), problem.status
        if problem.code != "factor.code":
            raise
        return _app_page(totp.offered(store, who.account.id, key, now=now), wordings.problem_message(problem)), 422
    identity.tell_changed(who.account)
    return _codes_page(codes) if codes else _to("app")


@blueprint.post("/account/app/remove")
def remove_app() -> ResponseReturnValue:
    """Remove the app."""
    factors.remove_app(current().store, _me(), now=clock.now())
    identity.tell_changed(_me())
    return _to("removed")


@blueprint.get("/account/passkey")
def begin_passkey() -> str:
    """Show the form that makes a passkey."""
    return _passkey_page("")


@blueprint.post("/account/passkey")
def add_passkey() -> ResponseReturnValue:
    """Keep the passkey that the browser has made, and show recovery codes if there are none yet."""
    store, key, now, who = current().store, current().factor_key, clock.now(), desk.signed_in()
    answer, name = request.form.get("credential", ""), request.form.get("name", "").strip() or identity.browser()
    try:
        passkeys.add(store, who.account, answer, name, identity.site(), key, now=now)
    except Problem as problem:
        if problem.code not in ("factor.passkey", "factor.stale", "factor.most"):
            raise
        return _passkey_page(wordings.problem_message(problem)), problem.status
    codes = factors.passkey_added(store, who.account, key, kept=who.session.id, now=now)
    identity.tell_changed(who.account)
    return _codes_page(codes) if codes else _to("passkey")


@blueprint.post("/account/passkeys/<int:number>/remove")
def remove_passkey(number: int) -> ResponseReturnValue:
    """Remove a passkey."""
    factors.remove_passkey(current().store, _me(), number, now=clock.now())
    identity.tell_changed(_me())
    return _to("removed")


@blueprint.post("/account/codes")
def renew_codes() -> ResponseReturnValue:
    """Show new recovery codes; the old ones are void."""
    try:
        codes = factors.renew_codes(current().store, _me(), current().factor_key, now=clock.now())
    except Problem as problem:
        if problem.code != "factor.none":
            raise
        return _page(wordings.problem_message(problem), "codes"), problem.status
    return _codes_page(codes)


@blueprint.post("/account/sessions")
def end_sessions() -> ResponseReturnValue:
    """End one of one's sessions, or all but this one."""
    store, who, which = current().store, desk.signed_in(), request.form.get("which", "")
    with store.transaction():
        if which == "others":
            ended = sessions.end_others(store, who.account.id, who.session.id)
        elif which.isascii() and which.isdigit() and len(which) < 16 and int(which) != who.session.id:
            sessions.end_one(store, who.account.id, int(which))
            ended = 1
        else:
            raise Problem("request.bad")
        audit.append(store, who.account.name, "sessions.ended", who.account.name, {"count": ended}, now=clock.now())
    return _to("sessions")


@blueprint.post("/account/email")
def change_email() -> ResponseReturnValue:
    """Note where links for a new password go; the address from before is told."""
    before, name = _me(), _me().name
    try:
        accounts.change_email(current().store, name, request.form.get("email", ""), actor=name, now=clock.now())
    except Problem as problem:
        if problem.code not in ("mail.address", "mail.letters"):
            raise
        return _page(wordings.problem_message(problem), "email"), problem.status
    identity.tell_changed(before)
    return _to("email")


def _me() -> Account:
    return desk.signed_in().account


def _to(done: str) -> ResponseReturnValue:
    return redirect(url_for("manage.account", done=done), 303)


def _page(error: str = "", wrong: str = "") -> str:
    store, who, now = current().store, desk.signed_in(), clock.now()
    return render_template(
        "manage/account.html",
        account=who.account,
        held=factors.held(store, who.account.id),
        left=desk.sign_ins_left(),
        live=[
            (entry, _moment(entry.started), _moment(entry.used))
            for entry in sessions.of(store, who.account.id, now=now)
        ],
        this_session=who.session.id,
        has_passkeys=identity.has_passkeys(),
        error=error,
        wrong=wrong,
        typed=request.form.get("email", who.account.email) if wrong == "email" else who.account.email,
        done=request.args.get("done", ""),
    )


def _app_page(secret: str, error: str = "") -> str:
    address = totp.address(secret, _me().name, gettext("Integration survey"))
    groups = " ".join(secret[place : place + 4] for place in range(0, len(secret), 4))
    code = qr.svg(address, gettext("QR code for your app. The letters below say the same."))
    return render_template("manage/app.html", code=code, address=address, secret=groups, error=error)


def _passkey_page(error: str) -> str:
    options = passkeys.to_add(current().store, _me(), identity.site(), current().factor_key, now=clock.now())
    return render_template("manage/passkey.html", error=error, options=options, name=identity.browser())


def _codes_page(codes: tuple[str, ...]) -> str:
    return render_template("manage/codes.html", codes=codes, account=_me())


def _moment(timestamp: float) -> str:
    return offer_words.moment(dt.datetime.fromtimestamp(timestamp, dt.UTC).isoformat())
