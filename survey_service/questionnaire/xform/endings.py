"""Where an interview ends early: a client knows no early end, so the pages behind it are hidden."""

from __future__ import annotations

from collections.abc import Callable

from survey_service.questionnaire.model import Questionnaire, ScreenOut
from survey_service.questionnaire.xform.expressions import written
from survey_service.questionnaire.xform.layout import Layout, Steps

Condition = Callable[[Layout, Steps], str]
"""Writes a condition for where it stands."""


def of(questionnaire: Questionnaire) -> dict[str, list[Condition]]:
    """Return for each page what must hold there, so that nobody goes on behind an early end or without consent."""
    found: dict[str, list[Condition]] = {}
    order = [page.name for page in questionnaire.pages]
    page_of = {name: order.index(page.name) for name, page in questionnaire.page_of.items()}

    def behind(names: frozenset[str], condition: Condition) -> None:
        last = max((page_of[name] for name in _closure(questionnaire, names) if name in page_of), default=-1)
        for page in order[last + 1 :]:
            found.setdefault(page, []).append(condition)

    if questionnaire.consent:
        consent = questionnaire.consent
        behind(
            frozenset({consent}),
            lambda layout, here: f"{layout.between(here, layout.paths[consent])} = 'yes'",
        )
    for end in questionnaire.screen_outs:
        behind(end.when.names, _unless(end))
    return found


def _unless(end: ScreenOut) -> Condition:
    return lambda layout, here: f"not({written(layout, end.when, here)})"


def _closure(questionnaire: Questionnaire, names: frozenset[str]) -> set[str]:
    """Return names with all that they depend on."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found and (name in questionnaire.questions or name in questionnaire.repeats):
            found.add(name)
            waiting.extend(questionnaire.references(name))
    return found
