"""What a look at an instance finds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

from survey_service.settings import Settings
from survey_service.store.base import Store

FAULT, WARNING, ADVICE = "fault", "warning", "advice"
SEVERITIES = (FAULT, WARNING, ADVICE)
"""A fault keeps something from working or something secret from being so; a warning will, sooner or later."""


@dataclass(frozen=True)
class Finding:
    """One thing found: its code (stable, for programs), how grave it is, what is so, why that matters, what to do."""

    code: str
    severity: str
    what: str
    why: str
    remedy: str

    def to_json(self) -> dict[str, str]:
        """Return the finding as JSON data."""
        return asdict(self)

    def text(self) -> str:
        """Return the finding for people."""
        return f"{self.severity}: {self.what}. {self.why} → {self.remedy} [{self.code}]"


@dataclass(frozen=True)
class Look:
    """What a look goes by: the settings, the moment, and a store that may only be read; None if it can't be."""

    settings: Settings
    now: dt.datetime
    store: Store | None = None


Check = Callable[[Look], Iterator[Finding]]
