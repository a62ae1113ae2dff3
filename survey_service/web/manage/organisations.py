"""Organisations on the desk: the list, one with its offers and people, trust, names, spellings that are one."""

from __future__ import annotations

from collections import Counter

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import languages
from survey_service.offers import contacts, organisations, organising, register
from survey_service.offers.contacts import Contact
from survey_service.offers.folding import fold
from survey_service.offers.organisations import Organisation
from survey_service.offers.organising import Step
from survey_service.problems import D_, Problem
from survey_service.web import wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, offer_letters, offer_words
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.offers import all_rows, page_number

PAGE_SIZE = 50
_LONGEST_SEARCH = 100
STEPS = {
    "trusted": D_("Trusted: small changes go live by themselves"),
    "not_trusted": D_("No longer trusted: every change waits for a decision"),
    "renamed": D_("Renamed"),
    "merged": D_("Merged into another organisation"),
    "absorbed": D_("Another organisation was merged into this one"),
    "separated": D_("Merge undone"),
    "offer_came": D_("An offer came from another organisation"),
    "offer_went": D_("An offer went to another organisation"),
    "contact_added": D_("Contact added"),
    "contact_left": D_("Contact left"),
    "contact_back": D_("Contact is back"),
    "link_sent": D_("Link sent"),
}
_AT_FIELD = {
    "organisation.name": "name",
    "organisation.taken": "name",
    "organisation.itself": "into",
    "organisation.missing": "into",
    "mail.address": "email",
}
"""Problem → the field at which it is shown on the organisation's page."""


