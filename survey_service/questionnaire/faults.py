"""Faults in definition files: each says file, place, fault and remedy; all are collected before any is raised."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from survey_service.problems import D_, Problem, Said, said

_LONGEST = 60


@dataclass(frozen=True)
class Fault:
    """One fault.

    ``line`` counts from 1; 0 means that the place has no line of its own. ``place`` is "" where the whole file is
    meant, ``key`` the key that is at fault, or "".
    """

    file: str
    line: int
    place: str
    fault: Said
    remedy: Said
    key: str = ""

    @property
    def said(self) -> Said:
        """All of it in one line."""
        where = f"{self.file}:{self.line}" if self.line else self.file
        if not self.place:
            return said(D_("%(where)s: %(fault)s → %(remedy)s"), where=where, fault=self.fault, remedy=self.remedy)
        return said(
            D_("%(where)s: %(place)s: %(fault)s → %(remedy)s"),
            where=where,
            place=self.place,
            fault=self.fault,
            remedy=self.remedy,
        )

    def __str__(self) -> str:
        return str(self.said)


@dataclass
class Faults:
    """The faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, place: str, fault: Said, remedy: Said, key: str = "") -> None:
        entry = Fault(file, line, place, fault, remedy, key)
        if entry not in self.found:
            self.found.append(entry)

    def raise_if_any(self) -> None:
        """Raise Problem questionnaire.faulty with all faults, in the order of files and lines."""
        if not self.found:
            return
        ordered = sorted(self.found, key=lambda entry: (entry.file, entry.line))
        raise Problem(
            "questionnaire.faulty",
            count=len(ordered),
            listing=tuple(entry.said for entry in ordered),
            faults=tuple(vars(entry) for entry in ordered),
        )


def shown(value: object) -> str:
    """Return a value of definition data as it is written there, a text in quotation marks, cut if it is long."""
    text = f"“{value}”" if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
