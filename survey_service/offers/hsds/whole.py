"""The whole export: every listed offer with consent, as services, organizations, places and terms of HSDS 3."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import orjson

from survey_service.offers import events, organisations, register
from survey_service.offers.folding import fold_name
from survey_service.offers.hsds import mapping
from survey_service.offers.hsds.codes import JSON, Codes
from survey_service.offers.hsds.parts import Entry, Making, Warned
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import Store

VERSION = "3.0"
_CHANGES = frozenset({"imported", "registered", "published", "live", "confirmed", "ended", "merged", "separated"})
"""Events after which another may be read of an offer than before."""


@dataclass(frozen=True)
class Whole:
    """The export: ``entries`` and ``services`` of offers and projects in one order, the ``organizations`` without their
    services, ``moved`` (id of a merged offer's service → the one it was merged into), and what was warned about.
    """

    codes: Codes
    entries: tuple[Entry, ...]
    services: tuple[JSON, ...]
    organizations: tuple[JSON, ...]
    moved: Mapping[str, str]
    warnings: tuple[Warned, ...]

    @cached_property
    def services_of(self) -> Mapping[str, list[JSON]]:
        """The services of each organization by its id, without the organization in them."""
        found: dict[str, list[JSON]] = {organization["id"]: [] for organization in self.organizations}
        for service in self.services:
            alone = {name: value for name, value in service.items() if name != "organization"}
            found[service["organization"]["id"]].append(alone)
        return found

    @cached_property
    def modified(self) -> str:
        """The moment of the newest change (ISO 8601, UTC), or ""."""
        return max((entry.modified for entry in self.entries), default="")

    @cached_property
    def mark(self) -> str:
        """A digest of all that is exported: the same for the same content."""
        content = [self.services, self.organizations, self.codes.form.name, list(self.codes.terms)]
        return hashlib.sha256(orjson.dumps(content, default=str)).hexdigest()[:32]


def export(store: Store, form: Questionnaire, today: dt.date) -> Whole:
    """Return the export of all listed offers; ``form`` is the newest revision of the ``offers`` questionnaire."""
    making = Making(Codes(form, form.languages[0]), today)
    entries = tuple(listed(store))
    known = {each.organisation: each for each in organisations.every(store)}
    by_organisation: dict[str, list[Entry]] = {}
    for entry in entries:
        by_organisation.setdefault(entry.organisation, []).append(entry)
    made = {}
    for organisation, own in by_organisation.items():
        name = known[organisation].name if organisation in known else own[0].answers.get("A02", "")
        made[organisation] = mapping.organization(making, organisation, name, own)
    offers = tuple(entry for entry in entries if not entry.is_structure)
    return Whole(
        codes=making.codes,
        entries=entries,
        services=tuple(mapping.service(making, entry, made[entry.organisation]) for entry in offers),
        organizations=tuple(made.values()),
        moved=dict(_moved(store)),
        warnings=tuple({(warned.offer, str(warned.reason)): warned for warned in making.warnings}.values()),
    )


def listed(store: Store) -> Iterator[Entry]:
    """Yield what the export tells of: offers that stand in the directory and whose provider lets them be published."""
    merged = {each.organisation: each.merged_into for each in organisations.every(store) if each.merged_into}
    changed = _last_changes(store)
    for stored in store.collection(register.OFFERS).find(listed=True):
        body = stored.body
        answers = body["public"]
        if answers.get("A00") != "yes":
            continue
        organisation = body["organisation_id"] or organisations.id_of(fold_name(answers.get("A02", "")))
        confirmed = f"{body['confirmed']}T00:00:00+00:00"
        modified = max(changed.get(body["offer"], ""), confirmed).replace("+00:00", "Z")
        yield Entry(body["offer"], merged.get(organisation, organisation), answers, body["confirmed"], modified)


def _last_changes(store: Store) -> dict[str, str]:
    last: dict[str, str] = {}
    for stored in store.collection(events.EVENTS).iterate():
        if stored.body["kind"] in _CHANGES:
            last[stored.body["offer"]] = max(last.get(stored.body["offer"], ""), stored.body["moment"])
    return last


def _moved(store: Store) -> Iterator[tuple[str, str]]:
    for stored in store.collection(register.OFFERS).find(moderation="merged"):
        if stored.body["merged_into"]:
            yield mapping.service_id(stored.body["offer"]), mapping.service_id(stored.body["merged_into"])
