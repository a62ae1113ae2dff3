"""Places in repeats: where an answer stands among nested answers, and changing nested inputs without touching others.

Answers nest: ``{"household": [{"name": "Ali"}, {"name": "Sara"}]}``. A path names entries from outside in, indexes
from 0: ``(("household", 1),)``. A key names a question at a path in one text, numbers from 1: ``household~2/name``; a
question outside repeats is its name alone. No name has ``~`` or ``/``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from survey_service.questionnaire.values import Path

MAX_ENTRIES = 100
"""How many entries a repeat can have within one entry of its parent."""


def prefix(path: Path) -> str:
    """Return what stands before a name in a key: ``household~2/``, or nothing outside repeats."""
    return "".join(f"{repeat}~{index + 1}/" for repeat, index in path)


def key(path: Path, name: str) -> str:
    """Return the key of a question or repeat at a path."""
    return prefix(path) + name


def entries(answers: Mapping[str, Any], repeat: str) -> list[Any]:
    """Return the entries of a repeat among answers or inputs, none if there are none or something else stands there."""
    found = answers.get(repeat)
    return list(found) if isinstance(found, list | tuple) else []


def at(answers: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    """Return the answers (or inputs) at a path, nothing if there is no such entry."""
    for repeat, index in path:
        found = entries(answers, repeat)
        answers = found[index] if index < len(found) and isinstance(found[index], Mapping) else {}
    return answers


def put(inputs: Mapping[str, Any], path: Path, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs with ``values`` laid over those at a path; entries that are missing before it become empty."""
    if not path:
        return {**inputs, **values}
    (repeat, index), *rest = path
    found = entries(inputs, repeat)
    found += [{} for _ in range(index + 1 - len(found))]
    inner = found[index] if isinstance(found[index], Mapping) else {}
    found[index] = put(inner, tuple(rest), values)
    return {**inputs, repeat: found}


def without(inputs: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return the inputs without the entry at a path; those behind it move up."""
    (repeat, index), *outer = path[-1], *path[:-1]
    found = entries(at(inputs, tuple(outer)), repeat)
    return put(inputs, tuple(outer), {repeat: [*found[:index], *found[index + 1 :]]})


def keys_without(keys: Iterable[str], path: Path) -> tuple[str, ...]:
    """Return keys as they are after the entry at a path is gone: its own are left out, those behind it move up."""
    (repeat, index), start = path[-1], prefix(path[:-1])
    kept = []
    for one in keys:
        head, slash, rest = one[len(start) :].partition("/")
        name, tilde, number = head.partition("~")
        if one.startswith(start) and slash and tilde and name == repeat:
            if int(number) == index + 1:
                continue
            if int(number) > index + 1:
                one = f"{start}{repeat}~{int(number) - 1}/{rest}"
        kept.append(one)
    return tuple(kept)
