"""What waits around consultations, the concept, the monitoring and feedback."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from survey_service.closing import receipts
from survey_service.concept import evidence, versions
from survey_service.consulting import comments, rounds
from survey_service.consulting.model import CLOSED, OPEN
from survey_service.monitoring import periods
from survey_service.monitoring.observations import OBSERVATIONS
from survey_service.watching.model import Decision, Look, counted, oldest

ENDS_WITHIN = 7


def ending(look: Look) -> Iterator[Decision]:
    """Consultations whose last day is near, one each."""
    for each in rounds.all_rounds(look.store, look.today):
        if each.state == OPEN and (dt.date.fromisoformat(each.closes) - look.today).days <= ENDS_WITHIN:
            yield Decision(1, until=each.closes, subject=str(each.id), facts={"title": each.title})


def unanswered(look: Look) -> Iterator[Decision]:
    """Comments of closed consultations that have no answer, one decision each consultation."""
    for each in rounds.all_rounds(look.store, look.today):
        if each.state == CLOSED and not each.final:
            open_ones = comments.unanswered(comments.of_round(look.store, each))
            if open_ones:
                facts = {"title": each.title}
                yield Decision(len(open_ones), each.closes, subject=str(each.id), facts=facts)


def unfinished(look: Look) -> Iterator[Decision]:
    """Closed consultations whose comments are all answered, and whose table is not final, one each."""
    for each in rounds.all_rounds(look.store, look.today):
        if each.state == CLOSED and not each.final and not comments.unanswered(comments.of_round(look.store, each)):
            yield Decision(1, each.closes, subject=str(each.id), facts={"title": each.title})


def evident(look: Look) -> Iterator[Decision]:
    """Statements of the version that is worked on, for which a newer report has other figures."""
    number = versions.open_number(look.store)
    if number is not None:
        found = evidence.flags(look.store, versions.load(look.store, number))
        if found:
            yield Decision(len(found), subject=str(number))


def figures(look: Look) -> Iterator[Decision]:
    """Indicators that were observed before and lack the figure of the year or quarter that is over."""
    due = []
    for indicator in look.indicators().values():
        over = periods.last_over(indicator.period, look.today)
        kept = look.store.collection(OBSERVATIONS)
        if over is None or indicator.computed or not kept.count(indicator=indicator.code):
            continue
        period, since = over
        if kept.first(key=f"{indicator.code}/{indicator.current.version}//{period}") is None:
            due.append(since.isoformat())
    yield from counted(len(due), oldest(due))


def look_again(look: Look) -> Iterator[Decision]:
    """The day that people were told to look again on, when it has passed."""
    day = receipts.day_set(look.store)
    if day is not None and day <= look.today:
        yield Decision(1, day.isoformat())
