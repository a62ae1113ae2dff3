"""Meetings of bodies: when and where, the way to the minutes, who was there and for whom they spoke.

Times are those of the clock on the wall in Europe/Berlin, so that summer time moves nothing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

from survey_service import clock
from survey_service.network import bodies, members
from survey_service.network.checks import LONGEST_ADDRESS, LONGEST_NAME, LONGEST_TEXT, is_day, line, lines
from survey_service.network.model import Meeting, Member
from survey_service.offers.hours import ZONE
from survey_service.problems import Problem
from survey_service.store.base import CollectionSpec, Store, Stored

MEETINGS = CollectionSpec("network_meetings", indexes=("body",))
USUALLY = dt.timedelta(hours=2)
"""How long a meeting is said to be in calendars if its end is not known."""
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_KEPT = "%/?:@!$&'()*+,;=~-._[]|"
_TOLD = frozenset({"day", "time", "ends", "place", "agenda", "cancelled"})
"""What somebody who was invited has to know of."""


@dataclass(frozen=True)
class Turnout:
    """How many of the voters of a body were at a meeting: by at least one person, and of how many."""

    present: int
    voters: int


def add(
    store: Store, body: int, *, day: str, time: str, place: str, agenda: str = "", ends: str = "", minutes_url: str = ""
) -> Meeting:
    """Add a meeting. Raises Problems body.missing, body.closed, meeting.fields, meeting.time, meeting.no_such_time and
    meeting.minutes.
    """
    with store.transaction():
        bodies.working(store, body)
        meeting = _checked(Meeting(0, body, day, time, place, agenda, minutes_url, ends=ends))
        return _meeting(store.collection(MEETINGS).add(_document(meeting)))


def change(store: Store, id: int, **changes: Any) -> Meeting:
    """Change what is known of a meeting. Raises Problem meeting.missing and those of `add` but for the body's."""
    with store.transaction():
        stored = _stored(store, id)
        before = _meeting(stored)
        changed = _checked(replace(before, **changes))
        if any(getattr(before, name) != getattr(changed, name) for name in _TOLD):
            changed = replace(changed, sequence=before.sequence + 1)
        return _meeting(store.collection(MEETINGS).replace(stored.id, _document(changed), version=stored.version))


def note_people(store: Store, id: int, present: Iterable[int], spoke: Mapping[int, str]) -> Meeting:
    """Note who was at a meeting and for whom they spoke; whoever spoke was there.

    Raises Problems meeting.missing, meeting.words, and meeting.people for somebody who was no member on that day.
    """
    with store.transaction():
        meeting = of_id(store, id)
        said = {member: words for member, text in spoke.items() if (words := line(text))}
        if any(len(words) > LONGEST_NAME for words in said.values()):
            raise Problem("meeting.words", limit=LONGEST_NAME)
        there = sorted({*present, *said})
        known = {member.id for member in may_come(store, meeting)}
        if not known.issuperset(there):
            raise Problem("meeting.people")
        return change(store, id, present=tuple(there), spoke=said)


def may_come(store: Store, meeting: Meeting) -> list[Member]:
    """Return the members of the body on the day of a meeting, and whoever is noted as having been there."""
    found = members.all_of(store, meeting.body)
    return [member for member in found if member.belongs(meeting.day) or member.id in meeting.present]


def turnout(store: Store, meeting: Meeting) -> Turnout:
    """Return how many voters were at a meeting."""
    voters = members.grouped(store, may_come(store, meeting))
    there = [voter for voter in voters if any(member.id in meeting.present for member in voter.people)]
    return Turnout(len(there), len(voters))


def forget(store: Store, member: int, body: int) -> None:
    """Erase for whom a member spoke; that they were there stays."""
    with store.transaction():
        for meeting in of_body(store, body):
            if member in meeting.spoke:
                left = {id: words for id, words in meeting.spoke.items() if id != member}
                change(store, meeting.id, spoke=left)


def of_id(store: Store, id: int) -> Meeting:
    """Return a meeting. Raises Problem meeting.missing."""
    return _meeting(_stored(store, id))


