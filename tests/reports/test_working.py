"""The working state: whatever has happened in whatever order, a snapshot of it is the one that is made from scratch."""

from __future__ import annotations

import functools
import itertools
import logging
import shutil
import stat
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.questionnaire.loader import load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.reports import parts, snapshot, working
from survey_service.reports.snapshot import Snapshot
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store import MemoryStore
from tests.conftest import SMALL
from tests.reports.test_snapshot import body

AGE = "{type: integer, name: age, label: {de: Alter, en: Age}, parameters: {min: 0, max: 120}}"
FORMS = {
    "same": SMALL,
    "another question": SMALL.replace(AGE, AGE + "\n      - {type: integer, name: rooms, label: {de: R, en: R}}"),
    "another choice": SMALL.replace(
        '    - {name: green, label: {de: Grün, en: Green}, warm: "0"}',
        '    - {name: pink, label: {de: Rosa, en: Pink}, warm: "1"}\n'
        '    - {name: green, label: {de: Grün, en: Green}, warm: "0"}',
    ),
    "another type": SMALL.replace(AGE, "{type: text, name: age, label: {de: Alter, en: Age}}"),
}


@functools.cache
def form(name: str) -> Questionnaire:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "small.yaml").write_text(FORMS[name], "utf-8")
        return load_folder(Path(folder)).questionnaires["small"]


ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "age": st.integers(16, 18),
        "likes": st.sampled_from([["red"], ["red", "blue"], ["green"]]),
        "town": st.sampled_from(["A", "B"]),
    },
)
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), ANSWERS, st.sampled_from(["2026-Q3", "2026-Q4"]), st.sampled_from(["de", "en"])),
        st.tuples(st.just("add"), ANSWERS, st.just("2026-Q4"), st.just("xx")),
        st.tuples(st.just("withdraw"), st.integers(0, 50)),
        st.tuples(st.just("exclude"), st.integers(0, 50)),
        st.tuples(st.just("correct"), st.integers(0, 50), ANSWERS),
        st.tuples(st.just("publish"), st.sampled_from(list(FORMS))),
        st.tuples(st.just("freeze")),
    ),
    max_size=30,
)


class World:
    """A store that things happen in, and the snapshots of it."""

    def __init__(self, folder: Path) -> None:
        self.store, self.folder = MemoryStore(), folder
        self.publications = Publications(self.store)
        self.publications.publish({"small": form("same")})
        self.responses = self.store.collection(RESPONSES)
        self.numbers = itertools.count()

    def add(self, answers: dict[str, Any], period: str = "2026-Q4", language: str = "de") -> None:
        revision = self.publications.current("small").revision
        states = dict.fromkeys(answers, "answered")
        facts = {"period": period, "language": language, "revision": revision}
        self.responses.add({**body(answers, states, **facts), "receipt_hash": f"r{next(self.numbers)}"})

    def one(self, number: int) -> Any:
        found = self.responses.find()
        return found[number % len(found)] if found else None

    def withdraw(self, number: int) -> None:
        if (stored := self.one(number)) is not None:
            self.responses.delete(stored.id)

    def exclude(self, number: int) -> None:
        if (stored := self.one(number)) is not None:
            status = "excluded" if stored.body["status"] == "valid" else "valid"
            self.responses.replace(stored.id, {**stored.body, "status": status}, version=stored.version)

    def correct(self, number: int, answers: dict[str, Any]) -> None:
        if (stored := self.one(number)) is not None:
            changed = {**stored.body, "answers": answers, "states": dict.fromkeys(answers, "answered")}
            self.responses.replace(stored.id, changed, version=stored.version)

    def publish(self, name: str) -> None:
        self.publications.publish({"small": form(name)})

    def freeze(self) -> None:
        made = self.frozen("kept")
        fresh = self.frozen("fresh")
        assert made.id == fresh.id
        assert made.manifest["tables"] == fresh.manifest["tables"]
        for table in made.manifest["tables"]:
            assert rows(made, table) == rows(fresh, table)

    def frozen(self, name: str) -> Snapshot:
        if name == "fresh":
            shutil.rmtree(self.folder / name, ignore_errors=True)
        return snapshot.freeze(self.folder / name, self.store, self.publications, ["small"], offers=False, texts=True)


def rows(frozen: Snapshot, table: str) -> list[dict[str, Any]]:
    files = sorted(frozen.folder.glob(f"{table}@*.arrow")) or [frozen.folder / f"{table}.arrow"]
    return [row for path in files for row in pl.read_ipc(path).to_dicts()]


@settings(max_examples=60, deadline=None)
@given(STEPS)
def test_what_is_kept_up_to_date_is_what_is_made_from_scratch(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[Any, ...]]
) -> None:
    world = World(tmp_path_factory.mktemp("world"))
    for name, *arguments in steps:
        getattr(world, name)(*arguments)
    world.freeze()


