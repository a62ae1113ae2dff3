"""What the contact of an organisation does with its offers: change, confirm, copy, add, withdraw, come and go.

Behind each offer is a response, so that a change is a correction of that, on the questionnaire's own pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from survey_service.offers import confirming, contacts, events, links, organising, people, register, visits
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.questionnaire import uploads
from survey_service.questionnaire.plan import NOT_SHOWN
from survey_service.responses import drafts, holder
from survey_service.responses.collection import RESPONSES
from survey_service.responses.drafts import DRAFTS, Draft
from survey_service.responses.revisions import Publications, Published
from survey_service.store.base import Store, Stored

AUDIENCE = "providers"
OVER = frozenset({"withdrawn", "merged"})
"""States in which there is nothing left to change."""
_PERSONAL = ("A20_", "A22_")
_ORGANISATION = ("A02", "A03")


def questionnaire(publications: Publications) -> Published:
    """Return the questionnaire that providers register by, an open one first. Raises Problem questionnaire.missing."""
    found = [entry for entry in publications.all() if entry.questionnaire.audience == AUDIENCE]
    if not found:
        raise Problem("questionnaire.missing")
    return min(found, key=lambda entry: not entry.is_open)


def response_of(store: Store, body: Mapping[str, Any]) -> Stored:
    """Return the response behind an offer (its document) that can still be changed. Raises Problem page.missing."""
    stored = store.collection(RESPONSES).first(key=body["response_key"])
    if stored is None or body["moderation"] in OVER:
        raise Problem("page.missing")
    return stored


def begin_change(
    store: Store, publications: Publications, contact: Contact, body: Mapping[str, Any], language: str, today: dt.date
) -> Draft:
    """Begin the change of an offer (its document); one begun earlier by whomever is erased. Raises Problem
    page.missing.
    """
    response = response_of(store, body).body
    published = publications.revision(response["revision"])
    return drafts.correct(
        store,
        published,
        _spoken(published, language),
        today,
        response=response,
        inputs=holder.inputs_of(published.questionnaire, response),
        seen=tuple(seen(response["states"])),
        contact=contact.contact,
    )


def begin_copy(
    store: Store,
    publications: Publications,
    contact: Contact,
    body: Mapping[str, Any],
    language: str,
    today: dt.date,
    *,
    receipt_key: str,
) -> Draft:
    """Begin a new registration with the published answers of an offer (its document), or of one's own with those sent;
    without the people it names. Raises Problems page.missing for an offer that the contact may not see, and those of a
    questionnaire that is not open.
    """
    own = contact.is_for(body) and body["moderation"] != "withdrawn"
    answers = body["public"] if body["listed"] else body["answers"] if own else None
    if not answers:
        raise Problem("page.missing")
    copied = {name: value for name, value in answers.items() if not name.startswith(_PERSONAL)}
    return _begin(store, publications, contact, copied, language, today, receipt_key)


def begin_another(
    store: Store, publications: Publications, contact: Contact, language: str, today: dt.date, *, receipt_key: str
) -> Draft:
    """Begin a new registration with what the contact's newest offer says of the organisation. Raises the Problems of a
    questionnaire that is not open.
    """
    known: Mapping[str, Any] = {}
    for stored in people.offers_of(store, contact):
        known = stored.body["answers"] or known
    about = {name: value for name, value in known.items() if name.startswith(_ORGANISATION)}
    return _begin(store, publications, contact, about, language, today, receipt_key)


def _begin(
    store: Store,
    publications: Publications,
    contact: Contact,
    answers: Mapping[str, Any],
    language: str,
    today: dt.date,
    receipt_key: str,
) -> Draft:
    """Begin a registration with these answers, but for the consent, which is given anew, and files."""
    published = questionnaire(publications)
    if not published.is_open:
        raise published.refusal(day=str)
    model = published.questionnaire
    inputs = {
        name: value
        for name, value in answers.items()
        if name in model.questions and name != model.consent and not any(uploads.ids({name: value}))
    }
    return drafts.start(
        store,
        published,
        _spoken(published, language),
        today,
        receipt_key=receipt_key,
        inputs=inputs,
        contact=contact.contact,
    )


def _spoken(published: Published, language: str) -> str:
    """Return the language if the questionnaire is offered in it, else the first that it is offered in."""
    offered = published.questionnaire.languages
    return language if language in offered else offered[0]


def change_under_way(store: Store, body: Mapping[str, Any]) -> Stored | None:
    """Return the draft of a change of an offer (its document), whoever has begun it; None if there is none."""
    return store.collection(DRAFTS).first(key=body["response_key"])


def registrations_begun(store: Store, contact: Contact) -> list[Stored]:
    """Return the drafts of registrations that a contact has begun and not sent."""
    found = store.collection(DRAFTS).find(contact=contact.contact)
    return [stored for stored in found if not stored.body["replaces"]]


def keep_aside(store: Store, contact: Contact, token: str, today: dt.date) -> None:
    """Note who has begun the registration that a device holds, so that it is found again when the device holds another.

    The draft of a change is found by its offer. It is no fault if there is none.
    """
    with store.transaction():
        try:
            draft = drafts.load(store, token)
        except Problem:
            return
        stored = store.collection(DRAFTS).get(draft.id)
        if stored is not None and not draft.contact and not draft.replaces:
            drafts.pass_on(store, stored, contact.contact, today)


def is_by(store: Store, token: str, contact: Contact) -> bool:
    """Tell whether a contact writes the draft of a token."""
    try:
        return drafts.load(store, token).contact == contact.contact
    except Problem:
        return False


def may_go_on(store: Store, draft: Draft) -> bool:
    """Tell whether whoever holds a draft may go on with it: a contact as long as it may change the offer."""
    if not draft.contact:
        return True
    contact = contacts.present(store, draft.contact)
    if contact is None or not draft.replaces:
        return contact is not None
    offers = store.collection(register.OFFERS).find(response_key=draft.key)
    return any(contact.is_for(stored.body) for stored in offers)


def note_sent(store: Store, draft: Draft) -> None:
    """Let a contact who has sent a draft look after its offer, also if it is another organisation's by its answers."""
    contact = contacts.present(store, draft.contact)
    if contact is None:
        return
    for stored in store.collection(register.OFFERS).find(response_key=draft.key):
        if not contact.is_for(stored.body):
            organisation, offer = stored.body["organisation_id"], stored.body["offer"]
            contacts.add(store, organisation, contact.email, contact.language, offer=offer)


