"""How the service itself is doing: facts, each with whether it is in order, for people who are no operators."""

from __future__ import annotations

import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_service import __version__, languages, outbox
from survey_service.accounts import audit
from survey_service.mailing import server_of
from survey_service.reports import installed
from survey_service.responses.collection import RESPONSES
from survey_service.store import hosts, is_postgres
from survey_service.watching import backups, chain, machine, systems, work
from survey_service.watching.model import Find, Look

GOOD, HEED, ACT = "good", "heed", "act"
LEVELS = (GOOD, HEED, ACT)
"""In order; to be looked at; something must be done."""


@dataclass(frozen=True)
class Fact:
    """One fact: a name, a level, and values for its words."""

    name: str
    level: str
    values: dict[str, Any] = field(default_factory=dict)


def facts(look: Look) -> list[Fact]:
    """Return all facts, in the order in which they are read."""
    return [make(look) for make in _FACTS]


def worst(found: Sequence[Fact]) -> str:
    """Return the worst level."""
    return max((fact.level for fact in found), key=LEVELS.index, default=GOOD)


def _level(look: Look, *finds: Find, bad: str = ACT) -> str:
    return bad if any(True for find in finds for _ in find(look)) else GOOD


def _store(look: Look) -> Fact:
    kind = "postgresql" if is_postgres(look.settings.store) else "embedded"
    healthy = look.store.healthy()
    values = {"kind": kind, "healthy": healthy, "responses": look.store.collection(RESPONSES).count()}
    return Fact("store", GOOD if healthy else ACT, values)


def _disk(look: Look) -> Fact:
    found = machine.disk(look.settings)
    level = {machine.GOOD: GOOD, machine.LOW: HEED, machine.SCARCE: ACT}[found.state]
    return Fact("disk", level, {"free": found.free, "total": found.total})


def _backup(look: Look) -> Fact:
    noted = backups.all_backups(look.store, look.settings)
    last = backups.newest(noted)
    age = None if last is None else backups.age(last, look.now)
    back = backups.newest(noted, backups.RESTORED)
    values = {"last": last, "age": age, "restored": back, "watched": bool(look.settings.backup_days)}
    return Fact("backup", _level(look, machine.unsaved), values)


def _mail(look: Look) -> Fact:
    folder = look.settings.instance
    counts = {place: outbox.count(folder, place) for place in outbox.PLACES}
    level = _level(look, machine.stuck)
    if level == GOOD:
        level = _level(look, machine.returned, machine.by_hand, bad=HEED)
    return Fact("mail", level, {"server": server_of(look.settings.mail_url) is not None, **counts})


def _plugins(look: Look) -> Fact:
    known = installed.all_plugins(look.store)
    values = {
        "failing": [each.name for each in known if each.off == installed.FAILING],
        "disabled": [each.name for each in known if each.off == installed.DISABLED],
        "waiting": [each.name for each in known if each.waiting],
    }
    level = ACT if values["failing"] else HEED if values["waiting"] else GOOD
    return Fact("plugins", level, values)


def _work(look: Look) -> Fact:
    rounds = work.all_work(look.store)
    bad = [each.name for each in rounds if each.fault or each.late(look.now)]
    level = ACT if bad else GOOD if any(each.done for each in rounds) else HEED
    return Fact("work", level, {"rounds": rounds, "bad": bad})


def _languages(look: Look) -> Fact:
    offered = [entry.tag for entry in languages.offered()]
    lost = look.texts.now().lost
    return Fact("languages", HEED if lost else GOOD, {"offered": offered, "lost": dict(lost)})


def _audit(look: Look) -> Fact:
    last = chain.last(look.store)
    level = HEED if last is None else ACT if last.fault else GOOD
    return Fact("audit", level, {"last": last, "count": audit.newest(look.store)[0]})


def _address(look: Look) -> Fact:
    url = str(look.settings.public_url)
    return Fact("address", GOOD if url.startswith("https://") else HEED, {"url": url})


def _hosts(look: Look) -> Fact:
    now = look.now.timestamp()
    found = hosts.seen(look.store, now)
    away = [each.name for each in found if each.away(now)]
    level = _level(look, systems.differing)
    level = HEED if away and level == GOOD else level
    return Fact("hosts", level, {"present": [each.name for each in found if each.name not in away], "away": away})


def _version(_look: Look) -> Fact:
    return Fact("version", GOOD, {"version": __version__, "python": platform.python_version()})


_FACTS: tuple[Callable[[Look], Fact], ...] = (
    *(_store, _disk, _backup, _mail, _work, _plugins, _languages, _audit, _address, _hosts, _version),
)
