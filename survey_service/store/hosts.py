"""Which machines serve this instance: each says now and then that it is there, its version and how it is set up."""

from __future__ import annotations

import os
import secrets
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

HOSTS = CollectionSpec("hosts", unique=("name",))
"""Documents ``{"name", "version", "since", "seen", "facts"}``; times in seconds since 1970-01-01 UTC."""
EVERY = 20.0
"""Seconds between two signs of life."""
AWAY = 90.0
"""Seconds without one after which a host counts as away."""
FORGOTTEN = 7 * 86_400.0
"""Seconds without one after which a host is not listed any more."""
_RUN = secrets.token_hex(4)


@dataclass(frozen=True)
class Host:
    """A machine: its name, version of the service, since when and until when it was seen, and how it is set up.

    ``facts`` are what all machines must agree on: a name and a value that may be shown.
    """

    name: str
    version: str
    since: float
    seen: float
    facts: Mapping[str, str]

    def away(self, now: float) -> bool:
        """Tell whether nothing was heard of it for a while."""
        return now - self.seen > AWAY


def here() -> str:
    """Return the name of this machine."""
    return socket.gethostname()


def process() -> str:
    """Return a name of this process that no other has, on whatever machine: who holds what it claims."""
    return f"{here()}:{os.getpid()}:{_RUN}"


def beat(store: Store, name: str, version: str, facts: Mapping[str, str], now: float) -> None:
    """Note that a machine is there; of several processes on it that say so at once, one is enough."""
    hosts = store.collection(HOSTS)
    found = hosts.first(name=name)
    began = found is None or found.body["version"] != version or now - found.body["seen"] > AWAY
    body = {
        "name": name,
        "version": version,
        "since": now if found is None or began else found.body["since"],
        "seen": now,
        "facts": dict(facts),
    }
    try:
        if found is None:
            hosts.add(body)
        else:
            hosts.replace(found.id, body, version=found.version)
    except Problem as problem:
        if problem.code not in ("store.duplicate", "store.conflict", "store.missing"):
            raise


def seen(store: Store, now: float) -> tuple[Host, ...]:
    """Return the machines of the last days by name."""
    found = (Host(**stored.body) for stored in store.collection(HOSTS).find())
    return tuple(sorted((host for host in found if now - host.seen <= FORGOTTEN), key=lambda host: host.name))


def forget_old(store: Store, now: float) -> int:
    """Erase the machines that were not seen for long; return how many."""
    hosts = store.collection(HOSTS)
    old = [stored for stored in hosts.find() if now - stored.body["seen"] > FORGOTTEN]
    for stored in old:
        hosts.delete(stored.id)
    return len(old)


def differing(found: Sequence[Host], now: float) -> tuple[str, ...]:
    """Return in what the machines that are there differ: ``version`` and names of facts."""
    present = [{"version": host.version, **host.facts} for host in found if not host.away(now)]
    names = dict.fromkeys(name for each in present for name in each)
    return tuple(name for name in names if len({each.get(name, "") for each in present}) > 1)
