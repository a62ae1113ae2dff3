"""Offers for other systems: read with all that is known of them, sent in and changed, to wait for a decision."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify, request, url_for

from survey_service import clock
from survey_service.accounts import tokens
from survey_service.offers import moderation, register
from survey_service.offers.register import OFFERS
from survey_service.problems import Problem
from survey_service.responses import submissions
from survey_service.responses.collection import RESPONSES
from survey_service.responses.submissions import Submission
from survey_service.store.base import Stored
from survey_service.web import i18n
from survey_service.web.api import bearer, bodies, queries
from survey_service.web.api.blueprint import blueprint
from survey_service.web.api.bodies import Check
from survey_service.web.context import current

QUESTIONNAIRE = "offers"
USUAL, MOST = 200, 1_000
_FACTS = (
    *("offer", "kind", "name", "organisation", "organisation_id", "moderation", "listed", "merged_into"),
    *("confirmed", "language", "revision", "answers", "public"),
)
_CHANGED: Mapping[str, Check] = {"language": bodies.is_text, "answers": lambda value: isinstance(value, dict)}
_NEW: Mapping[str, Check] = {"id": bodies.is_text, **_CHANGED}
_LARGEST = 2**53


@blueprint.get("/api/v1/offers")
def offers() -> Response:
    """Return a page of the offers, in the order in which they were registered; ``next`` leads on."""
    found = bearer.admitted(tokens.OFFERS)
    queries.check(("moderation", "after", "limit"))
    after, limit = queries.number("after", 0, 0, _LARGEST), queries.number("limit", USUAL, 1, MOST)
    state = queries.one_of("moderation", ("any", *register.MODERATION), "any")
    rows = (
        stored
        for stored in current().store.collection(OFFERS).iterate(after)
        if state in ("any", stored.body["moderation"])
    )
    page = list(itertools.islice(rows, limit + 1))
    bearer.note(found, "offers.exported", "offers", count=len(page[:limit]))
    further = None
    if len(page) > limit:
        chosen: dict[str, Any] = {**request.args.to_dict(), "after": page[limit - 1].id}
        further = url_for("api.offers", _external=True, **chosen)
    return jsonify(offers=[_shown(stored) for stored in page[:limit]], next=further)


@blueprint.get("/api/v1/offers/<offer>")
def offer(offer: str) -> Response:
    """Return one offer; its ETag lets a change be refused if another came before it."""
    found = bearer.admitted(tokens.OFFERS)
    queries.check(())
    stored = register.find(current().store, offer)
    bearer.note(found, "offer.read", offer)
    return _single(stored)


@blueprint.post("/api/v1/offers")
def send_offer() -> Response:
    """Take a new offer, once: 201, or 200 if it was there already. It waits for a decision of the desk."""
    found = bearer.admitted(tokens.OFFERS_WRITE)
    body, context = bodies.read(_NEW, {}), current()
    with context.store.transaction():
        outcome = _submit(body["id"], body)
        stored = context.store.collection(OFFERS).first(response_key=body["id"])
        if stored is None:
            raise Problem("response.conflict")  # the id belongs to an answer of another questionnaire
        if outcome.created:
            bearer.note(found, "offer.sent", stored.body["offer"], new=True)
    response = _single(stored)
    response.status_code = 201 if outcome.created else 200
    response.headers["Location"] = url_for("api.offer", offer=stored.body["offer"], _external=True)
    return response


@blueprint.put("/api/v1/offers/<offer>")
def change_offer(offer: str) -> Response:
    """Put other answers in the place of an offer's; what is public stays until the desk decides."""
    found = bearer.admitted(tokens.OFFERS_WRITE)
    body, context = bodies.members(_CHANGED, {}), current()
    with context.store.transaction():
        stored = register.find(context.store, offer)
        if stored.body["moderation"] == "withdrawn" or _is_gone(stored):
            raise Problem("offer.withdrawn")
        if request.if_match and not request.if_match.contains(moderation.mark(stored.body)):
            raise Problem("offer.changed")
        _submit(stored.body["response_key"], body, replaces=True)
        bearer.note(found, "offer.sent", offer, new=False)
        return _single(register.find(context.store, offer))


def _submit(key: str, body: Mapping[str, Any], *, replaces: bool = False) -> submissions.Outcome:
    """Judge and keep answers as those of a provider. Raises the Problems of `submissions.submit`."""
    context = current()
    published = context.publications.current(QUESTIONNAIRE)
    if body["language"] in published.questionnaire.languages:
        i18n.use(body["language"])
    submission = Submission(
        key=key,
        revision=published.revision,
        language=body["language"],
        inputs=body["answers"],
        seed=0,
        mode=bodies.API,
        replaces=replaces,
    )
    return submissions.submit(
        context.store, context.publications, submission, receipt_key=context.receipt_key, today=clock.today()
    )


def _is_gone(stored: Stored) -> bool:
    return current().store.collection(RESPONSES).first(key=stored.body["response_key"]) is None


def _shown(stored: Stored) -> dict[str, Any]:
    return {name: stored.body[name] for name in _FACTS}


def _single(stored: Stored) -> Response:
    response = jsonify(_shown(stored))
    response.set_etag(moderation.mark(stored.body))
    return response
