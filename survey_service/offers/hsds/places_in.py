"""The place of a foreign service as answers: its kind, the address, the municipality, how accessible it is."""

from __future__ import annotations

from collections.abc import Sequence

from survey_service.offers.folding import fold
from survey_service.offers.hsds import places
from survey_service.offers.hsds.source import Leaf, Part
from survey_service.offers.hsds.taking import FOLLOWS, ONLY_ONE, OTHER_CODE, Taking, mark
from survey_service.questionnaire.model import wording


def location(taking: Taking, found: Sequence[Part]) -> None:
    """Take the first place; the questionnaire asks for one."""
    for place in found[1:]:
        mark((leaf for leaf in place.leaves() if leaf.key != "id"), ONLY_ONE)
        for address in place.parts("addresses"):
            mark((leaf for leaf in address.leaves() if leaf.key != "id"), ONLY_ONE)
    for place in found[:1]:
        _take(taking, place)


def _take(taking: Taking, place: Part) -> None:
    addresses = place.parts("addresses")
    kind = place.leaf("location_type") or next((leaf for one in addresses if (leaf := one.leaf("address_type"))), None)
    if kind is not None and taking.codes.choice("A07_type", kind.text) is not None:
        taking.give("A07_type", kind.text, kind)
    else:
        mark([kind], OTHER_CODE)
    identifier, scheme = place.leaf("external_identifier"), place.leaf("external_identifier_type")
    if identifier is not None and taking.codes.choice("A07_place", identifier.text) is not None:
        taking.give("A07_place", identifier.text, identifier)
        mark([scheme], FOLLOWS)
    for address in addresses[:1]:
        _address(taking, address)
    for address in addresses[1:]:
        mark((leaf for leaf in address.leaves() if leaf.key != "id"), ONLY_ONE)
    for part in place.parts("accessibility"):
        _accessibility(taking, part.leaf("description"))
    _what_follows(taking, place)


def _address(taking: Taking, address: Part) -> None:
    street, postcode, city = address.leaf("address_1"), address.leaf("postal_code"), address.leaf("city")
    mark((leaf for leaf in (street, postcode, city) if leaf is not None and leaf.text == places.UNKNOWN), FOLLOWS)
    taking.text("A07_street", _known(street))
    taking.text("A07_postcode", _known(postcode))
    _city(taking, _known(city))
    key = taking.answers.get("A07_place", "")
    state, country = address.leaf("state_province"), address.leaf("country")
    if state is not None and state.text in (places.state(key), places.UNKNOWN):
        mark([state], FOLLOWS)
    if country is not None and country.text.upper() == places.COUNTRY:
        mark([country], FOLLOWS)
    kind = address.leaf("address_type")
    if kind is not None and kind.text == taking.answers.get("A07_type"):
        mark([kind], FOLLOWS)


def _known(leaf: Leaf | None) -> Leaf | None:
    return leaf if leaf is not None and leaf.text != places.UNKNOWN else None


def _city(taking: Taking, leaf: Leaf | None) -> None:
    if leaf is None:
        return
    key = taking.codes.names("A07_place").get(fold(leaf.text), "other")
    if key == "other":
        if taking.answers.get("A07_place", "other") == "other":
            taking.answers["A07_place"] = "other"
            taking.text("A07_place_other", leaf)
    else:
        taking.give("A07_place", key, leaf)


def _accessibility(taking: Taking, leaf: Leaf | None) -> None:
    asked = taking.codes.question("A15")
    for choice in asked.choices if leaf is not None and asked is not None else ():
        if leaf is not None and leaf.text in choice.label.values():
            if choice.name in taking.answers.get("A15", ()):
                mark([leaf], FOLLOWS)
            else:
                taking.choose("A15", choice.name, leaf)


def _what_follows(taking: Taking, place: Part) -> None:
    """Say of name, position and transport of our own places that they follow from the rest."""
    answers = taking.answers
    key = answers.get("A07_place", "")
    town = answers.get("A07_place_other", "") if key in ("", "other") else taking.codes.label("A07_place", key)
    name = ", ".join(
        filter(None, (answers.get("A07_street"), " ".join(filter(None, (answers.get("A07_postcode"), town)))))
    )
    if place.text("name") == name:
        mark([place.leaf("name")], FOLLOWS)
    choice = taking.codes.choice("A07_place", key)
    for part in ("latitude", "longitude"):
        leaf = place.leaf(part)
        known = choice.columns.get(part) if choice is not None else None
        if leaf is not None and known and _same(leaf.text, known):
            mark([leaf], FOLLOWS)
    help_ = taking.codes.choice("A16", "transport")
    transport = place.leaf("transportation")
    if transport is not None and help_ is not None and transport.text == wording(help_.label, taking.codes.language):
        taking.choose("A16", "transport", transport)


def _same(text: str, known: str) -> bool:
    try:
        return float(text) == float(known)
    except ValueError:
        return False
