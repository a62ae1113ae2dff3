"""Whatever is done to them, the embedded store and the one in memory hold the same."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.problems import Problem
from survey_service.store.base import Collection, Store, Stored
from survey_service.store.memory import MemoryStore
from survey_service.store.tiny import TinyStore
from tests.store.conftest import THINGS

VALUES = st.sampled_from([None, 0, 1, 1.0, True, "a", "b", "\x00", [1], {"k": 1}, float("nan")])
FIELDS = st.sampled_from(["key", "colour", "size", "other"])
BODIES = st.dictionaries(FIELDS, VALUES | st.text(max_size=5), max_size=3)
IDS = st.integers(0, 6)
VERSIONS = st.integers(1, 3)
CHANGES = st.one_of(
    st.tuples(st.just("add"), BODIES),
    st.tuples(st.just("replace"), IDS, BODIES, VERSIONS),
    st.tuples(st.just("delete"), IDS, st.none() | VERSIONS),
    st.tuples(st.just("look up"), st.dictionaries(FIELDS, VALUES, max_size=2)),
)
BLOCKS = st.tuples(st.just("block"), st.lists(CHANGES, max_size=4), st.booleans())
OUTER_BLOCKS = st.tuples(st.just("block"), st.lists(CHANGES | BLOCKS, min_size=1, max_size=4), st.booleans())
STEPS = st.one_of(CHANGES, CHANGES, OUTER_BLOCKS, st.just(("reopen",)), st.just(("compact",)))


class Stop(Exception):
    """Undoes a transaction."""


def look_up(things: Collection, equals: dict[str, Any]) -> Any:
    return things.find(**equals), things.first(**equals), things.count(**equals)


CALLS: dict[str, Callable[..., Any]] = {
    "add": lambda things, body: things.add(body),
    "replace": lambda things, id, body, version: things.replace(id, body, version=version),
    "delete": lambda things, id, version: things.delete(id, version=version),
    "look up": look_up,
}


def run(store: Store, step: tuple[Any, ...]) -> Any:
    """Do one step and return what came of it: a list for a block."""
    if step[0] == "block":
        return _block(store, step[1], stop=step[2])
    things = store.collection(THINGS)
    try:
        found = CALLS[step[0]](things, *step[1:])
    except Problem as problem:
        found = problem.code
    return found, list(things.iterate()), things.count()


def _block(store: Store, steps: Sequence[tuple[Any, ...]], *, stop: bool) -> list[Any]:
    outcomes = []
    try:
        with store.transaction():
            outcomes += [run(store, step) for step in steps]
            if stop:
                raise Stop
    except Stop:
        outcomes.append("undone")
    return outcomes


def comparable(outcome: Any) -> Any:
    """Return an outcome whose comparison tells 1 from 1.0 and True."""
    if isinstance(outcome, Stored):
        return outcome.id, outcome.version, repr(sorted(outcome.body.items()))
    return [comparable(part) for part in outcome] if isinstance(outcome, (list, tuple)) else repr(outcome)


@settings(max_examples=250, deadline=None)
@given(st.lists(STEPS, min_size=8, max_size=25))
def test_the_same_as_in_memory(steps: list[tuple[Any, ...]]) -> None:
    folder = Path(tempfile.mkdtemp(dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    tiny, memory = TinyStore(folder / "store"), MemoryStore()
    try:
        for step in steps:
            if step[0] == "reopen":
                tiny.close()
                tiny = TinyStore(folder / "store")
                # Ids of undone additions, which nobody has kept, may come again after a restart.
                memory.collection(THINGS)._last_id = tiny.engine.table(THINGS.name).high
            elif step[0] == "compact":
                tiny.compact()
            else:
                assert comparable(run(tiny, step)) == comparable(run(memory, step))
    finally:
        tiny.close()
        shutil.rmtree(folder)
