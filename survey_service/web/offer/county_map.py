"""A map of the county drawn by ourselves, and a table beside it that says the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from flask import render_template

from survey_service import languages
from survey_service.offers import directory, geography, register
from survey_service.offers.geography import Town
from survey_service.questionnaire.model import Choice, Questionnaire
from survey_service.web import i18n, rendering, wordings
from survey_service.web.context import current
from survey_service.web.offer import ways
from survey_service.web.offer.ways import blueprint

_OUTSIDE = "other"


@blueprint.get("/<lang:lang>/offers/map")
def county() -> str:
    """Show for each municipality how many offers there are, each with the way to their list."""
    form = current().publications.current("offers").questionnaire
    choices = _municipalities(form)
    listed = current().store.collection(register.OFFERS).find(listed=True)
    bodies = [stored.body for stored in listed if directory.is_shown(stored.body)]
    counts = Counter(code for body in bodies for code in _served(body))
    towns = [_town(choice, counts[choice.name]) for choice in choices.values() if _is_placed(choice)]
    return render_template(
        "offer/map.html",
        drawing=geography.drawing(towns),
        rows=_rows(choices, counts),
        off_map=[_name(choice) for choice in choices.values() if not _is_placed(choice)],
        whole=sum(bool(body["whole_county"]) for body in bodies),
        place=wordings.in_page(form.questions["A07_place"].label) if "A07_place" in form.questions else "",
        list_address=ways.list_address(),
        addresses=rendering.everywhere("offer.county"),
    )


def _served(body: Mapping[str, Any]) -> set[str]:
    """Return the municipalities that an offer names: those it serves, and the one where it is."""
    if body["whole_county"]:
        return set()
    here = (body["public"] or {}).get("A07_place")
    return {*body["municipalities"], *([here] if here else [])}


def _municipalities(form: Questionnaire) -> Mapping[str, Choice]:
    question = form.questions.get("A17")
    return {choice.name: choice for choice in question.choices if choice.name != _OUTSIDE} if question else {}


def _is_placed(choice: Choice) -> bool:
    return geography.is_placed(choice.columns.get("latitude", ""), choice.columns.get("longitude", ""))


def _town(choice: Choice, count: int) -> Town:
    latitude, longitude = float(choice.columns["latitude"]), float(choice.columns["longitude"])
    return Town(choice.name, _name(choice), latitude, longitude, count, choice.columns.get("kind") == "Stadt")


def _rows(choices: Mapping[str, Choice], counts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """Return name, number of offers and address of their list for each municipality, in the order of the alphabet."""
    rows = [
        (_name(choice), counts[code], ways.list_address(place=code) if counts[code] else "")
        for code, choice in choices.items()
    ]
    return sorted(rows, key=lambda row: languages.collation_key(row[0], i18n.language().tag))


def _name(choice: Choice) -> str:
    return wordings.in_attribute(choice.label)
