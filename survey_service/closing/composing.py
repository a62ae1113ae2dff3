"""A page about a wave and a field is put together: published figures, the adopted concept, and what was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_service.closing import texts
from survey_service.closing.grounds import Grounds
from survey_service.closing.model import Conclusion, Content, Decided, Figure, Step
from survey_service.concept import exactness, measures, progress, versions
from survey_service.concept.model import STATEMENT, Concept, Evidence, Item
from survey_service.monitoring import periods, withholding
from survey_service.monitoring.figures import Batch
from survey_service.monitoring.observations import COUNTY
from survey_service.questionnaire.model import Text
from survey_service.store.base import Store

Labels = Mapping[str, Text]


@dataclass(frozen=True)
class Source:
    """What pages are made of: the store, the newest batch of figures or None, labels of fields and of needs, and names
    of indicators as they are now: a batch has those of its day, perhaps in fewer languages.
    """

    store: Store
    batch: Batch | None
    fields: Labels
    needs: Labels
    indicators: Labels = field(default_factory=dict)


def waves(source: Source) -> dict[str, tuple[str, ...]]:
    """Return the waves there is something to tell of, newest first, each with its fields in their order."""
    found: dict[str, set[str]] = {}
    for figure in source.batch.figures if source.batch is not None else ():
        for cell in figure.cells:
            if figure.indicator.source in withholding.SURVEYS and figure.indicator.period == periods.WAVE:
                found.setdefault(cell.period, set()).add(figure.indicator.field)
    concept = versions.newest_adopted(source.store)
    grounds = Grounds(source.store)
    for item in concept.items if concept is not None else ():
        ground = grounds.of(item)
        for period in ground.periods if ground is not None else ():
            found.setdefault(period, set()).add(item.field)
    return {
        wave: tuple(name for name in source.fields if name in found[wave])
        for wave in sorted(found, reverse=True)
        if found[wave] & set(source.fields)
    }


def compose(source: Source, wave: str, field: str) -> Content:
    """Return what a page would say now."""
    store = source.store
    adopted = versions.adopted(store)
    newest = adopted[0] if adopted else None
    grounds = Grounds(store)
    concluded = [] if newest is None else [*_conclusions(source, grounds, adopted, newest, wave, field)]
    keys = {each.key for each in concluded}
    return Content(
        wave=wave,
        field=field,
        label=source.fields[field],
        words=texts.of(store, texts.words_key(wave, field)),
        figures=tuple(_figures(source, wave, field)),
        conclusions=tuple(concluded),
        steps=tuple(_step(store, item, keys) for item in standing(store, newest) if keys.intersection(item.serves)),
        decided=decided(store, newest) if concluded else None,
    )


def standing(store: Store, concept: Concept | None) -> list[Item]:
    """Return the items of a version with how far each measure is now."""
    return [*measures.with_progress(concept.items, progress.all_states(store))] if concept is not None else []


def decided(store: Store, concept: Concept | None) -> Decided | None:
    """Return the decision on a version, its result in each language in which it was written."""
    if concept is None or concept.decision is None:
        return None
    result = texts.of(store, texts.result_key(concept.number), {"de": concept.decision.result})
    return Decided(concept.number, concept.decision.body, concept.decision.day, result)


def _figures(source: Source, wave: str, field: str) -> list[Figure]:
    found = []
    for figure in source.batch.figures if source.batch is not None else ():
        one = figure.indicator
        if one.field != field or one.source not in withholding.SURVEYS:
            continue
        now = source.indicators.get(one.code, {})
        name = {**now, **one.name} if now.get("de") == one.name.get("de") else one.name
        for cell in [cell for cell in figure.cells if (cell.period, cell.area) == (wave, COUNTY)][-1:]:
            shown = (cell.value, cell.numerator, cell.denominator, cell.rounded, cell.batch)
            found.append(Figure(one.code, name, *shown))
    return found


def _conclusions(
    source: Source, grounds: Grounds, adopted: list[Concept], newest: Concept, wave: str, field: str
) -> list[Conclusion]:
    found = []
    for item in newest.of(field, STATEMENT):
        ground = grounds.of(item)
        if ground is not None and wave in ground.periods:
            shown = grounds.disclosed(item, adopted)
            label = source.needs.get(ground.need, {})
            key = texts.wording_key(item.key, item.wording.number)
            words = texts.of(source.store, key, grounds.texts(item.wording, shown))
            found.append(
                Conclusion(item.key, item.wording.number, words, ground.need if label else "", label,
                           shown.count, shown.n, ground.periods)
            )  # fmt: skip
    return found


def exact(store: Store, content: Content) -> dict[str, list[str]]:
    """Return the statements in whose texts a number stands that is published rounded or not at all: key → languages."""
    concept = versions.newest_adopted(store)
    found: dict[str, list[str]] = {}
    for each in content.conclusions if concept is not None else ():
        basis = concept.item(each.key).wording.basis if concept is not None else None
        if isinstance(basis, Evidence):
            told = exactness.tells_exactly(each.texts, basis, (each.count, each.n))
            found |= {each.key: told} if told else {}
    return found


def _step(store: Store, item: Item, keys: set[str]) -> Step:
    measure, wording = item.wording.measure, item.wording
    assert measure is not None  # noqa: S101 - only measures answer statements
    said = texts.of(store, texts.wording_key(item.key, wording.number), wording.texts)
    serves = tuple(key for key in measure.serves if key in keys)
    state = item.progress
    return Step(item.key, wording.number, said, measure.lead, measure.due, state.state, state.done, serves)
