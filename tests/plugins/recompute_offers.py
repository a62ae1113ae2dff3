"""The figures of ``offers_coverage`` and of the gap matrix again, in plain Python."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from tests.plugins.recompute import FIELDS, Document, Expected, active, is_answered, said, says
from tests.plugins.recompute_split import Parts, overlapping, split

HURDLES = ("language", "time", "child_care", "transport", "cost", "status")


def ages(offers: Iterable[Document], today: dt.date) -> list[object]:
    """Offers by the age of their confirmation: all, up to 180 days, up to 365, older, never; the share of the first."""
    counts = [0, 0, 0, 0, 0]
    for offer in offers:
        counts[0] += 1
        if offer["confirmed"] is None:
            counts[4] += 1
        else:
            days = (today - dt.date.fromisoformat(offer["confirmed"])).days
            counts[1 if days <= 180 else 2 if days <= 365 else 3] += 1
    return [*counts, counts[1] / counts[0] if counts[0] else "small_base"]


def serves(offer: Document, place: str) -> bool:
    return bool(offer["whole_county"]) or place in offer["municipalities"]


def serving(offers: Iterable[Document], place: str, field: str) -> int:
    return sum(serves(offer, place) and field in offer["fields"] for offer in offers)


def reach(offers: list[Document]) -> list[int]:
    """All, other language, interpreter, online, free, no status, child care, transport, evening, open access."""
    return [
        len(offers),
        sum(bool(set(offer["languages"]) - {"de"}) for offer in offers),
        sum(offer["interpreter"] != "none" for offer in offers),
        *(sum(bool(offer[name]) for offer in offers) for name in ("online", "free", "no_status")),
        *(sum(name in offer["access"] for offer in offers) for name in ("child_care", "transport", "evening")),
        sum(is_open(offer) for offer in offers),
    ]


def is_open(offer: Document) -> bool:
    understood = set(offer["languages"]) - {"de"} or offer["interpreter"] != "none"
    return bool(offer["free"] and offer["no_status"] and understood)


def ending(offers: Iterable[Document], today: dt.date) -> list[tuple[str, str, str]]:
    """Ends within a year from today, name, organisation."""
    last = (today + dt.timedelta(days=365)).isoformat()
    return sorted(
        (offer["ends"], offer["name"], offer["organisation"])
        for offer in active(offers, today)
        if offer["ends"] is not None and offer["ends"] <= last
    )


# -- gap matrix -------------------------------------------------------------------------------------------------------


def place_of(person: Document) -> str:
    return (said(person, "B04") or [""])[0]


def by_place(needs: list[Document], field: str) -> Parts:
    return split(needs, place_of, says("B08", field), is_answered("B08"))


def items_by_place(needs: list[Document], field: str, item: str) -> Parts:
    return split(needs, place_of, says(f"B09_{field}", item), is_answered(f"B09_{field}"))


def by_language(needs: list[Document], field: str) -> Parts:
    return overlapping(needs, lambda person: said(person, "B06"), says("B08", field), is_answered("B08"))


def needed(found: Parts) -> set[str]:
    published = {name for name, part in found.parts.items() if part.suppressed is None}
    return published - {"de", "other", "none", "pna"}


def reached(offers: Sequence[Document], languages: set[str]) -> float | str:
    """The share of offers in a needed language or with interpreting, or why none is given."""
    if not offers or not languages:
        return "small_base"
    hits = [offer for offer in offers if offer["interpreter"] != "none" or languages & set(offer["languages"])]
    return len(hits) / len(offers)


def easing(offers: list[Document]) -> list[int]:
    return [
        sum(bool(set(offer["languages"]) - {"de"}) or offer["interpreter"] != "none" for offer in offers),
        sum("evening" in offer["access"] for offer in offers),
        sum("child_care" in offer["access"] for offer in offers),
        sum("transport" in offer["access"] or offer["online"] for offer in offers),
        sum(bool(offer["free"]) for offer in offers),
        sum(bool(offer["no_status"]) for offer in offers),
    ]


def of_field(offers: Iterable[Document], field: str) -> list[Document]:
    return [offer for offer in offers if field in offer["fields"]]


def covered(offers: list[Document], place: str) -> int:
    return sum(serving(offers, place, field) > 0 for field in FIELDS)


def cells(part: Expected | None) -> list[object]:
    """The cells base, share, low, high of a part; a part without anybody is too small."""
    if part is None:
        return ["small_base"] * 4
    return [part.suppressed] * 4 if part.suppressed else [part.n, part.share, part.low, part.high]
