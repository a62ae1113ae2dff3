"""Two counties, each with an instance of its own: folder, store, key pair, published figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import orjson
import pytest

from survey_service import clock
from survey_service.accounts.audit import AUDIT
from survey_service.monitoring import publication
from survey_service.monitoring.definitions import Indicator, Indicators, Version
from survey_service.monitoring.figures import Batches
from survey_service.offers.open_data import About
from survey_service.packages import exporting, figures, importing, kept, keys, manifest, sealed, senders, zipped
from survey_service.packages.importing import Here, Taken
from survey_service.packages.kept import PACKAGES, Kept
from survey_service.packages.manifest import County
from survey_service.packages.sealed import Sender
from survey_service.packages.senders import SENDERS
from survey_service.reports.installed import PLUGINS
from survey_service.responses.definitions import DEFINITIONS
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.monitoring.published import INDICATORS, fill, note

NOW = dt.datetime(2026, 11, 27, 12, 0, tzinfo=dt.UTC)
CHANGED = (AUDIT, PACKAGES, SENDERS, PLUGINS, DEFINITIONS)
"""What packages can change."""


@pytest.fixture(autouse=True)
def at_noon() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@dataclass
class Instance:
    """One county's instance."""

    county: County
    folder: Path
    store: Store
    indicators: Indicators

    @property
    def sender(self) -> Sender:
        return Sender(self.folder, self.county, About(self.county.name, "", "https://example.org", "by"))

    @property
    def here(self) -> Here:
        return Here(self.store, self.folder, self.county.key, self.indicators)

    @property
    def key(self) -> str:
        return keys.public(self.folder)

    @property
    def batches(self) -> Batches:
        return Batches(lambda: self.store)

    @property
    def public(self) -> Any:
        """What everybody can read of it."""
        return orjson.loads(exporting.public(self.batches, {}, self.sender.about) or b"null")

    def publish(self) -> None:
        mark = publication.prepare(self.store, self.indicators).mark
        publication.publish(self.store, self.indicators, None, mark, "Mara")

    def export(self, hours: int = 0) -> bytes:
        """Return a package of the published figures, made so many hours after noon."""
        return exporting.indicators(self.sender, self.batches, {}, NOW + dt.timedelta(hours=hours))[1]

    def trust(self, other: Instance) -> None:
        senders.trust(self.store, other.county, other.key, keys.fingerprint(other.key), "Mara", NOW)

    def take(self, data: bytes) -> Taken:
        return importing.take(self.here, data, "bring.zip", "Mara", NOW)

    def kept(self) -> list[Kept]:
        return kept.all_kept(self.store)

    def state(self) -> dict[str, list[tuple[int, int]]]:
        """Return what is in the store: ids and versions of all documents that packages can change, and of the log."""
        return {spec.name: [(one.id, one.version) for one in self.store.collection(spec).iterate()] for spec in CHANGED}

    def sign(self, body: dict[str, Any], files: dict[str, bytes]) -> bytes:
        """Return a package with a manifest of one's own, signed all the same."""
        encoded = manifest.canonical(body)
        whole = {manifest.FILE: encoded, manifest.SIGNATURE: keys.sign(self.folder, encoded), **files}
        return zipped.write(whole)

    def with_figures(self, content: bytes, hours: int = 0, **rules: Any) -> bytes:
        """Return a package with figures of one's own, signed."""
        shown = {**figures.RULES, **rules}
        return sealed.make(
            self.sender, "indicators", "figures", {figures.FILE: content}, NOW + dt.timedelta(hours=hours), shown
        )[1]


def fill_elsewhere(store: Store) -> None:
    """Record figures of another county: of the county as a whole, two of them as ours, one hidden."""
    note(store, "ARB1", "2025", 900, 1800)
    note(store, "ARB2", "2025", 300, 2400)
    note(store, "ARB4", "2026-Q2", 3, 97)
    note(store, "INT3", "2026-Q2", 60, 120)


def redefined(code: str, **changes: Any) -> Indicators:
    """Return the bundled indicators with one that is defined otherwise; ``definition`` is put to its first version."""
    old = INDICATORS[code]
    texts = changes.pop("definition", None)
    versions = old.versions if texts is None else (Version(1, {**old.versions[0].definition, **texts}),)
    changed: Indicator = replace(old, versions=versions, **changes)
    return {**INDICATORS, code: changed}


def _instance(county: County, folder: Path) -> Instance:
    return Instance(county, folder, open_store("tinydb:", folder), INDICATORS)


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Instance]:
    """Our county, with published figures."""
    made = _instance(County("16066", "Landkreis Schmalkalden-Meiningen"), tmp_path / "here")
    fill(made.store)
    made.publish()
    yield made
    made.store.close()


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Instance]:
    """Another county, with nothing yet."""
    made = _instance(County("16067", "Landkreis Gotha"), tmp_path / "there")
    yield made
    made.store.close()
