"""Letters that tell providers what the desk has decided, each person once, in their language."""

from __future__ import annotations

import logging
from typing import Any

from flask import request

from survey_service import letters
from survey_service.offers import asked, contacts, links
from survey_service.offers.asked import Asking
from survey_service.offers.contacts import Contact
from survey_service.problems import Problem
from survey_service.store.base import Document
from survey_service.web.context import current
from survey_service.web.manage import desk

_log = logging.getLogger(__name__)
WITH_LINK = frozenset({"returned", "rejected", "taken_off"})


def people(body: Document) -> list[Contact]:
    """Return who is written to about an offer: its present contacts whose mail did not come back, an address once."""
    found = {contact.email.casefold(): contact for contact in reversed(contacts.of_offer(current().store, body))}
    return [contact for contact in reversed(found.values()) if not contact.bounced]


def tell(body: Document, kind: str, *, reason: str = "") -> int:
    """Write a letter of a kind about an offer to its people and return how many were written.

    What was decided stands, whether letters can be written or not; that they could not is logged.
    """
    written = 0
    for contact in people(body):
        values: dict[str, Any] = {"offer": body["name"], "link": _link(body, contact, kind)}
        if kind != "published":
            values["reason"] = reason
        try:
            letters.post(current().settings, contact.email, kind, contact.language, **values)
            written += 1
        except (OSError, Problem) as error:
            _log.error("a letter to a contact could not be written: %s", type(error).__name__)
    return written


def send_link(contact: Contact) -> None:
    """Let a letter with a new link be written to a contact. Raises Problem contact.locked for too many at once."""
    store, name = current().store, desk.signed_in().account.name
    asking = Asking(contact.email, contact.language, site(), kind=asked.ASKED_FOR, contact=contact.contact)
    asked.ask(store, asking, f"desk {name}")


def site() -> str:
    """Return the address of this service as people elsewhere reach it."""
    return (current().settings.public_url or request.host_url).rstrip("/")


def _link(body: Document, contact: Contact, kind: str) -> str:
    if kind in WITH_LINK:
        token = links.issue(current().store, contact.contact, links.EDIT)
        return f"{site()}/provider/{contact.language}/open/{token}"
    return f"{site()}/{contact.language}/offers/{body['offer']}"
