"""The desk's home: what waits for a decision, and the questionnaires."""

from __future__ import annotations

from flask import render_template

from survey_service import clock
from survey_service.responses import definitions
from survey_service.watching import table
from survey_service.watching.model import URGENCIES, Look
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, waiting_words
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.responses import Tally, tallies


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
    counted = tallies(current().store) if desk.may("read_responses") else {}
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
