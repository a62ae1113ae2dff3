"""Confirming offers from a letter: a page with one button. Opening it changes nothing; programs may look at it too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey_service import clock, languages
from survey_service.offers import confirming, freshness, links
from survey_service.offers.links import Link
from survey_service.problems import Problem
from survey_service.responses import providing
from survey_service.store.base import Document
from survey_service.web import provider_visit, readable, rendering, security, wordings
from survey_service.web.audience import PUBLIC, QUESTIONNAIRE
from survey_service.web.context import current

blueprint = Blueprint("confirming", __name__, url_prefix="/provider/<provider_lang:lang>/confirm")
AUDIENCES = {
    "confirming.show": PUBLIC,
    "confirming.confirm": QUESTIONNAIRE,  # public, and an expired CSRF token shows the button again
}
_HIDDEN = frozenset({"A00", "A20_publish", "A22_by"})
_CONTACT = frozenset({"A20_name", "A20_phone", "A20_email"})


@blueprint.get("/<token>")
def show(token: str) -> str:
    """Show what is published of the offers, and the button."""
    return _page(token)


@blueprint.post("/<token>")
def confirm(token: str) -> ResponseReturnValue:
    """Use the link up: confirm the chosen offers, or lead to where they can be changed."""
    if security.is_forged():
        return _page(token, expired=True)
    store = current().store
    if "change" in request.form:
        return _enter(token)
    chosen = request.form.getlist("offer")
    if not chosen:
        return _page(token, none_chosen=True), 422
    link, offers = confirming.by_link(store, token, chosen, clock.today())
    return render_template(
        "provider/confirmed.html",
        offers=offers,
        edit=url_for("provider.arrive", token=links.issue(store, link.contact, links.EDIT)),
    )


def _page(token: str, *, none_chosen: bool = False, expired: bool = False) -> str:
    link = links.look(current().store, token, links.CONFIRM)
    offers = _offers(link)
    return render_template(
        "provider/confirm.html",
        addresses=_addresses(token),
        offers=[(body, _state(body), list(_facts(body))) for body in offers],
        token=token,
        chosen=None if request.method == "GET" else request.form.getlist("offer"),
        none_chosen=none_chosen,
        expired=rendering.expired() if expired else "",
    )


def _offers(link: Link) -> list[Document]:
    found = confirming.of_link(current().store, link, clock.today(), current().settings)
    if not found:
        raise Problem("page.missing")
    return found


def _state(body: Mapping[str, Any]) -> str:
    return freshness.state(body, clock.today(), current().settings)


def _enter(token: str) -> ResponseReturnValue:
    """Begin a session of the contact, as a link to edit does: both come to the same person in the same way."""
    store = current().store
    with store.transaction():
        link = links.use(store, token, links.CONFIRM)
        begun, _contact = providing.enter(store, links.issue(store, link.contact, links.EDIT), now=clock.now())
    return provider_visit.begin(redirect(url_for("provider.mine"), 303), begun)


def _addresses(token: str) -> Sequence[tuple[languages.Language, str]]:
    """Return the address of the page in each language of providers."""
    spoken = [entry for entry in languages.registry().values() if entry.provider]
    return [(entry, url_for("confirming.show", lang=entry.tag, token=token)) for entry in spoken]


def _facts(body: Mapping[str, Any]) -> Iterator[tuple[Markup, Markup]]:
    """Yield what was asked and what is published of the answer, in the order of the questionnaire."""
    public = body["public"]
    hidden = _HIDDEN if public.get("A20_publish") == "yes" else _HIDDEN | _CONTACT
    model = current().publications.questionnaire(body["revision"])
    for name, question in model.questions.items():
        if name in public and name not in hidden and name != model.consent:
            yield wordings.in_page(question.label), Markup("<br>").join(readable.lines_of(question, public[name]))
