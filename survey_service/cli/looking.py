"""Looking at what is published, also while the service runs and has the embedded store to itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from survey_service.cli.common import closing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import PUBLICATIONS, REVISIONS
from survey_service.settings import Settings
from survey_service.store import embedded_folder, offline, open_store
from survey_service.store.base import Document, Store, decode
from survey_service.store.transfer import Dump
from survey_service.web.context import Context

_FIELDS: Mapping[str, tuple[str, ...] | None] = {
    REVISIONS.name: None,
    PUBLICATIONS.name: None,
    RESPONSES.name: ("key", "questionnaire"),
}
"""Collection → what of its documents is needed, None for all; no answer is read into memory for good."""


@contextmanager
def looking(settings: Settings) -> Iterator[Context]:
    """Yield an instance whose published questionnaires may be looked at, and nothing changed; a store that is not there
    yet is not made. Raises the Problems of `open_store` and of reading a store from outside."""
    folder = embedded_folder(settings.store, settings.instance)
    if folder is None:
        with closing(open_store(settings.store, settings.instance)) as store:
            yield Context(settings, store)
        return
    with closing(open_store("memory:", settings.instance)) as store:
        if folder.is_dir():
            with offline.reading(folder) as dumps:
                for dump in dumps:
                    _copy(dump, store)
        yield Context(settings, store)


def _copy(dump: Dump, store: Store) -> None:
    """Copy a collection, if it is one of those needed; whoever declares it then migrates it as in its own store."""
    name = dump.facts.name
    wanted = name in _FIELDS
    copy = store.collection(dump.facts.spec) if wanted else None
    rows = [(id, _part(name, encoded)) for id, _, encoded in dump.rows if wanted]  # a dump must be read to its end
    if copy is not None:
        for _, body in sorted(rows, key=lambda row: row[0]):
            copy.add(body)
        copy.set_schema(dump.facts.schema)


def _part(name: str, encoded: bytes) -> Document:
    body, fields = decode(encoded), _FIELDS[name]
    return body if fields is None else {field: body[field] for field in fields}