def of_body(store: Store, body: int) -> list[Meeting]:
    """Return the meetings of a body, the newest first."""
    found = (_meeting(stored) for stored in store.collection(MEETINGS).find(body=body))
    return sorted(found, key=lambda meeting: (meeting.day, meeting.time, meeting.id), reverse=True)


def upcoming(store: Store, now: dt.datetime) -> dict[int, Meeting]:
    """Return the next meeting of each body that has one, by its id."""
    found: dict[int, Meeting] = {}
    for stored in store.collection(MEETINGS).find():
        meeting = _meeting(stored)
        known = found.get(meeting.body)
        if not is_over(meeting, now) and (known is None or begins(meeting) < begins(known)):
            found[meeting.body] = meeting
    return found


def begins(meeting: Meeting) -> dt.datetime:
    """Return when a meeting begins, aware, in Europe/Berlin."""
    return _moment(meeting.day, meeting.time)


def finishes(meeting: Meeting) -> dt.datetime:
    """Return when a meeting ends, aware; some hours after its begin if that is not known."""
    if meeting.ends:
        return _moment(meeting.day, meeting.ends)
    return (begins(meeting).astimezone(dt.UTC) + USUALLY).astimezone(ZONE)


def is_over(meeting: Meeting, now: dt.datetime) -> bool:
    """Tell whether a meeting is over at an aware moment, or is cancelled."""
    return meeting.cancelled or finishes(meeting) <= now


def note_invited(store: Store, id: int) -> Meeting:
    """Note that invitations to a meeting went out today."""
    return change(store, id, invited=clock.today().isoformat())


def is_address(text: str) -> bool:
    """Tell whether a text is the address of a page: http or https, a host, in one piece, without name and password."""
    if not text.isprintable() or any(sign.isspace() or sign in '\\<>"' for sign in text):
        return False
    try:
        parts = urlsplit(text)
        plain = parts.scheme in ("http", "https") and parts.port != 0 and parts.username is None and bool(uri(text))
    except ValueError:
        return False
    return plain and bool(parts.hostname) and len(text) <= LONGEST_ADDRESS


def uri(address: str) -> str:
    """Return an address in ASCII, as documents other than HTML need it. Raises ValueError for a host that is none."""
    parts = urlsplit(address)
    host = parts.netloc.encode("idna").decode("ascii")
    path, query, fragment = (quote(part, safe=_KEPT) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, host, path, query, fragment))


def _checked(meeting: Meeting) -> Meeting:
    place, agenda, minutes = line(meeting.place), lines(meeting.agenda), meeting.minutes_url.strip()
    if not place or len(place) > LONGEST_NAME or len(agenda) > LONGEST_TEXT:
        raise Problem("meeting.fields", limit=LONGEST_NAME, most=LONGEST_TEXT)
    times = [meeting.time, *([meeting.ends] if meeting.ends else [])]
    if not is_day(meeting.day) or not all(map(_CLOCK.fullmatch, times)) or (len(times) > 1 and times[1] <= times[0]):
        raise Problem("meeting.time")
    for time in times:
        if _is_skipped(_moment(meeting.day, time)):
            raise Problem("meeting.no_such_time", day=meeting.day, time=time)
    if minutes and not is_address(minutes):
        raise Problem("meeting.minutes")
    return replace(meeting, place=place, agenda=agenda, minutes_url=minutes)


def _moment(day: str, time: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time.fromisoformat(time), ZONE)


def _is_skipped(moment: dt.datetime) -> bool:
    """Tell whether clocks never show a local time, because summer time begins."""
    return moment.astimezone(dt.UTC).astimezone(ZONE).replace(tzinfo=None) != moment.replace(tzinfo=None)


def _stored(store: Store, id: int) -> Stored:
    stored = store.collection(MEETINGS).get(id)
    if stored is None:
        raise Problem("meeting.missing")
    return stored


def _document(meeting: Meeting) -> dict[str, Any]:
    spoke = [[id, words] for id, words in sorted(meeting.spoke.items())]
    document = {**asdict(meeting), "present": list(meeting.present), "spoke": spoke}
    del document["id"]
    return document


def _meeting(stored: Stored) -> Meeting:
    body = stored.body
    return Meeting(
        id=stored.id,
        **{**body, "present": tuple(body["present"]), "spoke": dict(body["spoke"])},
    )
