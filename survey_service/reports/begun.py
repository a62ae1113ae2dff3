"""What has been begun and not been sent, by language: counted when a snapshot is made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from survey_service import clock
from survey_service.responses.drafts import DRAFTS, day_of
from survey_service.responses.submissions import is_known
from survey_service.store.base import Store


def open_drafts(store: Store, questionnaire: str, periods: Iterable[str] | None = None) -> dict[str, int]:
    """Return how many drafts are open by language: begun, not sent, and no correction of what was sent.

    ``periods`` are those they were last touched in, None for any.
    """
    wanted = None if periods is None else set(periods)
    found: Counter[str] = Counter()
    for stored in store.collection(DRAFTS).iterate():
        draft = stored.body
        if draft["questionnaire"] != questionnaire or draft["replaces"] or is_known(store, draft["key"]):
            continue
        if wanted is None or clock.period(day_of(draft)) in wanted:
            found[draft["language"]] += 1
    return dict(sorted(found.items()))
