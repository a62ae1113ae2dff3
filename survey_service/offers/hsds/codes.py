"""Lasting ids, and the codes of the questionnaire as HSDS taxonomies and terms."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from survey_service.questionnaire.model import Choice, Question, Questionnaire, Text, wording

JSON = dict[str, Any]
_NAMESPACE = uuid.UUID("6f1b8a2e-6f7d-5a57-9d8c-0a6f0c2f5b11")
ACCESS, CAPACITY, WAITING, FUNDING, AREA = "access", "capacity", "wait_time", "funding", "service_area"
NO_STATUS, STATUS_NEEDED = "access.no_status", "access.status_needed"
FREE, MOST = "capacity.available", "capacity.maximum"
ENDS = "funding.ends"
QUESTIONS: Mapping[str, str] = {
    "kind": "A01",
    "field_of_action": "A05_fields",
    "offer_type": "A05_types",
    "sector": "A05_sectors",
    "interpreter": "A10",
    "accessibility": "A15",
    ACCESS: "A16",
}
"""Taxonomy → the question whose choices are its terms."""
_OWN: Mapping[str, tuple[str, Text]] = {
    NO_STATUS: (ACCESS, {"de": "Kein bestimmter Aufenthaltsstatus nötig", "en": "No certain residence status needed"}),
    STATUS_NEEDED: (ACCESS, {"de": "Bestimmter Aufenthaltsstatus nötig", "en": "A certain residence status needed"}),
    FREE: (CAPACITY, {"de": "Freie Plätze", "en": "Places free"}),
    MOST: (CAPACITY, {"de": "Plätze höchstens", "en": "Places at most"}),
    WAITING: (WAITING, {"de": "Wartezeit", "en": "Waiting time"}),
    ENDS: (FUNDING, {"de": "Ende der Förderung", "en": "End of the funding"}),
}
"""Terms that are no choices: code → taxonomy and name. The value stands in the attribute."""
_NAMES: Mapping[str, Text] = {
    CAPACITY: {"de": "Plätze", "en": "Places"},
    WAITING: {"de": "Wartezeit", "en": "Waiting time"},
    FUNDING: {"de": "Förderung", "en": "Funding"},
    ACCESS: {"de": "Zugang", "en": "Access"},
    AREA: {"de": "Gebiet", "en": "Area served"},
}


def uid(*parts: str) -> str:
    """Return the lasting UUID of what these names belong to: equal names give equal ids, in every instance."""
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(parts)))


@dataclass(frozen=True)
class Codes:
    """The taxonomies of a questionnaire with the wording of one language."""

    form: Questionnaire
    language: str

    def question(self, name: str) -> Question | None:
        return self.form.questions.get(name)

    def choice(self, question: str, name: str) -> Choice | None:
        """Return a choice of a question, or None if the present revision has it no more."""
        return self._choices(question).get(name)

    def _choices(self, question: str) -> Mapping[str, Choice]:
        if question not in self._kept:
            asked = self.question(question)
            self._kept[question] = {choice.name: choice for choice in asked.choices} if asked is not None else {}
        return self._kept[question]

    @cached_property
    def _kept(self) -> dict[str, Mapping[str, Choice]]:
        return {}

    def label(self, question: str, name: str) -> str:
        """Return the label of a choice, its name where it has none any more."""
        choice = self.choice(question, name)
        return (wording(choice.label, self.language) if choice is not None else "") or name

    @cached_property
    def taxonomies(self) -> Mapping[str, JSON]:
        """The taxonomies by their names."""
        return {name: self._taxonomy(name) for name in (*QUESTIONS, CAPACITY, WAITING, FUNDING, AREA)}

    def _taxonomy(self, name: str) -> JSON:
        asked = self.question(QUESTIONS.get(name, ""))
        text = _NAMES.get(name) or (asked.label if asked is not None else {})
        return {
            "id": uid("taxonomy", name),
            "name": name,
            "description": wording(text, self.language) or name,
            "version": self.form.name,
        }

    @cached_property
    def terms(self) -> Mapping[str, JSON]:
        """All terms by their ids, those of the questionnaire's choices and our own."""
        return {term["id"]: term for term in self._terms()}

    def _terms(self) -> Iterator[JSON]:
        for taxonomy, question in QUESTIONS.items():
            for name, choice in self._choices(question).items():
                if not choice.exclusive and name not in ("none", "other"):
                    yield self.term(taxonomy, name)
        for code in _OWN:
            yield self.own_term(code)
        for name in self._choices("A17"):
            if name != "other":
                yield self.area_term(name)

    def term(self, taxonomy: str, name: str) -> JSON:
        """Return the term of a choice; types of offer stand below their field of action."""
        question = QUESTIONS[taxonomy]
        choice = self.choice(question, name)
        parent = choice.columns.get("field") if choice is not None and taxonomy == "offer_type" else None
        code = name if taxonomy in ("field_of_action", "offer_type", "sector") else f"{taxonomy}.{name}"
        return self._term(taxonomy, code, self.label(question, name), parent)

    def own_term(self, code: str) -> JSON:
        """Return a term that is no choice."""
        taxonomy, text = _OWN[code]
        return self._term(taxonomy, code, wording(text, self.language))

    def area_term(self, name: str) -> JSON:
        """Return the term of a municipality, or of the county's key."""
        return self._term(AREA, name, self.label("A17", name))

    def _term(self, taxonomy: str, code: str, name: str, parent: str | None = None) -> JSON:
        term = {
            "id": uid("term", taxonomy, code),
            "code": code,
            "name": name,
            "description": name,
            "taxonomy": taxonomy,
            "taxonomy_detail": self.taxonomies[taxonomy],
            "language": self.language,
        }
        return {**term, "parent_id": uid("term", "field_of_action", parent)} if parent else term
