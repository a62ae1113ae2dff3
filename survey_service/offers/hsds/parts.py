"""The parts of services and organizations that come of the same answers: location, languages, contacts, attributes."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from survey_service.offers.hsds import codes, places
from survey_service.offers.hsds.codes import JSON, Codes, uid
from survey_service.problems import D_, Said, said
from survey_service.questionnaire.model import wording

_EXTENSION = re.compile(r"^(.*?\d.*?)[\s,;/-]*(?:ext|extension|durchwahl|dw|app|apparat)\.?\s*:?\s*(\d+)\s*$", re.I)


@dataclass(frozen=True)
class Entry:
    """What is told of one offer: its id, that of its organisation, the public answers, the day of confirmation and the
    moment of its last change (both ISO 8601).
    """

    offer: str
    organisation: str
    answers: Mapping[str, Any]
    confirmed: str
    modified: str

    @property
    def is_structure(self) -> bool:
        return bool(self.answers.get("A01") == "structure")


@dataclass(frozen=True)
class Warned:
    """What an export keeps, or leaves out, though it looks wrong: the offer's id and why."""

    offer: str
    reason: Said


@dataclass
class Making:
    """What the making of an export needs: the codes, the day, and the warnings that come up."""

    codes: Codes
    today: dt.date
    warnings: list[Warned] = field(default_factory=list)

    def warn(self, entry: Entry, message: str, **values: object) -> None:
        self.warnings.append(Warned(entry.offer, said(message, **values)))

    def web_address(self, entry: Entry, text: str) -> str:
        """Return a web address that a program can follow, "" with a warning for one that is none."""
        if text and not is_web_address(text):
            self.warn(entry, D_("The web address cannot be used and was left out."))
            return ""
        return text


def is_web_address(text: str) -> bool:
    """Tell whether a text is an http or https address without blanks and control characters."""
    if not text.isprintable() or any(sign in text for sign in ' "<>\\^`{|}'):
        return False
    try:
        parts = urlsplit(text)
        return parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return False


def filled(**fields: Any) -> JSON:
    """Return an object without the fields that say nothing."""
    return {name: value for name, value in fields.items() if value not in (None, "", [])}


def attribute(owner: tuple[str, str], term: JSON, value: str = "") -> JSON:
    """Return the attribute that ties a term to the ``owner`` (table and id)."""
    table, owned = owner
    return filled(
        id=uid("attribute", table, owned, term["id"]),
        link_id=owned,
        link_entity=table,
        link_type=term["taxonomy"],
        value=value,
        taxonomy_term=term,
    )


def attributes(making: Making, entry: Entry, owner: tuple[str, str]) -> Iterator[JSON]:
    """Yield the attributes of a service or, for a structure, of its organization."""
    answers, book = entry.answers, making.codes
    yield attribute(owner, book.term("kind", answers.get("A01", "offer")))
    for taxonomy, question in codes.QUESTIONS.items():
        given = answers.get(question, [])
        for name in [given] if isinstance(given, str) else given:
            if question != "A01" and name != "none":
                yield attribute(owner, book.term(taxonomy, name))
    status = {"no": codes.NO_STATUS, "yes": codes.STATUS_NEEDED}.get(answers.get("A12", ""))
    if status:
        yield attribute(owner, book.own_term(status), "true")
    values = ((codes.WAITING, "A18_wait"), (codes.MOST, "A19_max"), (codes.FREE, "A19_free"), (codes.ENDS, "A21"))
    for code, question in values:
        if answers.get(question) not in (None, ""):
            yield attribute(owner, book.own_term(code), str(answers[question]))


def languages(making: Making, entry: Entry, holder: str) -> list[JSON]:
    """Return the languages spoken, by ISO 639-3 code; one without a code has a name only."""
    book = making.codes
    found = []
    for name in entry.answers.get("A09", ()):
        choice = book.choice("A09", name)
        code = choice.columns.get("iso639", "") if choice is not None else ""
        found.append(filled(id=uid("language", holder, entry.offer, name), name=book.label("A09", name), code=code))
    return found


def location(making: Making, entry: Entry) -> JSON | None:
    """Return the place of an entry, None where nobody said where it is.

    An address is told only if it is whole: HSDS wants street, postcode and town. What there is of another one stands in
    the name of the place.
    """
    answers, book = entry.answers, making.codes
    kind = answers.get("A07_type", "")
    if not kind:
        return None
    key = answers.get("A07_place", "")
    outside = key in ("", "other")
    town = answers.get("A07_place_other", "") if outside else book.label("A07_place", key)
    street, postcode = answers.get("A07_street", ""), answers.get("A07_postcode", "")
    choice = None if outside else book.choice("A07_place", key)
    transport = "transport" in answers.get("A16", ())
    whole = bool(street and postcode and town)
    if kind != "virtual" and not whole:
        making.warn(entry, D_("Street, postcode or place is missing, so that the address was left out."))
    return filled(
        id=uid("location", entry.offer),
        location_type=kind,
        name=", ".join(filter(None, (street, " ".join(filter(None, (postcode, town)))))),
        transportation=book.label("A16", "transport") if transport else "",
        latitude=_number(choice.columns.get("latitude")) if choice is not None else None,
        longitude=_number(choice.columns.get("longitude")) if choice is not None else None,
        external_identifier="" if outside else key,
        external_identifier_type="" if outside else places.SCHEME,
        addresses=[_address(entry, kind, street, postcode, town, key)] if whole else [],
        accessibility=[_accessibility(making, entry, name) for name in answers.get("A15", ()) if name != "none"],
    )


def _number(text: str | None) -> float | None:
    return float(text) if text else None


def _address(entry: Entry, kind: str, street: str, postcode: str, town: str, key: str) -> JSON:
    return {
        "id": uid("address", entry.offer),
        "address_1": street,
        "city": town,
        "state_province": places.state(key),
        "postal_code": postcode,
        "country": places.COUNTRY,
        "address_type": kind,
    }


def _accessibility(making: Making, entry: Entry, name: str) -> JSON:
    return {"id": uid("accessibility", entry.offer, name), "description": making.codes.label("A15", name)}


def contacts(making: Making, entry: Entry) -> list[JSON]:
    """Return the contact of an entry with its phone, if both may be published."""
    answers = entry.answers
    if answers.get("A20_publish") != "yes":
        return []
    number = answers.get("A20_phone", "")
    phones = [phone(making, entry, number)] if number else []
    name, email = answers.get("A20_name", ""), answers.get("A20_email", "")
    if not (name or email or phones):
        return []
    return [filled(id=uid("contact", entry.offer), name=name, email=email, phones=phones)]


def phone(making: Making, entry: Entry, text: str) -> JSON:
    """Return a phone. HSDS wants the extension as a number: one with a leading zero stays in the number."""
    found = _EXTENSION.match(text)
    if found is None:
        return {"id": uid("phone", entry.offer), "number": text}
    if found[2].startswith("0") or len(found[2]) > 10:
        making.warn(entry, D_("The extension begins with 0 or is very long; it stays in the telephone number."))
        return {"id": uid("phone", entry.offer), "number": text}
    return {"id": uid("phone", entry.offer), "number": found[1].strip(), "extension": int(found[2])}


def wording_of(making: Making, question: str) -> str:
    """Return the label of a question, its name where it has none."""
    asked = making.codes.question(question)
    return (wording(asked.label, making.codes.language) if asked is not None else "") or question
