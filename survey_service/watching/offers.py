"""What waits in the register of offers."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.offers import confirming, notices
from survey_service.watching.model import Decision, Look, counted, oldest


def new(look: Look) -> Iterator[Decision]:
    """Offers that were sent in and stand nowhere yet."""
    waiting = [row for row in look.offers() if row.moderation == "submitted" and not row.listed]
    yield from counted(len(waiting), oldest(row.since for row in waiting))


def changed(look: Look) -> Iterator[Decision]:
    """Changes of offers that stand in the directory as they were before."""
    waiting = [row for row in look.offers() if row.moderation == "submitted" and row.listed]
    yield from counted(len(waiting), oldest(row.since for row in waiting))


def told(look: Look) -> Iterator[Decision]:
    """What readers of the directory have said is wrong."""
    found = notices.all_open(look.store)
    yield from counted(len(found), oldest(notice.day for notice in found))


def unconfirmed(look: Look) -> Iterator[Decision]:
    """Offers that nobody has confirmed for too long."""
    yield from counted(confirming.standing(look.store, look.today, look.settings)[0])


def to_call(look: Look) -> Iterator[Decision]:
    """Offers to confirm of which nobody can be reached by mail."""
    yield from counted(confirming.standing(look.store, look.today, look.settings)[1])
