"""Undoing the merge of two offers together with the response behind the one that stayed."""

from __future__ import annotations

from survey_service.offers import events, merging, register
from survey_service.offers.merging import Separated
from survey_service.responses.collection import RESPONSES
from survey_service.store.base import Store


def separate(store: Store, gone: str, by: str, *, forced: bool = False) -> Separated:
    """Undo the merge of an offer into another, see `merging.separate`."""
    with store.transaction():
        parted = merging.separate(store, gone, by, forced=forced)
        behind = store.collection(RESPONSES).first(key=parted.kept.body["response_key"])
        if parted.response is not None and behind is not None:
            store.collection(RESPONSES).replace(behind.id, {**behind.body, **parted.response}, version=behind.version)
        return parted


def separate_all(store: Store, response_key: str) -> None:
    """Undo all merges of the offers of a response that is going to be withdrawn.

    What was taken over from it goes with it, and what was merged into it stands for itself again.
    """
    with store.transaction():
        for stored in store.collection(register.OFFERS).find(response_key=response_key):
            offer = stored.body["offer"]
            if stored.body["merged_into"]:
                separate(store, offer, events.SERVICE, forced=True)
                events.erase_absorbed(store, stored.body["merged_into"], offer)
            for other in reversed(merging.merged_into(store, offer)):
                separate(store, other.body["offer"], events.SERVICE, forced=True)
