"""Faults in definition files: each says file, place, fault and remedy; all are collected before any is raised."""

from __future__ import annotations

from dataclasses import dataclass, field

from survey_service.problems import Problem


@dataclass(frozen=True)
class Fault:
    """One fault. ``line`` counts from 1; 0 means that the place has no line of its own."""

    file: str
    line: int
    place: str
    fault: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.place}: {self.fault} → {self.remedy}"


@dataclass
class Faults:
    """The faults found so far."""

    found: list[Fault] = field(default_factory=list)

    def add(self, file: str, line: int, place: str, fault: str, remedy: str) -> None:
        entry = Fault(file, line, place, fault, remedy)
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
            listing="\n".join(f"  {entry}" for entry in ordered),
            faults=tuple(vars(entry) for entry in ordered),
        )
