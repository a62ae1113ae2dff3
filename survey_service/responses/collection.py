"""The collection of responses: each is pinned to a revision. ``submissions`` is what stores them."""

from __future__ import annotations

from survey_service.store.base import CollectionSpec

RESPONSES = CollectionSpec(
    "responses",
    indexes=("questionnaire", "period", "receipt_hash", "status", "source", "echo"),
    unique=("key",),
    tracked=True,
)
