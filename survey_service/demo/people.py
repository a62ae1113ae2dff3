"""Invented newcomers: language, nationality, German, family, housing and needs that go together."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_service.demo.chance import Inputs, Weights, happens, pick, several, spread
from survey_service.questionnaire.model import Questionnaire


@dataclass(frozen=True)
class Group:
    """The people who answer in one language: how many of 300, their nationality, German (1 to 5), languages, time."""

    people: int
    nationality: Weights
    german: tuple[float, float, float, float, float]
    speaks: Weights
    since: Weights


_RECENT = {"under_6_months": 2.0, "6-24_months": 4.0, "2-5_years": 5.0, "over_5_years": 0.3}
_SETTLED = {"under_6_months": 0.5, "6-24_months": 2.0, "2-5_years": 3.0, "over_5_years": 5.0}
_REFUGE = {"under_6_months": 1.0, "6-24_months": 3.0, "2-5_years": 4.0, "over_5_years": 3.0}
GROUPS: Mapping[str, Group] = {
    "uk": Group(66, {"UA": 1}, (3, 4, 3, 1, 0.2), {"uk": 1, "ru": 0.8, "en": 0.2}, _RECENT),
    "ar": Group(66, {"SY": 8, "other": 2}, (2, 3, 4, 2, 0.5), {"ar": 1, "kmr": 0.15, "en": 0.2}, _REFUGE),
    "fa-AF": Group(36, {"AF": 19, "other": 1}, (3, 4, 3, 1, 0.3), {"fa-AF": 1, "ps-AF": 0.35, "ur": 0.1}, _REFUGE),
    "ru": Group(32, {"UA": 5, "other": 5}, (2, 4, 3, 1, 0.5), {"ru": 1, "uk": 0.4, "hy": 0.1}, _RECENT),
    "de": Group(26, {"EU": 3, "SY": 2, "UA": 2, "AF": 1, "other": 3}, (0, 0, 1, 4, 5), {"de": 1, "en": 0.5}, _SETTLED),
    "pl": Group(20, {"EU": 1}, (1, 3, 4, 3, 1), {"pl": 1, "en": 0.2}, _SETTLED),
    "ro": Group(20, {"EU": 9, "other": 1}, (2, 4, 3, 1, 0.3), {"ro": 1, "rom": 0.1, "hu": 0.1}, _SETTLED),
    "en": Group(18, {"other": 7, "EU": 1, "AF": 1}, (2, 3, 3, 1, 0.5), {"en": 1, "ti": 0.3, "fr": 0.2}, _REFUGE),
    "de-simple": Group(16, {"SY": 4, "UA": 4, "AF": 3, "other": 2}, (0, 1, 6, 3, 0), {"de": 1, "ar": 0.3}, _REFUGE),
}
TOWNS: Weights = {
    "16066042": 30, "16066063": 24, "16066092": 16, "16066069": 11, "16066074": 8, "16066023": 5, "16066013": 5,
    "16066095": 4, "16066086": 4, "16066047": 3, "other": 2,
}  # fmt: skip
"""Weights of the larger towns by municipality key; every other municipality has 0.5."""
FIELDS: Weights = {"ARB": 5, "WOH": 5, "INT": 6, "INF": 4, "GES": 4, "BIL": 4, "KIF": 3}
NEEDS: Weights = {
    "ARB.job": 6, "ARB.recog": 4, "ARB.qual": 4, "WOH.find": 6, "WOH.gu": 3, "WOH.bigger": 3, "WOH.cost": 3,
    "INT.german": 7, "INT.letters": 5, "INT.status": 4, "INT.meet": 3, "INF.bus": 6, "INF.ticket": 4, "INF.info": 4,
    "GES.doctor": 6, "GES.interp": 5, "GES.dental": 4, "BIL.lang": 4, "BIL.place": 3, "BIL.digital": 3,
    "KIF.kita": 5, "KIF.leisure": 4,
}  # fmt: skip
"""Needs that many people have; every other has 1.5."""
WISHES = (
    "Mehr Busse am Abend wären gut.",
    "Ich suche einen Deutschkurs mit Kinderbetreuung.",
    "Thank you for asking us.",
    "Bitte Informationen auch in meiner Sprache.",
)
SKIPPED, DECLINED, STOPPED = 0.03, 0.02, 0.05
"""How often a question is left empty, declined, or everything after it is left out."""


def respondents(dice: random.Random, form: Questionnaire, count: int) -> Iterator[tuple[str, Inputs]]:
    """Yield (language, inputs) of so many respondents, the languages in proportion."""
    languages = [language for language, group in GROUPS.items() for _ in range(group.people)]
    for number in range(count):
        language = languages[number * len(languages) // count]
        yield language, _gaps(dice, form, _person(dice, form, language))


def _person(dice: random.Random, form: Questionnaire, language: str) -> Inputs:
    group = GROUPS[language]
    german = pick(dice, dict(zip("12345", group.german, strict=True)))
    spoken = [name for name, weight in group.speaks.items() if happens(dice, weight)]
    answers: Inputs = {
        "B00": "yes",
        "B01": pick(dice, {"self": 15, "helper": 4, "family": 2}),
        "B02": pick(dice, {"16-17": 1, "18-26": 5, "27-44": 10, "45-64": 6, "65_plus": 1.5}),
        "B03": pick(dice, {"w": 52, "m": 46, "d": 1}),
        "B04": pick(dice, spread(_names(form, "B04"), TOWNS, 0.5)),
        "B05": pick(dice, group.since),
        "B06": [*spoken, *(["de"] if german in "45" and "de" not in spoken else [])],
        "B07": german,
        "C2": pick(dice, {"yes": 16, "no": 3}),
        "B13": pick(dice, {"yes": 5, "no": 6}),
        "B15": pick(dice, {"work": 6, "training": 2, "course": 6, "seeking": 4, "care": 3, "retired": 1, "none": 1}),
        "B16": pick(dice, {"own": 12, "shared": 1 if group.since is _SETTLED else 6, "with_others": 2}),
        "B17": pick(dice, {"1": 1, "2": 2, "3": 4, "4": 4, "5": 2}),
        "B18": pick(dice, {"yes": 4, "no": 7}),
        "B19": pick(dice, group.nationality),
        "B20": several(
            dice, {"messenger": 6, "social_media": 4, "website": 3, "letter": 2, "talk": 4, "friends": 4}, 2
        ),
        "B22": pick(dice, {"yes": 1, "no": 6}),
    }
    if answers["B13"] == "yes":
        answers["B14"] = several(dice, {"0-2": 3, "3-5": 3, "6-9": 4, "10-15": 4, "16-17": 1}, dice.randint(1, 2))
    if happens(dice, 0.06):
        answers["B21"] = dice.choice(WISHES)
    topics = _topics(dice, form, answers)
    answers["B08"] = topics
    for field in topics:
        answers.update(_needs(dice, form, field, answers))
    return answers


def _names(form: Questionnaire, question: str) -> list[str]:
    found = form.questions.get(question)
    return [choice.name for choice in found.choices] if found is not None else [""]


def _topics(dice: random.Random, form: Questionnaire, answers: Inputs) -> list[str]:
    """Parents care more about school and family, people in shared housing about housing, beginners about German."""
    if answers["B04"] == "other":
        return ["INT"]
    weights = spread(_names(form, "B08"), FIELDS)
    more = {"WOH": answers["B16"] == "shared", "INT": answers["B07"] in ("1", "2"), "ARB": answers["B15"] == "seeking"}
    more |= {"KIF": answers["B13"] == "yes", "BIL": answers["B13"] == "yes"}
    weights = {name: weight * (2.5 if more.get(name) else 1) for name, weight in weights.items()}
    return several(dice, weights, pick(dice, {3: 12, 2: 4, 1: 2}))


def _needs(dice: random.Random, form: Questionnaire, field: str, answers: Inputs) -> Inputs:
    items = [name for name in _names(form, f"B09_{field}") if name.startswith(f"{field}.")]
    chosen = several(dice, spread(items, NEEDS, 1.5), pick(dice, {1: 3, 2: 5, 3: 3}))
    found: Inputs = {f"B09_{field}": ["none"] if happens(dice, 0.03) else chosen}
    if happens(dice, 0.04) and chosen:
        found[f"B09_{field}"] = [*chosen, "other"]
        found[f"B09_{field}_other"] = "Etwas, das hier nicht steht (Beispiel)"
    found[f"B10_{field}"] = pick(dice, {"1": 2, "2": 5, "3": 4})
    newly = answers["B05"] in ("under_6_months", "6-24_months")
    found[f"B11_{field}"] = pick(dice, {"used": 3, "known_not_used": 4, "no": 7 if newly else 4})
    hurdles = {"language": 2, "time": 2, "child_care": 0.5, "transport": 2, "cost": 1, "status": 1, "waiting": 2}
    hurdles |= {"online_only": 0.5, "unwelcome": 0.7, "other": 0.3}
    hurdles["language"] *= 3 if answers["B07"] in ("1", "2") else 1
    hurdles["child_care"] *= 6 if answers["B13"] == "yes" else 1
    hurdles["transport"] *= 1 if answers["B04"] in TOWNS else 3
    found[f"B12_{field}"] = several(dice, hurdles, pick(dice, {1: 4, 2: 3}))
    return found


def _gaps(dice: random.Random, form: Questionnaire, answers: Inputs) -> Inputs:
    """Leave out answers as people do: single ones, declined ones, and everything after the one where they stopped."""
    order = [name for name in form.questions if name in answers]
    stop = dice.randrange(8, max(9, len(order))) if happens(dice, STOPPED) else len(order)
    kept: Inputs = {}
    for name in order[:stop]:
        if name == "B00" or not happens(dice, SKIPPED):
            declinable = "pna" in _names(form, name)
            declines = declinable and happens(dice, DECLINED)
            kept[name] = (["pna"] if isinstance(answers[name], list) else "pna") if declines else answers[name]
    return kept
