"""A stream of collections into an embedded store or a PostgreSQL database that is empty: all of it, or nothing."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from survey_service.problems import Problem
from survey_service.store import embedded_folder, mark, offline
from survey_service.store.disk import OsDisk
from survey_service.store.lock import FolderLock
from survey_service.store.tiny import TinyStore
from survey_service.store.transfer import Dump, compare, digests_of, pour

_BESIDE = ".incoming"


@contextlib.contextmanager
def source(url: str, instance: Path) -> Iterator[Iterator[Dump]]:
    """Yield the collections of the store at an address, as they are at one moment. Raises the Problems of opening."""
    folder = embedded_folder(url, instance)
    if folder is not None:
        with offline.reading(folder) as dumps:
            yield dumps
    else:
        from survey_service.store.postgres_transfer import reading

        with reading(url) as dumps:
            yield dumps


def load(
    url: str,
    instance: Path,
    dumps: Iterable[Dump],
    *,
    replacing: bool = False,
    before: Callable[[], object] = lambda: None,
) -> dict[str, int]:
    """Put collections into the store at an address, and return the number of documents of each.

    ``before`` is called when all is prepared, before the first thing changes that the service could see. Raises Problem
    store.occupied if something is there already and ``replacing`` is not set, store.locked if it is in use,
    store.mismatch if what is stored is found not to be what was read; then nothing has changed.
    """
    folder = embedded_folder(url, instance)
    if folder is None:
        from survey_service.store.postgres_transfer import take

        return take(url, dumps, replacing=replacing, before=before)
    return _into_folder(folder, dumps, replacing, before)


def _into_folder(folder: Path, dumps: Iterable[Dump], replacing: bool, before: Callable[[], object]) -> dict[str, int]:
    """Build the store beside the folder, compare it, and only then put it in the folder's place."""
    with _free(folder, replacing=replacing):
        beside = folder.with_name(folder.name + _BESIDE)
        shutil.rmtree(beside, ignore_errors=True)
        try:
            expected = _fill(beside, dumps)
            with offline.reading(beside) as written:
                compare(expected, digests_of(written))
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        before()
        _put_in_place(beside, folder)
    return {name: count for name, (count, _) in expected.items()}


def _fill(folder: Path, dumps: Iterable[Dump]) -> dict[str, tuple[int, str]]:
    """Write collections into a new store and return their digests."""
    store = TinyStore(folder)
    try:
        digests = pour(dumps, store.take)
        store.compact()
    finally:
        store.close()
    return digests


@contextlib.contextmanager
def _free(folder: Path, *, replacing: bool) -> Iterator[None]:
    """Hold the lock of a folder that is there. Raises Problem store.locked, and store.occupied unless ``replacing``."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    if not folder.exists():
        yield
        return
    lock = FolderLock(folder)
    try:
        if not replacing and _holds_something(folder):
            raise Problem("store.occupied", place=str(folder))
        yield
    finally:
        lock.release()


def _holds_something(folder: Path) -> bool:
    """Return whether a document was ever stored; a store that can't be read counts as full."""
    if mark.NAME not in OsDisk(folder).names():
        return False
    try:
        with offline.reading(folder) as dumps:
            return any(dump.facts.high for dump in dumps)
    except Problem:
        return True


def _put_in_place(new: Path, folder: Path) -> None:
    """Give a folder's name to the new one; what was there is kept beside it."""
    if folder.exists():
        number = 1
        while (aside := folder.with_name(f"{folder.name}.replaced-{number}")).exists():
            number += 1
        folder.rename(aside)
    new.rename(folder)
    OsDisk(folder.parent).sync_names()
