"""A concept of 75, 150 and 300 statements as Word document, as PDF and as page: twice the statements may cost twice.

Each figure is the fastest of some runs; in brackets what a statement costs beside one of the smallest concept. Budget:
no quadratic growth, that is at most 1.5 times for four times the statements.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable

from survey_service.concept import differences, docx, paper, pdf
from survey_service.concept.model import Concept, Decision, Evidence, Item, Judgement, Measure, Progress, Wording

SIZES = (75, 150, 300)
ROUNDS = 3
FIELDS = {name: {"de": f"Handlungsfeld {name}"} for name in ("ARB", "WOH", "INT", "INF", "GES", "BIL", "KIF")}
SENTENCE = "Viele suchen eine Wohnung in der Nähe der Arbeit und finden keine, weil Busse am Abend nicht fahren. "
DECISION = Decision("Kreistag", "2026-11-20", "einstimmig", "2026-12-01", "2029-12-31")


def concept(statements: int) -> Concept:
    """Return a version with so many statements; besides, for each three of them there is a measure."""
    items = [
        item
        for number in range(statements)
        for item in (_statement(number), *([_measure(number)] if number % 3 == 0 else []))
    ]
    return Concept(1, "adopted", {"de": "Integrationskonzept"}, 0, FIELDS, tuple(items), DECISION, "0" * 64)


def _item(key: str, kind: str, number: int, wording: Wording) -> Item:
    return Item(key, kind, list(FIELDS)[number % len(FIELDS)], number, "", wording, Progress())


def _statement(number: int) -> Item:
    basis = Evidence(12, "gaps", "0f" * 20, "2026-Q4", f"b{number}", "answered", 42, 97, 42 / 97, 0.34, 0.53, offers=3)
    wording = Wording(1, {"de": f"{number}. {SENTENCE * 3}"}, basis, None, "Mara", "2026-11-23T09:00:00+00:00")
    return _item(f"item-{number}", "statement", number, wording)


def _measure(number: int) -> Item:
    measure = Measure("Jobcenter", "medium", "M", 1_250_050, "2027-06-30")
    basis = Judgement("AK Arbeit")
    wording = Wording(1, {"de": f"Maßnahme {number}. {SENTENCE}"}, basis, measure, "Mara", "2026-11-23T09:00:00+00:00")
    return _item(f"item-{number}-m", "measure", number, wording)


def _seconds(run: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return min(times)


def main() -> None:
    makers: dict[str, Callable[[Concept], object]] = {
        "DOCX": lambda found: docx.render(paper.of(found, "de"), dt.date(2026, 11, 23)),
        "PDF": lambda found: pdf.render(paper.of(found, "de")),
        "difference": lambda found: differences.between(found, found),
    }
    pdf.render(paper.of(concept(1), "de"))  # fonts are found once
    print(f"A concept of {', '.join(map(str, SIZES))} statements; in brackets: a statement beside one of {SIZES[0]}")
    for name, make in makers.items():
        seconds = {}
        for size in SIZES:
            found = concept(size)
            seconds[size] = _seconds(lambda make=make, found=found: make(found))
        cells = (
            f"{each * 1000:8.1f} ms ({each / size / (seconds[SIZES[0]] / SIZES[0]):.2f}×)"
            for size, each in seconds.items()
        )
        print(f"  {name:10} {'  '.join(cells)}")
