"""Fixtures for accounts: both stores, one moment, one account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from survey_service.accounts import accounts, passwords
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


@pytest.fixture(scope="module")
def quick_passwords() -> Iterator[None]:
    """Hash cheaply, for modules that are not about what a hash costs."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        yield


@pytest.fixture
def anna(store: Store) -> Account:
    return accounts.add(store, "Anna", ["manager"], PASSWORD, actor="test", now=NOW)
