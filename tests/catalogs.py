"""What the update of the catalogs extracts from the sources, for tests that look texts up there."""

from __future__ import annotations

import functools
import importlib.util
from pathlib import Path
from types import ModuleType

from babel.messages.catalog import Catalog

_UPDATE = Path(__file__).resolve().parent.parent / "translations" / "update.py"


@functools.cache
def update() -> ModuleType:
    """Return ``translations/update.py`` as a module."""
    spec = importlib.util.spec_from_file_location("update", _UPDATE)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@functools.cache
def extracted(domain: str) -> Catalog:
    """Return the source texts of a domain."""
    found: Catalog = update().extract(domain)
    return found
