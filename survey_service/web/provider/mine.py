"""“My offers”: what a contact looks after, where each entry stands, and what can be done with it."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.offers import changes, contacts, events, organisations, people, register
from survey_service.problems import Problem
from survey_service.responses import drafts, holder, providing
from survey_service.responses.drafts import DRAFTS, Draft
from survey_service.store.base import Stored
from survey_service.web import device, i18n, provider_visit, rendering, withdrawing
from survey_service.web.context import current
from survey_service.web.provider import frame, names
from survey_service.web.provider.frame import blueprint


@blueprint.get("/offers")
def mine() -> str:
    """List the offers of a contact, and the registrations it has begun."""
    contact, store = provider_visit.present(), current().store
    return render_template(
        "provider/mine.html",
        organisation=organisations.find(store, contact.organisation).name,
        offers=[stored.body for stored in people.offers_of(store, contact)],
        begun=providing.registrations_begun(store, contact),
        elsewhere=len(contacts.of_address(store, contact.email)) > 1,
        successor=people.successor_of(store, contact),
        sent="sent" in request.args,
        last_day=lambda stored: drafts.last_day(stored.body),
    )


@blueprint.get("/offers/<offer>")
def offer(offer: str) -> str:
    """Show where an offer stands: what is public, what waits, its history."""
    return _offer_page(_mine(offer))


def _offer_page(stored: Stored, *, asks: bool = False) -> str:
    store, body, model = current().store, stored.body, names.model_of(stored.body)
    public, sent = body["public"], body["answers"]
    waits = changes.between(public, sent) if public is not None and sent != public else ()
    return render_template(
        "provider/offer.html",
        offer=body,
        is_over=body["moderation"] in providing.OVER,
        public=list(names.answers(model, public)) if public is not None else [],
        sent=list(names.answers(model, sent)) if public is None else [],
        waits=[
            (
                names.question(model, difference.question),
                names.answer(model, difference.question, difference.before),
                names.answer(model, difference.question, difference.after),
            )
            for difference in waits
        ],
        history=[(entry, names.asked(model, entry)) for entry in reversed(events.of(store, body["offer"]))],
        change=_change_under_way(stored),
        asks=asks,
    )


def _change_under_way(stored: Stored) -> dict[str, object] | None:
    """Return who is changing an offer and since when it was last touched; None if nobody is."""
    draft, contact = providing.change_under_way(current().store, stored.body), provider_visit.present()
    if draft is None:
        return None
    by = draft.body.get("contact", "")
    other = contacts.present(current().store, by) if by != contact.contact else None
    return {"mine": by == contact.contact, "by": other.email if other else "", "day": draft.body["day"]}


@blueprint.post("/offers/<offer>/change")
def change(offer: str) -> ResponseReturnValue:
    """Go on with the change of an offer, or begin one; if a colleague has begun one, ask first."""
    stored, contact, context = _mine(offer), provider_visit.present(), current()
    providing.response_of(context.store, stored.body)
    begun = providing.change_under_way(context.store, stored.body)
    if begun is not None and "anew" not in request.form:
        if begun.body.get("contact") != contact.contact and "go_on" not in request.form:
            return _offer_page(stored, asks=True), 409
        return _hold(drafts.pass_on(context.store, begun, contact.contact, clock.today()))
    tag = i18n.language().tag
    return _hold(providing.begin_change(context.store, context.publications, contact, stored.body, tag, clock.today()))


@blueprint.post("/offers/<offer>/confirm")
def confirm(offer: str) -> BaseResponse:
    """Note that what is published is still true."""
    providing.confirm(current().store, _mine(offer).body, clock.today())
    return frame.to("mine", confirmed="yes")


@blueprint.post("/offers/<offer>/copy")
def copy(offer: str) -> BaseResponse:
    """Begin a registration with the answers of an offer that is listed or one's own."""
    context = current()
    stored = context.store.collection(register.OFFERS).first(offer=offer)
    if stored is None:
        raise Problem("page.missing")
    return _hold(
        providing.begin_copy(
            context.store,
            context.publications,
            provider_visit.present(),
            stored.body,
            i18n.language().tag,
            clock.today(),
            receipt_key=context.receipt_key,
        )
    )


@blueprint.post("/another")
def another() -> BaseResponse:
    """Begin a registration with what is known of the organisation."""
    context, tag = current(), i18n.language().tag
    contact = provider_visit.present()
    return _hold(
        providing.begin_another(
            context.store, context.publications, contact, tag, clock.today(), receipt_key=context.receipt_key
        )
    )


@blueprint.post("/begun/<int:number>")
def go_on(number: int) -> BaseResponse:
    """Go on with a registration on this device."""
    contact = provider_visit.present()
    return _hold(drafts.pass_on(current().store, _begun(number), contact.contact, clock.today()))


@blueprint.post("/begun/<int:number>/erase")
def give_up(number: int) -> BaseResponse:
    """Erase a registration that was begun."""
    drafts.erase_all(current().store, _begun(number).body["key"])
    return frame.to("mine")


@blueprint.get("/offers/<offer>/withdraw")
def withdraw(offer: str) -> str:
    """Ask whether an offer is to be taken back."""
    stored = _mine(offer)
    providing.response_of(current().store, stored.body)
    return render_template("provider/withdraw.html", offer=stored.body)


@blueprint.post("/offers/<offer>/withdraw")
def withdraw_now(offer: str) -> BaseResponse:
    """Take an offer back: what was typed is erased, as by the receipt."""
    context = current()
    response = providing.response_of(context.store, _mine(offer).body)
    holder.withdraw_one(context.store, response)
    withdrawing.follow(context, response.body["key"])
    return frame.to("mine", withdrawn="yes")


def _mine(offer: str) -> Stored:
    return people.offer_of(current().store, provider_visit.present(), offer)


def _begun(number: int) -> Stored:
    """Return a registration that the contact has begun; raises Problem page.missing for any other and none alike."""
    stored = current().store.collection(DRAFTS).get(number)
    contact = provider_visit.present().contact
    if stored is None or stored.body["replaces"] or stored.body.get("contact") != contact:
        raise Problem("page.missing")
    return stored


def _hold(draft: Draft) -> BaseResponse:
    """Let this device hold a draft, and lead to its answers; a registration that it held is kept aside."""
    context = current()
    held = device.held(draft.questionnaire)
    if held is not None and held.token and held.key != draft.key:
        providing.keep_aside(context.store, provider_visit.present(), held.token, clock.today())
    device.hold(draft.questionnaire, draft.token, draft.key)
    model = context.publications.revision(draft.revision).questionnaire
    tag = i18n.language().tag
    spoken = tag if tag in model.languages else draft.language
    if draft.replaces:
        return rendering.to("check", questionnaire=draft.questionnaire, lang=spoken)
    return rendering.to("page", questionnaire=draft.questionnaire, name=model.pages[0].name, lang=spoken)
