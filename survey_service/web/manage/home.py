"""The desk's home: what waits for a decision, and the questionnaires."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flask import render_template

from survey_service import clock
from survey_service.responses import definitions, standing
from survey_service.responses.browsing import Row
from survey_service.watching import table
from survey_service.watching.model import URGENCIES, Look
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, waiting_words
from survey_service.web.manage.desk import blueprint


@dataclass
class Tally:
    """How many responses a questionnaire has: those that count, in all and by language; all by status."""

    total: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)


def tallies(rows: Iterable[Row]) -> Mapping[str, Tally]:
    """Count responses by questionnaire."""
    found: dict[str, Tally] = {}
    counted = Counter((row.questionnaire, row.language, row.status) for row in rows)
    for (name, language, status), count in counted.items():
        tally = found.setdefault(name, Tally())
        if status == standing.VALID:
            tally.total += count
            tally.languages[language] += count
        tally.statuses[status] += count
    return found


def look() -> Look:
    """Return what is looked at for the visitor."""
    context = current()
    return Look(
        store=context.store,
        settings=context.settings,
        publications=context.publications,
        texts=context.texts,
        offers=lambda: context.offer_rows.refresh(context.store),
        indicators=lambda: context.indicators,
        account=desk.signed_in().account,
        policy=context.factor_policy,
        now=clock.now(),
    )


@blueprint.get("/")
def home() -> str:
    """Show what waits for a decision of the visitor, the most urgent first, and in which areas nothing does; below it
    the questionnaires with their revision, state and, to those who may read responses, counts.
    """
    seen = look()
    waiting = table.decisions(seen)
    busy = {table.area_of(decision) for decision in waiting}
    counted = tallies(_responses()) if desk.may("read_responses") else {}
    return render_template(
        "manage/home.html",
        groups=[
            (
                urgency,
                gettext(waiting_words.URGENCIES[urgency]),
                [waiting_words.line(decision) for decision in waiting if decision.urgency == urgency],
            )
            for urgency in URGENCIES
        ],
        quiet=[gettext(waiting_words.AREAS[area]) for area in table.areas(seen) if area not in busy],
        rows=[(entry, counted.get(entry.questionnaire.name, Tally())) for entry in current().publications.all()],
        copies=definitions.all_copies(current().store) if desk.may("draft_questions") else [],
    )


def _responses() -> list[Row]:
    context = current()
    return context.response_rows.every(context.store, context.publications)
