"""What is wrong inside a package, each with its place; all of it is collected before anything is refused."""

from __future__ import annotations

from typing import NoReturn

from survey_service.problems import D_, Problem, Said, said

_MOST_LISTED = 40


class Faults:
    """The faults found so far in one file of a package."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.found: list[tuple[str, Said]] = []

    def add(self, place: str, fault: Said) -> None:
        self.found.append((place, fault))

    def raise_if_any(self) -> None:
        """Raise Problem package.faulty with the faults, the first ones listed."""
        if self.found:
            self.refuse()

    def refuse(self) -> NoReturn:
        """Raise Problem package.faulty with the faults, the first ones listed."""
        listing = tuple(self._line(*each) for each in self.found[:_MOST_LISTED])
        faults = tuple({"place": place, "message": fault} for place, fault in self.found)
        raise Problem("package.faulty", count=len(self.found), listing=listing, faults=faults)

    def _line(self, place: str, fault: Said) -> Said:
        where = f"{self.file}: {place}" if place else self.file
        return said(D_("%(where)s: %(fault)s"), where=where, fault=fault)
