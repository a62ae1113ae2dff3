"""A package is taken whole or not at all, whatever the store."""

from __future__ import annotations

from pathlib import Path

import pytest

from survey_service.packages import kept
from survey_service.problems import Problem
from survey_service.store.base import Store
from tests.monitoring.published import INDICATORS
from tests.packages.conftest import County, Instance

BOTH_STORES = True


def test_all_of_it_or_nothing(store: Store, here: Instance, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    there = Instance(County("16067", "Landkreis Gotha"), tmp_path / "elsewhere", store, INDICATORS)
    there.trust(here)
    data, before = here.export(), there.state()

    def fails(*_: object, **__: object) -> None:
        raise Problem("store.full")

    with monkeypatch.context() as patch:
        patch.setattr("survey_service.packages.importing.audit.append", fails)
        with pytest.raises(Problem):
            there.take(data)  # what cannot be noted doesn't happen
    assert there.state() == before
    assert there.take(data).state == "new"
    (one,) = kept.with_figures(store)
    assert one.content == here.public
    assert there.take(data).state == "unchanged"
