"""What withdrawal, correction and age do to coding: it follows the responses by itself.

A withdrawal erases units at once (see ``responses.derived``). Here follow the texts that the retention rules erase, and
those that a respondent has corrected or taken back. Whatever the moment, no page shows a text that is not there.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from survey_service.coding import units
from survey_service.coding.units import Source, Unit
from survey_service.responses import derived, retention
from survey_service.responses.collection import RESPONSES
from survey_service.responses.derived import CODINGS, QUOTES, UNITS
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store

AGED, RESET, ERASED = "aged", "reset", "erased"


def apply(
    store: Store, publications: Publications, today: dt.date, *, months: int, text_months: int
) -> Mapping[str, int]:
    """Follow the responses; return how many units aged, were reset or erased.

    Of an aged unit its codes stay, for the figures; what was written of its text goes: translation, memos, quotes.
    """
    counted: Counter[str] = Counter()
    for stored in store.collection(UNITS).iterate():
        if not stored.body["response"]:
            continue
        with store.transaction():
            now = store.collection(UNITS).get(stored.id)
            if now is None:
                continue
            unit = units.of(now)
            found = store.collection(RESPONSES).first(key=unit.response)
            response = found.body if found is not None else None
            source = units.read_from(unit, response).source
            if source == Source.GONE:
                limit = months if response is None else text_months
                old = retention.age_of(unit.period, today) >= limit and _ages(publications, unit.questionnaire)
                if old:
                    _age(store, unit, response=unit.response if response is not None else "")
                else:
                    derived.erase_unit(store, unit.stored.id, unit.unit)
                counted[AGED if old else ERASED] += 1
            elif source == Source.CHANGED and response is not None:
                _reset(store, unit, response)
                counted[RESET] += 1
    return counted


def due(store: Store, publications: Publications, day: dt.date, *, text_months: int) -> int:
    """Return of how many units what was written of their text is to be erased by a day."""
    found = (units.of(stored) for stored in store.collection(UNITS).iterate() if not stored.body.get("aged"))
    return sum(
        retention.age_of(unit.period, day) >= text_months for unit in found if _ages(publications, unit.questionnaire)
    )


def _ages(publications: Publications, questionnaire: str) -> bool:
    found = publications.find(questionnaire)
    return found is not None and found.questionnaire.audience in retention.AUDIENCES


def _age(store: Store, unit: Unit, *, response: str) -> None:
    """Erase what was written of a unit's text; cut it off its response if that is gone too. The codes stay."""
    place = unit.stored.body["place"] if response else f"aged:{unit.unit}"
    changes = {"response": response, "place": place, "mark": "", "translation": None, "aged": True}
    store.collection(UNITS).replace(unit.stored.id, {**unit.stored.body, **changes}, version=unit.stored.version)
    for coding in store.collection(CODINGS).find(unit=unit.unit):
        store.collection(CODINGS).replace(coding.id, {**coding.body, "memo": ""}, version=coding.version)
    for quote in store.collection(QUOTES).find(unit=unit.unit):
        store.collection(QUOTES).delete(quote.id)


def _reset(store: Store, unit: Unit, response: Mapping[str, Any]) -> None:
    """Let a corrected text be coded anew."""
    derived.clear_unit(store, unit.unit)
    text = units.text_in(response, unit.question) or ""
    changes = {
        "mark": units.mark_of(unit.unit, text),
        "language": response["language"],
        "translation": None,
        "compared": False,
    }
    store.collection(UNITS).replace(unit.stored.id, {**unit.stored.body, **changes}, version=unit.stored.version)
