"""The part of the OpenAPI description that needs a token."""

from __future__ import annotations

from typing import Any

from survey_service import languages
from survey_service.accounts import tokens
from survey_service.offers import register
from survey_service.web.api import exports, offers

JSON = dict[str, Any]
_TEXT: JSON = {"type": "string"}
SECURITY_SCHEMES: JSON = {
    "token": {"type": "http", "scheme": "bearer", "description": "A token that a manager makes at the desk."}
}
_ANSWERS: JSON = {"type": "object", "description": "Question name → answer, as in the questionnaire “offers”."}
SCHEMAS: JSON = {
    "Offer": {
        "type": "object",
        "required": ["offer", "kind", "name", "organisation", "moderation", "listed", "answers", "public"],
        "properties": {
            "offer": _TEXT,
            "kind": {"enum": ["offer", "project", "structure"]},
            "name": _TEXT,
            "organisation": _TEXT,
            "organisation_id": _TEXT,
            "moderation": {"enum": list(register.MODERATION), "description": "Where the newest answers stand."},
            "listed": {"type": "boolean", "description": "Whether it stands in the directory."},
            "merged_into": {"type": "string", "description": "The offer that it was merged into, or empty."},
            "confirmed": {"type": "string", "format": "date"},
            "language": _TEXT,
            "revision": _TEXT,
            "answers": {**_ANSWERS, "description": "What was sent last."},
            "public": {"type": ["object", "null"], "description": "What is public; null if nothing is."},
        },
    },
    "NewOffer": {
        "type": "object",
        "required": ["id", "language", "answers"],
        "additionalProperties": False,
        "properties": {
            "id": {"type": "string", "format": "uuid", "description": "Minted by the sender: a re-send counts once."},
            "language": {"enum": list(languages.registry())},
            "answers": _ANSWERS,
        },
    },
    "ChangedOffer": {
        "type": "object",
        "required": ["language", "answers"],
        "additionalProperties": False,
        "properties": {"language": {"enum": list(languages.registry())}, "answers": _ANSWERS},
    },
}


def paths(problem: JSON) -> JSON:
    """Return the paths; ``problem`` is the content of a refusal."""
    return {
        "/api/v1/token": {"get": _token(problem)},
        "/api/v1/responses": {"get": _responses(problem)},
        "/api/v1/responses/numbers": {"get": _numbers(problem)},
        "/api/v1/questionnaires/{name}/results": {"parameters": [_in_path("name")], "get": _results(problem)},
        "/api/v1/offers": {"get": _offers(problem), "post": _send(problem)},
        "/api/v1/offers/{offer}": {
            "parameters": [_in_path("offer")],
            "get": _offer(problem),
            "put": _change(problem),
        },
    }


def refusals(problem: JSON) -> JSON:
    """Return the answers that every address gives to a token that does not do."""
    said = {
        "401": "No token, or one that does not hold",
        "403": "The token does not open this",
        "429": "Too many requests with this token, or too many wrong tokens from this network",
    }
    return {status: {"description": text, "content": problem} for status, text in said.items()}


def _operation(scope: str, summary: str, found: JSON, problem: JSON, *refused: str, **further: Any) -> JSON:
    said = {
        "400": "A parameter that is unknown or cannot be used, or no JSON",
        "404": "There is no such questionnaire or offer",
        "409": "It has changed, was withdrawn, or the id was used for other answers; nothing was stored",
        "413": "Too large",
        "414": "The address is too long or has too many parts",
        "415": "Not application/json",
        "422": "Not accepted: a fault for each question; nothing was stored",
        "503": "Nothing can be stored right now; try again",
    }
    denied = {status: {"description": said[status], "content": problem} for status in ("414", *refused)}
    return {
        "summary": summary,
        "description": f"Needs the scope `{scope}`.",
        "security": [{"token": []}],
        **further,
        "responses": {**found, **refusals(problem), **denied},
    }


def _json(schema: JSON, description: str) -> JSON:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


def _ref(name: str) -> JSON:
    return {"$ref": f"#/components/schemas/{name}"}


def _in_path(name: str) -> JSON:
    return {"name": name, "in": "path", "required": True, "schema": _TEXT}


def _query(name: str, schema: JSON, description: str, *, required: bool = False) -> JSON:
    return {"name": name, "in": "query", "required": required, "schema": schema, "description": description}


def _paging(usual: int, most: int) -> list[JSON]:
    number = {"type": "integer", "minimum": 0, "maximum": 2**53, "default": 0}
    limit = {"type": "integer", "minimum": 1, "maximum": most, "default": usual}
    return [
        _query("after", number, "Go on behind this number; take it from the link to the next page."),
        _query("limit", limit, "Entries in a page."),
    ]


