"""An offer about which everything is said."""

from __future__ import annotations

from typing import Any

FULL: dict[str, Any] = {
    "A00": "yes",
    "A01": "project",
    "A02": "Verein Beispiel",
    "A02_description": "Wir helfen.\nSeit 1990.",
    "A02_email": "info@verein.example",
    "A02_website": "https://verein.example/a?b=1&c=2",
    "A04_name": "Sprachcafé",
    "A04_description": "Deutsch üben.",
    "A05_fields": ["INT", "BIL"],
    "A05_types": ["INT.meeting_place"],
    "A06": "active",
    "A07_type": "physical",
    "A07_street": "Am Markt 1",
    "A07_postcode": "09861",
    "A07_place": "16066042",
    "A08_days": ["MO", "WE"],
    "A08_from": "09:00",
    "A08_to": "12:30",
    "A08_times": "In den Ferien geschlossen.",
    "A09": ["de", "ar"],
    "A10": "on_request",
    "A11_group": "Familien",
    "A11_min": 16,
    "A11_max": 27,
    "A12": "no",
    "A13": "Ausweis",
    "A14_free": "no",
    "A14_cost": "12.50",
    "A14_fees": "im Monat",
    "A15": ["step_free"],
    "A16": ["child_care"],
    "A17_whole": "no",
    "A17": ["16066042", "16066063"],
    "A18_join": "Einfach kommen.",
    "A18_wait": "Zwei Wochen",
    "A19_max": 10,
    "A19_free": 12,
    "A20_name": "Frau Muster",
    "A20_phone": "0049 3693 485-0 oder 0171 1234567",
    "A20_email": "muster@verein.example",
    "A20_publish": "yes",
    "A21": "2027-12-31",
    "A22_by": "pruefung@verein.example",
}
TYPED = frozenset(
    {"A02", "A02_description", "A04_name", "A04_description", "A07_street", "A08_times", "A11_group", "A13", "A14_fees"}
    | {"A18_join", "A18_wait", "A20_name"}
)
"""Questions whose answer may be any text."""
