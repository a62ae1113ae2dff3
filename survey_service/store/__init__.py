"""Documents in collections. `open_store` picks the backend by address; no domain knowledge below this floor."""

from __future__ import annotations

from pathlib import Path

from survey_service.problems import Problem
from survey_service.store.base import JSON, Collection, CollectionSpec, Document, Store, Stored
from survey_service.store.memory import MemoryStore
from survey_service.store.tiny import TinyStore

__all__ = ["JSON", "Collection", "CollectionSpec", "Document", "MemoryStore", "Store", "Stored", "open_store"]


def open_store(url: str, instance: Path) -> Store:
    """Open the store at an address: ``tinydb:`` is the folder ``store`` of the instance, ``tinydb:<folder>`` another
    one (relative to the instance), ``memory:`` keeps nothing.

    Raises Problem store.url for any other address, store.locked if another process has it open.
    """
    scheme, colon, rest = url.partition(":")
    if scheme + colon == "tinydb:" and not rest.startswith("//"):
        return TinyStore(instance / (rest or "store"))
    if url == "memory:":
        return MemoryStore()
    if scheme in ("postgresql", "postgres"):
        return _postgres(url)
    raise Problem("store.url", url=url)


def _postgres(url: str) -> Store:
    """Open the store on PostgreSQL; its driver comes with the extra ``postgres`` and is imported only here."""
    try:
        from survey_service.store.postgres import PostgresStore
    except ImportError:
        raise Problem("store.driver") from None
    return PostgresStore(url)