_QUESTIONNAIRE = _query("questionnaire", _TEXT, "Name of the questionnaire.", required=True)


def _token(problem: JSON) -> JSON:
    shown = dict.fromkeys(("name", "questionnaire", "tag", "until"), _TEXT)
    schema = {
        "type": "object",
        "required": ["scopes"],
        "properties": {"scopes": {"type": "array", "items": {"enum": list(tokens.SCOPES)}}, **shown},
    }
    return {
        "summary": "Read what the token opens",
        "security": [{}, {"token": []}],
        "responses": {
            "200": _json(schema, "No scopes without a token"),
            "400": {"description": "A parameter", "content": problem},
            **{status: found for status, found in refusals(problem).items() if status != "403"},
        },
    }


def _responses(problem: JSON) -> JSON:
    found = {
        "200": {
            "description": "A page, oldest first. The header Link leads to the next one, as long as there is one.",
            "headers": {"Link": {"schema": _TEXT}},
            "content": {
                "application/jsonl": {"schema": _TEXT},
                "text/csv": {"schema": _TEXT},
                "application/zip": {"schema": {"type": "string", "contentMediaType": "application/zip"}},
            },
        }
    }
    asked = [
        _QUESTIONNAIRE,
        *_paging(exports.USUAL, exports.MOST),
        _query("format", {"enum": ["jsonl", "csv"], "default": "jsonl"}, "csv: with repeats, a zip of several files."),
        _query("language", {"enum": list(languages.registry()), "default": "de"}, "Language of labels."),
        _query("labels", {"enum": ["true", "false"], "default": "false"}, "Labels in place of stored names."),
    ]
    return _operation(
        tokens.RESPONSES, "Export single responses", found, problem, "400", "404", "503", parameters=asked
    )


def _numbers(problem: JSON) -> JSON:
    schema = {
        "type": "object",
        "required": ["questionnaire", "numbers"],
        "properties": {"questionnaire": _TEXT, "numbers": {"type": "array", "items": {"type": "integer"}}},
    }
    found = {"200": _json(schema, "The numbers; a copy of any other response is to be erased")}
    summary = "Read which responses there are"
    return _operation(tokens.RESPONSES, summary, found, problem, "400", "404", "503", parameters=[_QUESTIONNAIRE])


def _results(problem: JSON) -> JSON:
    reports = {"type": "array", "items": {"type": "object", "required": ["id", "plugin", "day", "blocks"]}}
    schema = {
        "type": "object",
        "required": ["questionnaire", "reports"],
        "properties": {"questionnaire": _TEXT, "reports": reports},
    }
    found = {"200": _json(schema, "The newest report of each plugin that has read the questionnaire")}
    return _operation(tokens.RESULTS, "Read the figures of reports", found, problem, "400", "404")


def _offers(problem: JSON) -> JSON:
    schema = {
        "type": "object",
        "required": ["offers", "next"],
        "properties": {
            "offers": {"type": "array", "items": _ref("Offer")},
            "next": {"type": ["string", "null"], "description": "The address of the next page."},
        },
    }
    states = {"enum": ["any", *register.MODERATION], "default": "any"}
    asked = [_query("moderation", states, "Only offers in this state."), *_paging(offers.USUAL, offers.MOST)]
    found = {"200": _json(schema, "A page of offers")}
    return _operation(tokens.OFFERS, "Read all offers", found, problem, "400", "503", parameters=asked)


def _offer(problem: JSON) -> JSON:
    found = {"200": {**_json(_ref("Offer"), "The offer"), "headers": {"ETag": {"schema": _TEXT}}}}
    return _operation(tokens.OFFERS, "Read one offer", found, problem, "400", "404", "503")


def _body(name: str) -> JSON:
    return {"required": True, "content": {"application/json": {"schema": _ref(name)}}}


_REFUSED = ("400", "404", "409", "413", "415", "422", "503")


def _send(problem: JSON) -> JSON:
    found = {
        "201": _json(_ref("Offer"), "Taken; it waits for a decision"),
        "200": _json(_ref("Offer"), "It was there already"),
    }
    return _operation(tokens.OFFERS_WRITE, "Send in an offer", found, problem, *_REFUSED, requestBody=_body("NewOffer"))


def _change(problem: JSON) -> JSON:
    found = {"200": _json(_ref("Offer"), "Taken; what is public stays until the desk decides")}
    header = {"name": "If-Match", "in": "header", "required": False, "schema": _TEXT}
    header["description"] = "The ETag of the offer as it was read: if it has changed since, nothing is stored."
    return _operation(
        tokens.OFFERS_WRITE,
        "Change an offer",
        found,
        problem,
        *_REFUSED,
        parameters=[header],
        requestBody=_body("ChangedOffer"),
    )
