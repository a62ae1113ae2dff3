"""Files in the store's database, in parts: what several machines share when they share nothing but the database.

A file is first a document that says that it is being written, then its parts, and then, in one change, a file of its
name; what a process has left in the middle is removed later.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterator
from pathlib import Path

from survey_service import clock
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Document, Store, Stored
from survey_service.store.blobs import Blob, CopiedBlobs, checked, is_in

BLOBS = CollectionSpec("blobs", indexes=("top",), unique=("name",))
"""``{"name", "top": its first folder, "key": that of its parts, "parts": how many, "size", "written"}``."""
PARTS = CollectionSpec("blob_parts", indexes=("key",), unique=("place",))
"""``{"key", "place": key and number, "data": base64}``."""
PART = 256 * 1024
"""Bytes of a part."""
WRITING = "writing"
"""The first folder of what is being written."""
GRACE = 3600.0
"""Seconds after which what is still being written was left by a process that has ended."""
_FASTER = ("store.conflict", "store.missing", "store.duplicate")


class StoreBlobs(CopiedBlobs):
    """Files as documents; see `Blobs`."""

    def __init__(self, instance: Path, store: Store) -> None:
        super().__init__(instance)
        self._store = store

    def put(self, name: str, content: bytes) -> None:
        checked(name)
        blobs, parts = self._store.collection(BLOBS), self._store.collection(PARTS)
        key = secrets.token_hex(16)
        places = range(0, max(len(content), 1), PART)
        facts = {"key": key, "parts": len(places), "size": len(content), "written": clock.now().timestamp()}
        begun = blobs.add({"name": f"{WRITING}/{key}", "top": WRITING, **facts})
        for number, start in enumerate(places):
            data = base64.b64encode(content[start : start + PART]).decode()
            parts.add({"key": key, "place": f"{key}/{number}", "data": data})
        self._rename(begun, name)

    def _rename(self, stored: Stored, name: str) -> None:
        blobs = self._store.collection(BLOBS)
        with self._store.transaction():
            before = blobs.first(name=name)
            if before is not None:
                blobs.delete(before.id)
            blobs.replace(stored.id, {**stored.body, "name": name, "top": _top(name)}, version=stored.version)
        if before is not None:
            self._erase_parts(before.body)

    def get(self, name: str) -> bytes:
        stored = self._found(name)
        content = self._content(stored.body)
        if content is None:  # it was replaced or removed in this moment
            content = self._content(self._found(name).body)
        if content is None:
            raise FileNotFoundError(name)
        return content

    def _content(self, facts: Document) -> bytes | None:
        found = self._store.collection(PARTS).find(key=facts["key"])
        ordered = sorted(found, key=lambda part: int(part.body["place"].rpartition("/")[2]))
        content = b"".join(base64.b64decode(part.body["data"]) for part in ordered)
        return content if len(found) == facts["parts"] and len(content) == facts["size"] else None

    def find(self, prefix: str, *, deep: bool = True) -> Iterator[Blob]:
        top = _top(prefix)
        found = self._store.collection(BLOBS).find(**({"top": top} if top else {}))
        for stored in sorted(found, key=lambda each: str(each.body["name"])):
            body = stored.body
            if is_in(body["name"], prefix, deep) and body["top"] != WRITING:
                yield Blob(body["name"], body["size"], body["written"])

    def has(self, name: str) -> bool:
        return self._store.collection(BLOBS).first(name=checked(name)) is not None

    def refresh(self, name: str) -> bool:
        stored = self._store.collection(BLOBS).first(name=checked(name))
        if stored is None:
            return False
        fresh = {**stored.body, "written": clock.now().timestamp()}
        try:
            self._store.collection(BLOBS).replace(stored.id, fresh, version=stored.version)
        except Problem as problem:
            if problem.code not in _FASTER:
                raise
            return self.has(name)  # another was faster
        return True

    def move(self, name: str, target: str) -> None:
        stored = self._found(name)
        try:
            self._rename(stored, checked(target))
        except Problem as problem:
            if problem.code not in _FASTER:
                raise
            raise FileNotFoundError(name) from None

    def delete(self, name: str) -> None:
        stored = self._store.collection(BLOBS).first(name=checked(name))
        if stored is not None:
            self._delete(stored)
        self._copies.delete(name)

    def forget_copies(self) -> int:
        oldest = clock.now().timestamp() - GRACE
        for stored in self._store.collection(BLOBS).find(top=WRITING):
            if stored.body["written"] < oldest:
                self._delete(stored)
        return super().forget_copies()

    def _delete(self, stored: Stored) -> None:
        try:
            self._store.collection(BLOBS).delete(stored.id, version=stored.version)
        except Problem as problem:
            if problem.code not in _FASTER:
                raise
        else:
            self._erase_parts(stored.body)

    def _erase_parts(self, facts: Document) -> None:
        parts = self._store.collection(PARTS)
        for part in parts.find(key=facts["key"]):
            parts.delete(part.id)

    def _found(self, name: str) -> Stored:
        stored = self._store.collection(BLOBS).first(name=checked(name))
        if stored is None:
            raise FileNotFoundError(name)
        return stored


def _top(name: str) -> str:
    return name.partition("/")[0]
