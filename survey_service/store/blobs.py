"""The files of an instance, wherever they are kept: one interface for what is too large, or no JSON, for a document.

``instance:`` keeps them in the folder of the instance, which is all that one machine needs. ``store:`` keeps them in
the store's database, ``s3://…`` in a bucket; several machines share them then. A name is a path such as
``uploads/ab/ab12…``, and what it names is never changed, only removed. What is read by its path has a copy in the
folder of the instance then; `Blobs.forget_copies` removes the copies of what is gone.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from survey_service import clock
from survey_service.problems import Problem
from survey_service.store import durable
from survey_service.store.base import Store

INSTANCE, STORE, S3 = "instance:", "store:", "s3://"
COPIED = ("media", "plugins", "snapshots")
"""Folders of the instance in which copies lie of what is kept elsewhere."""
FOLDERS = (*COPIED, "uploads", "loading", "outbox")
"""The first folders of the names of files that are kept here; whatever else lies in an instance is not."""
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*(?:/[A-Za-z0-9_][A-Za-z0-9._@+-]*)*")


@dataclass(frozen=True)
class Blob:
    """A file: its name, size in bytes, and when it was written, in seconds since 1970-01-01 UTC."""

    name: str
    size: int
    written: float


class Blobs(Protocol):
    """Where files are kept. Each method may raise Problems store.full, service.unavailable and store.unreachable."""

    shared: bool
    """Whether other machines see the same files."""

    def put(self, name: str, content: bytes) -> None:
        """Keep a content durably, all of it or nothing; whatever had the name before is gone."""
        ...

    def get(self, name: str) -> bytes:
        """Return a content. Raises FileNotFoundError."""
        ...

    def find(self, prefix: str, *, deep: bool = True) -> Iterator[Blob]:
        """Yield the files whose names begin with a prefix, by name; it ends with ``/`` or is empty.

        Unless ``deep``, those in folders below it are left out.
        """
        ...

    def has(self, name: str) -> bool:
        """Return whether there is a file of this name."""
        ...

    def refresh(self, name: str) -> bool:
        """Let a file be as young as a new one; return False if there is none."""
        ...

    def move(self, name: str, target: str) -> None:
        """Give a file another name; whatever had that is gone. Raises FileNotFoundError."""
        ...

    def delete(self, name: str) -> None:
        """Remove a file; it is no fault if there is none."""
        ...

    def local(self, name: str) -> Path:
        """Return the path of a file with this content, which nobody may change. Raises FileNotFoundError."""
        ...

    def local_folder(self, prefix: str) -> Path:
        """Return the folder of all files below a prefix, which nobody may change. Raises FileNotFoundError."""
        ...

    def forget_copies(self) -> int:
        """Remove the copies on this machine of what is gone; return how many."""
        ...


_makers: dict[Path, Callable[[], Blobs]] = {}
"""Where the files of an instance are kept that this process has opened, if not in its folder."""


def use(instance: Path, address: str, store: Callable[[], Store]) -> None:
    """Say where the files of an instance are kept, by the setting ``files``; ``store`` opens its store when needed."""
    if address == INSTANCE:
        _makers.pop(instance, None)
        return
    made: list[Blobs] = []

    def make() -> Blobs:
        if not made:
            made.append(open_at(instance, address, store))
        return made[0]

    _makers[instance] = make


def of(instance: Path) -> Blobs:
    """Return where the files of an instance are kept; in its folder unless `use` has said otherwise."""
    make = _makers.get(instance)
    return FolderBlobs(instance) if make is None else make()


def open_at(instance: Path, address: str, store: Callable[[], Store]) -> Blobs:
    """Return where an address, as that of the setting ``files``, keeps the files of an instance."""
    if address == INSTANCE:
        return FolderBlobs(instance)
    if address == STORE:
        from survey_service.store.blobs_store import StoreBlobs

        return StoreBlobs(instance, store())
    try:
        from survey_service.store.blobs_s3 import BucketBlobs
    except ImportError:
        reason = "s3:// needs a driver. Run: pip install 'survey-service[s3]'"
        raise Problem("settings.invalid", name="files", reason=reason) from None
    return BucketBlobs(instance, address)


def copy_all(source: Blobs, target: Blobs) -> int:
    """Copy all files from where they are kept to another place, and return how many; those that are there stay."""
    count = 0
    for folder in FOLDERS:
        for blob in list(source.find(f"{folder}/")):
            if is_kept(blob.name) and not target.has(blob.name):
                try:
                    target.put(blob.name, source.get(blob.name))
                except FileNotFoundError:  # removed since it was listed
                    continue
                count += 1
    return count


def is_kept(name: str) -> bool:
    """Tell whether a file of an instance's folder is one of those that are kept here: not what is unpacked of a wheel,
    nor what mail servers drop."""
    top, _, rest = name.partition("/")
    if top not in FOLDERS or not _NAME.fullmatch(name):
        return False
    return name.endswith(".whl") if top == "plugins" else not (top == "outbox" and rest.startswith("bounces/"))


def checked(name: str) -> str:
    """Return a name. Raises ValueError for what could be none, such as a path that leads upwards."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is no name of a file")
    return name


