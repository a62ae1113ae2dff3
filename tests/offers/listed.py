"""Listed offers to search in, without the way through a questionnaire."""

from __future__ import annotations

from typing import Any

from survey_service.offers import register
from survey_service.store.base import Store

MEININGEN, SCHMALKALDEN = "16066042", "16066063"
ANSWERS: dict[str, Any] = {
    "A01": "offer",
    "A02": "Verein Beispiel",
    "A04_name": "Treffpunkt",
    "A06": "active",
    "A05_fields": ["INT"],
    "A05_types": ["INT.meeting_place"],
    "A09": ["de"],
    "A17_whole": "no",
    "A17": [MEININGEN],
}


def add(store: Store, offer: str, *, confirmed: str = "2026-11-01", listed: bool = True, **changes: Any) -> int:
    """Store an offer with these answers, as the desk publishes it; return the id of its document."""
    return store.collection(register.OFFERS).add(document(offer, confirmed=confirmed, listed=listed, **changes)).id


def document(offer: str, *, confirmed: str, listed: bool, **changes: Any) -> dict[str, Any]:
    answers = {**ANSWERS, **changes}
    body = {"offer": offer, "response_key": offer, "answers": answers, "revision": "offers-1", "language": "de"}
    body |= {"mode": "web", "organisation_id": "x", "moderation": "published", "reason": "", "merged_into": ""}
    body |= {"reminded": 0, "confirmed": confirmed, "public": answers if listed else None, "listed": listed}
    return body | register.describe(answers)
