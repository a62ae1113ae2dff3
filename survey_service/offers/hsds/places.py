"""Municipalities by their official keys: the federal state of an address, addresses of areas, and back."""

from __future__ import annotations

import re
from collections.abc import Collection

_GEOCODING = "http://dcat-ap.de/def/politicalGeocoding"
STATES = {
    "01": "Schleswig-Holstein",
    "02": "Hamburg",
    "03": "Niedersachsen",
    "04": "Bremen",
    "05": "Nordrhein-Westfalen",
    "06": "Hessen",
    "07": "Rheinland-Pfalz",
    "08": "Baden-Württemberg",
    "09": "Bayern",
    "10": "Saarland",
    "11": "Berlin",
    "12": "Brandenburg",
    "13": "Mecklenburg-Vorpommern",
    "14": "Sachsen",
    "15": "Sachsen-Anhalt",
    "16": "Thüringen",
}
"""The first two digits of a municipality key → the federal state."""
UNKNOWN_STATE = "–"
"""What stands where HSDS wants a state and nobody asked for it: at places outside the county."""
COUNTRY = "DE"
SCHEME = "AGS"
"""How HSDS shall know that the identifier of a location is an official municipality key."""
_KEY = re.compile(r"(?<![0-9])([0-9]{8})(?![0-9])")
_DISTRICT = re.compile(r"(?<![0-9])([0-9]{5})(?![0-9])")


def state(key: str) -> str:
    """Return the federal state of a municipality key."""
    return STATES.get(key[:2], UNKNOWN_STATE)


def municipality_uri(key: str) -> str:
    """Return the address by which DCAT-AP.de names a municipality."""
    return f"{_GEOCODING}/municipalityKey/{key}"


def district_uri(key: str) -> str:
    """Return the address by which DCAT-AP.de names a county."""
    return f"{_GEOCODING}/districtKey/{key}"


def district(keys: Collection[str]) -> str:
    """Return the key of the county that all the municipality keys begin with, "" if they share none."""
    shared = {key[:5] for key in keys if key.isdigit()}
    return shared.pop() if len(shared) == 1 else ""


def key_in(uri: str) -> str:
    """Return the municipality key (eight digits) in an address, else that of a county (five), else ""."""
    found = _KEY.search(uri) or _DISTRICT.search(uri)
    return found[1] if found else ""
