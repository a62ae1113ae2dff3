"""Bringing the documents of a collection to the schema version that the program declares.

A migration goes through the documents by id, a batch in a transaction that also notes how far it has got. So it can be
ended at any moment, also by kill -9, and goes on from there when the collection is opened again. On several machines
one process migrates and the others wait; processes of the earlier version must be ended before, because they would go
on writing what they know.
"""

from __future__ import annotations

from itertools import islice

from survey_service.problems import Problem
from survey_service.store.base import Collection, CollectionSpec, Migration, Schema, Store, Stored

BATCH = 500
"""Documents that are migrated in one transaction."""


def migrate(store: Store, collection: Collection, spec: CollectionSpec) -> None:
    """Make the migrations that are left. Raises Problem store.newer, and those of `Collection.replace`."""
    while (schema := collection.schema()).version != spec.version:
        if schema.version > spec.version:
            raise Problem("store.newer", collection=spec.name, found=schema.version, known=spec.version)
        _step(store, collection, schema, spec.migrations[schema.version - 1])


def _step(store: Store, collection: Collection, schema: Schema, migration: Migration) -> None:
    """Lead all documents from one version to the next; ends early if another process is found to do so."""
    rows = collection.iterate(after=schema.migrated)
    while batch := list(islice(rows, BATCH)):
        with store.transaction():
            if collection.schema() != schema:
                return
            for stored in batch:
                _document(collection, stored, migration)
            schema = Schema(schema.version, batch[-1].id)
            collection.set_schema(schema)
    with store.transaction():
        if collection.schema() == schema:
            collection.set_schema(Schema(schema.version + 1))


def _document(collection: Collection, stored: Stored, migration: Migration) -> None:
    current = collection.get(stored.id)
    if current is None:
        return
    migrated = migration(current.body)
    if migrated is None:
        collection.delete(current.id)
    else:
        collection.replace(current.id, migrated, version=current.version)
