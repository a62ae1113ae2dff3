"""Invented views of people who work in the field."""

from __future__ import annotations

import random
from collections.abc import Iterator

from survey_service.demo.chance import Inputs, happens, pick, several, spread
from survey_service.demo.offers import ORGANISATIONS
from survey_service.demo.people import FIELDS, NEEDS
from survey_service.questionnaire.model import Questionnaire

ROLES = ("Beratung", "Leitung", "Sozialarbeit", "Ehrenamt", "Lehrkraft")
STRENGTHS = ("Viele Menschen helfen freiwillig mit.", "Die Wege zwischen den Stellen sind kurz.")
WEAKNESSES = ("Am Abend fahren kaum Busse.", "Es fehlen Plätze mit Kinderbetreuung.")
CHANCES = ("Betriebe suchen Personal.", "Digitale Beratung erreicht mehr Menschen.")
RISKS = ("Förderungen laufen aus.", "Fachkräfte gehen in den Ruhestand.")
STEPS = ("Sprechstunden in den Gemeinden anbieten.", "Eine gemeinsame Übersicht führen.")


def views(dice: random.Random, form: Questionnaire, count: int) -> Iterator[Inputs]:
    """Yield the inputs of so many experts."""
    fields = [choice.name for choice in form.questions["E02"].choices]
    for _ in range(count):
        chosen = several(dice, spread(fields, FIELDS), dice.randint(1, 3))
        inputs: Inputs = {
            "E00": "yes",
            "E01": dice.choice(ORGANISATIONS),
            "E01_role": dice.choice(ROLES),
            "E02": chosen,
            "E12": pick(dice, {"anonymous": 4, "by_name": 1}),
            "E12_name": "Alex Beispiel (erfunden)",
        }
        for field in chosen:
            inputs |= _view(dice, form, field)
        yield inputs


def _view(dice: random.Random, form: Questionnaire, field: str) -> Inputs:
    question = form.questions.get(f"E08_{field}")
    items = [choice.name for choice in question.choices if choice.columns.get("field") == field] if question else []
    missing = several(dice, spread(items, NEEDS, 1.5), dice.randint(2, 4))
    return {
        f"E03_{field}": dice.choice(STRENGTHS),
        f"E04_{field}": dice.choice(WEAKNESSES),
        f"E05_{field}": dice.choice(CHANCES) if happens(dice, 0.6) else "",
        f"E06_{field}": dice.choice(RISKS) if happens(dice, 0.6) else "",
        f"E07_{field}": pick(dice, {"1": 2, "2": 5, "3": 5, "4": 2, "5": 0.5, "pna": 0.5}),
        f"E11_{field}": several(dice, {"figure": 2, "case_experience": 6, "document": 1}, 1),
        f"E08_{field}": missing,
        f"E09_{field}": missing[:3],
        f"E10_{field}": dice.choice(STEPS),
        f"E10_{field}_lead": "Landratsamt (Beispiel)",
        f"E10_{field}_horizon": pick(dice, {"under_1_year": 4, "1-3_years": 5, "over_3_years": 1}),
        f"E10_{field}_effort": pick(dice, {"S": 3, "M": 5, "L": 2}),
    }
