"""What all pages about an offer share: the blueprint, which offer is meant, and the ways to and from it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, url_for
from werkzeug.wrappers import Response

from survey_service.offers import showing
from survey_service.store.base import Document
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.offer import words
from survey_service.web.offer.words import Reader

blueprint = Blueprint("offer", __name__)


class Moved(Exception):
    """The offer was merged into another: all its addresses lead there for good."""

    def __init__(self, offer: str) -> None:
        super().__init__(offer)
        self.offer = offer


def find(offer: str) -> Document:
    """Return the document of the offer at an address. Raises Moved, and Problems page.missing and offer.gone."""
    g.way_on, g.way_on_words = list_address(), gettext("Look for other offers")
    body = showing.standing(current().store, offer)
    if body["offer"] != offer:
        raise Moved(body["offer"])
    return body


def moved(found: Moved, endpoint: str) -> Response:
    """Return the permanent redirect to the same page of the offer that another one was merged into."""
    response = redirect(url_for(endpoint, offer=found.offer), 308)
    response.set_data(b"")
    return response


def reader_of(body: Document) -> Reader:
    """Return what reads the public answers of an offer."""
    form = words.form_of(body, current().publications)
    return words.reader(form, body["public"] or {}, body["language"])


def list_address(**filters: Any) -> str:
    """Return the address of the list of offers in the present language."""
    return url_for("directory.offers", **filters)


def public_address(offer: str) -> str:
    """Return the address of an offer's page as people elsewhere write it, without what a shared tablet adds."""
    base = current().settings.public_url.rstrip("/")
    path = url_for("offer.show", offer=offer).partition("?")[0]
    return f"{base}{path}" if base else url_for("offer.show", offer=offer, _external=True).partition("?")[0]
