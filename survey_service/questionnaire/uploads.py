"""The answer that is a file: ``{"file": id, "name": …, "type": …, "size": …}``. Its content lies elsewhere."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_service.questionnaire.file_kinds import ACCEPTED, KINDS
from survey_service.questionnaire.values import FILE

TYPES = tuple(ACCEPTED)
"""The question types whose answer is a file."""
TRIED = "0" * 32
"""The id of a file that was only named, in a test run; nothing is stored under it."""
LONGEST_NAME = 100
_ID = re.compile(r"[0-9a-f]{32}")
_DIRECTIONS = re.compile(r"[\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]")
_MOST_BYTES = 10**9


@dataclass(frozen=True)
class Refused:
    """An input: a file that was brought and not taken, for the reason ``code`` with ``values``; ``before`` is the file
    that the question had and keeps. No program can send it, and it is saved nowhere."""

    code: str
    values: Mapping[str, Any] = field(default_factory=dict)
    before: Any = None


def is_file(answer: Any) -> bool:
    """Tell whether an answer or input is a file as we write it."""
    return (
        isinstance(answer, Mapping)
        and answer.keys() == FILE
        and isinstance(answer["file"], str)
        and _ID.fullmatch(answer["file"]) is not None
        and isinstance(answer["name"], str)
        and 0 < len(answer["name"]) <= LONGEST_NAME
        and answer["type"] in (*KINDS, "")
        and type(answer["size"]) is int
        and 0 <= answer["size"] <= _MOST_BYTES
    )


def files_in(answers: Any) -> Iterator[Mapping[str, Any]]:
    """Yield all files in answers or inputs, those in entries of repeats too."""
    if is_file(answers):
        yield answers
    elif isinstance(answers, Mapping):
        for answer in answers.values():
            yield from files_in(answer)
    elif isinstance(answers, Sequence) and not isinstance(answers, str):
        for answer in answers:
            yield from files_in(answer)


def ids(answers: Any) -> Iterator[str]:
    """Yield the ids of all files in answers or inputs."""
    return (answer["file"] for answer in files_in(answers))


def clean_name(name: str, mime: str) -> str:
    """Return a name of a file without folders, signs that nobody sees, and an ending of another type; at most 100
    characters."""
    name = name.replace("\\", "/").rpartition("/")[2]
    name = _DIRECTIONS.sub("", unicodedata.normalize("NFC", name))
    name = "".join(sign if unicodedata.category(sign)[0] != "C" else "" for sign in name)
    name = " ".join(name.split()).strip(". ")
    endings = KINDS[mime].endings
    ending = next((ending for ending in endings if name.lower().endswith(ending)), "")
    stem = name[: len(name) - len(ending)] if ending else name
    ending = name[len(stem) :] or endings[0]
    return (stem.strip(". ")[: LONGEST_NAME - len(ending)] or "file") + ending
