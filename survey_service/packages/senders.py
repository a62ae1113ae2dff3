"""The counties whose packages are taken: trusted once by the manager, who has compared the fingerprint by telephone."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass

from survey_service.accounts import audit
from survey_service.accounts.audit import Detail
from survey_service.packages import keys
from survey_service.packages.manifest import County
from survey_service.packages.sealed import Package
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

SENDERS = CollectionSpec("package_senders", unique=("county",))


@dataclass(frozen=True)
class Trusted:
    """A county with its public key; ``before`` are the fingerprints of keys it had earlier, oldest first."""

    county: str
    name: str
    key: str
    by: str
    at: str
    before: tuple[str, ...] = ()

    @property
    def fingerprint(self) -> str:
        return keys.fingerprint(self.key)


def all_trusted(store: Store) -> list[Trusted]:
    """Return all counties that are trusted, by key."""
    found = [_trusted(stored.body) for stored in store.collection(SENDERS).iterate()]
    return sorted(found, key=lambda each: each.county)


def find(store: Store, county: str) -> Trusted | None:
    """Return the trusted sender of a county, or None."""
    stored = store.collection(SENDERS).first(county=county)
    return _trusted(stored.body) if stored is not None else None


def check(store: Store, package: Package) -> None:
    """Raise Problem package.unknown_key for a county that isn't trusted, package.other_key if its key is another."""
    county, known = package.manifest.county, find(store, package.manifest.county.key)
    shown, key = package.fingerprint, package.manifest.key
    if known is None:
        raise Problem("package.unknown_key", name=county.name, county=county.key, fingerprint=shown, key=key)
    if known.key != key:
        raise Problem(
            "package.other_key",
            name=county.name,
            county=county.key,
            known=known.fingerprint,
            fingerprint=shown,
            key=key,
        )


def trust(store: Store, county: County, key: str, heard: str, by: str, now: dt.datetime) -> Trusted:
    """Trust the key of a county from now on; ``heard`` is the fingerprint that the other county has told.

    Raises Problem package.trust if it is not that of the key.
    """
    if not keys.is_public(key) or not keys.same_fingerprint(keys.fingerprint(key), heard):
        raise Problem("package.trust", name=county.name)
    with store.transaction():
        collection = store.collection(SENDERS)
        stored = collection.first(county=county.key)
        known = _trusted(stored.body) if stored is not None else None
        before = known.before if known is not None else ()
        if known is not None and known.key != key:
            before = (*before, known.fingerprint)
        made = Trusted(county.key, county.name, key, by, _moment(now), before)
        body = {**asdict(made), "before": list(before)}
        if stored is None:
            collection.add(body)
        else:
            collection.replace(stored.id, body, version=stored.version)
        details: dict[str, Detail] = {
            "fingerprint": made.fingerprint,
            "changed": known is not None and known.key != key,
        }
        audit.append(store, by, "package.trusted", county.key, details, now=now)
    return made


def forget(store: Store, county: str, by: str, now: dt.datetime) -> None:
    """Trust a county no longer; what it has sent stays. Raises Problem package.missing."""
    with store.transaction():
        stored = store.collection(SENDERS).first(county=county)
        if stored is None:
            raise Problem("package.missing")
        store.collection(SENDERS).delete(stored.id)
        fingerprint = _trusted(stored.body).fingerprint
        audit.append(store, by, "package.distrusted", county, {"fingerprint": fingerprint}, now=now)


def _trusted(body: dict[str, object]) -> Trusted:
    return Trusted(**{**body, "before": tuple(body["before"])})  # type: ignore[arg-type]


def _moment(now: dt.datetime) -> str:
    return now.astimezone(dt.UTC).isoformat(timespec="seconds")
