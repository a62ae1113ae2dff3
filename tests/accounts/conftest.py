"""Fixtures for accounts: both stores, one moment, one account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from survey_service.accounts import accounts
from survey_service.accounts.accounts import Account
from survey_service.store import open_store
from survey_service.store.base import Store

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
PASSWORD = "drei Birnen im Schnee"


@pytest.fixture(params=["tinydb:", "memory:"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    opened = open_store(request.param, tmp_path / "instance")
    yield opened
    opened.close()


@pytest.fixture
def anna(store: Store) -> Account:
    return accounts.add(store, "Anna", ["manager"], PASSWORD, actor="test", now=NOW)
