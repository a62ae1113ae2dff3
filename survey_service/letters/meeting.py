"""Inviting the members of a body to a meeting, each in their language, with a file for calendars."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass

from babel.dates import format_date

from survey_service import clock, languages, letters, outbox
from survey_service.network import bodies, calendar, meetings, members
from survey_service.network.model import Meeting, Member
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text, wording
from survey_service.settings import Settings
from survey_service.store.base import Store

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Invited:
    """How many got a letter, had got it before, and could not be written to."""

    sent: int = 0
    before: int = 0
    failed: int = 0


def invite(store: Store, settings: Settings, id: int) -> Invited:
    """Invite the members that a body has on the day of a meeting, or tell those who were invited that it is cancelled.

    Whoever got this letter already gets it once more only if something has changed since. Raises Problems
    meeting.missing, and meeting.over for a meeting that is over, or cancelled before anybody was invited.
    """
    meeting = meetings.of_id(store, id)
    if meetings.finishes(meeting) <= clock.now() or (meeting.cancelled and not meeting.invited):
        raise Problem("meeting.over")
    name = bodies.of_id(store, meeting.body).name
    came = [_write(settings, meeting, name, member) for member in members.current(store, meeting.body, meeting.day)]
    meetings.note_invited(store, id)
    return Invited(*(came.count(outcome) for outcome in ("sent", "before", "failed")))


def _write(settings: Settings, meeting: Meeting, name: Text, member: Member) -> str:
    tag = member.language if member.language in letters.TAGS else "de"
    said = f"{meeting.id} {meeting.sequence} {member.id} {member.email.casefold()}"
    key = hashlib.sha256(f"meeting {said}".encode()).hexdigest()[:32]
    if outbox.find_key(settings.instance, key) is not None:
        return "before"
    begin, body = meetings.begins(meeting), wording(name, tag)
    values = {
        "body": body,
        "day": format_date(begin, "full", locale=languages.language(tag).babel),
        "time": f"{meeting.time}–{meeting.ends}" if meeting.ends else meeting.time,
    }
    if not meeting.cancelled:
        values |= {"place": meeting.place, **({"agenda": meeting.agenda} if meeting.agenda else {})}
    file = calendar.calendar(meeting, body, tag, settings.public_url, clock.now())
    try:
        kind = "meeting_cancelled" if meeting.cancelled else "meeting"
        letters.post(settings, member.email, kind, tag, key=key, calendar=file, **values)
    except Problem as problem:
        if not problem.code.startswith("mail."):
            raise
        _log.warning("meetings: %s", problem.code)
        return "failed"
    return "sent"
