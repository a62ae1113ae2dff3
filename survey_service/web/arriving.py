"""How a response arrives: what `quarantine` looks at, read from the present request and stored nowhere."""

from __future__ import annotations

import ipaddress

from flask import request

from survey_service import clock
from survey_service.responses.modes import HELPED
from survey_service.responses.quarantine import Arrival
from survey_service.web import way_in
from survey_service.web.context import current


def told(seconds: int | None, mode: str = "") -> Arrival:
    """Return how the present response arrives; ``seconds`` is how long it took, None if nobody knows.

    Whoever helps others sends many from one place, so those are not counted.
    """
    counted = mode not in HELPED and _is_from_outside()
    return Arrival(current().rates.count(way_in.network(), clock.now()) if counted else 1, seconds)


def arrival(begun: int, mode: str = "") -> Arrival:
    """Return how a response arrives whose draft was begun then, in seconds since 1970; 0 if nobody knows."""
    return told(max(0, int(clock.now().timestamp()) - begun) if begun else None, mode)


def _is_from_outside() -> bool:
    """Tell whether the address is one of the internet. One of our own network may be a proxy that nobody has told us of
    (`SURVEY_PROXIES`), and then everybody would seem to come from it."""
    try:
        return ipaddress.ip_address(request.remote_addr or "").is_global
    except ValueError:
        return False
