"""What waits around other systems and other machines."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.accounts import tokens
from survey_service.hooks import deliveries, endpoints
from survey_service.store import hosts
from survey_service.watching.model import Decision, Look, counted


def undelivered(look: Look) -> Iterator[Decision]:
    """Webhooks that were given up."""
    yield from counted(deliveries.failed(look.store))


def failing(look: Look) -> Iterator[Decision]:
    """Systems that could not be told so often that they are paused, one each."""
    for each in endpoints.everyone(look.store):
        if each.state == endpoints.FAILING:
            yield Decision(1, subject=str(each.id), facts={"name": each.name})


def ending(look: Look) -> Iterator[Decision]:
    """Tokens that end soon, one each."""
    for each in tokens.ending(look.store, now=look.now):
        yield Decision(1, until=each.until, subject=str(each.id), facts={"name": each.name})


def differing(look: Look) -> Iterator[Decision]:
    """Machines that are not set up alike."""
    now = look.now.timestamp()
    found = hosts.differing(hosts.seen(look.store, now), now)
    if found:
        yield Decision(len(found), facts={"names": ", ".join(found)})
