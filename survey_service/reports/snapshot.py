"""Snapshots: a frozen, hashed, columnar state of responses and published offers, with its codebook.

A snapshot is a folder: Arrow files with one row a response, one file a questionnaire and period, ``offers.arrow``,
``codebook.json`` and ``manifest.json``. Its id is a hash of its content: the same content has the same id, wherever,
whenever and in whatever order it is frozen. What could identify somebody stays out: keys, receipts, seeds, digests, the
order of arrival, and every text, date, time, place and calculated value that was answered (their states are kept). So
do the entries of repeats, which describe single persons. Excluded and withdrawn responses are counted, not kept.

What people typed is a table of its own, ``texts-<questionnaire>``, which stands only in snapshots for plugins with the
permission for it; nothing in it leads to a row of the responses. What people decided that the texts mean is in tables
of its own too, see ``coded``.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service.offers import freshness
from survey_service.offers.register import all_offers
from survey_service.problems import Problem
from survey_service.reports import coded, working
from survey_service.reports.begun import open_drafts
from survey_service.reports.codebook import codebook_of
from survey_service.reports.files import file_of
from survey_service.reports.frozen import (
    Frozen,
    Source,
    canonical,
    offers_table,
    responses_of,
    responses_table,
    texts_of,
    texts_table,
)
from survey_service.reports.makers import responses_maker, texts_maker
from survey_service.reports.shape import UnknownRevision
from survey_service.reports.working import sha256_of
from survey_service.responses import holder
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store import blobs
from survey_service.store.base import Store
from survey_service.store.blobs import Blobs

__all__ = ["Frozen", "Snapshot", "freeze", "offers_table", "open_snapshot", "responses_table", "texts_table", "write"]

FORMAT = 2
FOLDER, MANIFEST = "snapshots", "manifest.json"
_TRIES = 3


@dataclass(frozen=True)
class Snapshot:
    """A frozen snapshot: its id (32 hex digits), its folder, and its manifest."""

    id: str
    folder: Path
    manifest: Mapping[str, Any]


def freeze(
    folder: Path,
    store: Store,
    publications: Publications,
    questionnaires: Sequence[str],
    *,
    offers: bool,
    texts: bool = False,
    periods: Sequence[str] | None = None,
    confirmed_days: int = freshness.LAST,
    kept: Blobs | None = None,
) -> Snapshot:
    """Freeze the valid responses of the named questionnaires, and the published offers, into ``folder``/<id>.

    ``periods`` are those to be frozen, None for all. ``confirmed_days`` are the days after which an offer counts as not
    confirmed. What people typed is in it only with ``texts``. Where ``kept`` is shared, other machines get it too. Only
    what has changed since the last time is read from the store. An existing snapshot of the same content is returned.
    If a response was withdrawn while this one was made, it is made anew. Raises Problem questionnaire.missing, and
    snapshot.damaged if the existing one was changed.
    """
    tries = 0
    while True:
        before = _withdrawn(store, questionnaires, None)
        try:
            made = _freeze(
                folder,
                store,
                publications,
                questionnaires,
                offers=offers,
                texts=texts,
                periods=periods,
                confirmed_days=confirmed_days,
            )
        except UnknownRevision:  # published just now
            tries += 1
            if tries == _TRIES:
                raise
            continue
        if kept is not None:
            share(kept, made)
        if _withdrawn(store, questionnaires, None) == before:
            return made
        if kept is not None:
            unshare(kept, made.id)
        shutil.rmtree(made.folder, ignore_errors=True)


def share(kept: Blobs, made: Snapshot) -> None:
    """Give a snapshot to the other machines, if there can be any; its manifest comes last. Raises those of `Blobs`."""
    if kept.shared and not kept.has(f"{FOLDER}/{made.id}/{MANIFEST}"):
        for name in (*made.manifest["files"], MANIFEST):
            kept.put(f"{FOLDER}/{made.id}/{name}", (made.folder / name).read_bytes())


def unshare(kept: Blobs, id: str) -> None:
    """Take a snapshot away from the other machines; its manifest goes first."""
    if kept.shared:
        kept.delete(f"{FOLDER}/{id}/{MANIFEST}")
        for blob in list(kept.find(f"{FOLDER}/{id}/")):
            kept.delete(blob.name)


def fetch(instance: Path, id: str) -> Snapshot:
    """Return a snapshot of an instance, which another machine may have frozen. Raises Problem snapshot.damaged."""
    try:
        return open_snapshot(blobs.of(instance).local_folder(f"{FOLDER}/{id}/"))
    except FileNotFoundError:
        raise Problem("snapshot.damaged", snapshot=id, file=MANIFEST) from None


def _withdrawn(store: Store, questionnaires: Sequence[str], periods: Sequence[str] | None) -> dict[str, int]:
    return {name: holder.withdrawn(store, name, periods) for name in questionnaires}


def _freeze(
    folder: Path,
    store: Store,
    publications: Publications,
    questionnaires: Sequence[str],
    *,
    offers: bool,
    texts: bool,
    periods: Sequence[str] | None,
    confirmed_days: int,
) -> Snapshot:
    tables: dict[str, Frozen] = {}
    codebook: dict[str, Any] = {}
    responses = store.collection(RESPONSES)
    withdrawn = _withdrawn(store, questionnaires, periods)
    with contextlib.ExitStack() as held:
        for name in sorted(set(questionnaires)):  # in one order, or two could wait for each other
            revisions = {id: publications.questionnaire(id) for id in publications.history(name)}
            if not revisions:
                raise Problem("questionnaire.missing")
            maker = responses_maker(name, revisions)
            state = held.enter_context(working.current(folder, responses, maker))
            drafts = open_drafts(store, name, periods)
            tables[maker.name] = responses_of(maker, state, periods, withdrawn=withdrawn[name], drafts=drafts)
            if texts:
                maker = texts_maker(name, revisions)
                state = held.enter_context(working.current(folder, responses, maker))
                tables[maker.name] = texts_of(maker, state, periods)
            made, about = coded.freeze(store, publications, name, periods)
            tables.update(made)
            codebook[name] = {**codebook_of(revisions), **about}
        if offers:
            bodies = (stored.body for stored in all_offers(store))
            tables["offers"] = offers_table(bodies, confirmed_days=confirmed_days)
            history = publications.history("offers")
            if history and "offers" not in codebook:
                codebook["offers"] = codebook_of({id: publications.questionnaire(id) for id in history})
        return write(folder, tables, codebook)


def write(folder: Path, tables: Mapping[str, Frozen], codebook: Mapping[str, Any]) -> Snapshot:
    """Write a snapshot below ``folder``, completely or not at all."""
    described = {name: _described(table) for name, table in tables.items()}
    content = {"format": FORMAT, "tables": described, "codebook": hashlib.sha256(canonical(codebook)).hexdigest()}
    id = hashlib.sha256(canonical(content)).hexdigest()[:32]
    if (folder / id).exists():
        return open_snapshot(folder / id)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    scratch = Path(tempfile.mkdtemp(prefix=".new-", dir=folder))
    try:
        (scratch / "codebook.json").write_bytes(canonical(codebook))
        files = {"codebook.json": sha256_of(scratch / "codebook.json")}
        for name, table in tables.items():
            for period, source in table.sources.items():
                files[file_of(name, period)] = _put(scratch / file_of(name, period), source)
        manifest = {**content, "id": id, "files": files}
        (scratch / "manifest.json").write_bytes(canonical(manifest))
        for path in (scratch / "codebook.json", scratch / "manifest.json"):
            working.settle(path)
        try:
            os.rename(scratch, folder / id)
        except OSError:
            if not (folder / id).exists():  # else somebody froze the same content at the same time
                raise
            return open_snapshot(folder / id)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Snapshot(id, folder / id, manifest)


def _described(table: Frozen) -> dict[str, Any]:
    parts = {
        period: {"content": source.content, "counts": {name: dict(each) for name, each in source.counts.items()}}
        for period, source in table.sources.items()
    }
    counts = {name: dict(each) for name, each in table.counts.items()}
    return {"rows": table.height, "content": table.content, "counts": counts, "parts": parts}


def _put(path: Path, source: Source) -> str:
    """Put rows into a snapshot, durably, and return the hash of their file. A file of ours is not copied but linked."""
    if source.file is None:
        working.write_table(path, source.rows)
        return sha256_of(path)
    try:
        os.link(source.file, path)
    except OSError:  # a file system without links
        shutil.copyfile(source.file, path)
        working.settle(path)
    return source.sha256


def open_snapshot(folder: Path) -> Snapshot:
    """Return the snapshot in a folder. Raises Problem snapshot.damaged if a file is missing or differs."""
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        damaged = [name for name, expected in manifest["files"].items() if sha256_of(folder / name) != expected]
    except (OSError, ValueError, KeyError):
        raise Problem("snapshot.damaged", snapshot=folder.name, file="manifest.json") from None
    if damaged or manifest["id"] != folder.name:
        raise Problem("snapshot.damaged", snapshot=folder.name, file=", ".join(damaged) or "manifest.json")
    return Snapshot(manifest["id"], folder, manifest)
