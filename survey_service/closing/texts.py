"""Texts that the manager writes for everybody, in each language; what translates another German text counts as none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from survey_service import languages
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.store.base import CollectionSpec, Store

TEXTS = CollectionSpec("closing_texts", unique=("key",))
"""By key the texts and, of each translation, the hash of the German text that it translates."""
SOURCE = "de"
MOST_LETTERS = 4_000


def of(store: Store, key: str, given: Text = {}) -> Text:  # noqa: B006 - never changed
    """Return what there is of a text: ``given`` is what another place has of it; what was written here goes before."""
    stored = store.collection(TEXTS).first(key=key)
    kept: Mapping[str, str] = stored.body["texts"] if stored is not None else {}
    source = kept.get(SOURCE) or given.get(SOURCE, "")
    of_source = stored.body["of"] if stored is not None else {}
    fresh = {tag: text for tag, text in kept.items() if tag == SOURCE or of_source.get(tag) == _mark(source)}
    given = {} if SOURCE in kept and kept[SOURCE] != given.get(SOURCE) else given
    return {**given, **fresh} if source else {}


def outdated(store: Store, key: str, tag: str, given: Text = {}) -> str:  # noqa: B006
    """Return a translation that was written for another German text, "" if there is none."""
    stored = store.collection(TEXTS).first(key=key)
    old: str = stored.body["texts"].get(tag, "") if stored is not None else ""
    return "" if old == of(store, key, given).get(tag) else old


def version(store: Store, key: str) -> int:
    """Return how often a text was saved."""
    stored = store.collection(TEXTS).first(key=key)
    return stored.body["saved"] if stored is not None else 0


def save(store: Store, key: str, tag: str, text: str, *, seen: int, given: Text = {}) -> bool:  # noqa: B006
    """Keep a text in one language, or take it away if it is empty; tell whether anything differs.

    ``seen`` is how often it had been saved when the writer saw it. Raises Problems closing.conflict, closing.text.
    """
    text = text.strip()
    present = of(store, key, given)
    if tag not in languages.registry() or len(text) > MOST_LETTERS:
        raise Problem("closing.text", limit=MOST_LETTERS)
    if text == present.get(tag, ""):
        return False
    stored = store.collection(TEXTS).first(key=key)
    body: dict[str, Any] = stored.body if stored is not None else {"key": key, "texts": {}, "of": {}, "saved": 0}
    if body["saved"] != seen:
        raise Problem("closing.conflict")
    written = {name: each for name, each in body["texts"].items() if name != tag} | ({tag: text} if text else {})
    source = written.get(SOURCE) or given.get(SOURCE, "")
    marks = {name: mark for name, mark in body["of"].items() if name in written}
    marks |= {tag: _mark(source)} if text else {}
    body = {"key": key, "texts": written, "of": marks, "saved": body["saved"] + 1}
    if stored is None:
        store.collection(TEXTS).add(body)
    else:
        store.collection(TEXTS).replace(stored.id, body, version=stored.version)
    return True


def erase(store: Store, prefix: str) -> None:
    """Forget the texts whose key begins with a prefix."""
    for stored in store.collection(TEXTS).find():
        if stored.body["key"].startswith(prefix):
            store.collection(TEXTS).delete(stored.id, version=stored.version)


def _mark(source: str) -> str:
    return hashlib.sha256(source.encode("utf-8")).hexdigest()[:16]


def words_key(wave: str, field: str) -> str:
    """Return the key of the manager's own words about a field in a wave."""
    return f"words/{wave}/{field}"


def wording_key(item: str, number: int) -> str:
    """Return the key of a text for a wording of the concept."""
    return f"wording/{item}/{number}"


def result_key(concept: int) -> str:
    """Return the key of the result of a decision in words."""
    return f"result/{concept}"
