"""Random edits, then adoption: the frozen copy is the draft of that moment, and later edits don't touch it; words put
together again give both texts.
"""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.concept import accepting, differences, items, versions
from survey_service.problems import Problem
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.concept.conftest import FIELDS, MEASURE, TITLE, add, adopt, begin, block, file

TEXTS = st.text("abc äß.,\n", min_size=0, max_size=30)
KINDS = st.sampled_from(["add", "measure", "edit", "move", "field", "out", "accept"])
STEPS = st.lists(st.tuples(KINDS, st.integers(0, 9), TEXTS))


def work(store: Store, number: int, steps: list[tuple[str, int, str]]) -> None:
    """Change the draft by random steps; what is refused changes nothing."""
    for what, at, text in steps:
        keys = [item.key for item in versions.load(store, number).items]
        key = keys[at % len(keys)] if keys else "item-0"
        seen = versions.load(store, number).item(key).wording.number if keys else 0
        acts: dict[str, Any] = {
            "add": lambda text=text: add(store, number, text),
            "measure": lambda text=text: add(store, number, text, kind="measure", field="WOH", measure=MEASURE),
            "edit": lambda key=key, seen=seen, text=text: items.edit(
                store, number, key, seen=seen, texts={"de": text}, by="M"
            ),
            "move": lambda key=key, at=at: items.rearrange(store, number, key, up=at % 2 == 0),
            "field": lambda key=key, at=at: items.change_field(store, number, key, ("ARB", "WOH")[at % 2]),
            "out": lambda key=key: items.take_out(store, number, key),
            "accept": lambda at=at: accepting.accept(store, number, file(store, block(f"b{at}", count=40 + at)), "M"),
        }
        with contextlib.suppress(Problem):
            acts[what]()


@settings(max_examples=30)
@given(STEPS, STEPS)
def test_the_frozen_copy_is_the_draft_of_that_moment(before: list[Any], after: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        store = open_store("tinydb:", Path(folder) / "instance")
        try:
            number = begin(store)
            add(store, number, "Anfang.")
            work(store, number, before)
            draft = versions.load(store, number)
            if not draft.items:
                return
            frozen = adopt(store, number)
            assert (frozen.items, frozen.title) == (draft.items, draft.title)
            assert differences.between(frozen, frozen) == []
            revision = versions.begin(store, TITLE, FIELDS, "Mara")
            assert differences.between(frozen, revision) == []
            work(store, revision.number, after)
            assert versions.load(store, number) == frozen
            changed = versions.load(store, revision.number)
            told = {change.item.key for change in differences.between(frozen, changed)}
            meant = {item.key: (item.wording, item.field) for item in frozen.items}
            means = {item.key: (item.wording, item.field) for item in changed.items}
            assert told >= meant.keys() ^ means.keys()
            assert {key for key in told if meant.get(key) == means.get(key)} == set()
        finally:
            store.close()


@given(TEXTS, TEXTS)
def test_the_words_of_a_difference_make_both_texts(old: str, new: str) -> None:
    runs = differences.words(old, new)
    assert "".join(run for kind, run in runs if kind != differences.NEW) == old
    assert "".join(run for kind, run in runs if kind != differences.GONE) == new
    assert (old == new) == all(kind == differences.SAME for kind, _ in runs)
