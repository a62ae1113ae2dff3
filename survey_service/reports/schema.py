"""The closed JSON schema of a report: what is not named here is refused. Patterns are those of ECMA-262."""

from __future__ import annotations

from typing import Any

MAX_BYTES = 1_000_000
"""The largest output of a plugin, in bytes of JSON."""

_LARGEST = 10**15


def _object(**properties: Any) -> dict[str, Any]:
    """Every property is required, none may be added."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _array(items: dict[str, Any], most: int) -> dict[str, Any]:
    return {"type": "array", "items": items, "maxItems": most}


def _or_null(schema: dict[str, Any]) -> dict[str, Any]:
    return {"anyOf": [schema, {"type": "null"}]}


def _one_of(*names: str) -> dict[str, Any]:
    return {"enum": list(names)}


def _value(kind: str, value: dict[str, Any]) -> dict[str, Any]:
    return _object(kind={"const": kind}, value=value)


TAG = "^([*]|[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*)$"
NAME = {"type": "string", "pattern": "^[A-Za-z0-9][A-Za-z0-9_.+-]*$", "maxLength": 100}
LABEL = {
    "type": "object",
    "patternProperties": {TAG: {"type": "string", "minLength": 1, "maxLength": 5000}},
    "additionalProperties": False,
    "minProperties": 1,
    "maxProperties": 60,
}
"""A text of the codebook: in whichever languages the questionnaire is offered."""
TEXT = {**LABEL, "anyOf": [{"required": ["*"]}, {"required": ["de", "en"]}]}
"""A text of the plugin: at least in German and English."""
COUNT = {"type": "integer", "minimum": 0, "maximum": _LARGEST}
PEOPLE = {"type": "integer", "minimum": 5, "maximum": _LARGEST}
NUMBER = {"type": "number", "minimum": -_LARGEST, "maximum": _LARGEST}
FRACTION = {"type": "number", "minimum": 0, "maximum": 1}
DATE = {"type": "string", "format": "date"}
PERIOD = {"type": "string", "pattern": "^[0-9]{4}(-(Q[1-4]|[0-9]{2}))?$"}
REASON = _one_of("small_base", "small_group", "derivable")
VALUE = {
    "anyOf": [
        _value("integer", COUNT),
        _value("persons", PEOPLE),
        _value("decimal", NUMBER),
        _value("percent", FRACTION),
        _value("text", LABEL),
        _value("date", DATE),
        _value("hidden", REASON),
    ]
}
VALUES = {
    "type": "object",
    "patternProperties": {"^[a-z][a-z0-9_]{0,40}$": VALUE},
    "additionalProperties": False,
    "maxProperties": 30,
}
COUNTED = _or_null(_object(definition=TEXT, n=_or_null(PEOPLE)))
KIND = _one_of("integer", "persons", "decimal", "percent", "text", "date")
MARKS = ("bar", "line", "point", "area", "rule")
CHANNELS = ("x", "y", "x2", "y2", "color")
FIELD = {"type": "string", "pattern": "^[a-z][a-z0-9_]{0,40}$"}
"""A field of a chart's data; Vega-Lite would read a dot or a bracket in it as a path."""
MOST_DRAWN = 1_000
"""The most rows of data of a Vega-Lite chart."""
LAYER = _object(
    mark=_one_of(*MARKS),
    encoding={
        "type": "object",
        "properties": {channel: _object(field=FIELD) for channel in CHANNELS},
        "required": ["x", "y"],
        "additionalProperties": False,
    },
)
BLOCKS: dict[str, dict[str, Any]] = {
    "text": _object(type={"const": "text"}, text=TEXT, role=_one_of("heading", "paragraph", "note"), values=VALUES),
    "statement": _object(
        type={"const": "statement"},
        id=NAME,
        field=NAME,
        question=NAME,
        wording=LABEL,
        text=TEXT,
        values=VALUES,
        base=_one_of("answered", "asked"),
        count=_or_null(PEOPLE),
        n=_or_null(PEOPLE),
        share=_or_null(FRACTION),
        low=_or_null(FRACTION),
        high=_or_null(FRACTION),
        offers=_or_null(COUNT),
        revisions=_array(NAME, 100),
        suppressed=_or_null(REASON),
    ),
    "figure": _object(
        type={"const": "figure"},
        indicator=NAME,
        name=TEXT,
        definition=TEXT,
        definition_version={"type": "integer", "minimum": 1, "maximum": 10_000},
        period=PERIOD,
        numerator=_or_null(COUNT),
        denominator=_or_null(COUNT),
        value=_or_null(FRACTION),
        low=_or_null(FRACTION),
        high=_or_null(FRACTION),
        unit=_one_of("percent"),
        better=_one_of("up", "down", "neutral"),
        preliminary={"type": "boolean"},
        source=_one_of("survey", "offers", "survey+offers"),
        suppressed=_or_null(REASON),
    ),
    "table": _object(
        type={"const": "table"},
        id=NAME,
        caption=TEXT,
        columns={
            **_array(_object(label=LABEL, kind=KIND), 50),
            "minItems": 1,
        },
        rows=_array(_array(VALUE, 50), 5_000),
        counted=COUNTED,
    ),
    "chart": _object(
        type={"const": "chart"},
        id=NAME,
        caption=TEXT,
        unit=_one_of("percent", "integer"),
        bars=_array(_object(label=LABEL, value=VALUE, low=_or_null(FRACTION), high=_or_null(FRACTION)), 200),
        counted=COUNTED,
    ),
    "vega_lite": _object(
        type={"const": "vega_lite"},
        id=NAME,
        caption=TEXT,
        fields={**_array(_object(name=FIELD, label=LABEL, kind=KIND), 12), "minItems": 2},
        rows=_array(_array(VALUE, 12), MOST_DRAWN),
        layers={**_array(LAYER, 4), "minItems": 1},
        row=_or_null(FIELD),
        column=_or_null(FIELD),
        counted=COUNTED,
    ),
}
"""One schema for each type of block."""

OUTPUT = _object(blocks=_array({"type": "object", "required": ["type"]}, 5_000))
PARAMETER = _object(
    name={"type": "string", "pattern": "^[a-z][a-z0-9_]{0,40}$"},
    kind=_one_of("integer", "decimal", "text", "choice", "flag"),
    label=TEXT,
    default={"anyOf": [NUMBER, {"type": "string", "maxLength": 200}, {"type": "boolean"}]},
    choices=_array(_object(name=NAME, label=TEXT), 100),
    low=_or_null(NUMBER),
    high=_or_null(NUMBER),
)
INFO = _object(
    name={"type": "string", "pattern": "^[a-z][a-z0-9_]{0,62}$"},
    version={"type": "string", "pattern": "^[0-9A-Za-z][0-9A-Za-z.+!-]{0,40}$"},
    title=TEXT,
    questionnaires={**_array(NAME, 20), "uniqueItems": True},
    offers={"type": "boolean"},
    permissions={**_array(_one_of("aggregates", "rows", "texts"), 3), "uniqueItems": True},
    author={"type": "string", "maxLength": 200},
    description={"anyOf": [TEXT, {"type": "object", "maxProperties": 0}]},
    parameters=_array(PARAMETER, 40),
)
"""What a plugin says of itself."""
