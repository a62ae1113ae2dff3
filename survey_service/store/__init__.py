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
    raise Problem("store.url", url=url)
