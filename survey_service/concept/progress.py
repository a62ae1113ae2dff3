"""How far measures are. It is kept beside the versions: an adopted version stays as it is while its measures go on."""

from __future__ import annotations

from dataclasses import asdict

from survey_service import clock
from survey_service.concept.checks import checked_progress
from survey_service.concept.model import Progress
from survey_service.store.base import CollectionSpec, Store

PROGRESS = CollectionSpec("concept_progress", indexes=("item",))
NOT_BEGUN = Progress()


def all_states(store: Store) -> dict[str, Progress]:
    """Return how far each measure is now, by the key of its item; what was never begun is not in it."""
    found = {}
    for stored in store.collection(PROGRESS).find():
        found[stored.body["item"]] = Progress(stored.body["state"], stored.body["done"])
    return found


def note(store: Store, key: str, progress: Progress, by: str) -> Progress:
    """Note how far a measure is and return it; what was noted before stays. Raises Problem concept.progress."""
    progress = checked_progress(progress, clock.today())
    moment = clock.now().replace(microsecond=0).isoformat()
    store.collection(PROGRESS).add({"item": key, **asdict(progress), "by": by, "moment": moment})
    return progress
