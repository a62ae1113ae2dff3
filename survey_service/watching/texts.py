"""What waits around questionnaires: waves that end, languages that would drop out, texts to translate or to review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from survey_service.responses import definitions, schedule
from survey_service.watching.model import Decision, Look

ENDS_WITHIN = 14
"""So many days before its last day a wave is told of."""
LISTED = 6
"""How many languages are named; the others are counted."""


def ending(look: Look) -> Iterator[Decision]:
    """Questionnaires that close soon by their last day, one each."""
    for published in look.publications.all():
        closes = published.schedule.closes
        state = published.schedule.state(look.today.isoformat(), lambda: 0)
        if closes and state in (schedule.OPEN, schedule.PAUSED):
            left = (dt.date.fromisoformat(closes) - look.today).days
            if left <= ENDS_WITHIN:
                yield Decision(1, until=closes, subject=published.questionnaire.name)


def full(look: Look) -> Iterator[Decision]:
    """Questionnaires that turn people away because their limit is reached, one each."""
    for published in look.publications.all():
        if published.state == schedule.FULL:
            facts = {"limit": published.schedule.limit}
            yield Decision(1, subject=published.questionnaire.name, facts=facts)


def dropping(look: Look) -> Iterator[Decision]:
    """Published questionnaires that would lose languages with the next revision, for texts are missing, one each."""
    for name, tags in look.texts.now().lost.items():
        yield Decision(len(tags), subject=name, facts={"languages": _listed(tags)})


def outdated(look: Look) -> Iterator[Decision]:
    """Texts whose source has changed since they were translated."""
    yield from _summed(look.texts.now().outdated)


def drafted(look: Look) -> Iterator[Decision]:
    """Texts that a machine drafted and no person has reviewed."""
    yield from _summed(look.texts.now().drafted)


def copies(look: Look) -> Iterator[Decision]:
    """Working copies that were begun and are not published yet."""
    found = [copy.questionnaire.name for copy in definitions.all_copies(look.store)]
    if len(found) == 1:
        yield Decision(1, subject=found[0])
    elif found:
        yield Decision(len(found))


def _summed(counts: Mapping[str, int]) -> Iterator[Decision]:
    if counts:
        most = sorted(counts, key=lambda tag: -counts[tag])
        yield Decision(sum(counts.values()), facts={"languages": _listed(most)})


def _listed(tags: Sequence[str]) -> str:
    """Return tags with blanks between; what comes behind the first few is a number."""
    more = len(tags) - LISTED
    return " ".join([*tags[:LISTED], *([f"+{more}"] if more > 0 else [])])
