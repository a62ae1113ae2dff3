"""An entry of the register as a file or another register proposes it, before anything was judged or stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

_NONE: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True)
class Proposed:
    """One entry to be: ``source`` is the file or address it comes from, ``place`` where in it (a sheet, or a path),
    ``answers`` the inputs for the judge, ``language`` that of its texts.

    ``key`` (a UUID) is the same each time the same entry is read, so that a second import changes nothing. ``offer`` is
    the id of the offer it is meant for, "" if it names none, ``confirmed`` the day (ISO) on which its provider checked
    it, "" for the day of the import. In a table ``row`` counts from 1, ``columns`` has the letter of each question's
    column, ``texts`` what its cells say, ``doubts`` why an answer is to be looked at: question → a code of
    ``bulk.notes``.
    """

    source: str
    place: str
    answers: Mapping[str, Any]
    language: str
    key: str
    offer: str = ""
    confirmed: str = ""
    row: int = 0
    columns: Mapping[str, str] = field(default_factory=lambda: _NONE)
    texts: Mapping[str, str] = field(default_factory=lambda: _NONE)
    doubts: Mapping[str, str] = field(default_factory=lambda: _NONE)
