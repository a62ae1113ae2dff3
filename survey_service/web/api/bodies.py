"""The bodies of requests: JSON objects with known members."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
from flask import request

from survey_service.problems import Problem
from survey_service.responses import receipts

Check = Callable[[Any], bool]
API, WEB = "api", "web"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
"""A UUID as it is stored."""


def is_text(value: Any) -> bool:
    return isinstance(value, str)


def is_seed(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**31


def is_receipt(value: Any) -> bool:
    return isinstance(value, str) and receipts.is_whole(value)


def is_mode(value: Any) -> bool:
    return value in (API, WEB)


def is_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, str) for one in value)


def are_inputs(value: Any) -> bool:
    """Tell whether a value is what a phone keeps of a page: texts and lists of texts by name."""
    return isinstance(value, dict) and all(is_text(one) or is_texts(one) for one in value.values())


def read(needed: Mapping[str, Check], optional: Mapping[str, Check]) -> Mapping[str, Any]:
    """Return the members of the request's body, checked; ``id`` is a UUID, as it is stored. Raises as `members`."""
    body = members(needed, optional)
    try:
        return body if _UUID.fullmatch(body["id"]) else {**body, "id": str(uuid.UUID(body["id"]))}
    except ValueError:
        raise _refused(["id"]) from None


def members(needed: Mapping[str, Check], optional: Mapping[str, Check]) -> Mapping[str, Any]:
    """Return the members of the request's body, checked.

    Raises Problems request.media_type, request.not_json and request.members.
    """
    if request.mimetype != "application/json":
        raise Problem("request.media_type")
    try:
        body = orjson.loads(request.get_data(cache=False))
    except orjson.JSONDecodeError as error:
        raise Problem("request.not_json", reason=error.msg) from None
    if not isinstance(body, dict):
        raise Problem("request.not_json", reason="not an object")
    wrong = [name for name, check in needed.items() if name not in body or not check(body[name])]
    wrong += [name for name in body if name not in needed and not (name in optional and optional[name](body[name]))]
    if wrong:
        raise _refused(wrong)
    return body


def _refused(wrong: Sequence[str]) -> Problem:
    return Problem("request.members", members=", ".join(wrong), faults=tuple({"member": name} for name in wrong))
