"""Publishing what became of the answers: numbered, hashed, frozen. A correction is a further number; old ones stay."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock, digests
from survey_service.accounts import audit
from survey_service.closing import composing, frozen, gate
from survey_service.closing.composing import Source
from survey_service.closing.frozen import Frozen
from survey_service.closing.model import Content, content_of, to_json
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store

PAGES = CollectionSpec("closing_pages", indexes=("field",), unique=("number",))


@dataclass(frozen=True, kw_only=True)
class Page(Frozen):
    """A publication about a wave and a field, with what it says."""

    content: Content


def mark_of(content: Content) -> str:
    """Return what tells a preview from one that says something else."""
    return digests.of_json(to_json(content))


def publish(source: Source, wave: str, field: str, wanted: Mapping[str, str], mark: str, by: str) -> Page:
    """Publish what the preview showed, in German and the languages ``wanted`` with their states.

    Raises Problems closing.changed if it is no longer what ``mark`` stands for, closing.exact if a text names a number
    that is rounded, closing.nothing if it stands published so, and those of `gate.chosen`.
    """
    store = source.store
    with store.transaction():
        content = composing.compose(source, wave, field)
        if mark_of(content) != mark:
            raise Problem("closing.changed")
        if exact := composing.exact(store, content):
            raise Problem("closing.exact", numbers=", ".join(key.removeprefix("item-") for key in exact))
        states = gate.chosen(gate.of_content(content), wanted)
        before = newest(store, wave, field)
        if before is not None and (before.content, dict(before.languages)) == (content, states):
            raise Problem("closing.nothing")
        number = 1 + store.collection(PAGES).count()
        digest = frozen.add(
            store.collection(PAGES), number, by, states, field=field, wave=wave, content=to_json(content)
        )
        facts = {"wave": wave, "field": field, "digest": digest}
        audit.append(store, by, "closing.published", f"page {number}", facts, now=clock.now())
    return load(store, number)


def load(store: Store, number: int) -> Page:
    """Return a publication. Raises Problems closing.missing, and closing.broken if it is not what was published."""
    return _of(frozen.find(store.collection(PAGES), number))


def of_field(store: Store, field: str) -> list[Page]:
    """Return the publications about a field, newest first. Raises Problem closing.broken."""
    found = (_of(stored.body) for stored in store.collection(PAGES).find(field=field))
    return sorted(found, key=lambda page: -page.number)


def all_pages(store: Store) -> list[Page]:
    """Return all publications, newest first. Raises Problem closing.broken."""
    return sorted((_of(stored.body) for stored in store.collection(PAGES).find()), key=lambda page: -page.number)


def any_page(store: Store) -> bool:
    """Tell at once whether anything is published."""
    return store.collection(PAGES).count() > 0


def newest(store: Store, wave: str, field: str) -> Page | None:
    """Return the newest publication about a field in a wave, or None."""
    return next((page for page in of_field(store, field) if page.content.wave == wave), None)


def current(pages: list[Page]) -> list[Page]:
    """Return of pages, newest first, those that no later one about the same wave and field replaces."""
    found: dict[tuple[str, str], Page] = {}
    for page in pages:
        found.setdefault((page.content.wave, page.content.field), page)
    return [*found.values()]


def _of(body: Mapping[str, Any]) -> Page:
    return Page(content=content_of(body["content"]), **frozen.facts(body))
