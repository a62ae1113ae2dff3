"""All that the service can store: every collection that a module declares, and where a text stands in an instance."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import orjson

import survey_service
from survey_service.accounts.lockout import Rule
from survey_service.store.base import CollectionSpec, Store


def _modules() -> Iterator[ModuleType]:
    for found in pkgutil.walk_packages(survey_service.__path__, "survey_service."):
        if not found.name.endswith("__main__") and not found.name.startswith("survey_service.bundled"):
            yield importlib.import_module(found.name)


def specs() -> dict[str, CollectionSpec]:
    """Return all declared collections by name."""
    found = {}
    for module in _modules():
        for value in vars(module).values():
            spec = value.attempts if isinstance(value, Rule) else value
            if isinstance(spec, CollectionSpec):
                found[spec.name] = spec
    return found


def holding(store: Store, folder: Path, text: str) -> set[str]:
    """Return the collections with a document that holds a text, and the files of the instance that do; the store's own
    journal aside, whose bytes go when it is compacted."""
    found = {
        name
        for name, spec in specs().items()
        for stored in store.collection(spec).iterate()
        if text in orjson.dumps(stored.body).decode()
    }
    sought = text.encode()
    for path in folder.rglob("*"):
        own = any(part.name.startswith("store") for part in (path, *path.parents) if part.is_relative_to(folder))
        if path.is_file() and not own and sought in path.read_bytes():
            found.add(path.relative_to(folder).as_posix())
    return found
