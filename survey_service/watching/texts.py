"""What waits around questionnaires: waves that end, languages that would drop out, texts to translate or to review."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from survey_service import languages
from survey_service.questionnaire import texts as states
from survey_service.questionnaire import translating
from survey_service.responses import definitions, schedule
from survey_service.translating import gate
from survey_service.translating.workbench import source_tag
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
    library = look.workbench.library()
    for published in look.publications.all():
        name, tags = published.questionnaire.name, published.questionnaire.languages
        if name not in library.questionnaires:
            continue
        gaps = gate.gaps(look.workbench, library, library.questionnaires[name])
        lost = [tag for tag, missing in gaps.items() if missing and tag in tags]
        if lost:
            yield Decision(len(lost), subject=name, facts={"languages": _listed(lost)})


def outdated(look: Look) -> Iterator[Decision]:
    """Texts whose source has changed since they were translated."""
    yield from _in_state(look, translating.OUTDATED)


def drafted(look: Look) -> Iterator[Decision]:
    """Texts that a machine drafted and no person has reviewed."""
    yield from _in_state(look, states.MACHINE_DRAFT)


def copies(look: Look) -> Iterator[Decision]:
    """Working copies that were begun and are not published yet."""
    found = [copy.questionnaire.name for copy in definitions.all_copies(look.store)]
    if len(found) == 1:
        yield Decision(1, subject=found[0])
    elif found:
        yield Decision(len(found))


def _in_state(look: Look, state: str) -> Iterator[Decision]:
    counts = {tag: number for tag in _tags(look) if (number := _count(look, tag, state))}
    if counts:
        most = sorted(counts, key=lambda tag: -counts[tag])
        yield Decision(sum(counts.values()), facts={"languages": _listed(most), "first": most[0]})


def _tags(look: Look) -> list[str]:
    offered = {entry.tag for entry in languages.offered()}
    return sorted(offered | set(look.workbench.edits.renew().made))


def _count(look: Look, tag: str, state: str) -> int:
    scopes = (scope for scope in look.workbench.scopes if source_tag(scope) != tag)
    return sum(entry.state == state for scope in scopes for entry in look.workbench.entries(scope, tag))


def _listed(tags: list[str]) -> str:
    """Return tags with blanks between; what comes behind the first few is a number."""
    more = len(tags) - LISTED
    return " ".join([*tags[:LISTED], *([f"+{more}"] if more > 0 else [])])