class FolderBlobs:
    """The files in the folder of the instance itself."""

    shared = False

    def __init__(self, instance: Path) -> None:
        self.instance = instance

    def _path(self, name: str) -> Path:
        return self.instance / checked(name)

    def put(self, name: str, content: bytes) -> None:
        durable.write(self._path(name), content)

    def get(self, name: str) -> bytes:
        return self._path(name).read_bytes()

    def find(self, prefix: str, *, deep: bool = True) -> Iterator[Blob]:
        for path in _files(self.instance / prefix, deep):
            try:
                facts = path.stat()
            except FileNotFoundError:  # another process was faster
                continue
            yield Blob(path.relative_to(self.instance).as_posix(), facts.st_size, facts.st_mtime)

    def has(self, name: str) -> bool:
        return self._path(name).is_file()

    def refresh(self, name: str) -> bool:
        try:
            os.utime(self._path(name), (clock.now().timestamp(),) * 2)
        except FileNotFoundError:
            return False
        return True

    def move(self, name: str, target: str) -> None:
        path = self._path(target)
        with durable.refusing(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.replace(self._path(name), path)

    def delete(self, name: str) -> None:
        self._path(name).unlink(missing_ok=True)

    def local(self, name: str) -> Path:
        path = self._path(name)
        if not path.is_file():
            raise FileNotFoundError(name)
        return path

    def local_folder(self, prefix: str) -> Path:
        path = self._path(prefix.removesuffix("/"))
        if not path.is_dir():
            raise FileNotFoundError(prefix)
        return path

    def forget_copies(self) -> int:
        return 0


class CopiedBlobs:
    """What is common to files that are kept elsewhere: the copies of them in the folder of the instance."""

    shared = True

    def __init__(self, instance: Path) -> None:
        self._copies = FolderBlobs(instance)

    def get(self, name: str) -> bytes:
        """See `Blobs`."""
        raise NotImplementedError

    def find(self, prefix: str, *, deep: bool = True) -> Iterator[Blob]:
        """See `Blobs`."""
        raise NotImplementedError

    def has(self, name: str) -> bool:
        """See `Blobs`."""
        raise NotImplementedError

    def local(self, name: str) -> Path:
        if self._copies.has(name):
            if self.has(name):
                return self._copies.local(name)
            self._copies.delete(name)
            raise FileNotFoundError(name)
        self._copies.put(name, self.get(name))
        return self._copies.local(name)

    def local_folder(self, prefix: str) -> Path:
        names = [blob.name for blob in self.find(prefix)]
        for name in names:
            if not self._copies.has(name):
                self._copies.put(name, self.get(name))
        return self._copies.local_folder(prefix) if names else self._gone(prefix)

    def _gone(self, prefix: str) -> Path:
        shutil.rmtree(self._copies.instance / prefix, ignore_errors=True)
        raise FileNotFoundError(prefix)

    def forget_copies(self) -> int:
        gone = 0
        for folder in COPIED:
            kept = {blob.name for blob in self.find(f"{folder}/")}
            gone += _without(self._copies, folder, kept)
        return gone


def _without(copies: FolderBlobs, folder: str, kept: Iterable[str]) -> int:
    """Remove the copies in a folder that are not to be kept; what was unpacked from a wheel stays as long as that."""
    names = set(kept)
    wheels = tuple(f"{name.removesuffix('.whl')}/" for name in names if name.endswith(".whl"))
    gone = [blob.name for blob in copies.find(f"{folder}/") if blob.name not in names]
    gone = [name for name in gone if not name.startswith(wheels)]
    for name in gone:
        (copies.instance / name).unlink(missing_ok=True)
        parent = (copies.instance / name).parent
        while parent != copies.instance / folder and not any(parent.iterdir()):
            parent.rmdir()
            parent = parent.parent
    return len(gone)


def is_in(name: str, prefix: str, deep: bool) -> bool:
    """Tell whether a file is one of those that `Blobs.find` finds."""
    return name.startswith(prefix) and (deep or "/" not in name[len(prefix) :])


def _files(folder: Path, deep: bool) -> Iterator[Path]:
    """Yield the files in a folder, or below it, but hidden ones, which are in passing; by name."""
    try:
        found = sorted(folder.iterdir())
    except (FileNotFoundError, NotADirectoryError):
        return
    for path in found:
        if path.name.startswith(".") or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path, deep) if deep else ()
        else:
            yield path
