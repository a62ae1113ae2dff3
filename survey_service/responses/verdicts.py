"""The verdicts on a revision: those of the rules, and what a manager has put in their place, with the reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.questionnaire.comparison import COMPARABLE, VERDICTS, Change
from survey_service.responses.revisions import Publications
from survey_service.store.base import CollectionSpec, Store

OVERRIDES = CollectionSpec("verdict_overrides", indexes=("revision",))
"""What a manager has decided; nothing is ever replaced, the newest counts."""
LONGEST_REASON = 1_000


@dataclass(frozen=True)
class Override:
    """A verdict that somebody gave on a day in the place of the one before."""

    verdict: str
    reason: str
    by: str
    day: str


@dataclass(frozen=True)
class Judged:
    """What a revision changed of a question, and what was decided about it since, oldest first."""

    change: Change
    overrides: tuple[Override, ...] = ()

    @property
    def question(self) -> str:
        return self.change.question

    @property
    def verdict(self) -> str:
        """The verdict that counts."""
        return self.overrides[-1].verdict if self.overrides else self.change.verdict


def judged(store: Store, publications: Publications, revision: str) -> tuple[Judged, ...]:
    """Return the questions that a revision changed, each with its verdicts. Raises Problem questionnaire.missing."""
    found = _overrides(store, revision)
    return tuple(
        Judged(change, tuple(found.get(change.question, ()))) for change in publications.entry(revision).changes
    )


def _overrides(store: Store, revision: str) -> Mapping[str, list[Override]]:
    found: dict[str, list[Override]] = {}
    for stored in store.collection(OVERRIDES).find(revision=revision):
        body = stored.body
        override = Override(body["verdict"], body["reason"], body["by"], body["day"])
        found.setdefault(body["question"], []).append(override)
    return found


def override(
    store: Store,
    publications: Publications,
    revision: str,
    question: str,
    verdict: str,
    reason: str,
    *,
    by: str,
    now: dt.datetime,
) -> None:
    """Put another verdict in the place of the one that counts; earlier ones stay in the history.

    Raises Problems questionnaire.missing, verdict.missing if the revision did not change the question, request.bad for
    what is no verdict, and verdict.reason.
    """
    if verdict not in VERDICTS:
        raise Problem("request.bad")
    if all(change.question != question for change in publications.entry(revision).changes):
        raise Problem("verdict.missing")
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise Problem("verdict.reason", limit=LONGEST_REASON)
    body: dict[str, Any] = {
        "revision": revision,
        "question": question,
        "verdict": verdict,
        "reason": reason,
        "by": by,
        "day": now.date().isoformat(),
    }
    with store.transaction():
        store.collection(OVERRIDES).add(body)
        audit.append(store, by, "verdict.overridden", revision, {"question": question, "verdict": verdict}, now=now)


def series(store: Store, publications: Publications, name: str, question: str) -> tuple[tuple[str, str], ...]:
    """Return for each revision of a questionnaire after the first the verdict on a question: how its series goes on.

    ``((revision, verdict), …)``, oldest first; a revision that left the question as it was is comparable.
    """
    found = []
    for revision in publications.history(name)[1:]:
        verdicts = {entry.question: entry.verdict for entry in judged(store, publications, revision)}
        found.append((revision, verdicts.get(question, COMPARABLE)))
    return tuple(found)
