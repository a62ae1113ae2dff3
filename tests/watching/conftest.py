"""Fixtures for what waits: something to look at, with nothing in it that waits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from survey_service import clock, settings
from survey_service.accounts.accounts import Account
from survey_service.accounts.factors import Policy
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from survey_service.watching import standing
from survey_service.watching.model import Look

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
EVERYTHING = ("admin", "manager", "translator")
See = Callable[..., Look]


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


class KeptTexts(standing.Texts):
    """What was counted before, as in a process that has not read the files."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def now(self) -> standing.Standing:
        return standing.kept(self._store)


@pytest.fixture
def see(store: Store, publications: Publications, tmp_path: Path) -> See:
    """Return a function that looks, with other parts if some are given."""
    (tmp_path / "instance").mkdir(exist_ok=True)

    def look(roles: tuple[str, ...] = EVERYTHING, **parts: Any) -> Look:
        usual = {
            "store": store,
            "settings": settings.load(tmp_path / "instance"),
            "publications": publications,
            "texts": KeptTexts(store),
            "offers": tuple,
            "indicators": dict,
            "account": Account(1, "Mara", roles, disabled=False, credentials=1, exempt=True),
            "policy": Policy(required=True, grace=3),
            "now": NOW,
        }
        return Look(**{**usual, **parts})

    return look
