"""What a plugin sent → blocks that may be stored and shown, or the first fault that forbids it."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema_rs import Draft202012Validator, ValidationError, ValidationErrorKind

from survey_service.reports import schema
from survey_service.statistics.disclosure import share_reason

Blocks = list[dict[str, Any]]

MARKUP = re.compile(r"<[a-zA-Z/!?]|&#?[a-zA-Z0-9]+;")
ADDRESS = re.compile(r"[a-z][a-z0-9+.-]*://|\bwww\.|\b(javascript|data|mailto|vbscript):", re.IGNORECASE)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\ud800-\udfff]")
PLACEHOLDER = re.compile(r"%(?:\((?P<name>[a-z][a-z0-9_]*)\)s|(?P<percent>%)|(?P<fault>.|$))", re.DOTALL)
_FORBIDDEN = ((MARKUP, "markup"), (ADDRESS, "address"), (CONTROL, "characters"))


class Unusable(ValueError):
    """The output of a plugin can't be used; the message is ``place: fault`` and holds no text of the plugin."""

    def __init__(self, place: str, fault: str) -> None:
        super().__init__(f"{place}: {fault}" if place else fault)


def read_json(data: bytes) -> Any:
    """Return the JSON value in ``data``. Raises Unusable for garbage, NaN, infinite numbers and bombs."""
    if len(data) > schema.MAX_BYTES:
        raise Unusable("", f"more than {schema.MAX_BYTES} bytes")
    try:
        value = json.loads(data, parse_constant=_refuse)
        _check_strings_and_numbers(value)
    except (ValueError, RecursionError) as error:
        raise error if isinstance(error, Unusable) else Unusable("", "not JSON") from None
    return value


def _refuse(name: str) -> None:
    raise Unusable("", name)


def _check_strings_and_numbers(value: Any) -> None:
    for place, leaf in _leaves(value, ""):
        if isinstance(leaf, float) and not math.isfinite(leaf):
            raise Unusable(place, "not a finite number")
        if isinstance(leaf, str):
            for pattern, fault in _FORBIDDEN:
                if pattern.search(leaf):
                    raise Unusable(place, fault)


def _leaves(value: Any, place: str) -> Iterator[tuple[str, Any]]:
    """Yield (place, leaf) for each leaf and each key; the place names positions, keys of our schema, no content."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield place, key
            yield from _leaves(item, f"{place}/{key}" if re.fullmatch(r"[a-z_]{1,30}", key) else f"{place}/?")
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _leaves(item, f"{place}/{number}")
    else:
        yield place, value


_INFO, _OUTPUT = (Draft202012Validator(each, validate_formats=True) for each in (schema.INFO, schema.OUTPUT))
_BLOCKS = {name: Draft202012Validator(each, validate_formats=True) for name, each in schema.BLOCKS.items()}


def _validate(value: Any, validator: Draft202012Validator, place: str) -> None:
    """Raise Unusable for the outermost fault. A large output takes milliseconds: pages wait meanwhile."""
    errors = list(validator.iter_errors(value))
    if errors:
        error = _outermost(errors)
        path = "".join(f"/{part}" for part in error.instance_path)
        raise Unusable(f"{place}{path}", str(error.kind.name))


def _outermost(errors: Sequence[ValidationError]) -> ValidationError:
    """Return the fault nearest to the whole; of alternatives the fault of the one that has the type of the value."""
    error = min(errors, key=lambda error: len(error.instance_path))
    if isinstance(error.kind, ValidationErrorKind.AnyOf):
        here = len(error.instance_path)
        meant = [
            branch
            for branch in error.kind.context
            if not any(len(each.instance_path) == here and each.kind.name == "type" for each in branch)
        ]
        if len(meant) == 1:
            return _outermost(meant[0])
    return error


def check_info(info: Any) -> dict[str, Any]:
    """Return what a plugin says of itself if it keeps to the schema. Raises Unusable."""
    _validate(info, _INFO, "info")
    checked: dict[str, Any] = info
    return checked


def check_output(output: Any) -> Blocks:
    """Return the blocks of a plugin's output if they keep to the schema and to disclosure control. Raises Unusable."""
    _validate(output, _OUTPUT, "output")
    blocks: Blocks = output["blocks"]
    identifiers: set[str] = set()
    for number, block in enumerate(blocks):
        place = f"blocks/{number}"
        if block["type"] not in _BLOCKS:
            raise Unusable(place, "type")
        _validate(block, _BLOCKS[block["type"]], place)
        _RULES[block["type"]](block, place)
        if "id" in block:
            if block["id"] in identifiers:
                raise Unusable(place, "the id stands twice")
            identifiers.add(block["id"])
    return blocks


