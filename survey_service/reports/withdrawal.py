"""A withdrawn response leaves what was made of it: the snapshots that may hold it, and with them the reports' ground.

A snapshot's rows name nobody, so no row can be told to be that of a response. Each snapshot that has rows of the same
questionnaire, revision and quarter goes as a whole; the next report freezes a new one. The figures of a finished report
stay, but it is marked: it cannot be computed again, and is to be made anew before anything of it is published.

The working states that snapshots are made of know each row's document, so just the response is taken out of them. One
that is in use at that moment is left for the next time.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import orjson

from survey_service.reports import snapshot, working
from survey_service.reports.report import REPORTS
from survey_service.responses import retention
from survey_service.responses.holder import PENDING, WITHDRAWALS
from survey_service.responses.revisions import Publications
from survey_service.store import blobs, durable
from survey_service.store.base import Store

_ID = re.compile(r"[0-9a-f]{32}")
"""The name of a snapshot's folder; whatever else lies there is none of ours."""
_FOLLOWED = ".withdrawn.json"
"""How many withdrawals the working states of this machine have followed, by questionnaire."""


def reach(store: Store, folder: Path) -> int:
    """Take the withdrawn responses that are pending out of the snapshots below ``folder``; return how many went.

    It may be called again and again, by several processes at once.
    """
    pending = store.collection(PENDING)
    facts = list(pending.iterate())
    busy = {stored.id for stored in facts if not _forgotten(folder, stored.body)}
    fresh = [stored.body for stored in facts if not stored.body.get("working")]
    gone = {id for id in _snapshots(folder) if any(_may_hold(folder, id, body) for body in fresh)}
    for id in sorted(gone):
        _remove(folder, id)
        _mark(store, id)
    for stored in facts:
        with store.transaction():
            now = pending.get(stored.id)
            if now is not None and stored.id in busy:
                pending.replace(now.id, {**now.body, "working": True}, version=now.version)
            elif now is not None:
                pending.delete(now.id)
    return len(gone)


def _forgotten(folder: Path, response: Mapping[str, Any]) -> bool:
    """Take a response out of the working states; return False if somebody is at one of them."""
    done = True
    for table in (f"responses-{response['questionnaire']}", f"texts-{response['questionnaire']}"):
        if "response" in response:
            done &= working.forget(folder, table, frozenset([response["response"]]))
        else:  # noted by an earlier version, which did not know its number
            done &= working.drop(folder, table)
    return done


def expire(folder: Path, publications: Publications, today: dt.date, *, months: int, text_months: int) -> int:
    """Remove the snapshots with responses, or with typed texts, that are kept no longer; return how many went.

    Working states lose just those. The reports stay; they can't be made again.
    """
    is_old = _ages(publications, today, months, text_months)
    for table in working.tables(folder):
        working.forget_periods(folder, table, lambda period, table=table: is_old(table, period))  # type: ignore[misc]
    gone = old_snapshots(folder, publications, today, months=months, text_months=text_months)
    for id in gone:
        _remove(folder, id)
    return len(gone)


def old_snapshots(
    folder: Path, publications: Publications, day: dt.date, *, months: int, text_months: int
) -> list[str]:
    """Return the ids of the snapshots that are to be removed by a day."""
    is_old = _ages(publications, day, months, text_months)
    return [id for id in _snapshots(folder) if any(is_old(*part) for part in _parts(folder, id))]


def _ages(publications: Publications, day: dt.date, months: int, text_months: int) -> Callable[[str, str], bool]:
    """Return what tells whether the part of a table with a period is too old on a day."""
    limits = {"responses": months, "texts": text_months, "quotes": text_months}

    def is_old(table: str, period: str) -> bool:
        kind, _, name = table.partition("-")
        published = publications.find(name) if kind in limits else None
        ages = published is not None and published.questionnaire.audience in retention.AUDIENCES
        return bool(ages and period and retention.age_of(period, day) >= limits[kind])

    return is_old


def follow(store: Store, folder: Path) -> None:
    """Let the working states of this machine forget what was withdrawn at another one: they are built anew."""
    counts: dict[str, int] = {}
    for stored in store.collection(WITHDRAWALS).find():
        counts[stored.body["questionnaire"]] = counts.get(stored.body["questionnaire"], 0) + stored.body["count"]
    note = folder / _FOLLOWED
    known = orjson.loads(note.read_bytes()) if note.exists() else {}
    for name, count in counts.items():
        if known.get(name) != count:
            dropped = [working.drop(folder, f"{kind}-{name}") for kind in ("responses", "texts")]
            if all(dropped):
                known[name] = count
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    durable.write(note, orjson.dumps(known))


def _parts(folder: Path, id: str) -> list[tuple[str, str]]:
    """Return table and period of the parts of a snapshot; none if it cannot be read."""
    try:
        tables = orjson.loads(_manifest(folder, id))["tables"]
        return [(name, period) for name, table in tables.items() for period in table["parts"]]
    except (OSError, ValueError, KeyError):
        return []


def _snapshots(folder: Path) -> list[str]:
    """Return the ids of the snapshots in the folder ``snapshots`` of an instance, and of those of all machines."""
    kept = blobs.of(folder.parent)
    names = {path.name for path in folder.glob("*")}
    if kept.shared:
        names |= {blob.name.split("/")[1] for blob in kept.find(f"{folder.name}/")}
    return sorted(name for name in names if _ID.fullmatch(name))


def _manifest(folder: Path, id: str) -> bytes:
    """Return the manifest of a snapshot. Raises OSError."""
    path = folder / id / snapshot.MANIFEST
    return path.read_bytes() if path.exists() else blobs.of(folder.parent).get(f"{folder.name}/{id}/{path.name}")


def _may_hold(folder: Path, id: str, response: Mapping[str, Any]) -> bool:
    """Tell whether a snapshot has rows like this response; one that cannot be read counts as if it had."""
    try:
        tables = orjson.loads(_manifest(folder, id))["tables"]
        kept = tables.get(f"responses-{response['questionnaire']}", {"parts": {}})["parts"].get(response["period"])
        return kept is not None and response["revision"] in kept["counts"][":revision"]
    except (OSError, ValueError, KeyError):
        return True


def _remove(folder: Path, id: str) -> None:
    """Remove a snapshot as a whole: it is hidden first, so that nobody finds half of it."""
    snapshot.unshare(blobs.of(folder.parent), id)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    scratch = Path(tempfile.mkdtemp(prefix=".gone-", dir=folder))
    try:
        os.rename(folder / id, scratch / id)
    except FileNotFoundError:
        pass  # another process was faster
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _mark(store: Store, id: str) -> None:
    """Note at the reports made of a snapshot that answers in them were withdrawn."""
    reports = store.collection(REPORTS)
    with store.transaction():
        for stored in reports.find(snapshot=id):
            reports.replace(stored.id, {**stored.body, "withdrawn": True}, version=stored.version)