@blueprint.get("/organisations")
def all_organisations() -> str:
    """List the organisations by name, with how many offers each has and how many of them are published."""
    words = fold(request.args.get("q", "")[:_LONGEST_SEARCH]).split()
    rows = all_rows()
    offers, listed = Counter(row.organisation_id for row in rows), Counter(r.organisation_id for r in rows if r.listed)
    found = [entry for entry in _present() if all(word in fold(entry.name) for word in words)]
    pages = max(1, -(-len(found) // PAGE_SIZE))
    page = page_number(pages)
    return render_template(
        "manage/organisations.html",
        rows=found[(page - 1) * PAGE_SIZE : page * PAGE_SIZE],
        offers=offers,
        listed=listed,
        q=request.args.get("q", "").strip()[:_LONGEST_SEARCH],
        total=len(found),
        page=page,
        pages=pages,
    )


@blueprint.get("/organisations/<organisation>")
def organisation(organisation: str) -> str:
    """Show an organisation with its offers, people and history; that is noted in the audit log."""
    desk.note("organisation.read", organisations.find(current().store, organisation).organisation)
    return _page(organisation)


@blueprint.post("/organisations/<organisation>")
def change_organisation(organisation: str) -> ResponseReturnValue:
    """Give or take trust, rename, merge into another, or undo that."""
    action = request.form.get("action", "")
    if action not in _ACTIONS:
        raise Problem("request.bad")
    try:
        with current().store.transaction():
            _ACTIONS[action](organisation)
    except Problem as problem:
        return _again(organisation, problem)
    return redirect(url_for("manage.organisation", organisation=organisation), 303)


@blueprint.post("/organisations/<organisation>/contacts")
def add_contact(organisation: str) -> ResponseReturnValue:
    """Add somebody who may change offers, and send a link."""
    store, form = current().store, request.form
    offer = form.get("offer", "")
    try:
        if offer and register.find(store, offer).body["organisation_id"] != organisation:
            raise Problem("offer.missing")
        with store.transaction():
            added = organising.add_contact(
                store, organisation, form.get("email", ""), form.get("language", ""), _me(), offer=offer
            )
            desk.note("contact.added", organisation, contact=added.contact)
            _send_link(added)
    except Problem as problem:
        return _again(organisation, problem)
    return redirect(url_for("manage.organisation", organisation=organisation, _anchor="people"), 303)


@blueprint.post("/organisations/<organisation>/contacts/<contact>")
def change_contact(organisation: str, contact: str) -> BaseResponse:
    """Note that somebody left or is back, or send a link."""
    store, action = current().store, request.form.get("action", "")
    found = contacts.find(store, contact)
    if found.organisation != organisation:
        raise Problem("contact.missing")
    with store.transaction():
        if action == "left":
            organising.contact_left(store, contact, _me())
            desk.note("contact.left", organisation, contact=contact)
        elif action == "back":
            organising.contact_back(store, contact, _me())
            desk.note("contact.back", organisation, contact=contact)
        elif action == "link" and not found.left:
            _send_link(found)
        else:
            raise Problem("request.bad")
    return redirect(url_for("manage.organisation", organisation=organisation, _anchor="people"), 303)


@blueprint.get("/offers/<offer>/organisation")
def reassign_form(offer: str) -> str:
    """Ask which organisation an offer belongs to."""
    return _reassign_page(offer)


@blueprint.post("/offers/<offer>/organisation")
def reassign_offer(offer: str) -> ResponseReturnValue:
    """Give an offer to another organisation."""
    try:
        target = _named(request.form.get("into", ""))
        with current().store.transaction():
            organising.reassign(current().store, offer, target.organisation, _me())
            desk.note("offer.reassigned", offer, organisation=target.organisation)
    except Problem as problem:
        if problem.code not in ("organisation.itself", "organisation.missing"):
            raise
        return _reassign_page(offer, wordings.problem_message(problem)), problem.status
    return redirect(url_for("manage.offer", offer=offer), 303)


def _trust(organisation: str) -> None:
    trusted = request.form.get("trusted") == "yes"
    organising.trust(current().store, organisation, trusted, _me())
    desk.note("organisation.trusted", organisation, trusted=trusted)


def _rename(organisation: str) -> None:
    organising.rename(current().store, organisation, request.form.get("name", ""), _me())
    desk.note("organisation.renamed", organisation)


def _merge(organisation: str) -> None:
    target = _named(request.form.get("into", ""))
    organising.merge(current().store, target.organisation, organisation, _me())
    desk.note("organisation.merged", organisation, into=target.organisation)


def _separate(organisation: str) -> None:
    organising.separate(current().store, organisation, _me())
    desk.note("organisation.separated", organisation)


_ACTIONS = {"trust": _trust, "rename": _rename, "merge": _merge, "separate": _separate}


def _send_link(contact: Contact) -> None:
    offer_letters.send_link(contact)
    organising.link_sent(current().store, contact, _me())
    desk.note("contact.link_sent", contact.organisation, contact=contact.contact)


def _named(name: str) -> Organisation:
    """Return the organisation of a name, however it is written. Raises Problem organisation.missing."""
    found = organisations.named(current().store, name)
    if found is None:
        raise Problem("organisation.missing")
    return found


def _me() -> str:
    return desk.signed_in().account.name


def _present() -> list[Organisation]:
    """Return the organisations that were not merged into another, by name."""
    found = (entry for entry in organisations.every(current().store) if not entry.merged_into)
    return sorted(found, key=lambda entry: (fold(entry.name), entry.organisation))


def _again(organisation: str, problem: Problem) -> ResponseReturnValue:
    """Show the page again with what was typed, or raise the problem if it is about no field of it."""
    if problem.code not in _AT_FIELD:
        raise problem
    return _page(organisation, _AT_FIELD[problem.code], wordings.problem_message(problem)), problem.status


def _page(organisation: str, wrong: str = "", error: str = "") -> str:
    store = current().store
    found = organisations.find(store, organisation)
    offers = [stored.body for stored in organising.offers_of(store, organisation)]
    return render_template(
        "manage/organisation.html",
        organisation=found,
        into=organisations.find(store, found.merged_into) if found.merged_into else None,
        spellings=[entry for entry in organisations.every(store) if entry.merged_into == organisation],
        offers=offers,
        names={body["offer"]: body["name"] for body in offers},
        people=sorted(contacts.of_organisation(store, organisation), key=lambda entry: entry.left),
        history=[(step, *_told(step)) for step in reversed(organising.history(store, organisation))],
        others=[entry.name for entry in _present() if entry.organisation != organisation],
        spoken=[entry for entry in languages.registry().values() if entry.provider],
        typed=request.form,
        wrong=wrong,
        error=error,
        longest=organising.LONGEST_NAME,
    )


def _reassign_page(offer: str, error: str = "") -> str:
    body = register.find(current().store, offer).body
    return render_template(
        "manage/reassign.html",
        offer=body,
        others=[entry.name for entry in _present() if entry.organisation != body["organisation_id"]],
        typed=request.form.get("into", ""),
        error=error,
    )


def _told(step: Step) -> tuple[str, str, Markup]:
    """Return when a step was, what it was, and what it is about."""
    store = current().store
    about = Markup("")
    if step.other:
        about = Markup("<bdi>{}</bdi>").format(organisations.name_of(store, step.other))
    if step.offer:
        about = Markup("<bdi>{}</bdi>").format(register.find(store, step.offer).body["name"])
    if step.contact:
        about = Markup("<bdi>{}</bdi>").format(contacts.find(store, step.contact).email)
    if step.name:
        about = Markup("<del>{}</del>").format(step.name)
    return offer_words.moment(step.moment), gettext(STEPS[step.kind]), about
