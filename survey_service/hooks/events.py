"""What webhooks tell: the kinds of events, and how one is said. No event holds an answer, a name or an address."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson

from survey_service.problems import D_, Problem

Fact = str | int
PING = "ping"
RESPONSES = "response.received"
OFFER_PUBLISHED, OFFER_CHANGED, OFFER_WITHDRAWN = "offer.published", "offer.changed", "offer.withdrawn"
QUESTIONNAIRE_PUBLISHED = "questionnaire.published"
QUESTIONNAIRE_OPENED, QUESTIONNAIRE_CLOSED = "questionnaire.opened", "questionnaire.closed"
REPORT_FINISHED, REPORT_FAILED = "report.finished", "report.failed"
FIGURES_PUBLISHED = "figures.published"


@dataclass(frozen=True)
class Kind:
    """A kind of event: what it is called at the desk, and the names of its facts."""

    title: str
    facts: tuple[str, ...]


KINDS: Mapping[str, Kind] = {
    RESPONSES: Kind(
        D_("Responses were received (how many, once an hour; no answers)"),
        ("questionnaire", "period", "language", "count"),
    ),
    OFFER_PUBLISHED: Kind(D_("An offer was published"), ("offer",)),
    OFFER_CHANGED: Kind(D_("A published offer has changed"), ("offer",)),
    OFFER_WITHDRAWN: Kind(D_("An offer is public no longer"), ("offer", "merged_into")),
    QUESTIONNAIRE_PUBLISHED: Kind(D_("A questionnaire was published"), ("questionnaire", "revision")),
    QUESTIONNAIRE_OPENED: Kind(D_("A questionnaire was opened"), ("questionnaire",)),
    QUESTIONNAIRE_CLOSED: Kind(D_("A questionnaire was closed"), ("questionnaire",)),
    REPORT_FINISHED: Kind(D_("A report is finished"), ("plugin", "report")),
    REPORT_FAILED: Kind(D_("A report failed"), ("plugin", "problem")),
    FIGURES_PUBLISHED: Kind(D_("Figures were published"), ("batch", "digest")),
}
"""What an endpoint can choose. Beside these there is ``ping``, which is only sent when it is asked for."""


@dataclass(frozen=True)
class Event:
    """Something that happened: its kind and its facts, as KINDS names them."""

    kind: str
    facts: Mapping[str, Fact]

    def __post_init__(self) -> None:
        known = KINDS[self.kind].facts if self.kind in KINDS else ()
        if not set(self.facts) <= set(known):
            raise ValueError(f"{self.kind!r} has no facts {sorted(set(self.facts) - set(known))}")

    def body(self, moment: dt.datetime) -> str:
        """Return what is sent, with the moment it was noticed: JSON of the members type, timestamp and data."""
        at = moment.astimezone(dt.UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
        return orjson.dumps({"type": self.kind, "timestamp": at, "data": dict(self.facts)}).decode()


def chosen(kinds: Iterable[str]) -> list[str]:
    """Return kinds in the order of the table. Raises Problem hook.kinds if there is none or an unknown one."""
    wanted = set(kinds)
    if not wanted or not wanted <= set(KINDS):
        raise Problem("hook.kinds")
    return [kind for kind in KINDS if kind in wanted]
