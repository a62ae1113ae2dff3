"""The longest tests begin first, none is lost, and all that are named exist."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import order

TESTS = Path(__file__).parent


def items(*names: str) -> list[Any]:
    return [SimpleNamespace(nodeid=f"tests/{name}") for name in names]


def names(dealt: list[Any]) -> list[str]:
    return [item.nodeid.removeprefix("tests/") for item in dealt]


@pytest.mark.parametrize("name", order.LONGEST)
def test_what_is_named_exists(name: str) -> None:
    file, function = name.split("::")
    assert f"def {function}(" in (TESTS / file).read_text("utf-8")


def test_each_worker_begins_with_a_long_one() -> None:
    first, second, third = order.LONGEST[:3]
    given_order = ["a", "b", f"{third}[ar]", "c", second, "d", "e", first]
    assert names(order.deal(items(*given_order), 3)) == [
        *(first, "a"),
        *(second, "b", "c"),
        *(f"{third}[ar]", "d", "e"),
    ]


def test_a_single_worker_keeps_the_order() -> None:
    given_order = ["a", order.LONGEST[0], "b"]
    assert names(order.deal(items(*given_order), 1)) == given_order


@given(st.lists(st.sampled_from(["a", "b", *order.LONGEST[:5]]), max_size=40), st.integers(1, 8))
def test_none_is_lost(chosen: list[str], workers: int) -> None:
    assert sorted(names(order.deal(items(*chosen), workers))) == sorted(chosen)
