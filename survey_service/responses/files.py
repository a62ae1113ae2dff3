"""The files that respondents send: their contents in a folder of the instance, a record of each in the store.

A file belongs to a submission key, which is that of the draft and then that of the response. It stays as long as
either names it in an answer. A content is written before anything names it and removed after nothing does, so a crash
leaves at most contents that nothing knows; `sweep` finds those.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service.questionnaire import file_cleaning, file_kinds, uploads
from survey_service.responses.collection import RESPONSES
from survey_service.responses.drafts import DRAFTS
from survey_service.store import blobs
from survey_service.store.base import CollectionSpec, Store

UPLOADS = CollectionSpec("uploads", indexes=("key",), unique=("file",))
"""A record of each file: its id, the submission key, size in bytes, MIME type, SHA-256, and the day it came."""
FOLDER = "uploads"
GRACE = 3600.0
"""Seconds after which a content that no record knows is swept away; until then it may be about to get one."""
_MEGA = 1_000_000
_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Limits:
    """How much is taken: bytes of one file, files of one response, bytes in all."""

    size: int
    count: int
    total: int


@dataclass(frozen=True)
class Incoming:
    """A file that is accepted but not kept yet: the answer that names it, and its content."""

    answer: Mapping[str, Any]
    content: bytes


def take(store: Store, limits: Limits, kind: str, name: str, content: bytes, others: int) -> Incoming | uploads.Refused:
    """Return what a question of this type may have as its answer, or why it may not.

    ``content`` may be cut off one byte behind the limit; ``others`` is how many files the response has already.
    """
    mime = file_kinds.sniff(content)
    if not content:
        return uploads.Refused("upload_empty")
    if len(content) > limits.size:
        return uploads.Refused("upload_size", {"limit": f"{limits.size / _MEGA:.3g}"})
    if mime not in file_kinds.ACCEPTED[kind]:
        return uploads.Refused(f"upload_kind_{kind}")
    if others >= limits.count:
        return uploads.Refused("upload_count", {"limit": limits.count})
    try:
        content = file_cleaning.cleaned(content, str(mime))
    except file_kinds.Broken:
        return uploads.Refused("upload_broken")
    if total(store) + len(content) > limits.total:
        return uploads.Refused("upload_full")
    named = uploads.clean_name(name, str(mime))
    return Incoming({"file": secrets.token_hex(16), "name": named, "type": str(mime), "size": len(content)}, content)


def total(store: Store) -> int:
    """Return how many bytes all files have together."""
    return sum(stored.body["size"] for stored in store.collection(UPLOADS).iterate())


def name_of(file: str) -> str:
    """Return the name of a file's content among the files of the instance. Raises ValueError for what is no id."""
    if not _ID.fullmatch(file):
        raise ValueError("no id of a file")
    return f"{FOLDER}/{file[:2]}/{file}"


def read(folder: Path, file: str) -> bytes:
    """Return the content of a file. Raises FileNotFoundError."""
    return blobs.of(folder).get(name_of(file))


def write(folder: Path, files: Iterable[Incoming]) -> None:
    """Write contents durably, readable by the service only. Raises Problems store.full and service.unavailable."""
    for file in files:
        blobs.of(folder).put(name_of(file.answer["file"]), file.content)


def record(store: Store, key: str, files: Iterable[Incoming], today: dt.date) -> None:
    """Note files whose contents are written. Call it in the transaction that names them in an answer."""
    for file in files:
        store.collection(UPLOADS).add(
            {
                "file": file.answer["file"],
                "key": key,
                "size": len(file.content),
                "type": file.answer["type"],
                "sha256": hashlib.sha256(file.content).hexdigest(),
                "day": today.isoformat(),
            }
        )


def issued(store: Store, key: str) -> frozenset[str]:
    """Return the ids of the files that came for a submission key."""
    return frozenset(stored.body["file"] for stored in store.collection(UPLOADS).find(key=key))


def clear(store: Store, folder: Path, key: str) -> int:
    """Remove the files of a submission key that neither its drafts nor its response name, and return their number."""
    records = store.collection(UPLOADS)
    with store.transaction():
        ours = records.find(key=key)
        if not ours:
            return 0
        named: set[str] = set()
        for draft in store.collection(DRAFTS).find(key=key):
            named.update(uploads.ids(draft.body["inputs"]))
        for response in store.collection(RESPONSES).find(key=key):
            named.update(uploads.ids(response.body["answers"]))
        gone = [stored for stored in ours if stored.body["file"] not in named]
        for stored in gone:
            records.delete(stored.id)
    for stored in gone:
        blobs.of(folder).delete(name_of(stored.body["file"]))
    return len(gone)


def sweep(store: Store, folder: Path, now: dt.datetime) -> int:
    """Remove all files that nothing names any more, and contents that no record knows; return their number."""
    records = store.collection(UPLOADS)
    keys = {stored.body["key"] for stored in records.iterate()}
    removed = sum(clear(store, folder, key) for key in sorted(keys))
    for blob in list(blobs.of(folder).find(f"{FOLDER}/")):
        old = now.timestamp() - blob.written > GRACE
        if old and records.first(file=blob.name.rpartition("/")[2]) is None:
            blobs.of(folder).delete(blob.name)
            removed += 1
    return removed
