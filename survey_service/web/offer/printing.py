"""A list of offers to print and hand over: what, where, when, with a QR code for each."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, request
from markupsafe import Markup

from survey_service.offers import showing
from survey_service.problems import Problem
from survey_service.store.base import Document
from survey_service.web import qr, rendering
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.offer import facts, page, ways
from survey_service.web.offer.facts import Section
from survey_service.web.offer.ways import blueprint

MOST = 40
"""How many offers are printed at once; more nobody carries home."""
OFFER = "offer"


@dataclass(frozen=True)
class Slip:
    """One offer on paper."""

    name: Markup
    standing: str
    sections: tuple[Section, ...]
    address: str
    code: Markup


@blueprint.get("/<lang:lang>/offers/print")
def print_list() -> str:
    """Show the chosen offers (``offer`` once for each) for the browser to print; those that are gone are left out."""
    bodies = _chosen()
    if not bodies:
        raise Problem("page.missing")
    return render_template(
        "offer/print.html",
        slips=[_slip(body) for body in bodies[:MOST]],
        left_out=max(0, len(bodies) - MOST),
        list_address=ways.list_address(),
        addresses=rendering.everywhere("offer.print_list", offer=[body["offer"] for body in bodies[:MOST]]),
    )


def _chosen() -> list[Document]:
    """Return the listed offers that are asked for, each once."""
    found: dict[str, Document] = {}
    for offer in request.args.getlist(OFFER):
        try:
            body = showing.standing(current().store, offer)
        except Problem:
            continue
        found[body["offer"]] = body
    return list(found.values())


def _slip(body: Document) -> Slip:
    reader, address = ways.reader_of(body), ways.public_address(body["offer"])
    return Slip(
        name=page.name_of(reader, body),
        standing=page.standing(body),
        sections=facts.sections(reader),
        address=address,
        code=qr.svg(address, gettext("QR code that leads to this page")),
    )
