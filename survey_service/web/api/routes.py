"""The routes of the JSON API and the two addresses that machines watch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson
from flask import Response, jsonify, request, url_for

from survey_service import clock, languages
from survey_service.accounts import tokens
from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.responses import handing_in, links, submissions
from survey_service.responses.handing_in import Handed
from survey_service.responses.links import Way
from survey_service.responses.revisions import Published
from survey_service.responses.submissions import Submission
from survey_service.web import arriving, copies, i18n, way_in, words
from survey_service.web.api import bearer, bodies
from survey_service.web.api.blueprint import blueprint
from survey_service.web.api.bodies import Check
from survey_service.web.api.openapi import document
from survey_service.web.context import current

_RESPONSE: Mapping[str, Check] = {
    "id": bodies.is_text,
    "language": bodies.is_text,
    "answers": lambda value: isinstance(value, dict),
}
_SAID: Mapping[str, Check] = {
    "source": bodies.is_text,
    "code": bodies.is_text,
    "revision": bodies.is_text,
    "seed": bodies.is_seed,
    "receipt": bodies.is_receipt,
    "mode": bodies.is_mode,
    "seconds": bodies.is_seed,
}
"""Members that may be left out, and whether a value is one of them."""
_DRAFT: Mapping[str, Check] = {"id": bodies.is_text, "language": bodies.is_text, "inputs": bodies.are_inputs}
_WORDS: Mapping[str, Check] = {"receipt": bodies.is_text}
_SAID_OF_DRAFT = {name: _SAID[name] for name in ("source", "code", "revision", "seed")} | {"seen": bodies.is_texts}


@blueprint.get("/api/v1/openapi.json")
def openapi() -> Response:
    """Return the description of this API, OpenAPI 3.1."""
    return jsonify(document(request.url_root.rstrip("/")))


@blueprint.get("/api/v1/questionnaires")
def questionnaires() -> Response:
    """Return the published questionnaires."""
    return jsonify(questionnaires=[_summary(published) for published in current().publications.all()])


@blueprint.get("/api/v1/questionnaires/<name>")
def questionnaire(name: str) -> Response:
    """Return a questionnaire's newest revision with its definition."""
    published = current().publications.current(name)
    content = definition.to_json(published.questionnaire)
    response = jsonify({**_summary(published), "definition": content})
    response.set_etag(definition.fingerprint({**content, **_state(published)}))
    response.make_conditional(request)
    return response


@blueprint.post("/api/v1/questionnaires/<name>/responses")
def respond(name: str) -> Response:
    """Store a response, once: 201, or 200 with the same receipt if it was there already.

    Who sends it with a token needs no code, and the link of the token is kept as its source.
    """
    context = current()
    token = bearer.given(tokens.SUBMIT, name)
    body = bodies.read(_RESPONSE, _SAID)
    published, way = _addressed(name, body)
    if token is not None:
        way = replace(way, source=token.tag or way.source, code="")
    if (way.code or not published.is_open) and not submissions.is_known(context.store, body["id"]):
        _admit(published, way, body)
    submission = Submission(
        key=body["id"],
        revision=published.revision,
        language=body["language"],
        inputs=body["answers"],
        seed=body.get("seed", 0),
        mode=body.get("mode", bodies.API),
        source=way.source,
        receipt=body.get("receipt", ""),
        arrival=arriving.told(body.get("seconds")),
    )
    outcome = submissions.submit(
        context.store, context.publications, submission, receipt_key=context.receipt_key, today=clock.today()
    )
    answer = orjson.dumps({"id": outcome.key, "receipt": outcome.receipt})
    return Response(answer, 201 if outcome.created else 200, mimetype="application/json")


@blueprint.post("/api/v1/questionnaires/<name>/drafts")
def hand_in(name: str) -> Response:
    """Keep the draft of a phone for another one: the four words lead to it, and are the receipt later."""
    context, today = current(), clock.today()
    body = bodies.read(_DRAFT, _SAID_OF_DRAFT)
    published, way = _addressed(name, body)
    _admit(published, way, body)
    handed = handing_in.hand_in(
        context.store,
        published,
        Handed(
            key=body["id"],
            language=body["language"],
            inputs=body["inputs"],
            seen=tuple(body.get("seen", ())),
            seed=body.get("seed", 0),
            source=way.source,
        ),
        receipt_key=context.receipt_key,
        today=today,
    )
    return jsonify(id=handed.draft.key, receipt=handed.receipt, until=handed.draft.last_day.isoformat())


@blueprint.post("/api/v1/receipt")
def copy() -> Response:
    """Return all that is stored about the response of four words; they come in the body, so no log has them."""
    body = bodies.members(_WORDS, {})
    found = words.look_up(body["receipt"]).response
    if found is None:  # the words of a draft: its holder has it on the device
        raise Problem("receipt.missing")
    response = Response(orjson.dumps(copies.taken(found)), mimetype="application/json")
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that the process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether responses can be taken: the store takes changes and a questionnaire is published."""
    context = current()
    if not context.store.healthy() or not context.publications.all():
        raise Problem("service.unavailable")
    return jsonify(status="ready")


def _asked(name: str, revision: str) -> Published:
    """Return the revision that the answers were given to, the newest if none is named. Raises Problem
    questionnaire.missing."""
    publications = current().publications
    if not revision:
        return publications.current(name)
    published = publications.revision(revision)
    if published.questionnaire.name != name:
        raise Problem("questionnaire.missing")
    return published


def _addressed(name: str, body: Mapping[str, Any]) -> tuple[Published, Way]:
    """Return which revision a body belongs to and by which way it comes, and speak its language."""
    published = _asked(name, body.get("revision", ""))
    if body["language"] in published.questionnaire.languages:
        i18n.use(body["language"])
    return published, links.way(current().store, name, body.get("source", ""))


def _admit(published: Published, way: Way, body: Mapping[str, Any]) -> None:
    """Pass if the questionnaire takes something new, or late from a phone, and the code is right.

    Raises Problems questionnaire.closed and the like, code.missing, code.wrong and code.locked.
    """
    late = "revision" in body and published.takes_late(clock.today(), current().settings.late_days)
    if not (published.is_open or late):
        raise published.refusal()
    way_in.check(way, body.get("code", ""))


def _state(published: Published) -> dict[str, bool]:
    """Return what may change while a revision stays."""
    code = links.way(current().store, published.questionnaire.name).code
    return {"open": published.is_open, "code": bool(code)}


def _summary(published: Published) -> dict[str, Any]:
    form = published.questionnaire
    return {
        "id": form.name,
        "revision": published.revision,
        **_state(published),
        "audience": form.audience,
        "title": dict(form.label),
        "minutes": list(form.minutes),
        "languages": [
            {"tag": tag, "direction": languages.language(tag).direction, "autonym": languages.language(tag).autonym}
            for tag in form.languages
        ],
        "responses": url_for("api.respond", name=form.name, _external=True),
    }
