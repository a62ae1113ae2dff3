"""Fixtures for the network: a body with members, and the choice list of bodies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from survey_service import clock
from survey_service.network import bodies, members
from survey_service.network.model import Member
from survey_service.problems import Problem
from survey_service.store.base import Store

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
TODAY = "2026-11-23"


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def body(store: Store) -> int:
    return bodies.add(store, {"de": "Arbeitskreis Wohnen"}, "working_group", code="AK_WOH", field_of_action="WOH").id


def join(store: Store, body: int, name: str, organisation: str = "", **more: Any) -> Member:
    email = more.pop("email", f"{name.partition(' ')[0].lower()}@example.org")
    return members.add(store, body, name=name, email=email, organisation=organisation, **more)


def refusal(call: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments, **named)
    return caught.value.code
