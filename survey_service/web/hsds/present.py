"""The export as it is now: made again only after something has changed."""

from __future__ import annotations

import threading
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any

from flask import current_app

from survey_service import clock
from survey_service.offers import events, organisations, register
from survey_service.offers.hsds import whole
from survey_service.offers.hsds.whole import Whole
from survey_service.store.base import Store
from survey_service.web.context import current

KEY = "survey_service.hsds"


@dataclass
class Kept:
    """The last export of an application, and what it was made of."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    cursor: str = ""
    state: Hashable = None
    made: Whole | None = None


def export() -> Whole:
    """Return the present export. Raises Problem questionnaire.missing while ``offers`` is not published."""
    context = current()
    published = context.publications.current("offers")
    kept: Kept = current_app.extensions[KEY]
    with kept.lock:
        state = _state(context.store, published.revision, clock.today())
        changed = _has_changed(context.store, kept)
        if kept.made is None or changed or state != kept.state:
            kept.made = whole.export(context.store, published.questionnaire, clock.today())
            kept.state = state
        return kept.made


def _has_changed(store: Store, kept: Kept) -> bool:
    """Tell whether an offer has changed since the last look, and look from here on the next time."""
    changes = store.collection(register.OFFERS).changes(kept.cursor)
    changed = changes.reset
    for change in changes.rows:
        kept.cursor, changed = change.cursor, True
    return changed


def _state(store: Store, *known: Any) -> Hashable:
    """Return what the export depends on beside the offers: history and organisations, the revision, the day."""
    names = tuple((each.organisation, each.name, each.merged_into) for each in organisations.every(store))
    return (store.collection(events.EVENTS).count(), names, known)
