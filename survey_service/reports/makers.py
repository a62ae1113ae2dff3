"""How documents become rows: responses, what people typed, and offers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from survey_service.questionnaire.model import Questionnaire
from survey_service.reports.codebook import variables_of
from survey_service.reports.shape import CODE, FACTS, Shape, shape_of
from survey_service.reports.working import Maker

OFFERS = Shape(
    {
        **dict.fromkeys(("offer", "kind", "organisation", "name", "status", "interpreter"), "text"),
        **dict.fromkeys(("fields", "types", "municipalities", "languages", "access"), "texts"),
        **dict.fromkeys(("whole_county", "free", "no_status", "online"), "flag"),
        **dict.fromkeys(("confirmed", "ends"), "text"),
    },
    {},
    {},
    {},
)
_TEXT_FACTS = ("question", "language", "period")


def responses_maker(name: str, revisions: Mapping[str, Questionnaire]) -> Maker:
    """Return how responses to a questionnaire become rows, given its revisions by id, oldest first."""
    shape = shape_of(revisions)
    return Maker(f"responses-{name}", name, shape, lambda body: [shape.row(body)], tuple(f":{fact}" for fact in FACTS))


def texts_maker(name: str, revisions: Mapping[str, Questionnaire]) -> Maker:
    """Return how what people typed becomes rows: one a text, with its question, language and period.

    Only the free questions outside repeats count, and none that is sensitive. No row tells whose text it is, nor which
    texts are of one person.
    """
    typed = {
        name: variable
        for name, variable in variables_of(revisions).items()
        if variable.kind == "text" and not (variable.free or variable.question.sensitive)
    }
    asked = {
        revision: frozenset(name for name, variable in typed.items() if revision in variable.revisions)
        for revision in revisions
    }
    columns = {"text": "text", **dict.fromkeys(_TEXT_FACTS, CODE)}
    shape = Shape(columns, {"question": tuple(typed)}, dict.fromkeys(typed, "text"), asked)

    def rows(body: Mapping[str, Any]) -> list[dict[str, Any]]:
        asked_here, answers = shape.asked(body["revision"]), body["answers"]
        facts = {"language": body["language"], "period": body["period"]}
        found = ((question, answers.get(question)) for question in typed if question in asked_here)
        return [
            {"question": question, "text": text, **facts} for question, text in found if isinstance(text, str) and text
        ]

    return Maker(f"texts-{name}", name, shape, rows, _TEXT_FACTS)
