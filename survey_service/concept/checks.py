"""What items, measures and decisions must have before they are kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from survey_service.concept.model import DONE, EFFORTS, HORIZONS, STATES, Decision, Judgement, Measure, Progress
from survey_service.problems import Problem

MOST_LETTERS = 4_000
_MOST_NAME = 300
_MOST_CENTS = 10**14


def checked_texts(texts: Mapping[str, str]) -> dict[str, str]:
    """Return texts without blanks around and without empty ones. Raises Problem concept.text without a German one."""
    found = {tag: text.strip() for tag, text in texts.items() if text.strip()}
    if "de" not in found or max(map(len, found.values())) > MOST_LETTERS:
        raise Problem("concept.text", limit=MOST_LETTERS)
    return found


def checked_judgement(of: str) -> Judgement:
    """Return a judgement. Raises Problem concept.basis if it is nobody's."""
    if not of.strip() or len(of) > _MOST_NAME:
        raise Problem("concept.basis")
    return Judgement(of.strip())


def checked_measure(measure: Measure) -> Measure:
    """Return what a measure has. Raises Problem concept.measure for what cannot be."""
    lead = measure.lead.strip()
    budget = measure.budget
    fits = (
        0 < len(lead) <= _MOST_NAME
        and measure.horizon in HORIZONS
        and measure.effort in EFFORTS
        and (budget is None or 0 <= budget < _MOST_CENTS)
        and is_day(measure.due)
    )
    if not fits:
        raise Problem("concept.measure")
    return Measure(lead, measure.horizon, measure.effort, budget, measure.due, tuple(dict.fromkeys(measure.serves)))


def checked_progress(progress: Progress, today: dt.date) -> Progress:
    """Return how far a measure is; a day of being done stays only with that. Raises Problem concept.progress."""
    if progress.state not in STATES:
        raise Problem("concept.progress")
    if progress.state != DONE:
        return Progress(progress.state)
    if not is_day(progress.done) or progress.done > today.isoformat():
        raise Problem("concept.progress")
    return progress


def checked_decision(decision: Decision, today: dt.date) -> Decision:
    """Return a decision. Raises Problem concept.decision for what is missing, late or the wrong way round."""
    body, result = decision.body.strip(), decision.result.strip()
    named = 0 < len(body) <= _MOST_NAME and 0 < len(result) <= _MOST_NAME
    dated = all(map(is_day, (decision.day, decision.start, decision.end)))
    if not named or not dated or decision.day > today.isoformat() or decision.start > decision.end:
        raise Problem("concept.decision")
    return Decision(body, decision.day, result, decision.start, decision.end)


def is_day(text: str) -> bool:
    """Tell whether a text is a day, written 2026-11-23."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
