"""What all pages of the desk share: who is asking, in which language, and where to go next."""

from __future__ import annotations

import datetime as dt
import re

from flask import Blueprint, current_app, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.accounts import access, audit, factors, login
from survey_service.accounts.audit import Detail
from survey_service.accounts.login import Visitor
from survey_service.languages import Language
from survey_service.problems import Problem
from survey_service.translating import catalogs
from survey_service.web import i18n, problems_view, security
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import names

blueprint = Blueprint("manage", __name__, url_prefix="/manage")

_VISITOR = "desk_visitor"
_SEGMENT = r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*"
_PLACE = re.compile(rf"/manage/(?:{_SEGMENT}(?:/{_SEGMENT})*/?)?(?:\?[A-Za-z0-9._~=&%+-]*)?")
_LONGEST_PLACE = 500
_OWN = ("own_account", "change_own_access")
_READING = ("GET", "HEAD")
_LEEWAY = dt.timedelta(minutes=10)
"""A form of a grave page that was opened in time may be sent so much later."""
_NOTHING = factors.Held(app=False, passkeys=(), recovery=0)


def cookie_name() -> str:
    """Return the name of the cookie that holds the session's token."""
    return "__Host-desk" if current().settings.secure else "desk"


def token() -> str:
    """Return the token that the browser sent, or an empty text."""
    return request.cookies.get(cookie_name(), "")


def visitor() -> Visitor | None:
    """Return who is signed in, or None; looked up once a request."""
    if _VISITOR not in g:
        g.desk_visitor = login.visitor(current().store, token(), now=clock.now())
    found: Visitor | None = g.desk_visitor
    return found


def signed_in() -> Visitor:
    """Return who is signed in. Raises Problem access.login."""
    who = visitor()
    if who is None:
        raise Problem("access.login")
    return who


def guard(action: str) -> None:
    """Let the present request pass if the visitor may do the action.

    Raises Problems access.login and access.denied; access.factor_due for somebody who needs a second factor by now, but
    not on the pages of their own account; access.again before a grave action if they signed in a while ago.
    """
    who = signed_in()
    if not access.allowed(who.account.roles, action):
        raise Problem("access.denied")
    if action not in _OWN and _factor_is_due(who):
        raise Problem("access.factor_due")
    life = login.AGAIN if request.method in _READING else login.AGAIN + _LEEWAY
    if action in access.GRAVE and not who.is_fresh(clock.now(), life):
        raise Problem("access.again")


def _factor_is_due(who: Visitor) -> bool:
    """Tell whether somebody has used up the sign-ins without a second factor; seldom more than one look-up."""
    policy, store = current().factor_policy, current().store
    left = policy.left(who.account, _NOTHING, factors.standing(store, who.account.id))
    return left is not None and left < 0 and not factors.held(store, who.account.id)


def sign_ins_left() -> int | None:
    """Return how often the visitor can still sign in without a second factor; None if they need none or have one."""
    account, store = signed_in().account, current().store
    return current().factor_policy.left(account, factors.held(store, account.id), factors.standing(store, account.id))


def may(action: str) -> bool:
    """Tell whether the visitor may do the action, for links and buttons."""
    who = visitor()
    return who is not None and access.allowed(who.account.roles, action)


def note(action: str, subject: str, **details: Detail) -> None:
    """Write what the visitor does into the audit log."""
    audit.append(current().store, signed_in().account.name, action, subject, details, now=clock.now())


def desk_languages() -> tuple[Language, ...]:
    """Return the languages of the desk."""
    return tuple(entry for entry in languages.registry().values() if entry.desk)


def desk_language(tag: str | None) -> str | None:
    """Return the tag if the desk is offered in it, else None."""
    return tag if tag in {entry.tag for entry in desk_languages()} else None


def speak(who: Visitor | None) -> None:
    """Speak the language of ``?lang``, else the one chosen for the session, else what the browser accepts."""
    tags = [entry.tag for entry in desk_languages()]
    chosen = who.session.language if who is not None else None
    asked = desk_language(request.args.get("lang")) or desk_language(chosen)
    i18n.use(asked or request.accept_languages.best_match(tags) or i18n.DEFAULT, catalogs.DESK)


def lines(name: str) -> str:
    """Return what was typed into a box of several lines; a browser sends line ends as CR LF."""
    return request.form.get(name, "").replace("\r\n", "\n").strip()


def place(target: str | None) -> str:
    """Return where to go next: an address of the desk as it stands, and the desk's home for anything else."""
    if target and len(target) <= _LONGEST_PLACE and _PLACE.fullmatch(target):
        return target
    return url_for("manage.home")


def here() -> str:
    """Return the address of the present page, for `place`; its query is ASCII as the browser sent it."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


@blueprint.before_request
def _speak() -> None:
    speak(visitor())


@blueprint.errorhandler(Problem)
def _refuse(problem: Problem) -> BaseResponse:
    """Show a Problem in the desk's language; whoever is not signed in is led to the login and back."""
    speak(g.get(_VISITOR))
    if problem.code in _LEADS_TO:
        to = url_for(_LEADS_TO[problem.code], next=_back())
        if request.method in _READING:
            return redirect(to, 303)
        g.way_on, g.way_on_words = to, gettext("Go on")
    else:
        g.way_on = url_for("manage.home")
    return problems_view.show(problem)


_LEADS_TO = {"access.login": "manage.enter", "access.again": "manage.ask_again", "access.factor_due": "manage.account"}
"""Problem → the page where somebody does what is missing, and from there goes back."""


def _back() -> str:
    """Return the page somebody goes back to: the present one, if it can be looked at."""
    if request.method in _READING:
        return here()
    try:
        current_app.url_map.bind("").match(request.path, method="GET")
    except HTTPException:
        return url_for("manage.home")
    return request.path


@blueprint.context_processor
def _helpers() -> dict[str, object]:
    shared = {"may": may, "visitor": visitor(), "desk_languages": desk_languages(), "this_page": here()}
    return {**shared, "passkey_script": _passkey_script, "sign_ins_left": sign_ins_left, **names.HELPERS}


def _passkey_script() -> Markup:
    """Return the script that lets the forms for passkeys on the present page work, once."""
    if g.get("has_passkeys"):
        return Markup("")
    g.has_passkeys = True
    return Markup("<script>{}</script>").format(Markup(security.allow_script("passkey").text))  # noqa: S704 - ours
