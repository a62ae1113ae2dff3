"""Whether a response counts: the one place that decides, for snapshots, figures, counts, exports and dashboards.

A response is ``valid``, or was ``excluded`` by the team for a reason, or waits in ``quarantine`` until the team has
looked at it. What was excluded is counted by its reason; what waits is counted nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.responses.collection import RESPONSES
from survey_service.store.base import Store

VALID, EXCLUDED, QUARANTINED = "valid", "excluded", "quarantined"
REASONS = ("spam", "trial", "repeated", "implausible", "other_people", "asked", "other")
"""Why a response can be excluded: it is spam; somebody tried the questionnaire out; the same person answered again; its
answers cannot be true; it is not from the people who were asked; the person asked for it; something else."""
_OTHER = "other"


def counts(response: Mapping[str, Any]) -> bool:
    """Tell whether a response (its document) counts."""
    return bool(response["status"] == VALID)


def waits(response: Mapping[str, Any]) -> bool:
    """Tell whether a response (its document) waits in quarantine: then nothing tells of it but the desk's browser."""
    return bool(response["status"] == QUARANTINED)


def reason_of(response: Mapping[str, Any]) -> str:
    """Return one of REASONS for a response (its document) that was excluded, "" for any other."""
    if response["status"] != EXCLUDED:
        return ""
    reason = response.get("exclusion", _OTHER)
    return reason if reason in REASONS else _OTHER


def mark_of(response: Mapping[str, Any]) -> str:
    """Return the standing of a response in a word, with the reason of an exclusion: ``excluded:spam``."""
    reason = reason_of(response)
    return f"{EXCLUDED}:{reason}" if reason else str(response["status"])


def added_up(marks: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """Return numbers by status, and those of excluded responses by reason, of numbers by `mark_of`.

    What waits in quarantine is in neither.
    """
    statuses: dict[str, int] = {}
    reasons: dict[str, int] = {}
    for mark, count in marks.items():
        status, _, reason = mark.partition(":")
        if status == QUARANTINED:
            continue
        statuses[status] = statuses.get(status, 0) + count
        if status == EXCLUDED:
            reasons[reason or _OTHER] = reasons.get(reason or _OTHER, 0) + count
    return statuses, reasons


def counted(store: Store, questionnaire: str) -> int:
    """Return how many responses to a questionnaire count. Few are set aside, so that is quick."""
    responses = store.collection(RESPONSES)
    aside = sum(responses.count(questionnaire=questionnaire, status=status) for status in (EXCLUDED, QUARANTINED))
    return responses.count(questionnaire=questionnaire) - aside
