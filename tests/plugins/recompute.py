"""The figures of both bundled reports again, in plain Python over documents: nothing of the plugins, polars or our
statistics is used, so that the same mistake would have to be made twice."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

Document = Mapping[str, Any]
Test = Callable[[Document], bool]
FIELDS = ("ARB", "WOH", "INT", "INF", "GES", "BIL", "KIF")


@dataclass(frozen=True)
class Expected:
    """What must stand in a report for a share."""

    count: int | None
    n: int | None
    share: float | None
    low: float | None
    high: float | None
    suppressed: str | None


def interval(k: int, n: int, cases: int | None = None) -> tuple[float, float]:
    """Wilson's interval as the two roots of (1+z²/n)·b² - (2p+z²/n)·b + p² = 0."""
    z2 = 1.959963984540054**2
    p, m = k / n, cases or n
    a, b, c = 1 + z2 / m, -(2 * p + z2 / m), p * p
    root = max(0.0, b * b - 4 * a * c) ** 0.5
    return max(0.0, (-b - root) / (2 * a)), min(1.0, (-b + root) / (2 * a))


def shown(k: int, n: int, cases: int | None = None) -> Expected:
    return Expected(k, n, k / n, *interval(k, n, cases), None)


def hidden(n: int, reason: str) -> Expected:
    return Expected(None, n if n >= 5 else None, None, None, None, reason)


def share(people: Iterable[Document], hit: Test, base: Test) -> Expected:
    inside = [person for person in people if base(person)]
    n, k = len(inside), sum(1 for person in inside if hit(person))
    if n < 5:
        return hidden(n, "small_base")
    return shown(k, n) if k >= 5 and n - k >= 5 else hidden(n, "small_group")


def parts(people: Iterable[Document], tests: Mapping[str, Test], base: Test) -> dict[str, Expected]:
    """Shares of parts of a whole: hide the small ones, then the smallest others until no small one can be found."""
    inside = [person for person in people if base(person)]
    n = len(inside)
    counts = {name: sum(1 for person in inside if test(person)) for name, test in tests.items()}
    found = {name: share(inside, test, lambda _: True) for name, test in tests.items()}
    secret = [name for name in counts if found[name].suppressed]
    while secret and len(secret) < len(counts) and (len(secret) == 1 or sum(counts[name] for name in secret) < 5):
        smallest = min((name for name in counts if name not in secret), key=lambda name: counts[name])
        found[smallest] = hidden(n, "derivable")
        secret.append(smallest)
    return found


def state(person: Document, question: str) -> str:
    return str(person["states"].get(question, ""))


def is_answered(question: str) -> Test:
    return lambda person: state(person, question) == "answered"


def was_asked(question: str) -> Test:
    return lambda person: state(person, question) in ("answered", "pna", "skipped")


def said(person: Document, question: str) -> list[str]:
    value = person["answers"].get(question, [])
    return value if isinstance(value, list) else [value]


def says(question: str, *choices: str) -> Test:
    return lambda person: any(choice in said(person, question) for choice in choices)


CONFIRMED = 180
"""Offers confirmed earlier are not confirmed, and out of the gap."""

# -- offers ---------------------------------------------------------------------------------------------------------


def active(offers: Iterable[Document], today: dt.date, days: int | None = None) -> list[Document]:
    found = []
    for offer in offers:
        ended = offer["ends"] is not None and dt.date.fromisoformat(offer["ends"]) < today
        age = (today - dt.date.fromisoformat(offer["confirmed"])).days
        running = offer["listed"] and offer["status"] == "active" and not ended
        if running and (days is None or age <= days):
            found.append(offer)
    return found


def languages_in(offers: Iterable[Document], field: str) -> set[str]:
    return {language for offer in offers if field in offer["fields"] for language in offer["languages"]}


# -- needs and offers -------------------------------------------------------------------------------------------------


def field_figures(needs: list[Document], offers: list[Document], field: str, today: dt.date) -> dict[str, Expected]:
    """All shares of one field but those of items and hurdles: chosen, used, known_not_used, no, reached."""
    spoken = languages_in(active(offers, today, CONFIRMED), field)
    chose = says("B08", field)
    awareness = {name: says(f"B11_{field}", name) for name in ("used", "known_not_used", "no")}
    return {
        "chosen": share(needs, chose, is_answered("B08")),
        "reached": share(
            needs,
            lambda person: bool(spoken.intersection(said(person, "B06"))),
            lambda person: chose(person) and state(person, "B06") == "answered",
        ),
        **parts(needs, awareness, is_answered(f"B11_{field}")),
    }


def item_figures(needs: list[Document], field: str, items: Iterable[str]) -> dict[str, Expected]:
    question = f"B09_{field}"
    return {item: share(needs, says(question, item), is_answered(question)) for item in items}