def _placeholders(text: Mapping[str, str], values: Mapping[str, Any], place: str) -> None:
    for wording in text.values():
        for match in PLACEHOLDER.finditer(wording):
            if match["fault"] is not None:
                raise Unusable(place, "a “%” that is neither “%(name)s” nor “%%”")
            if match["name"] is not None and match["name"] not in values:
                raise Unusable(place, "a name in the text has no value")


def _text(block: Mapping[str, Any], place: str) -> None:
    _placeholders(block["text"], block["values"], place)


def _interval(block: Mapping[str, Any], value: str, place: str) -> None:
    share, low, high = block[value], block["low"], block["high"]
    if (low is None) != (high is None) or (low is not None and not (share is not None and low <= share <= high)):
        raise Unusable(place, "the interval does not hold the value")


def _released(block: Mapping[str, Any], names: tuple[str, str, str], place: str) -> None:
    """Refuse a share of people that disclosure control would not let through."""
    numerator, base, share = (block[name] for name in names)
    if block["suppressed"] is not None:
        if numerator is not None or share is not None or block["low"] is not None:
            raise Unusable(place, "a suppressed value is given")
    elif numerator is None or base is None or share is None:
        raise Unusable(place, "a value is missing without a reason")
    elif share_reason(numerator, base) is not None:
        raise Unusable(place, "disclosure control: fewer than 5 people")


def _statement(block: Mapping[str, Any], place: str) -> None:
    _text(block, place)
    _interval(block, "share", place)
    _released(block, ("count", "n", "share"), place)


def _figure(block: Mapping[str, Any], place: str) -> None:
    _interval(block, "value", place)
    if block["source"] != "offers":
        _released(block, ("numerator", "denominator", "value"), place)
    elif block["numerator"] is None or block["denominator"] is None or block["numerator"] > block["denominator"]:
        raise Unusable(place, "the numerator is more than the denominator, or one is missing")


def _table(block: Mapping[str, Any], place: str) -> None:
    _cells(block, [column["kind"] for column in block["columns"]], place)


def _cells(block: Mapping[str, Any], kinds: list[str], place: str) -> None:
    for number, row in enumerate(block["rows"]):
        if len(row) != len(kinds):
            raise Unusable(f"{place}/rows/{number}", "the row has not one cell for each column")
        for kind, cell in zip(kinds, row, strict=True):
            if cell["kind"] not in (kind, "hidden"):
                raise Unusable(f"{place}/rows/{number}", "a cell is not of its column's kind")


def _chart(block: Mapping[str, Any], place: str) -> None:
    allowed = {"percent": ("percent", "hidden"), "integer": ("integer", "persons", "hidden")}[block["unit"]]
    for number, bar in enumerate(block["bars"]):
        if bar["value"]["kind"] not in allowed:
            raise Unusable(f"{place}/bars/{number}", "the value is not of the chart's unit")
        if bar["value"]["kind"] == "percent":
            _interval({"value": bar["value"]["value"], "low": bar["low"], "high": bar["high"]}, "value", place)
        elif bar["low"] is not None or bar["high"] is not None:
            raise Unusable(f"{place}/bars/{number}", "only a share has an interval")


def _vega_lite(block: Mapping[str, Any], place: str) -> None:
    kinds = {field["name"]: field["kind"] for field in block["fields"]}
    if len(kinds) < len(block["fields"]):
        raise Unusable(f"{place}/fields", "a name stands twice")
    _cells(block, [field["kind"] for field in block["fields"]], place)
    divided = [name for name in (block["row"], block["column"]) if name is not None]
    for number, layer in enumerate(block["layers"]):
        used = {channel: encoded["field"] for channel, encoded in layer["encoding"].items()}
        where = f"{place}/layers/{number}"
        if not {*used.values(), *divided} <= set(kinds):
            raise Unusable(where, "an encoding names a field that is not declared")
        if any(kinds[name] != "text" for name in divided) or kinds.get(used.get("color", ""), "text") != "text":
            raise Unusable(where, "colours, rows and columns divide by a text")
        for end in ("x2", "y2"):
            if end in used and (kinds[used[end]], kinds[used[end[0]]]).count("text"):
                raise Unusable(where, "a range needs two numbers or two dates")


_RULES = {
    "text": _text,
    "statement": _statement,
    "figure": _figure,
    "table": _table,
    "chart": _chart,
    "vega_lite": _vega_lite,
}
