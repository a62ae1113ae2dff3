"""What waits around responses: those set aside, and people who want to be contacted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from survey_service.responses import contact_wishes, quarantine
from survey_service.watching.model import Decision, Look, counted


def aside(look: Look) -> Iterator[Decision]:
    """Responses in quarantine."""
    yield from counted(quarantine.waiting(look.store), _iso(quarantine.oldest(look.store)))


def wishes(look: Look) -> Iterator[Decision]:
    """People who want to be contacted."""
    yield from counted(contact_wishes.waiting(look.store), _iso(contact_wishes.oldest(look.store)))


def _iso(day: dt.date | None) -> str:
    return day.isoformat() if day is not None else ""
