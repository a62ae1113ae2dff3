"""Who looked at responses or took copies of them, when: a view of the audit log.

For the holder of a receipt it counts only. Some entries are of this one response; others are of lists and files that
may hold it, as far as they are not older than the quarter in which it came.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.accounts import audit
from survey_service.accounts.audit import Entry
from survey_service.problems import D_
from survey_service.responses import retention
from survey_service.responses.derived import UNITS
from survey_service.store.base import Store, Stored

ALONE: Mapping[str, str] = {
    "response.read": D_("One response was opened"),
    "file.read": D_("A file of a response was opened"),
    "response.copied": D_("The holder of the four words took a copy"),
    "response.erased": D_("A response was erased on request"),
}
"""Actions on one response: its number is the detail ``number``, or the subject."""
MANY: Mapping[str, str] = {
    "responses.read": D_("A list of responses was opened"),
    "responses.exported": D_("Responses were exported"),
}
"""Actions on all responses of a questionnaire: the subject is its name."""
OF_TEXTS: Mapping[str, str] = {"coding.read": D_("Free texts were read to be coded")}
"""Actions on single texts: the detail ``unit`` names the text if it was one."""
WORDS: Mapping[str, str] = {**ALONE, **MANY, **OF_TEXTS}
_BY_TEAM = ("response.read", "file.read")


@dataclass(frozen=True)
class Seen:
    """How often a response was looked at: ``alone``, and ``among`` others in lists and files that may hold it."""

    alone: int
    among: int


def of_response(store: Store, response: Stored) -> Seen:
    """Count who looked at a response. Names and moments are no business of its holder."""
    begun = retention.first_day(response.body["period"])
    units = {unit.body["unit"] for unit in store.collection(UNITS).find(response=response.body["key"])}
    alone = sum(
        str(entry.details.get("number", entry.subject)) == str(response.id) for entry in _entries(store, _BY_TEAM)
    )
    alone += sum(str(entry.details.get("unit", "")) in units for entry in _entries(store, OF_TEXTS)) if units else 0
    named = response.body["questionnaire"]
    among = sum(entry.subject == named and _day(entry) >= begun for entry in _entries(store, MANY))
    return Seen(alone, among)


def _entries(store: Store, actions: Mapping[str, Any] | tuple[str, ...]) -> Iterator[Entry]:
    for action in actions:
        for stored in store.collection(audit.AUDIT).find(action=action):
            yield Entry(**stored.body)


def _day(entry: Entry) -> dt.date:
    return dt.datetime.fromisoformat(entry.at).date()


def log(store: Store, *, actor: str = "", subject: str = "", since: str = "", until: str = "") -> list[Entry]:
    """Return who looked at or copied responses, newest first; by person, by questionnaire or number, by day (ISO)."""
    found = [
        entry
        for entry in _entries(store, WORDS)
        if (not actor or entry.actor == actor)
        and (not subject or subject in (entry.subject, str(entry.details.get("number", ""))))
        and (not since or entry.at[:10] >= since)
        and (not until or entry.at[:10] <= until)
    ]
    return sorted(found, key=lambda entry: entry.number, reverse=True)


def actors(store: Store) -> list[str]:
    """Return who stands in it, by name."""
    return sorted({entry.actor for entry in _entries(store, WORDS)})
