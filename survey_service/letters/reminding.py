"""The round of reminders: who is to look after which offers, one letter for each person, and what was sent is noted.

A letter is put into the outbox first, under a key made of what it is about, and noted after it. A crash in between
costs nothing: the next round finds the letter by its key. A person gets a letter twice only if a mail server accepted
it and the machine failed before its file could be deleted; then that one letter comes twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_service import languages, letters, outbox
from survey_service.offers import confirming, contacts, events, freshness, links, register
from survey_service.offers.contacts import Contact
from survey_service.offers.freshness import Ending
from survey_service.problems import Problem
from survey_service.settings import Settings
from survey_service.store.base import Document, Store

EVERY = 3_600.0
"""Seconds between two rounds."""
STILL_NEWS = dt.timedelta(days=60)
"""The end of a project that is longer ago is noted, but nobody is written to about it."""
_URGENCY = ("reminder_first", "reminder_second", "reminder_last", "not_confirmed")
_log = logging.getLogger(__name__)


@dataclass
class Round:
    """What a round came to: letters sent, offers reminded of, and projects noted as ended."""

    letters: int = 0
    reminded: int = 0
    ended: int = 0


@dataclass
class Due:
    """The offers about which one person is to be written to: those whose reminder has come, and all to be looked at."""

    contact: Contact
    steps: dict[str, tuple[Document, int]] = field(default_factory=dict)
    shown: list[Document] = field(default_factory=list)


def send(store: Store, settings: Settings, today: dt.date) -> Round:
    """Send what is due today and return what came of it; asked again on the same day it does nothing more.

    Nobody is written to without the setting ``public_url``: a link would lead nowhere.
    """
    done = Round()
    offers = [body for body in confirming.listed(store) if confirming.is_asked_about(body)]
    people = confirming.by_organisation(store) if settings.public_url else {}
    ended = [(body, found) for body in offers if (found := freshness.ending(body, today, settings.project_notice_days))]
    for body, found in ended:
        _tell_ending(store, settings, today, body, found, _reachable(people, body), done)
    _remind(store, settings, today, offers, people, done)
    return done


def confirm_address(settings: Settings, language: str, token: str) -> str:
    """Return the address of the page where a contact confirms offers."""
    known = languages.registry().get(language)
    tag = language if known is not None and known.provider else "de"
    return f"{settings.public_url.rstrip('/')}/provider/{tag}/confirm/{token}"


def _reachable(people: Mapping[str, Sequence[Contact]], body: Document) -> list[Contact]:
    """Return whom to write to about an offer, each address once."""
    found: dict[str, Contact] = {}
    for contact in sorted(people.get(body["organisation_id"], ()), key=lambda contact: bool(contact.offer)):
        if contact.is_for(body) and confirming.is_reachable(contact):
            found.setdefault(contact.email.casefold(), contact)
    return list(found.values())


# -- reminders --------------------------------------------------------------------------------------------------


def _remind(
    store: Store,
    settings: Settings,
    today: dt.date,
    offers: Iterable[Document],
    people: Mapping[str, Sequence[Contact]],
    done: Round,
) -> None:
    steps: dict[str, tuple[Document, int]] = {}
    for due in _due(offers, people, settings, today):
        if due.steps and _send_reminder(store, settings, today, due):
            done.letters += 1
            steps |= due.steps
    for body, step in steps.values():
        done.reminded += _note_reminder(store, body, step)


def _due(
    offers: Iterable[Document], people: Mapping[str, Sequence[Contact]], settings: Settings, today: dt.date
) -> list[Due]:
    found: dict[str, Due] = {}
    for body in offers:
        if freshness.state(body, today, settings) not in confirming.ASKED:
            continue
        age = freshness.age_of(body, today)
        last = settings.reminder_days[-1]
        step = freshness.reminder(last + 1 if age is None else age, body["reminded"], settings.reminder_days)
        for contact in _reachable(people, body):
            due = found.setdefault(contact.contact, Due(contact))
            due.shown.append(body)
            if step is not None:
                due.steps[body["offer"]] = (body, step)
    return list(found.values())


def _send_reminder(store: Store, settings: Settings, today: dt.date, due: Due) -> bool:
    days = settings.reminder_days
    kinds = [
        freshness.letter_of(step, days[-1] + 1 if (age := freshness.age_of(body, today)) is None else age, days)
        for body, step in due.steps.values()
    ]
    about = [f"{offer} {body['confirmed']} {step}" for offer, (body, step) in due.steps.items()]
    shown = [(body["name"], _day(body["confirmed"])) for body in due.shown]
    return _send(store, settings, due.contact, max(kinds, key=_URGENCY.index), about, "", offers=shown)


def _note_reminder(store: Store, seen: Document, step: int) -> bool:
    """Note a reminder unless the offer was confirmed meanwhile; tell whether it was noted."""
    try:
        with store.transaction():
            body = register.find(store, seen["offer"]).body
            if (body["confirmed"], body["reminded"]) != (seen["confirmed"], seen["reminded"]):
                return False
            register.change(store, seen["offer"], reminded=step)
            events.append(store, seen["offer"], "reminded", events.SERVICE)
    except Problem as problem:
        if problem.code not in ("store.conflict", "offer.missing"):
            raise
        return False  # somebody works on it; the next round finds the letter by its key
    return True


# -- the end of projects ----------------------------------------------------------------------------------------


def _tell_ending(
    store: Store,
    settings: Settings,
    today: dt.date,
    body: Document,
    found: Ending,
    people: Sequence[Contact],
    done: Round,
) -> None:
    over = found.kind == "project_ended"
    about = [f"{body['offer']} {found.mark}"]
    sent = 0
    if not over or today - found.day <= STILL_NEWS:
        for contact in people:
            sent += _send(store, settings, contact, found.kind, about, body["offer"], offer=body["name"], day=found.day)
    done.letters += sent
    if not sent and not over:
        return  # as soon as there is somebody to tell, it is told
    with store.transaction():
        register.change(store, body["offer"], ending_told=found.mark)
        events.append(store, body["offer"], "ended" if over else "reminded", events.SERVICE)
    done.ended += over
    done.reminded += not over


def _send(
    store: Store, settings: Settings, contact: Contact, kind: str, about: Sequence[str], only: str, **values: Any
) -> bool:
    """Put a letter into the outbox, once; tell whether that could be done. Its link is for offer ``only``, or ""."""
    key = hashlib.sha256("\n".join([contact.contact, *sorted(about)]).encode()).hexdigest()[:32]
    if outbox.find_key(settings.instance, key) is not None:
        return True
    try:
        token = links.issue(store, contact.contact, links.CONFIRM, offer=only)
        link = confirm_address(settings, contact.language, token)
        letters.post(settings, contact.email, kind, contact.language, key=key, link=link, **values)
    except Problem as problem:
        if not problem.code.startswith("mail."):
            raise
        _log.warning("reminders: %s", problem.code)
        return False
    return True


def _day(iso: str | None) -> dt.date | None:
    return dt.date.fromisoformat(iso) if iso else None


def note_bounce(store: Store, address: str, today: dt.date) -> int:
    """Note for all contacts of an address that mail does not reach it, and return how many there are."""
    found = contacts.of_address(store, address)
    for contact in found:
        if not contact.bounced:
            contacts.change(store, contact.contact, bounced=today.isoformat())
    return len(found)
