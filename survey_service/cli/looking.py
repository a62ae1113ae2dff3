"""Looking at an instance, also while the service runs and has the embedded store to itself."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from survey_service.cli.common import closing
from survey_service.responses.collection import RESPONSES
from survey_service.settings import Settings
from survey_service.store import embedded_folder, offline, open_store
from survey_service.store.base import CollectionSpec, Document, Store, decode
from survey_service.store.transfer import Dump
from survey_service.web.context import Context

_FIELDS: Mapping[str, tuple[str, ...]] = {RESPONSES.name: ("key", "questionnaire")}
"""Collection → what of its documents is needed, if not all; no answer is read into memory for good."""


@contextmanager
def looking(settings: Settings, *wanted: CollectionSpec) -> Iterator[Context]:
    """Yield an instance of which these collections may be looked at, and nothing changed; a store that is not there yet
    is not made. Raises the Problems of `open_store` and of reading a store from outside."""
    folder = embedded_folder(settings.store, settings.instance)
    if folder is None:
        with closing(open_store(settings.store, settings.instance)) as store:
            yield Context(settings, store)
        return
    with closing(open_store("memory:", settings.instance)) as store:
        if folder.is_dir():
            with offline.reading(folder) as dumps:
                for dump in dumps:
                    _copy(dump, store, {spec.name for spec in wanted})
        yield Context(settings, store)


def _copy(dump: Dump, store: Store, names: Collection[str]) -> None:
    """Copy a collection, if it is one of those named; whoever declares it then migrates it as in its own store."""
    wanted = dump.facts.name in names
    fields = _FIELDS.get(dump.facts.name, ())
    rows = [(id, _part(encoded, fields)) for id, _, encoded in dump.rows if wanted]  # a dump must be read to its end
    if wanted:
        copy = store.collection(dump.facts.spec)
        for _, body in sorted(rows, key=lambda row: row[0]):
            copy.add(body)
        copy.set_schema(dump.facts.schema)


def _part(encoded: bytes, fields: Collection[str]) -> Document:
    body = decode(encoded)
    return {field: body[field] for field in fields} if fields else body
