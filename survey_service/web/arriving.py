"""How a response arrives: what `quarantine` looks at, read from the present request and stored nowhere."""

from __future__ import annotations

from survey_service import clock
from survey_service.responses.modes import HELPED
from survey_service.responses.quarantine import Arrival
from survey_service.web import way_in
from survey_service.web.context import current


def told(seconds: int | None, mode: str = "") -> Arrival:
    """Return how the present response arrives; ``seconds`` is how long it took, None if nobody knows.

    Whoever helps others sends many from one place, so those are not counted.
    """
    recent = 1 if mode in HELPED else current().rates.count(way_in.network(), clock.now())
    return Arrival(recent, seconds)


def arrival(begun: int, mode: str = "") -> Arrival:
    """Return how a response arrives whose draft was begun then, in seconds since 1970; 0 if nobody knows."""
    return told(max(0, int(clock.now().timestamp()) - begun) if begun else None, mode)
