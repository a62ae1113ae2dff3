"""The routes of the JSON API and the two addresses that machines watch."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

import orjson
from flask import Blueprint, Response, jsonify, request, url_for

from survey_service import clock, languages
from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.responses import links, receipts, submissions
from survey_service.responses.revisions import Published
from survey_service.responses.submissions import Submission
from survey_service.store.base import Store
from survey_service.web import audience, i18n, way_in
from survey_service.web.api.openapi import document
from survey_service.web.context import current

blueprint = Blueprint("api", __name__)
AUDIENCES = {
    f"api.{endpoint}": audience.PROGRAM
    for endpoint in ("openapi", "questionnaires", "questionnaire", "respond", "healthz", "readyz")
}
_MEMBERS = {"id": str, "language": str, "answers": dict}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A UUID as it is stored."""
_API, _WEB = "api", "web"


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


_OPTIONAL: Mapping[str, Callable[[Any], bool]] = {
    "source": _is_text,
    "code": _is_text,
    "revision": _is_text,
    "seed": lambda value: isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31,
    "receipt": lambda value: isinstance(value, str) and receipts.is_whole(value),
    "mode": lambda value: value in (_API, _WEB),
}
"""Members that may be left out, and whether a value is one of them."""


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
    """Store a response, once: 201, or 200 with the same receipt if it was there already."""
    context = current()
    body = _body()
    published = _asked(name, body.get("revision", ""))
    if body["language"] in published.questionnaire.languages:
        i18n.use(body["language"])
    way = links.way(context.store, name, body.get("source", ""))
    if (way.code or not published.is_open) and not _is_known(context.store, body["id"]):
        late = "revision" in body and published.takes_late(clock.today(), context.settings.late_days)
        if not (published.is_open or late):
            raise published.refusal()
        way_in.check(way, body.get("code", ""))
    submission = Submission(
        key=body["id"],
        revision=published.revision,
        language=body["language"],
        inputs=body["answers"],
        seed=body.get("seed", 0),
        mode=body.get("mode", _API),
        source=way.source,
        receipt=body.get("receipt", ""),
    )
    outcome = submissions.submit(
        context.store, context.publications, submission, receipt_key=context.receipt_key, today=clock.today()
    )
    answer = orjson.dumps({"id": outcome.key, "receipt": outcome.receipt})
    return Response(answer, 201 if outcome.created else 200, mimetype="application/json")


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


def _is_known(store: Store, key: str) -> bool:
    return store.collection(submissions.RESPONSES).first(key=key) is not None


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


def _body() -> Mapping[str, Any]:
    """Return the members of the request's body, checked. Raises Problems request.media_type, .not_json, .members."""
    if request.mimetype != "application/json":
        raise Problem("request.media_type")
    try:
        body = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise Problem("request.not_json", reason=error.msg) from None
    if not isinstance(body, dict):
        raise Problem("request.not_json", reason="not an object")
    wrong = [name for name, kind in _MEMBERS.items() if not isinstance(body.get(name), kind)]
    wrong += [name for name in body if name not in _MEMBERS and not (name in _OPTIONAL and _OPTIONAL[name](body[name]))]
    if not wrong:
        try:
            return body if _UUID.fullmatch(body["id"]) else {**body, "id": str(uuid.UUID(body["id"]))}
        except ValueError:
            wrong = ["id"]
    raise Problem("request.members", members=", ".join(wrong), faults=tuple({"member": name} for name in wrong))