def confirm(store: Store, body: Mapping[str, Any], today: dt.date) -> None:
    """Note that what is published of an offer (its document) is still true; Problem page.missing if nothing is."""
    if body["public"] is None or body["moderation"] in OVER:
        raise Problem("page.missing")
    confirming.confirm(store, [body["offer"]], today, events.PROVIDER)


def enter(store: Store, link: str, *, now: dt.datetime) -> tuple[str, str]:
    """Use a link up and begin a session; return its token and the id of the contact.

    Whoever takes over from a contact takes its drafts too, and that one leaves. Raises Problem page.missing for a link
    that is not good, and for one of a contact who has left.
    """
    with store.transaction():
        contact = contacts.present(store, links.use(store, link, links.EDIT).contact)
        if contact is None:
            raise Problem("page.missing")
        leaving = contacts.present(store, contact.instead_of)
        if leaving is not None:
            for stored in store.collection(DRAFTS).find(contact=leaving.contact):
                drafts.pass_on(store, stored, contact.contact, now.date())
            organising.contact_left(store, leaving.contact, events.PROVIDER)
        contacts.change(store, contact.contact, instead_of="", bounced="")  # its mail arrives
        return visits.begin(store, contact.contact, now=now), contact.contact


def seen(states: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    """Yield the keys of all that the respondent of a response saw, from its states."""
    for name, state in states.items():
        if state != NOT_SHOWN:
            yield prefix + name
        for number, entry in enumerate(state if isinstance(state, list) else (), 1):
            yield from seen(entry, f"{prefix}{name}~{number}/")
