"""Looking up by value: the same as looking at all documents, also where hashes collide."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.store import index as module
from survey_service.store.base import key_of
from survey_service.store.index import Index

VALUES = st.sampled_from([None, "a", "b", "c", 0, 1, True, 1.5, -1, -2, [1], [True], {"k": 1}]) | st.text(max_size=2)
STEPS = st.one_of(
    st.tuples(st.just("set"), st.integers(0, 15), VALUES),
    st.tuples(st.just("remove"), st.integers(0, 15)),
    st.tuples(st.just("many"), st.lists(VALUES, min_size=1, max_size=6)),
)


@pytest.mark.parametrize("mask", [2**60 - 1, 7, 0])
def test_the_same_as_a_scan(mask: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With few bits nearly every hash collides."""
    monkeypatch.setattr(module, "_MASK", mask)
    _the_same_as_a_scan()


@settings(max_examples=150, deadline=None)
@given(st.lists(STEPS, max_size=25))
def _the_same_as_a_scan(steps: list[tuple[Any, ...]]) -> None:
    keys: dict[int, Hashable] = {}
    index = Index(keys.__getitem__)
    for kind, *rest in steps:
        if kind == "many":
            ids = list(range(100 + len(keys), 100 + len(keys) + len(rest[0])))
            ids = [id for id in ids if id not in keys]
            values = rest[0][: len(ids)]
            index_all(index, keys, values, ids)
            continue
        id = rest[0]
        if id in keys:
            index.discard(keys[id], id)
            del keys[id]
        if kind == "set":
            index.add(key_of(rest[1]), id)
            keys[id] = key_of(rest[1])
        for key in {*keys.values(), key_of("never")}:
            assert list(index.ids(key)) == sorted(id for id, other in keys.items() if other == key)
        counts = [list(keys.values()).count(key) for key in keys.values() if key is not None]
        assert index.repeated() == any(count > 1 for count in counts)


def index_all(index: Index, keys: dict[int, Hashable], values: list[Any], ids: list[int]) -> None:
    keys.update(zip(ids, map(key_of, values), strict=True))
    index.add_all(values, ids)


def test_as_many_values_as_ids() -> None:
    with pytest.raises(ValueError, match="zip"):
        Index(lambda id: None).add_all(["a"], [1, 2])


def test_a_document_that_is_not_noted_can_be_forgotten() -> None:
    index = Index({1: "a", 2: "a", 3: "a"}.__getitem__)
    index.add("a", 1)
    index.discard("b", 1)
    index.discard("a", 9)
    index.add("a", 2)
    index.discard("a", 9)
    assert list(index.ids("a")) == [1, 2]
