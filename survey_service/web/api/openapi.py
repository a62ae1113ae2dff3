"""The OpenAPI 3.1 description of the JSON API."""

from __future__ import annotations

from typing import Any

from survey_service import __version__, languages
from survey_service.privacy import copying
from survey_service.web.api import openapi_tokens

JSON = dict[str, Any]


def _ref(name: str) -> JSON:
    return {"$ref": f"#/components/schemas/{name}"}


def _json(schema: JSON, description: str, media_type: str = "application/json") -> JSON:
    return {"description": description, "content": {media_type: {"schema": schema}}}


def _problem(description: str) -> JSON:
    return _json(_ref("Problem"), description, "application/problem+json")


_TEXT: JSON = {
    "type": "object",
    "additionalProperties": {"type": "string"},
    "description": "Language tag → wording; the tag * means the same wording in every language.",
}

_SUMMARY: JSON = {
    "type": "object",
    "required": ["id", "revision", "open", "code", "audience", "title", "minutes", "languages", "responses"],
    "properties": {
        "id": {"type": "string"},
        "revision": {"type": "string", "examples": ["needs-1"]},
        "open": {"type": "boolean", "description": "Whether new responses are taken."},
        "code": {"type": "boolean", "description": "Whether a response needs the code of an invitation."},
        "audience": {"enum": ["newcomers", "providers", "experts", "working_groups"]},
        "title": _ref("Text"),
        "minutes": {"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 2},
        "languages": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["tag", "direction", "autonym"],
                "properties": {
                    "tag": {"type": "string"},
                    "direction": {"enum": ["ltr", "rtl"]},
                    "autonym": {"type": "string"},
                },
            },
        },
        "responses": {"type": "string", "format": "uri", "description": "Where responses are sent."},
    },
}

_RESPONSE: JSON = {
    "type": "object",
    "required": ["id", "language", "answers"],
    "additionalProperties": False,
    "properties": {
        "id": {
            "type": "string",
            "format": "uuid",
            "description": "Minted by the sender before the first answer, so that a re-send never counts twice.",
        },
        "language": {"enum": list(languages.registry())},
        "source": {
            "type": "string",
            "description": "The tag of the link that led to the questionnaire. One that is not known is ignored.",
        },
        "code": {"type": "string", "description": "The code of the invitation, where the questionnaire asks for one."},
        "revision": {
            "type": "string",
            "description": "The revision that the answers were given to, the newest if none is named. With it, answers "
            "that a device has kept are also taken for some days after the questionnaire was closed.",
        },
        "seed": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1, "description": "Orders of choices follow it."},
        "receipt": {"type": "string", "description": "A receipt that the device drew: four words as ours."},
        "mode": {"enum": ["api", "web"], "description": "web: a person answered in a browser."},
        "seconds": {
            "type": "integer",
            "minimum": 0,
            "maximum": 2**31 - 1,
            "description": "How long it took to answer. It is not stored.",
        },
        "answers": {
            "type": "object",
            "description": "Question name → answer. Choices by name, several choices and ranks as arrays, dates as "
            "YYYY-MM-DD. Answers to questions that are not shown are dropped. Questions of the types image, audio and "
            "file take none here: a file is chosen on the page of the questionnaire (fault no_upload).",
            "additionalProperties": {
                "anyOf": [
                    {"type": ["string", "number", "boolean", "null"]},
                    {"type": "array", "items": {"type": "string"}},
                ]
            },
        },
    },
}

_SHARED = ("id", "language", "source", "code", "revision", "seed")
_DRAFT: JSON = {
    "type": "object",
    "required": ["id", "language", "inputs"],
    "additionalProperties": False,
    "properties": {
        **{name: _RESPONSE["properties"][name] for name in _SHARED},
        "inputs": {
            "type": "object",
            "description": "Question name → what was typed, faulty or not: a text, or a list of texts.",
            "additionalProperties": {
                "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            },
        },
        "seen": {
            "type": "array",
            "items": {"type": "string"},
            "description": "The questions that were shown already, so that one goes on behind them.",
        },
    },
}

_KEPT: JSON = {
    "type": "object",
    "required": ["id", "receipt", "until"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "receipt": {
            "type": "string",
            "description": "Four words that lead to the draft on any device, and are the receipt once it is sent. A "
            "receipt that the device drew is void.",
        },
        "until": {"type": "string", "format": "date", "description": "The day until which it is kept."},
    },
}

_PROBLEM: JSON = {
    "type": "object",
    "description": "RFC 9457 problem details.",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string", "description": "A code of the catalogue of Problems; codes are never reused."},
        "faults": {
            "type": "array",
            "description": "One entry for each question, member or place at fault.",
            "items": {
                "type": "object",
                "properties": {
                    "question": {"type": "string"},
                    "member": {"type": "string"},
                    "code": {"type": "string"},
                    "message": {"type": "string"},
                },
            },
        },
    },
}

_OUTCOME: JSON = {
    "type": "object",
    "required": ["id", "receipt"],
    "properties": {
        "id": {"type": "string", "format": "uuid"},
        "receipt": {"type": "string", "description": "Four words; they let their holder see, correct or withdraw."},
    },
}

