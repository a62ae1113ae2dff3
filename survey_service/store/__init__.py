"""Documents in collections. `open_store` picks the backend by address; no domain knowledge below this floor."""

from __future__ import annotations

from pathlib import Path

from survey_service.problems import Problem
from survey_service.store.base import JSON, Collection, CollectionSpec, Document, Store, Stored
from survey_service.store.memory import MemoryStore
from survey_service.store.tiny import TinyStore

__all__ = [
    "JSON",
    "UNFINISHED",
    "Collection",
    "CollectionSpec",
    "Document",
    "MemoryStore",
    "Store",
    "Stored",
    "check_finished",
    "embedded_folder",
    "is_postgres",
    "open_store",
    "scheme_of",
]


UNFINISHED = "RESTORING"
"""Name of the file in an instance that says that a restore has begun and not ended."""


def open_store(url: str, instance: Path, *, unfinished: bool = False) -> Store:
    """Open the store at an address: ``tinydb:`` is the folder ``store`` of the instance, ``tinydb:<folder>`` another
    one (relative to the instance), ``memory:`` keeps nothing.

    Raises Problem store.url for any other address, store.locked if another process has it open, backup.unfinished if a
    restore was interrupted; whoever restores says ``unfinished``.
    """
    if not unfinished:
        check_finished(instance)
    folder = embedded_folder(url, instance)
    if folder is not None:
        return TinyStore(folder)
    if url == "memory:":
        return MemoryStore()
    if is_postgres(url):
        return _postgres(url)
    raise Problem("store.url", scheme=scheme_of(url))


def check_finished(instance: Path) -> None:
    """Raise Problem backup.unfinished if a restore into an instance was interrupted."""
    if (instance / UNFINISHED).exists():
        raise Problem("backup.unfinished", folder=str(instance))


def is_postgres(url: str) -> bool:
    """Return whether an address is that of a PostgreSQL database, which several processes may use."""
    return scheme_of(url) in ("postgresql", "postgres")


def embedded_folder(url: str, instance: Path) -> Path | None:
    """Return the folder of the embedded store at an address, or None if the address is of another kind."""
    scheme, colon, rest = url.partition(":")
    embedded = scheme + colon == "tinydb:" and not rest.startswith("//")
    return instance / (rest or "store") if embedded else None


def scheme_of(url: str) -> str:
    """Return what may be shown of a store's address: it can hold a password further on."""
    return url.partition(":")[0]


def _postgres(url: str) -> Store:
    """Open the store on PostgreSQL; its driver comes with the extra ``postgres`` and is imported only here."""
    try:
        from survey_service.store.postgres import PostgresStore
    except ImportError:
        raise Problem("store.driver") from None
    return PostgresStore(url)
