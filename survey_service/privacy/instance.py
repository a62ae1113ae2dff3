"""What the rules of privacy work on: an instance's store, questionnaires and settings."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store


@dataclass(frozen=True)
class Instance:
    """An instance as use cases see it."""

    store: Store
    publications: Publications
    settings: Settings

    @property
    def folder(self) -> Path:
        """The folder of run-time data."""
        return self.settings.instance

    @property
    def snapshots(self) -> Path:
        """The folder of snapshots."""
        return self.folder / "snapshots"
