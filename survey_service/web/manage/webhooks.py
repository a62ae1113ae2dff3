"""Webhooks on the desk: which systems are told what, whether it arrives, and what to do where it does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping

import orjson
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from survey_service import clock
from survey_service.hooks import deliveries, endpoints, events, noticing, sending, work
from survey_service.hooks.endpoints import Endpoint
from survey_service.hooks.noticing import Here
from survey_service.hooks.work import Way
from survey_service.problems import D_, Problem
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, offer_words
from survey_service.web.manage.desk import blueprint

STATES = {
    endpoints.ACTIVE: D_("is told"),
    endpoints.PAUSED: D_("paused"),
    endpoints.FAILING: D_("paused by itself, because it failed again and again"),
}
DELIVERY_STATES = {
    deliveries.WAITING: D_("waits"),
    deliveries.DONE: D_("arrived"),
    deliveries.FAILED: D_("given up"),
    deliveries.DROPPED: D_("given up, and done without"),
}
OUTCOMES = {
    "": D_("not tried yet"),
    sending.DONE: D_("It arrived."),
    sending.AWAY: D_("There is no such name, or nobody answers there."),
    sending.INSIDE: D_("The name leads to the inside of a network, where webhooks may not go."),
    sending.UNTRUSTED: D_("Its certificate is not valid for this name."),
    sending.SLOW: D_("It did not answer in time."),
    sending.ELSEWHERE: D_("It leads elsewhere, which is not followed. Enter the address where it leads to."),
    sending.REFUSED: D_("It refused."),
    sending.BROKEN: D_("It had an error."),
    sending.GONE: D_("It says that it wants no more."),
    work.UNREADABLE: D_("The secret cannot be read here. Make a new one."),
}
SHOWN = 50
_AT_FIELD = {"hook.name": "name", "hook.address": "url", "hook.kinds": "kind", "hook.many": "top"}


@blueprint.get("/webhooks")
def webhooks() -> str:
    """List the systems that are told, and offer to add one."""
    return _page()


@blueprint.post("/webhooks")
def add_webhook() -> ResponseReturnValue:
    """Note a system; its secret is shown once."""
    context, form, now = current(), request.form, clock.now()
    try:
        added, secret = endpoints.add(
            context.store,
            form.get("name", ""),
            form.get("url", ""),
            form.getlist("kind"),
            key=context.hook_key,
            allowed=context.hook_networks,
            by=_me(),
            now=now,
        )
    except Problem as problem:
        if problem.code not in _AT_FIELD:
            raise
        return _page(_AT_FIELD[problem.code], wordings.problem_message(problem)), problem.status
    noticing.begin(Here(context.store, context.publications), now=now)
    return _secret(added.id, secret, renewed=False)


@blueprint.get("/webhooks/<int:number>")
def webhook(number: int) -> str:
    """Show one system, and what it was told of late."""
    return _one(endpoints.find(current().store, number))


@blueprint.post("/webhooks/<int:number>")
def change_webhook(number: int) -> ResponseReturnValue:
    """Change, pause or remove a system, let it go on, renew its secret, send a test, or do without what failed."""
    found, action = endpoints.find(current().store, number), request.form.get("action", "")
    if action not in _ACTIONS:
        raise Problem("request.bad")
    try:
        shown = _ACTIONS[action](number)
    except Problem as problem:
        if problem.code not in _AT_FIELD:
            raise
        return _one(found, _AT_FIELD[problem.code], wordings.problem_message(problem)), problem.status
    return shown or redirect(url_for(".webhook", number=number, done=action), 303)


@blueprint.post("/webhooks/<int:number>/deliveries/<int:delivery>/again")
def repeat_delivery(number: int, delivery: int) -> ResponseReturnValue:
    """Send what was sent or given up once more, with the same id."""
    deliveries.again(current().store, number, delivery, now=clock.now())
    return redirect(url_for(".webhook", number=number, done="again", _anchor="log"), 303)


def _change(number: int) -> None:
    form, context, now = request.form, current(), clock.now()
    endpoints.change(
        context.store,
        number,
        form.get("name", ""),
        form.get("url", ""),
        form.getlist("kind"),
        allowed=context.hook_networks,
        by=_me(),
        now=now,
    )
    noticing.begin(Here(context.store, context.publications), now=now)


def _pause(number: int) -> None:
    endpoints.pause(current().store, number, by=_me(), now=clock.now())


def _resume(number: int) -> None:
    store, now = current().store, clock.now()
    with store.transaction():
        endpoints.resume(store, number, by=_me(), now=now)
        deliveries.hurry(store, number, now=now)


def _renew(number: int) -> ResponseReturnValue:
    context = current()
    secret = endpoints.rotate(context.store, number, key=context.hook_key, by=_me(), now=clock.now())
    return _secret(number, secret, renewed=True)


def _test(number: int) -> ResponseReturnValue:
    context = current()
    answer = work.test(context.store, number, Way(context.hook_key, context.hook_networks), now=clock.now())
    return redirect(url_for(".webhook", number=number, tested=answer.outcome), 303)


def _drop(number: int) -> None:
    deliveries.drop_failed(current().store, number)


def _remove(number: int) -> ResponseReturnValue:
    store = current().store
    with store.transaction():
        endpoints.remove(store, number, by=_me(), now=clock.now())
        deliveries.forget(store, number)
    return redirect(url_for(".webhooks", done="removed"), 303)


_ACTIONS: Mapping[str, Callable[[int], ResponseReturnValue | None]] = {
    "change": _change,
    "pause": _pause,
    "resume": _resume,
    "secret": _renew,
    "test": _test,
    "drop": _drop,
    "remove": _remove,
}


def _secret(number: int, secret: str, *, renewed: bool) -> str:
    back = url_for(".webhook", number=number)
    return render_template("manage/secret.html", kind="renewed" if renewed else "hook", secret=secret, back=back)


def _me() -> str:
    return desk.signed_in().account.name


def _page(wrong: str = "", error: str = "") -> str:
    store = current().store
    return render_template(
        "manage/webhooks.html",
        rows=[(endpoint, deliveries.counted(store, endpoint.id)) for endpoint in endpoints.everyone(store)],
        states=STATES,
        wrong=wrong,
        error=error,
        done=request.args.get("done", ""),
        **_form(request.form),
    )


def _one(found: Endpoint, wrong: str = "", error: str = "") -> str:
    store = current().store
    given = request.form if wrong else MultiDict([("name", found.name), ("url", found.url)])
    if not wrong:
        given.setlist("kind", list(found.kinds))
    return render_template(
        "manage/webhook.html",
        hook=found,
        states=STATES,
        outcomes=OUTCOMES,
        delivery_states=DELIVERY_STATES,
        counts=deliveries.counted(store, found.id),
        log=deliveries.log(store, found.id, SHOWN),
        moment=_moment,
        facts=lambda delivery: list(orjson.loads(delivery.body)["data"].items()),
        resting=found.rest > clock.now().timestamp(),
        tested=request.args.get("tested", ""),
        wrong=wrong,
        error=error,
        done=request.args.get("done", ""),
        **_form(given),
    )


def _form(given: MultiDict[str, str]) -> dict[str, object]:
    """Return what the form shows: what was typed, and the kinds of events by name."""
    titles = {name: gettext(kind.title) for name, kind in events.KINDS.items()}
    networks = ", ".join(current().settings.hook_networks)
    return {"given": given, "kinds": titles, "ping": events.PING, "networks": networks}


def _moment(seconds: float) -> str:
    return offer_words.moment(dt.datetime.fromtimestamp(seconds, dt.UTC).isoformat())