_COPY: JSON = {
    "type": "object",
    "description": "All that is stored about a response, with the words of questions, answers and consents in the "
    "language in which it was answered. docs/privacy.md says what each member means.",
    "required": ["format", "made", "response", "consent", "answers", "stored", "looked_at", "erased_by"],
    "properties": {
        "format": {"const": copying.FORMAT},
        "made": {"type": "string", "format": "date"},
        "response": {"type": "object"},
        "consent": {"type": "object"},
        "answers": {"type": "array", "items": {"type": "object", "required": ["question", "words"]}},
        "stored": {"type": "object", "description": "Answers and states as they are stored, by question."},
        "looked_at": {
            "type": "object",
            "properties": {"alone": {"type": "integer"}, "in_lists_and_files": {"type": "integer"}},
        },
        "erased_by": {"type": "object", "additionalProperties": {"type": "string", "format": "date"}},
    },
}

_NAME = {"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}


def document(server: str) -> JSON:
    """Return the description; ``server`` is the address of the service without a slash at its end."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Survey service",
            "version": __version__,
            "description": "Read published questionnaires and send responses: no account is needed. With a token of "
            "the desk other systems export responses, read figures, and read and send in offers.",
        },
        "servers": [{"url": server}],
        "paths": {
            "/api/v1/questionnaires": {"get": _list()},
            "/api/v1/questionnaires/{name}": {"parameters": [_NAME], "get": _read()},
            "/api/v1/questionnaires/{name}/responses": {"parameters": [_NAME], "post": _respond()},
            "/api/v1/questionnaires/{name}/drafts": {"parameters": [_NAME], "post": _hand_in()},
            "/api/v1/receipt": {"post": _copy()},
            **openapi_tokens.paths({"application/problem+json": {"schema": _ref("Problem")}}),
            "/healthz": {"get": {"summary": "The process answers", "responses": {"200": _json({}, "It does")}}},
            "/readyz": {
                "get": {
                    "summary": "Responses can be taken",
                    "responses": {"200": _json({}, "They can"), "503": _problem("They cannot right now")},
                }
            },
        },
        "components": {
            "schemas": {
                "Text": _TEXT,
                "Summary": _SUMMARY,
                "Response": _RESPONSE,
                "Outcome": _OUTCOME,
                "Draft": _DRAFT,
                "KeptDraft": _KEPT,
                "Copy": _COPY,
                "Problem": _PROBLEM,
                **openapi_tokens.SCHEMAS,
            },
            "securitySchemes": openapi_tokens.SECURITY_SCHEMES,
        },
    }


def _list() -> JSON:
    found = {"type": "object", "properties": {"questionnaires": {"type": "array", "items": _ref("Summary")}}}
    return {"summary": "List the published questionnaires", "responses": {"200": _json(found, "The questionnaires")}}


def _read() -> JSON:
    found = {"allOf": [_ref("Summary"), {"type": "object", "properties": {"definition": {"type": "object"}}}]}
    return {
        "summary": "Read a questionnaire with its definition",
        "responses": {"200": _json(found, "The newest revision"), "404": _problem("There is no such questionnaire")},
    }


def _respond() -> JSON:
    return {
        "summary": "Send a response",
        "description": "With a token of the scope `responses:submit` no code is needed.",
        "security": [{}, {"token": []}],
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Response")}}},
        "responses": {
            "201": _json(_ref("Outcome"), "Stored"),
            "200": _json(_ref("Outcome"), "The same response was stored before; the same receipt"),
            "400": _problem("Not JSON"),
            "401": _problem("A token was sent that does not hold"),
            "403": _problem("Not open yet, or paused; the code is missing or wrong; or the token does not open this"),
            "404": _problem("There is no such questionnaire"),
            "409": _problem("The id was used for other answers; the first response was kept"),
            "410": _problem("The questionnaire is closed, or has as many responses as it takes"),
            "413": _problem("Too large"),
            "415": _problem("Not application/json"),
            "422": _problem("Not accepted: a fault for each question, no consent, or screened out; nothing was stored"),
            "429": _problem("Too many wrong codes or tokens from this network, or too many requests with the token"),
            "503": _problem("Nothing can be stored right now; try again"),
        },
    }


def _hand_in() -> JSON:
    return {
        "summary": "Keep a draft, to go on with it on another device",
        "requestBody": {"required": True, "content": {"application/json": {"schema": _ref("Draft")}}},
        "responses": {
            "200": _json(_ref("KeptDraft"), "Kept, or kept anew if the same draft comes again"),
            "400": _problem("Not JSON"),
            "403": _problem("Not open yet, or paused; or the code is missing or wrong"),
            "404": _problem("There is no such questionnaire"),
            "409": _problem("The answers were sent meanwhile, or another device goes on with them already"),
            "410": _problem("The questionnaire is closed, or has as many responses as it takes"),
            "413": _problem("Too large"),
            "415": _problem("Not application/json"),
            "422": _problem("Not accepted: no consent, or screened out; nothing was stored"),
            "429": _problem("Too many wrong codes from this network; try again in ten minutes"),
            "503": _problem("Nothing can be stored right now; try again"),
        },
    }


def _copy() -> JSON:
    words: JSON = {
        "type": "object",
        "required": ["receipt"],
        "additionalProperties": False,
        "properties": {"receipt": {"type": "string", "description": "Four words, in whichever script."}},
    }
    return {
        "summary": "Take a copy of all that is stored about a response",
        "requestBody": {"required": True, "content": {"application/json": {"schema": words}}},
        "responses": {
            "200": _json(_ref("Copy"), "The copy; taking it is noted"),
            "400": _problem("Not JSON"),
            "404": _problem("No response has these words"),
            "415": _problem("Not application/json"),
            "422": _problem("These cannot be four words"),
            "429": _problem("Too many wrong words from this network; try again in ten minutes"),
            "503": _problem("Not possible right now; try again"),
        },
    }
