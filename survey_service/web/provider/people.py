"""The people who look after offers: add a colleague, take one out, hand over and leave."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from survey_service import mail
from survey_service.offers import asked, events, organisations, organising
from survey_service.offers import people as rules
from survey_service.offers.asked import HANDED_OVER, INVITED, Asking
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.web import i18n, provider_visit, wordings
from survey_service.web.context import current
from survey_service.web.provider import entrance, frame
from survey_service.web.provider.frame import blueprint


@blueprint.get("/people")
def people() -> str:
    """List the contacts and offer to add one."""
    return _people_page()


@blueprint.post("/people")
def add() -> ResponseReturnValue:
    """Add a colleague, who gets a link."""
    typed, me, store = request.form.get("email", "").strip(), provider_visit.present(), current().store
    try:
        with store.transaction():
            added = rules.add(store, me, typed, i18n.language().tag, offer=request.form.get("offer", ""))
            _note_added(added)
            _write(INVITED, added, me)
    except Problem as problem:
        return _people_page(typed, _said(problem)), problem.status
    return frame.to("people", added="yes")


@blueprint.get("/people/<other>/remove")
def remove(other: str) -> str:
    """Ask whether somebody is to be taken out; of the last one it is said what that means."""
    return _remove_page(_colleague(other))


@blueprint.post("/people/<other>/remove")
def remove_now(other: str) -> ResponseReturnValue:
    """Take somebody out; the last one only if that is known."""
    found, me, store = _colleague(other), provider_visit.present(), current().store
    if rules.is_last(store, found) and "last" not in request.form:
        return _remove_page(found), 422
    organising.contact_left(store, found.contact, events.PROVIDER)
    if found.contact == me.contact:
        return provider_visit.end(frame.to("start", left="yes"))
    return frame.to("people", removed="yes")


@blueprint.get("/leave")
def leave() -> str:
    """Ask to whom a contact hands over."""
    return _leave_page()


@blueprint.post("/leave")
def hand_over() -> ResponseReturnValue:
    """Name who takes over, who gets a link; the contact leaves when that one comes."""
    typed, me, store = request.form.get("email", "").strip(), provider_visit.present(), current().store
    try:
        with store.transaction():
            successor = rules.hand_over(store, me, typed, i18n.language().tag)
            _note_added(successor)
            _write(HANDED_OVER, successor, me)
    except Problem as problem:
        return _leave_page(typed, _said(problem)), problem.status
    return frame.to("people", handed="yes")


@blueprint.post("/stay")
def stay() -> BaseResponse:
    """Call a hand-over off."""
    rules.stay(current().store, provider_visit.present())
    return frame.to("people")


def _note_added(added: Contact) -> None:
    """Let the desk see who was added by a provider."""
    about = {"contact": added.contact, "offer": added.offer}
    organising.note(current().store, added.organisation, "contact_added", events.PROVIDER, **about)


def _write(kind: str, to: Contact, me: Contact) -> None:
    """Let a letter with a link be written. Raises Problem contact.locked if a contact names too many people."""
    asking = Asking(to.email, to.language, entrance.site(), kind=kind, contact=to.contact, by=me.email)
    asked.ask(current().store, asking, f"contact {me.contact}")


def _said(problem: Problem) -> str:
    """Return what is said at the field of the address. Raises the problem again if it is not about that."""
    if problem.code in mail.NO_ADDRESS:
        return entrance.no_address()
    if problem.code in ("contact.same", "contact.locked"):
        return wordings.problem_message(problem)
    raise problem


def _colleague(other: str) -> Contact:
    return rules.colleague(current().store, provider_visit.present(), other)


def _people_page(typed: str = "", error: str = "") -> str:
    me, store = provider_visit.present(), current().store
    return render_template(
        "provider/people.html",
        people=rules.beside(store, me),
        offers={stored.body["offer"]: stored.body["name"] for stored in rules.offers_of(store, me)},
        organisation=organisations.find(store, me.organisation).name,
        successor=rules.successor_of(store, me),
        email=typed,
        chosen=request.form.get("offer", ""),
        error=error,
    )


def _remove_page(found: Contact) -> str:
    store = current().store
    return render_template("provider/remove.html", other=found, is_last=rules.is_last(store, found))


def _leave_page(typed: str = "", error: str = "") -> str:
    return render_template("provider/leave.html", email=typed, error=error)
