"""Erasing who has left; what their organisation did stays in counts."""

from __future__ import annotations

import datetime as dt

from survey_service.network import meetings, members
from survey_service.network.model import Member
from survey_service.store.base import Store


def erase(store: Store, id: int) -> Member:
    """Erase name, address and words of somebody who has left. Raises Problems member.missing and member.there."""
    with store.transaction():
        gone = members.erase(store, id)
        meetings.forget(store, gone.id, gone.body)
        return gone


def forget_left(store: Store, today: dt.date) -> int:
    """Erase all who left about three months ago, and return how many they were."""
    found = members.left_long_ago(store, today)
    for id in found:
        erase(store, id)
    return len(found)
