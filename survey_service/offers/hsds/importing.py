"""HSDS of another register as proposed entries of ours, and what of it does not fit: value by value, with the reason.

Nothing is stored here. `docs/hsds.md` says which field becomes which answer.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.offers.hsds import parts_in, places_in, times_in
from survey_service.offers.hsds.codes import Codes, uid
from survey_service.offers.hsds.mapping import REGISTER_NUMBER, STATUS, organization_id, service_id
from survey_service.offers.hsds.source import TAKEN, Leaf, Part, Source
from survey_service.offers.hsds.tables import OWNERS, TABLES
from survey_service.offers.hsds.taking import (
    CODES,
    FILE,
    FOLLOWS,
    HISTORY,
    IDS,
    LINKS,
    NO_DAY,
    NO_PLACE,
    OTHER_CODE,
    REPEATED,
    Taking,
    mark,
)
from survey_service.offers.proposed import Proposed
from survey_service.problems import Said
from survey_service.questionnaire.model import Questionnaire


@dataclass(frozen=True)
class Terms:
    """On which terms a file is taken in: the questionnaire, the language of the texts, the day; the fields of action
    for entries that name none; whether contacts may be published; ids of services that are our own → the offer's
    document.
    """

    form: Questionnaire
    language: str
    today: dt.date
    fields: tuple[str, ...] = ()
    publish_contacts: bool = False
    known: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Loss:
    """A value that has no place here, and why; without a value it is a file, named by ``file``."""

    leaf: Leaf | None
    reason: Said
    file: str = ""

    @property
    def place(self) -> str:
        """Where it stands."""
        return self.leaf.place if self.leaf is not None else self.file

    @property
    def value(self) -> str:
        """What it says."""
        return self.leaf.text if self.leaf is not None else ""

    @property
    def silent(self) -> bool:
        """Tell whether nothing is lost by that."""
        return self.reason is FOLLOWS or self.reason is IDS or self.reason is REPEATED


@dataclass(frozen=True)
class Import:
    """Proposed entries, what does not fit, and how many values the source has."""

    proposed: tuple[Proposed, ...]
    losses: tuple[Loss, ...]
    values: int


def known(bodies: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """Return the ids of services and organizations that are offers (documents) of our own → the offer.

    The id of an organization means its structure if it has only one.
    """
    offers = list(bodies)
    structures = [body for body in offers if body["kind"] == "structure"]
    counted = Counter(body["organisation_id"] for body in structures)
    alone = (body for body in structures if counted[body["organisation_id"]] == 1)
    found = {service_id(body["offer"]): body for body in offers}
    return {**found, **{organization_id(body["organisation_id"]): body for body in alone}}


def propose(source: Source, terms: Terms) -> Import:
    """Return the entries that a source proposes; each value of it was taken, or stands among the losses."""
    book = Codes(terms.form, terms.form.languages[0])
    found = [_service(part, source, terms, Taking(book)) for part in source.services]
    serving = [each for part in source.services if (each := part.part("organization")) is not None]
    same, named = {id(each) for each in serving}, {each.text("id") for each in serving} - {""}
    for part in source.organizations:
        if _is_structure(part) or not (id(part) in same or part.text("id") in named):
            found.append(_structure(part, source, terms, Taking(book)))
    losses = (*(Loss(None, FILE, name) for name in source.unread), *_losses(source))
    return Import(tuple(found), losses, len(source.leaves))


def _is_structure(part: Part) -> bool:
    terms = (each.part("taxonomy_term") for each in part.parts("attributes"))
    return any(term is not None and term.text("code") == "kind.structure" for term in terms)


_TEXTS = {
    "name": "A04_name",
    "description": "A04_description",
    "application_process": "A18_join",
    "eligibility_description": "A11_group",
    "assurer_email": "A22_by",
}


def _service(part: Part, source: Source, terms: Terms, taking: Taking) -> Proposed:
    taking.answers |= {"A00": "yes", "A01": "offer"}
    for key, question in _TEXTS.items():
        taking.text(question, part.leaf(key))
    taking.whole("A11_min", part.leaf("minimum_age"))
    taking.whole("A11_max", part.leaf("maximum_age"))
    _status(taking, part.leaf("status"))
    parts_in.attributes(taking, part.parts("attributes"))
    taking.text("A18_wait", part.leaf("wait_time"))
    parts_in.languages(taking, part.parts("languages"))
    parts_in.interpreting(taking, part.leaf("interpretation_services"))
    parts_in.areas(taking, part.parts("service_areas"))
    parts_in.costs(taking, part, terms.today)
    parts_in.documents(taking, part.parts("required_documents"))
    organization = part.part("organization") or Part("")
    _organization(taking, organization)
    taking.text("A02_website", part.leaf("url"))
    taking.text("A02_email", part.leaf("email"))
    sites = part.parts("service_at_locations")
    locations = [site for site in (each.part("location") for each in sites) if site is not None]
    places_in.location(taking, locations)
    times_in.schedules(taking, _every("schedules", [part, *sites, *locations]), terms.today)
    holders = [part, *sites, *locations]
    if _ours(part, terms) is None:  # an offer of ours has its own contact, or none that may be published
        holders += [organization, *organization.parts("locations")]
    parts_in.contact(taking, holders, publish=terms.publish_contacts)
    parts_in.project(taking, part)
    return _proposed(taking, part, "service", source, terms)


def _structure(part: Part, source: Source, terms: Terms, taking: Taking) -> Proposed:
    taking.answers |= {"A00": "yes", "A01": "structure"}
    _organization(taking, part)
    parts_in.attributes(taking, part.parts("attributes"))
    locations = part.parts("locations")
    places_in.location(taking, locations)
    parts_in.languages(taking, _every("languages", locations))
    times_in.schedules(taking, _every("schedules", locations), terms.today)
    parts_in.contact(taking, [part, *locations], publish=terms.publish_contacts)
    return _proposed(taking, part, "organization", source, terms)


def _every(key: str, holders: Iterable[Part]) -> list[Part]:
    return [each for holder in holders for each in holder.parts(key)]


def _organization(taking: Taking, part: Part) -> None:
    taking.text("A02", part.leaf("name"))
    description = part.leaf("description")
    if description is not None and description.text == part.text("name"):
        mark([description], FOLLOWS)  # HSDS wants one, so that the name stands for it
    else:
        taking.text("A02_description", description)
    taking.text("A02_email", part.leaf("email"))
    taking.text("A02_website", part.leaf("website"))
    for identifier in part.parts("organization_identifiers"):
        taking.text("A03", identifier.leaf("identifier"))
        if identifier.text("identifier_type") == REGISTER_NUMBER:
            mark([identifier.leaf("identifier_type")], FOLLOWS)


def _status(taking: Taking, leaf: Leaf | None) -> None:
    if leaf is None:
        return
    ours = {theirs: name for name, theirs in STATUS.items()}
    name = ours.get(leaf.text.lower())
    if name is None:
        mark([leaf], OTHER_CODE)
    else:
        taking.give("A06", name, leaf)


def _proposed(taking: Taking, part: Part, table: str, source: Source, terms: Terms) -> Proposed:
    if not taking.answers.get("A05_fields") and terms.fields:
        taking.answers["A05_fields"] = list(terms.fields)
    confirmed = _confirmed(part.leaf("assured_date"), terms.today)
    identifier = part.leaf("id")
    own = identifier.text.lower() if identifier is not None else ""
    mark([identifier], TAKEN)
    ours = _ours(part, terms)
    if ours is not None:
        _keep_unpublished(taking, ours["answers"], terms.today)
    taking.settle(terms.today)
    return Proposed(
        source=source.name,
        place=part.place or table,
        answers=taking.answers,
        language=terms.language,
        key=uid("import", table, own) if own else uid("import", source.name, part.place),
        offer=ours["offer"] if ours is not None else "",
        confirmed=confirmed,
    )


def _ours(part: Part, terms: Terms) -> Mapping[str, Any] | None:
    """Return the document of the offer of ours that a service or organization is, None for what others have made."""
    identifier = part.leaf("id")
    return terms.known.get(identifier.text.lower()) if identifier is not None else None


_CONTACT = ("A20_name", "A20_phone", "A20_email")
_NEVER_PUBLISHED = (*_CONTACT, "A20_publish", "A22_by")
_TIMES = ("A08_days", "A08_from", "A08_to", "A08_times")


def _keep_unpublished(taking: Taking, answers: Mapping[str, Any], today: dt.date) -> None:
    """Keep what no export tells of an offer of ours: a contact without leave, who checked it, times that are over; and
    the leave itself for a contact that comes back as it went out.
    """
    ended = str(answers.get("A21") or "9999") < today.isoformat()
    for question in (*_NEVER_PUBLISHED, *(_TIMES if ended else ())):
        if question in answers:
            taking.answers.setdefault(question, answers[question])
    if all(taking.answers.get(question) == answers.get(question) for question in _CONTACT):
        taking.answers |= {name: answers[name] for name in ("A20_publish",) if name in answers}


def _confirmed(leaf: Leaf | None, today: dt.date) -> str:
    if leaf is None:
        return ""
    try:
        day = dt.date.fromisoformat(leaf.text[:10])
    except ValueError:
        mark([leaf], NO_DAY)
        return ""
    if day > today:
        mark([leaf], NO_DAY)
        return ""
    leaf.fate = TAKEN
    return day.isoformat()


def _losses(source: Source) -> Iterator[Loss]:
    known: dict[tuple[str, str, str], Said] = {}
    for leaf in source.leaves:
        if leaf.fate is not None and leaf.key != "id" and known.get(_same(leaf)) is not TAKEN:
            known[_same(leaf)] = leaf.fate
    for leaf in source.leaves:
        if leaf.fate is TAKEN:
            continue
        again = known.get(_same(leaf)) if leaf.holder.leaf("id") is not None else None
        reason = REPEATED if again is TAKEN else leaf.fate or again or _reason(leaf)
        yield Loss(leaf, reason)


def _same(leaf: Leaf) -> tuple[str, str, str]:
    """Return what a value has in common with those of the same object elsewhere in the source."""
    return leaf.holder.text("id"), leaf.key, leaf.text


def _reason(leaf: Leaf) -> Said:
    """Return why a value that nothing was made of has no place."""
    table = leaf.holder.table
    if not table:
        return FILE if "." not in leaf.place and "[" not in leaf.place else NO_PLACE
    if leaf.key == "id":
        return IDS
    if table in _TABLES:
        return _TABLES[table]
    links = (*TABLES[table].references, *OWNERS.get(table, ()), *_TIES.get(table, ()))
    if leaf.key in links:
        return LINKS if leaf.key in TABLES[table].references and ".csv:" in leaf.holder.place else IDS
    return _KEYS.get((table, leaf.key), NO_PLACE)


_TABLES = {"metadata": HISTORY, "taxonomy": CODES, "taxonomy_term": CODES}
_TIES = {"attribute": ("link_type",)}
_KEYS: Mapping[tuple[str, str], Said] = {("service", "last_modified"): HISTORY}
