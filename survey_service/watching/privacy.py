"""What waits around erasing: rules that do not run, reports that count answers which were withdrawn."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.privacy import erasing, rounds
from survey_service.watching.model import Decision, Look, counted


def overdue(look: Look) -> Iterator[Decision]:
    """Rules of erasing that fail, or have not run for long."""
    yield from counted(rounds.overdue(look.store, look.now))


def to_make_anew(look: Look) -> Iterator[Decision]:
    """Reports that count answers which were withdrawn meanwhile."""
    yield from counted(erasing.to_make_anew(look.store))
