"""The packages that came from other counties: of each county, kind and subject the newest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from survey_service.packages.manifest import INDICATORS
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

PACKAGES = CollectionSpec("packages", indexes=("kind",), unique=("place",))


@dataclass(frozen=True)
class Kept:
    """A package that was taken. ``content`` is what ``figures.json`` says, {} of other kinds; ``gone`` are the
    indicators (code → name) that an earlier package of the county had and this one has not; ``number`` is its own.
    """

    place: str
    kind: str
    subject: str
    county: str
    name: str
    made: str
    digest: str
    fingerprint: str
    by: str
    at: str
    licence: Mapping[str, str] = field(default_factory=dict)
    disclosure: Mapping[str, Any] = field(default_factory=dict)
    content: Mapping[str, Any] = field(default_factory=dict, repr=False)
    gone: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    number: int = 0


def all_kept(store: Store) -> list[Kept]:
    """Return all packages, by county, kind and subject."""
    return sorted((_kept(stored) for stored in store.collection(PACKAGES).iterate()), key=lambda each: each.place)


def with_figures(store: Store) -> list[Kept]:
    """Return the packages with figures, by name of the county."""
    found = (_kept(stored) for stored in store.collection(PACKAGES).find(kind=INDICATORS))
    return sorted(found, key=lambda each: (each.name.casefold(), each.county))


def find(store: Store, place: str) -> Kept | None:
    """Return the package of a place, or None."""
    stored = store.collection(PACKAGES).first(place=place)
    return _kept(stored) if stored is not None else None


def put(store: Store, package: Kept) -> None:
    """Keep a package in place of the one before; inside of a transaction."""
    body = {name: value for name, value in asdict(package).items() if name != "number"}
    stored = store.collection(PACKAGES).first(place=package.place)
    if stored is None:
        store.collection(PACKAGES).add(body)
    else:
        store.collection(PACKAGES).replace(stored.id, body, version=stored.version)


def remove(store: Store, number: int) -> Kept:
    """Take a package away again and return it. Raises Problem package.missing.

    A working copy or a plugin that was made of it stays what it is.
    """
    with store.transaction():
        stored = store.collection(PACKAGES).get(number)
        if stored is None:
            raise Problem("package.missing")
        store.collection(PACKAGES).delete(stored.id)
    return _kept(stored)


def _kept(stored: Stored) -> Kept:
    return Kept(**stored.body, number=stored.id)
