"""What of a foreign service comes back otherwise, once it was taken in and exported again, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.offers import organisations
from survey_service.offers.folding import fold_name
from survey_service.offers.hsds import mapping
from survey_service.offers.hsds.codes import JSON, Codes
from survey_service.offers.hsds.importing import Import, Terms
from survey_service.offers.hsds.parts import Entry, Making
from survey_service.offers.hsds.source import Leaf, Part, Source
from survey_service.offers.hsds.taking import IDS
from survey_service.offers.proposed import Proposed
from survey_service.problems import D_, Said, said
from survey_service.questionnaire.judge import judge

ADDED = said(D_("Is made here of other answers."))
ELSEWHERE = said(D_("Was taken and has another place or form here."))


@dataclass(frozen=True)
class Difference:
    """One value that differs: where, what the source says and what we say ("" for nothing), and why."""

    place: str
    theirs: str
    ours: str
    reason: Said


def between(source: Source, found: Import, terms: Terms) -> Iterator[Difference]:
    """Yield what differs for each service of a source; parts of a kind are compared in their order."""
    reasons = {loss.place: loss.reason for loss in found.losses}
    making = Making(Codes(terms.form, terms.form.languages[0]), terms.today)
    for part, proposed in zip(source.services, found.proposed, strict=False):
        before = f"{part.place}." if part.place else ""
        theirs = dict(_leaves(part, before))
        ours = dict(_flat(exported(making, proposed, terms), before))
        for place in sorted(theirs.keys() | ours.keys()):
            leaf, mine = theirs.get(place), ours.get(place, "")
            if leaf is None or leaf.text != mine:
                yield Difference(place, leaf.text if leaf is not None else "", mine, _why(leaf, mine, reasons))


def _why(leaf: Leaf | None, mine: str, reasons: Mapping[str, Said]) -> Said:
    if leaf is None:
        return ADDED
    if leaf.key == "id" and mine:
        return IDS
    return reasons.get(leaf.place, ELSEWHERE)


def exported(making: Making, proposed: Proposed, terms: Terms) -> JSON:
    """Return the service that the export makes of a proposed entry."""
    answers = dict(judge(terms.form, proposed.answers, terms.today).answers)
    day = proposed.confirmed or terms.today.isoformat()
    organisation = organisations.id_of(fold_name(str(answers.get("A02", ""))))
    entry = Entry(proposed.offer or proposed.key, organisation, answers, day, f"{terms.today.isoformat()}T00:00:00Z")
    organization = mapping.organization(making, organisation, str(answers.get("A02", "")), [entry])
    return mapping.service(making, entry, organization)


def _leaves(part: Part, before: str) -> Iterator[tuple[str, Leaf]]:
    for key, value in part.fields.items():
        if isinstance(value, Leaf):
            yield f"{before}{key}", value
        elif isinstance(value, Part):
            yield from _leaves(value, f"{before}{key}.")
        elif key != "services":  # an organization holds the services again
            for number, each in enumerate(value):
                if isinstance(each, Part):
                    yield from _leaves(each, f"{before}{key}[{number}].")


def _flat(content: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    for key, value in content.items():
        if isinstance(value, Mapping):
            yield from _flat(value, f"{before}{key}.")
        elif isinstance(value, list):
            for number, each in enumerate(value):
                yield from _flat(each, f"{before}{key}[{number}].")
        elif str(value).strip():
            yield f"{before}{key}", str(value).strip()
