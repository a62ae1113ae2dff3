"""What age does to drafts, responses and texts, one rule after the other as the hourly round runs them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from survey_service.responses import drafts, retention
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store


@dataclass(frozen=True)
class Erased:
    """How many drafts, responses, and responses' free texts were erased."""

    drafts: int
    responses: int
    texts: int

    def __bool__(self) -> bool:
        return bool(self.drafts or self.responses or self.texts)


def age(store: Store, publications: Publications, today: dt.date, *, months: int, text_months: int) -> Erased:
    """Erase what is too old on a day."""
    return Erased(
        drafts.erase_old(store, today),
        retention.erase_responses(store, publications, today, months=months),
        retention.erase_texts(store, publications, today, months=text_months),
    )
