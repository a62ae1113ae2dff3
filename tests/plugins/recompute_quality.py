"""The figures of ``response_quality`` again, in plain Python."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from tests.plugins.recompute import (
    FIELDS,
    Document,
    Expected,
    Test,
    hidden,
    is_answered,
    parts,
    said,
    shown,
    state,
    was_asked,
)
from tests.plugins.recompute_split import Parts, split

BATTERIES = {name: [f"{name}_{field}" for field in FIELDS] for name in ("B10", "B11")}


def complete(questions: Sequence[str]) -> tuple[Test, Test]:
    """At least four fifths of what was asked has an answer."""

    def asked(person: Document) -> list[str]:
        return [name for name in questions if was_asked(name)(person)]

    def hit(person: Document) -> bool:
        return 5 * sum(state(person, name) == "answered" for name in asked(person)) >= 4 * len(asked(person))

    return hit, lambda person: bool(asked(person))


def line(names: Sequence[str]) -> tuple[Test, Test]:
    def given(person: Document) -> list[str]:
        return [person["answers"][name] for name in names if name in person["answers"]]

    return lambda person: len(set(given(person))) == 1, lambda person: len(given(person)) >= 3


def either(tests: Sequence[tuple[Test, Test]]) -> tuple[Test, Test]:
    """One of several holds among those one of whose bases they are in."""
    return (
        lambda person: any(base(person) and hit(person) for hit, base in tests),
        lambda person: any(base(person) for _, base in tests),
    )


def line_by_chance(needs: list[Document], names: Sequence[str]) -> float:
    _, base = line(names)
    people = [
        [person["answers"][name] for name in names if name in person["answers"]] for person in needs if base(person)
    ]
    given = Counter(answer for answers in people for answer in answers)
    total = sum(given.values())
    return sum(sum((count / total) ** len(answers) for count in given.values()) for answers in people) / len(people)


def pattern(person: Document, questions: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(sorted(map(str, said(person, name)))) for name in questions)


def enough(questions: Sequence[str]) -> Test:
    return lambda person: sum(name in person["answers"] for name in questions) >= 15


def equal(needs: list[Document], questions: Sequence[str]) -> tuple[Test, Test]:
    frequent = Counter(pattern(person, questions) for person in needs)
    return lambda person: frequent[pattern(person, questions)] > 1, enough(questions)


def twins(needs: list[Document], questions: Sequence[str]) -> tuple[int, int, float]:
    """How many are too many, how many the most frequent pattern has, and the pairs to expect by chance."""
    people = [person for person in needs if enough(questions)(person)]
    sizes = [size for size in Counter(pattern(person, questions) for person in people).values() if size > 1]
    chance = len(people) * (len(people) - 1) / 2
    for name in questions:
        frequent = Counter(pattern(person, [name]) for person in people)
        chance *= sum((count / len(people)) ** 2 for count in frequent.values()) if people else 0
    return sum(sizes) - len(sizes), max(sizes, default=0), chance


def contradictions() -> dict[str, tuple[Test, Test]]:
    def rule(first: str, second: str, hit: Test) -> tuple[Test, Test]:
        return hit, lambda person: is_answered(first)(person) and is_answered(second)(person)

    return {
        "no_child": rule(
            "B13",
            "B09_KIF",
            lambda person: (
                said(person, "B13") == ["no"] and bool({"KIF.kita", "KIF.hours"} & set(said(person, "B09_KIF")))
            ),
        ),
        "own_flat": rule(
            "B16", "B09_WOH", lambda person: said(person, "B16") == ["own"] and "WOH.gu" in said(person, "B09_WOH")
        ),
        "young_retired": rule(
            "B02",
            "B15",
            lambda person: said(person, "B02")[0] in ("16-17", "18-26") and said(person, "B15") == ["retired"],
        ),
        "german_not_listed": rule(
            "B07", "B06", lambda person: said(person, "B07") == ["5"] and "de" not in said(person, "B06")
        ),
        "german_listed": rule(
            "B07", "B06", lambda person: said(person, "B07") == ["1"] and "de" in said(person, "B06")
        ),
    }


def measures(needs: list[Document], questions: Sequence[str]) -> list[tuple[Test, Test]]:
    return [
        complete(questions),
        either([line(names) for names in BATTERIES.values()]),
        equal(needs, questions),
        either(list(contradictions().values())),
    ]


def compared(needs: list[Document], questions: Sequence[str], fact: str) -> list[Parts]:
    return [split(needs, lambda person: person[fact], hit, base) for hit, base in measures(needs, questions)]


def page(needs: list[Document], names: Sequence[str]) -> Expected:
    """The answers of a page, pooled: what may be shown rests on people, as the interval does."""
    k = n = people = giving = missing = 0
    for person in needs:
        asked = [name for name in names if was_asked(name)(person)]
        given = [name for name in asked if state(person, name) == "answered"]
        k, n, people = k + len(given), n + len(asked), people + bool(asked)
        giving, missing = giving + bool(given), missing + (len(given) < len(asked))
    if people < 5:
        return hidden(0, "small_base")
    if min(k, n - k, giving, missing) < 5:
        return hidden(n, "small_group")
    return shown(k, n, cases=people)


def last_pages(needs: list[Document], pages: Mapping[str, Sequence[str]]) -> dict[str, Expected]:
    def last(person: Document) -> str:
        return (
            [""] + [name for name, questions in pages.items() if any(state(person, q) == "answered" for q in questions)]
        )[-1]

    return parts(
        needs, {name: (lambda person, name=name: last(person) == name) for name in [*pages, ""]}, lambda _: True
    )


def states(needs: list[Document], question: str, may_say_nothing: bool) -> dict[str, Expected]:
    people = [person for person in needs if question in person["states"]]
    names = ["answered", "skipped"]
    if may_say_nothing or any(state(person, question) == "pna" for person in people):
        names.insert(1, "pna")
    if any(state(person, question) == "not_shown" for person in people):
        names.append("not_shown")
    return parts(
        people, {name: (lambda person, name=name: state(person, question) == name) for name in names}, lambda _: True
    )