def test_only_what_has_changed_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[int] = []
    noted = working._note
    monkeypatch.setattr(working, "_note", lambda batch, id, *rest: (read.append(id), noted(batch, id, *rest)))
    world = World(tmp_path)
    for _ in range(3):
        world.add({"age": 30})
    first = world.frozen("kept")
    assert read == [1, 2, 3] * 2  # for the responses and for the texts
    read.clear()
    assert world.frozen("kept").id == first.id
    assert read == []
    world.add({"age": 31})
    world.withdraw(0)
    assert world.frozen("kept").manifest["tables"]["responses-small"]["rows"] == 3
    assert sorted(read) == [1, 1, 4, 4]
    read.clear()
    world.publish("another question")  # no earlier row depends on it
    world.frozen("kept")
    assert read == []
    world.publish("another type")
    world.frozen("kept")
    assert sorted(read) == [1, 2, 3, 4], "the texts that were typed are still those"


def test_quarters_without_changes_are_linked_not_copied(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add({"age": 30}, "2026-Q3")
    world.add({"age": 40})
    first = world.frozen("kept")
    world.add({"age": 50})
    second = world.frozen("kept")
    [early, late] = [
        [(it.folder / f"responses-small@2026-{quarter}.arrow").stat().st_ino for it in (first, second)]
        for quarter in ("Q3", "Q4")
    ]
    assert early[0] == early[1]
    assert late[0] != late[1]
    assert [row["age"] for row in rows(first, "responses-small")] == [30, 40], "an old snapshot stays as it was"


def _truncate(path: Path) -> None:
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-1])


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("kind", ["state.json", *(f"*.{kind}" for kind in working.KINDS)])
@pytest.mark.parametrize("damage", [Path.unlink, _truncate, _flip])
def test_a_damaged_state_is_noticed_and_built_anew(
    tmp_path: Path,
    kind: str,
    damage: Callable[[Path], None],
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World(tmp_path)
    for age in (30, 40, 50):
        world.add({"age": age})
    made = world.frozen("kept")
    own = tmp_path / "kept" / working.HIDDEN / "responses-small"
    shutil.rmtree(made.folder)
    [path] = own.glob(kind)
    damage(path)
    with caplog.at_level(logging.WARNING):
        again = world.frozen("kept")
    assert again.id == made.id
    assert sorted(row["age"] for row in rows(again, "responses-small")) == [30, 40, 50]
    assert ("built anew" in caplog.text) == (kind != "state.json" or damage is not Path.unlink)
    assert snapshot.open_snapshot(again.folder).id == made.id
    assert len([path for path in own.iterdir() if path.name != ".lock"]) == 4, "nothing of the damaged one is left"


def test_a_crash_before_the_state_is_named_leaves_the_one_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = World(tmp_path)
    world.add({"age": 30})
    world.frozen("kept")
    world.add({"age": 40})

    def crash(state: working.State) -> working.State:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(working, "_save", crash)
        with pytest.raises(KeyboardInterrupt):
            world.frozen("kept")
    world.freeze()
    own = tmp_path / "kept" / working.HIDDEN / "responses-small"
    assert len(list(own.glob("*.arrow"))) == 1


def test_nobody_else_may_read_it(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add({"age": 30, "town": "A"})
    world.frozen("kept")
    hidden = tmp_path / "kept" / working.HIDDEN
    folders = [tmp_path / "kept", hidden, *hidden.iterdir()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in folders] == [0o700] * 4
    assert all(not path.stat().st_mode & 0o077 for path in hidden.glob("*/*"))


def test_a_restored_store_is_read_anew(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add({"age": 30})
    world.frozen("kept")
    other = World(tmp_path)
    other.add({"age": 40})
    other.freeze()


def test_two_at_once(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.add({"age": 30})
    world.frozen("kept")
    with working._locked(tmp_path / "kept" / working.HIDDEN / "responses-small"):
        assert not working.forget(tmp_path / "kept", "responses-small", frozenset([1]))
        assert not working.drop(tmp_path / "kept", "responses-small")
    assert working.forget(tmp_path / "kept", "responses-small", frozenset([1]))
    assert working.drop(tmp_path / "kept", "responses-none"), "there is nothing to do"


# -- parts ----------------------------------------------------------------------------------------------------------

ROWS = st.lists(st.integers(0, 40), max_size=40)


def _part(values: list[int], start: int = 0) -> parts.Part:
    digests = [value.to_bytes(2, "big") * 16 for value in values]
    return parts.part_of(
        pl.DataFrame({"x": values}, schema={"x": pl.Int64}), digests, range(start, start + len(values))
    )


@given(ROWS, ROWS, st.frozensets(st.integers(0, 80)))
def test_adding_and_taking_out_equals_making_anew(old: list[int], new: list[int], gone: frozenset[int]) -> None:
    changed = parts.merged(parts.without(_part(old), gone), _part(new, 100))
    kept = [value for place, value in enumerate(old) if place not in gone]
    fresh = _part(kept + new)
    assert changed.content == fresh.content
    assert changed.rows.equals(fresh.rows)
    ids = [*(place for place in range(len(old)) if place not in gone), *range(100, 100 + len(new))]
    value_of = dict(zip(ids, kept + new, strict=True))
    assert [value_of[id] for id in changed.ids] == changed.rows["x"].to_list()
    assert sorted(changed.ids) == sorted(ids)


@given(ROWS, ROWS)
def test_the_content_is_that_of_the_multiset(one: list[int], other: list[int]) -> None:
    assert (_part(one).content == _part(other).content) == (sorted(one) == sorted(other))
