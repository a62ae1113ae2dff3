"""Invented offers over all fields of action and municipalities. Names, addresses and numbers belong to nobody."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from survey_service.demo.chance import Inputs, Weights, happens, pick, several
from survey_service.questionnaire.model import Choice, Questionnaire

PLACES = ("Beispielstadt", "Musterdorf", "Neumuster", "Probental", "Musterhausen", "Beispielbach")
ORGANISATIONS = (
    "Musterverein Brückenbau (Beispiel)",
    "Beispiel-Bildungswerk",
    "Beratungsstelle Musterhaus",
    "Verein Offene Tür Beispielstadt",
    "Sozialwerk Beispieltal",
    "Volksschule für Erwachsene Musterdorf (erfunden)",
    "Nachbarschaftshilfe Neumuster",
    "Sportgemeinschaft Probental (erfunden)",
    "Familienhaus Beispielbach",
    "Gesundheitsladen Musterhausen",
    "Jugendwerkstatt Beispielstadt",
    "Initiative Willkommen Probental",
)
NAMED = {
    "INT.meeting_place": "Sprachcafé",
    "INT.buddy": "Patenschaften Hand in Hand",
    "INT.culture_sport": "Sport für alle",
    "KIF.family_centre": "Familientreff",
    "WOH.furniture": "Möbellager",
    "INF.ride": "Mitfahrbank",
}
"""Offer types with a name of their own; all others are named after their type."""
LANGUAGES: Weights = {"en": 6, "ru": 3, "ar": 2, "uk": 1, "fa-AF": 0.3, "pl": 0.3, "ro": 0.3, "fr": 0.5, "tr": 0.5}
COUNTY_WIDE = {"INT", "GES"}
"""Fields of action that have offers for the whole county; the others serve single municipalities."""
PHONE = "030 23125 {number:03}"
"""Numbers that the Federal Network Agency keeps free for films: nobody ever has one."""
GROUPS = ("Alle Zugewanderten", "Familien", "Junge Menschen", "Frauen", "Menschen, die Arbeit suchen")


@dataclass(frozen=True)
class Entry:
    """The inputs of an offer, with the state of moderation and the day of confirmation it shall have, and with what its
    provider has changed since.
    """

    inputs: Inputs
    moderation: str
    confirmed: str
    change: Inputs = field(default_factory=dict)


CAFE: Inputs = {
    "A01": "offer",
    "A02": ORGANISATIONS[0],
    "A04_name": "Sprachcafé am Marktplatz",
    "A04_description": "Hier üben Sie Deutsch bei einer Tasse Tee.",
    "A05_fields": ["INT"],
    "A05_types": ["INT.meeting_place"],
    "A06": "active",
    "A07_type": "physical",
    "A07_place": "16066042",
    "A08_days": ["TU", "TH"],
    "A08_from": "15:00",
    "A08_to": "17:30",
    "A09": ["de", "ar", "uk"],
    "A14_free": "yes",
    "A17_whole": "no",
    "A17": ["16066042"],
    "A20_name": "Frau Muster",
    "A20_phone": PHONE.format(number=0),
    "A20_publish": "yes",
}
AGAIN: Inputs = {
    "A04_name": "Sprach-Café am Markt",
    "A04_description": "Deutsch üben und Leute treffen.",
    "A08_to": "17:00",
}


def entries(dice: random.Random, form: Questionnaire, count: int, today: dt.date) -> Iterator[Entry]:
    """Yield so many offers, the first and the last of which show what the desk and a reader of the directory meet: one
    entered twice, one with a change that waits, one not confirmed for long, a project that has ended.
    """
    made = list(_plain(dice, form, count, today))
    recent, long_ago = (today - dt.timedelta(days=days) for days in (20, 230))
    shown: Inputs = {"A01": "offer", "A06": "active", "A20_publish": "yes"}
    changed: Inputs = {"A08_days": ["MO", "WE"], "A08_from": "09:00", "A08_to": "12:00"}
    ended: Inputs = {**shown, "A01": "project", "A21": (today - dt.timedelta(days=40)).isoformat()}
    first = Entry(made[0].inputs | CAFE, "published", recent.isoformat())
    yield first
    yield Entry(made[1].inputs | shown, "published", recent.isoformat(), change=changed)
    yield Entry(made[2].inputs | shown, "published", long_ago.isoformat())
    yield Entry(made[3].inputs | ended, "published", recent.isoformat())
    yield from made[4:-1]
    yield replace(first, inputs=first.inputs | AGAIN, moderation="submitted")


def _plain(dice: random.Random, form: Questionnaire, count: int, today: dt.date) -> Iterator[Entry]:
    """Yield so many offers; fields and municipalities take turns, so that each is served."""
    fields = [choice.name for choice in form.questions["A05_fields"].choices]
    towns = [choice.name for choice in form.questions["A17"].choices if choice.name != "other"]
    for number in range(count):
        chosen = [fields[number % len(fields)]]
        if happens(dice, 0.25):
            chosen += several(dice, dict.fromkeys((field for field in fields if field not in chosen), 1.0), 1)
        inputs = _entry(dice, form, chosen, today)
        inputs |= _area(dice, towns, number, whole=COUNTY_WIDE.issuperset(chosen))
        inputs |= {"A07_place": towns[number % len(towns)]} | _contact(number)
        yield Entry(
            inputs,
            moderation=pick(dice, {"published": 88, "submitted": 8, "returned": 3, "rejected": 1}),
            confirmed=(today - dt.timedelta(days=_age(dice))).isoformat(),
        )


def _contact(number: int) -> Inputs:
    """Return whom to ask; in one entry of four it is not to be published."""
    return {
        "A20_phone": PHONE.format(number=number),
        "A20_email": "kontakt@beispiel.example",
        "A20_publish": "yes" if number % 4 else "no",
    }


def _age(dice: random.Random) -> int:
    """Return how many days ago an offer was confirmed."""
    first, last = pick(dice, {(0, 90): 60, (91, 180): 20, (181, 365): 12, (366, 600): 8})
    return dice.randint(first, last)


def _area(dice: random.Random, towns: list[str], number: int, *, whole: bool) -> Inputs:
    if whole and happens(dice, 0.3):
        return {"A17_whole": "yes"}
    others = several(dice, dict.fromkeys(towns, 1.0), dice.randint(0, 2))
    return {"A17_whole": "no", "A17": [towns[number % len(towns)], *others]}


def _entry(dice: random.Random, form: Questionnaire, fields: list[str], today: dt.date) -> Inputs:
    kind = pick(dice, {"offer": 75, "project": 17, "structure": 8})
    status = pick(dice, {"active": 84, "inactive": 7, "temporarily_closed": 5, "defunct": 4})
    types = [choice for choice in form.questions["A05_types"].choices if choice.columns.get("field") in fields]
    main = [choice for choice in types if choice.columns.get("field") == fields[0]]
    chosen = dice.sample(main, min(len(main), dice.randint(1, 2)))
    inputs: Inputs = {
        "A00": "yes",
        "A01": kind,
        "A02": dice.choice(ORGANISATIONS),
        "A02_description": "Eine erfundene Organisation zur Vorführung.",
        "A02_email": "info@beispiel.example",
        "A02_website": "https://beispiel.example",
        "A04_name": _name(dice, chosen),
        "A04_description": "Ein erfundener Eintrag zur Vorführung.",
        "A06": status,
        "A05_fields": fields,
        "A05_types": [choice.name for choice in chosen],
        "A09": ["de", *several(dice, LANGUAGES, pick(dice, {0: 7, 1: 4, 2: 2}))],
        "A10": pick(dice, {"none": 50, "on_request": 38, "always": 12}),
        "A12": pick(dice, {"no": 7, "yes": 2}),
        "A14_free": pick(dice, {"yes": 8, "no": 2}),
        "A14_cost": dice.choice((2.5, 5, 10, 25)),
        "A16": _access(dice),
        "A22_by": "pruefung@beispiel.example",
    }
    if kind == "project":
        ended = status in ("inactive", "defunct")
        inputs["A21"] = (today + dt.timedelta(days=dice.randint(60, 900) * (-1 if ended else 1))).isoformat()
    return inputs | _details(dice)


def _name(dice: random.Random, types: list[Choice]) -> str:
    label = NAMED.get(types[0].name, types[0].label.get("de", types[0].name)) if types else "Treffpunkt"
    return f"{label} {dice.choice(PLACES)}"


def _access(dice: random.Random) -> list[str]:
    weights = {"child_care": 2, "transport": 1, "women_only": 1, "online": 3, "evening": 2, "no_registration": 3}
    return several(dice, {**weights, "anonymous": 1}, dice.randint(0, 3)) or ["none"]


def _details(dice: random.Random) -> Inputs:
    """Place, times, ages and places to take part: what only the directory shows."""
    places = dice.randint(8, 25)
    details: Inputs = {
        "A07_type": pick(dice, {"physical": 85, "virtual": 10, "postal": 5}),
        "A07_street": f"Musterstraße {dice.randint(1, 80)}",
        "A07_postcode": "00000",
        "A11_group": dice.choice(GROUPS),
        "A15": several(dice, {"step_free": 4, "lift": 1, "toilet": 2, "parking": 2, "easy_language": 1}, 2),
        "A18_join": "Anrufen oder einfach kommen.",
        "A18_wait": pick(dice, {"": 5, "Etwa zwei Wochen": 2, "Etwa drei Monate": 1}),
        "A19_max": places,
        "A19_free": dice.randint(0, places),
    }
    if happens(dice, 0.6):
        details |= {"A08_days": several(dice, dict.fromkeys(("MO", "TU", "WE", "TH", "FR"), 1.0), dice.randint(1, 3))}
        details |= {"A08_from": dice.choice(("09:00", "10:00", "14:00")), "A08_to": dice.choice(("16:30", "18:00"))}
    if happens(dice, 0.3):
        details |= {"A11_min": 16, "A11_max": dice.choice((27, 65, 99))}
    return details