def hurdle_figures(needs: list[Document], field: str, hurdles: Iterable[str]) -> dict[str, Expected]:
    question = f"B12_{field}"
    return {hurdle: share(needs, says(question, hurdle), is_answered(question)) for hurdle in hurdles}


def hurdles_anywhere(needs: list[Document], hurdles: Iterable[str]) -> dict[str, Expected]:
    def base(person: Document) -> bool:
        return any(state(person, f"B12_{field}") == "answered" for field in FIELDS)

    def names(hurdle: str) -> Test:
        return lambda person: any(hurdle in said(person, f"B12_{field}") for field in FIELDS)

    return {hurdle: share(needs, names(hurdle), base) for hurdle in hurdles}


# -- monitoring -------------------------------------------------------------------------------------------------------


def valid_need(field: str) -> Test:
    def test(person: Document) -> bool:
        if state(person, "B08") != "answered":
            return False
        return field not in said(person, "B08") or state(person, f"B09_{field}") == "answered"

    return test


def survey_indicators(needs: list[Document], offers: list[Document], today: dt.date) -> dict[str, Expected]:
    running = active(offers, today)
    spoken = {field: languages_in(running, field) for field in FIELDS}

    def housing_need(person: Document) -> bool:
        return state(person, "B09_WOH") == "answered" and said(person, "B09_WOH") != ["none"]

    def understood(person: Document) -> bool:
        return any(spoken[field].intersection(said(person, "B06")) for field in said(person, "B08") if field in spoken)

    def asked_hurdles(person: Document) -> bool:
        return any(was_asked(f"B12_{field}")(person) for field in FIELDS)

    def hurdle(name: str) -> Test:
        return lambda person: any(name in said(person, f"B12_{field}") for field in FIELDS)

    looks_for_doctor = says("B09_GES", "GES.doctor", "GES.dental")

    def health_known(person: Document) -> bool:
        consented = said(person, "C2") == ["yes"]
        known = not looks_for_doctor(person) or state(person, "B11_GES") == "answered"
        return consented and valid_need("GES")(person) and known

    def unmet(person: Document) -> bool:
        return looks_for_doctor(person) and said(person, "B11_GES") != ["used"]

    return {
        "ARB4": share(needs, says("B09_ARB", "ARB.recog"), valid_need("ARB")),
        "WOH2": share(needs, housing_need, valid_need("WOH")),
        "INT3": share(needs, says("B07", "4", "5"), is_answered("B07")),
        "INT4": share(needs, says("B18", "yes"), is_answered("B18")),
        "INT5": share(needs, says("B17", "4", "5"), is_answered("B17")),
        "INT6": share(needs, understood, lambda person: is_answered("B06")(person) and is_answered("B08")(person)),
        "INF2": share(needs, hurdle("transport"), asked_hurdles),
        "KIF3": share(needs, hurdle("child_care"), asked_hurdles),
        "GES1": share(needs, unmet, health_known),
        "BIL2": share(needs, says("B09_BIL", "BIL.literacy"), valid_need("BIL")),
        "SYS3": awareness(needs),
    }


def awareness(needs: list[Document]) -> Expected:
    """Answers to B11 other than “no”, among all; what may be shown, and the interval, rest on the people."""
    known = {number: 0 for number, _ in enumerate(needs)}
    total = dict(known)
    for number, person in enumerate(needs):
        for field in FIELDS:
            if state(person, f"B11_{field}") == "answered":
                total[number] += 1
                known[number] += said(person, f"B11_{field}") != ["no"]
    k, n = sum(known.values()), sum(total.values())
    people = sum(1 for count in total.values() if count)
    if people < 5:
        return hidden(0, "small_base")  # not even the number of answers is given
    knowing = sum(1 for count in known.values() if count)
    unaware = sum(1 for number in total if total[number] > known[number])
    if min(k, n - k, knowing, unaware) < 5:
        return hidden(n, "small_group")
    return shown(k, n, cases=people)


def register_indicators(offers: list[Document], towns: list[str], today: dt.date) -> dict[str, tuple[int, int]]:
    running = active(offers, today)
    health = [offer for offer in running if "GES" in offer["fields"]]
    covered = 0
    for town in towns:
        fields = set()
        for offer in running:
            if offer["whole_county"] or town in offer["municipalities"]:
                fields.update(offer["fields"])
        covered += len(fields) >= 4
    open_access = [
        offer
        for offer in running
        if offer["free"]
        and offer["no_status"]
        and (any(language != "de" for language in offer["languages"]) or offer["interpreter"] != "none")
    ]
    return {
        "INF1": (covered, len(towns)),
        "INF3": (sum(offer["online"] for offer in running), len(running)),
        "GES2": (sum(offer["interpreter"] != "none" for offer in health), len(health)),
        "SYS1": (len(active(offers, today, 180)), len(running)),
        "SYS2": (len(open_access), len(running)),
    }
