"""Random waves: demo people drawn with repetition, whose language, channel, period, place and answers are shaken."""

from __future__ import annotations

import random
from typing import Any

from tests.plugins.conftest import Documents, Wave

LANGUAGES = ("de", "uk", "ar", "de-simple", "fa-AF")
MODES = ("web", "assisted", "interview")
PERIODS = ("2026-Q2", "2026-Q4")
PLACES = ("16066042", "16066063", "16066092", "other")


def shaken(dice: random.Random, person: dict[str, Any], gaps: float, places: tuple[str, ...]) -> dict[str, Any]:
    """Return a person with other facts, another place, and some answers left out or not said."""
    answers, states = dict(person["answers"]), dict(person["states"])
    for name, state in states.items():
        if state == "answered" and name not in ("B00", "C2", "B08") and dice.random() < gaps:
            states[name] = dice.choice(["skipped", "pna"])
            answers.pop(name, None)
    if states.get("B04") == "answered":
        answers["B04"] = dice.choice(places)
    return {**person, "answers": answers, "states": states}


def draw(wave: Wave, seed: int, size: int) -> tuple[Documents, Documents, Documents, dict[str, int]]:
    """Return needs responses, experts, offers, and open drafts by language."""
    dice = random.Random(seed)
    gaps = dice.choice([0.0, 0.1, 0.4])
    languages = dice.sample(LANGUAGES, dice.randint(1, 3))
    modes, periods = dice.sample(MODES, dice.randint(1, 3)), dice.sample(PERIODS, dice.randint(1, 2))
    places = tuple(dice.sample(PLACES, dice.randint(1, 3)))
    kinds = dice.sample(wave.needs, dice.choice([3, 12, 60]))  # few kinds of people: groups large enough to be named
    needs = []
    for _ in range(size):
        person = shaken(dice, dice.choice(kinds), gaps, places)
        language = dice.choice(languages)
        person["language"], person["mode"], person["period"] = language, dice.choice(modes), dice.choice(periods)
        if language == "uk" and dice.random() < 0.5 and person["states"].get("B07") == "answered":
            person["states"]["B07"] = "skipped"  # a translation that many do not understand
            person["answers"].pop("B07")
        needs.append(person)
    experts = dice.sample(wave.experts, min(len(wave.experts), dice.randint(0, 25)))
    offers = dice.sample(wave.offers, dice.randint(0, len(wave.offers)))
    drafts = {language: dice.randint(0, 8) for language in languages}
    return needs, experts, offers, {tag: count for tag, count in drafts.items() if count}
