"""What an operator or a manager must look after: store, disk, backups, mail, scheduled work, the audit log."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from survey_service import outbox
from survey_service.mailing import server_of
from survey_service.responses.collection import RESPONSES
from survey_service.settings import Settings
from survey_service.watching import backups, chain, work
from survey_service.watching.model import Decision, Look, counted

GIB = 1 << 30
_LOW, _SCARCE = (2 * GIB, 0.10), (GIB // 2, 0.03)
_PLENTY = 50 * GIB
STALE_MAIL = dt.timedelta(days=1)
"""Mail that has been waiting for longer needs a look."""
GOOD, LOW, SCARCE = "good", "low", "scarce"


@dataclass(frozen=True)
class Disk:
    """Where the instance lies: free bytes, all bytes, and GOOD, LOW or SCARCE."""

    free: int
    total: int
    state: str


def disk(settings: Settings) -> Disk:
    """Return how much room there is. Raises OSError."""
    usage = shutil.disk_usage(settings.instance)
    return Disk(usage.free, usage.total, _room(usage.free, usage.total))


def _room(free: int, total: int) -> str:
    if free >= _PLENTY:
        return GOOD
    for state, (least, share) in ((SCARCE, _SCARCE), (LOW, _LOW)):
        if free < least or free < share * total:
            return state
    return GOOD


def unhealthy(look: Look) -> Iterator[Decision]:
    """A store that takes no changes."""
    yield from counted(not look.store.healthy())


def full(look: Look) -> Iterator[Decision]:
    """A disk that has little room left."""
    found = disk(look.settings)
    if found.state != GOOD:
        percent = 100 * found.free // max(1, found.total)
        yield Decision(1, facts={"free": found.free, "percent": percent, "state": found.state})


def unsaved(look: Look) -> Iterator[Decision]:
    """No backup for longer than the setting allows; none at all counts once there are responses."""
    most = look.settings.backup_days
    if not most:
        return
    last = backups.newest(backups.all_backups(look.store, look.settings))
    if last is None:
        if look.store.collection(RESPONSES).count():
            yield Decision(1)
    elif backups.age(last, look.now) >= most:
        yield Decision(1, last.at[:10])


def returned(look: Look) -> Iterator[Decision]:
    """Mail that was given up."""
    yield from counted(*_mails(look, outbox.FAILED))


def stuck(look: Look) -> Iterator[Decision]:
    """Mail that no server has taken for a day."""
    count, since = _mails(look, outbox.WAITING)
    if since and since <= (look.today - STALE_MAIL).isoformat():
        yield Decision(count, since)


def by_hand(look: Look) -> Iterator[Decision]:
    """Mail that has to be passed on by hand, because no server is set."""
    if server_of(look.settings.mail_url) is None:
        yield from counted(*_mails(look, outbox.OUTBOX))


def undone(look: Look) -> Iterator[Decision]:
    """Scheduled work that failed or is late, one each."""
    for each in work.all_work(look.store):
        if each.fault or each.late(look.now):
            since = each.done or each.failed
            yield Decision(1, since.date().isoformat() if since else "", subject=each.name, facts={"code": each.fault})


def broken(look: Look) -> Iterator[Decision]:
    """An audit log that was not whole at the last look."""
    last = chain.last(look.store)
    if last is not None and last.fault:
        yield Decision(1, last.at.date().isoformat(), facts={"number": last.fault})


def _mails(look: Look, place: str) -> tuple[int, str]:
    """Return how many mails are in a place, and the day of the oldest by the name of its file, "" if there is none."""
    names = sorted(path.name for path in outbox.paths(look.settings.instance, place))
    return len(names), dt.date.fromisoformat(names[0][:8]).isoformat() if names else ""
