"""All looks, in the order in which their findings are told."""

from __future__ import annotations

from collections.abc import Iterator

from survey_service.advising import address, database, duties, files, machine, outside
from survey_service.advising.model import SEVERITIES, Check, Finding, Look

CHECKS: tuple[Check, ...] = (
    *(address.public_url, address.proxies, files.secrets, files.room, files.left, duties.saved, duties.factors),
    *(duties.mail, duties.names, database.server, database.way, database.shared),
    *(machine.clock, machine.zones, machine.scripts, machine.shut_in),
)
OUTSIDE: tuple[Check, ...] = (outside.public, outside.mail)
"""Looks that open connections; they are made when asked for."""


def findings(look: Look, *, connect: bool = False) -> list[Finding]:
    """Return what is found, the gravest first."""
    found = list(_all(look, (*CHECKS, *OUTSIDE) if connect else CHECKS))
    return sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))


def _all(look: Look, checks: tuple[Check, ...]) -> Iterator[Finding]:
    for check in checks:
        yield from check(look)
