"""A version of the concept as a paper: plain data in the reader's language, from which each format is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import islice
from typing import Any

from babel.numbers import format_currency

from survey_service import languages
from survey_service.concept import evidence, words
from survey_service.concept.model import KINDS, MEASURE, Basis, Concept, Evidence, Item, Judgement, number_of
from survey_service.concept.taking_part import NOBODY, Participation, TookPart
from survey_service.concept.words import Translate
from survey_service.questionnaire.model import Text, wording
from survey_service.reports.render import formats

NONE = "–"
COLUMNS = ("field", "lead", "horizon", "effort", "budget", "due", "state")
"""The facts of a measure in the annex, behind its number and text."""


@dataclass(frozen=True)
class Run:
    """A text and the tag of its language."""

    text: str
    language: str


@dataclass(frozen=True)
class Entry:
    """An item: its key and number, its text, and below it what it rests on and the facts of a measure."""

    key: str
    number: str
    text: Run
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Group:
    """The items of one kind in a field."""

    title: str
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Section:
    """A field of action."""

    name: str
    title: Run
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Table:
    """The table of all measures; the first cell of a row is its heading."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[Run, ...], ...]


@dataclass(frozen=True)
class Line:
    """A line of text, and an address at its end or ""."""

    text: str
    address: str = ""


@dataclass(frozen=True)
class Involved:
    """A body that took part, and what is said of it."""

    title: Run
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Involvement:
    """The annex with all who took part."""

    caption: str
    bodies: tuple[Involved, ...]


@dataclass(frozen=True)
class Paper:
    """The whole paper; ``language`` is that of all texts that say no other."""

    title: Run
    language: str
    facts: tuple[str, ...]
    contents: str
    sections: tuple[Section, ...]
    annex: Table | None
    involvement: Involvement | None = None


def of(
    concept: Concept,
    tag: str,
    translate: Translate = str,
    took_part: Participation = NOBODY,
    names: Mapping[int, Sequence[str]] | None = None,
) -> Paper:
    """Return a version as a paper in the language ``tag``, a language of the desk.

    ``took_part`` and ``names`` (by body) are what its annex says of those who worked on it.
    """
    writer = _Writer(concept, tag, translate)
    return Paper(
        title=run_of(concept.title, tag),
        language=tag,
        facts=tuple(writer.facts()),
        contents=translate(words.CONTENTS),
        sections=tuple(writer.sections()),
        annex=writer.annex(),
        involvement=involvement(took_part, names or {}, tag, translate),
    )


def involvement(
    took_part: Participation, names: Mapping[int, Sequence[str]], tag: str, translate: Translate
) -> Involvement | None:
    """Return who took part as an annex; None if nobody did."""
    if not took_part.bodies:
        return None
    found = tuple(
        Involved(run_of(body.name, tag), tuple(_involved(body, names.get(body.body, ()), tag, translate)))
        for body in took_part.bodies
    )
    return Involvement(translate(words.TOOK_PART), found)


def _involved(body: TookPart, names: Sequence[str], tag: str, translate: Translate) -> Iterator[Line]:
    if body.organisations:
        yield Line(translate(words.ORGANISATIONS) % {"names": "; ".join(body.organisations)})
    if body.alone:
        yield Line(translate(words.ALONE) % {"count": formats.number(body.alone, tag)})
    if names:
        yield Line(translate(words.BY_NAME) % {"names": "; ".join(names)})
    for held in body.meetings:
        counts = {"present": formats.number(held.present, tag), "votes": formats.number(held.votes, tag)}
        text = translate(words.WITH_TURNOUT if held.present else words.MEETING)
        yield Line(text % {"day": day(held.day, tag), **counts})
        if held.minutes_url:
            yield Line(translate(words.MINUTES), held.minutes_url)


def run_of(text: Text, tag: str) -> Run:
    """Return a text for a reader of ``tag``, with the language it is in."""
    return Run(wording(text, tag), formats.language_of(text, tag))


def basis_line(basis: Basis, tag: str, translate: Translate, *, exact: bool = False) -> str:
    """Return what a wording rests on, in one line: rounded as all that is public, or ``exact`` for the desk alone.

    Figures that are hidden or missing are “•”.
    """
    if isinstance(basis, Judgement):
        return translate(words.JUDGEMENT) % {"who": basis.of}
    shown = basis if exact else evidence.public(basis)
    return translate(words.EVIDENCE) % {
        **{name: _number(getattr(shown, name), tag) for name in ("count", "n")},
        **{name: _percent(getattr(shown, name), tag) for name in ("share", "low", "high")},
        "report": basis.report,
        "snapshot": basis.snapshot,
    }


def _number(value: int | None, tag: str) -> str:
    return formats.HIDDEN if value is None else formats.number(value, tag)


def _percent(value: float | None, tag: str) -> str:
    return formats.HIDDEN if value is None else formats.percentage(value, tag)


def basis_lines(basis: Basis, tag: str, translate: Translate, *, exact: bool = False) -> Iterator[str]:
    """Yield all that a wording rests on: the line of `basis_line`, then offers and experts where there are figures."""
    yield basis_line(basis, tag, translate, exact=exact)
    if isinstance(basis, Evidence):
        shown = basis if exact else evidence.public(basis)
        for text, count in ((words.OFFERS, shown.offers), (words.EXPERTS, shown.experts)):
            if count is not None:
                yield translate(text) % {"count": formats.number(count, tag)}


def fact(name: str, value: Any, concept: Concept, tag: str, translate: Translate) -> str:
    """Return a fact of a measure or item (a name of words.FACTS) as people read it; “–” for nothing."""
    if value in (None, "", ()):
        return NONE
    if name == "serves":
        return ", ".join(map(number_of, value))
    if name == "field":
        return wording(concept.fields[value], tag) if value in concept.fields else str(value)
    if name == "budget":
        return format_currency(Decimal(value) / 100, "EUR", locale=languages.language(tag).locale)
    if name in ("due", "done"):
        return day(value, tag)
    known = {
        "kind": words.KINDS,
        "horizon": words.HORIZONS,
        "effort": words.EFFORTS,
        "state": words.STATES,
    }.get(name)
    return translate(known[value]) if known is not None else str(value)


def day(iso: str, tag: str) -> str:
    """Return an ISO day in words."""
    return formats.day(dt.date.fromisoformat(iso), tag)


def sections(concept: Concept, tag: str, translate: Translate) -> tuple[Section, ...]:
    """Return what a version says for everybody, in any language: with what it rests on in one line each."""
    return tuple(_Writer(concept, tag, translate, brief=True).sections())


class _Writer:
    """Makes the parts of a paper."""

    def __init__(self, concept: Concept, tag: str, translate: Translate, *, brief: bool = False) -> None:
        self._concept, self._tag, self._translate, self._brief = concept, tag, translate, brief
        self._keys = {item.key for item in concept.items}

    def facts(self) -> Iterator[str]:
        concept, translate = self._concept, self._translate
        state = translate(words.VERSION_STATES[concept.state])
        yield translate(words.VERSION) % {"number": concept.number, "state": state}
        if concept.decision is None:
            yield translate(words.NOT_DECIDED)
        else:
            yield from decision_lines(concept, self._tag, translate)
        if concept.based_on:
            yield translate(words.REVISES) % {"number": concept.based_on}
        if concept.digest:
            yield translate(words.HASH) % {"digest": concept.digest}

    def sections(self) -> Iterator[Section]:
        by_place: dict[tuple[str, str], list[Item]] = {}
        for item in self._concept.items:
            by_place.setdefault((item.field, item.kind), []).append(item)
        for name, label in self._concept.fields.items():
            groups = tuple(
                Group(self._translate(words.GROUPS[kind]), tuple(map(self._entry, by_place[name, kind])))
                for kind in KINDS
                if (name, kind) in by_place
            )
            if groups:
                yield Section(name, run_of(label, self._tag), groups)

    def _entry(self, item: Item) -> Entry:
        lines = basis_lines(item.wording.basis, self._tag, self._translate)
        notes = [*(islice(lines, 1) if self._brief else lines)]
        measure = item.wording.measure
        if measure is not None:
            values = {"who": measure.lead, "day": day(measure.due, self._tag)}
            notes.insert(0, self._translate(words.WHO_AND_WHEN) % values)
            served = ", ".join(number_of(key) for key in measure.serves if key in self._keys)
            notes[1:1] = [self._translate(words.SERVES) % {"numbers": served}] if served else []
        return Entry(item.key, item.number, run_of(item.wording.texts, self._tag), tuple(notes))

    def annex(self) -> Table | None:
        translate = self._translate
        measures = [item for item in self._concept.items if item.kind == MEASURE]
        if not measures:
            return None
        head = (translate(words.NUMBER), translate(words.KINDS[MEASURE]))
        return Table(
            caption=translate(words.ANNEX),
            head=(*head, *(translate(words.FACTS[name]) for name in COLUMNS)),
            rows=tuple(map(self._row, measures)),
        )

    def _row(self, item: Item) -> tuple[Run, ...]:
        values = {"field": item.field, "state": item.progress.state}
        cells = (
            fact(
                name,
                values[name] if name in values else getattr(item.wording.measure, name, None),
                self._concept,
                self._tag,
                self._translate,
            )
            for name in COLUMNS
        )
        text = run_of(item.wording.texts, self._tag)
        return (Run(item.number, self._tag), text, *(Run(cell, self._tag) for cell in cells))


def decision_lines(concept: Concept, tag: str, translate: Translate) -> Iterator[str]:
    """Yield who decided on an adopted version and when it holds; nothing for one that is not decided."""
    decision = concept.decision
    if decision is not None:
        values = {"day": day(decision.day, tag), "body": decision.body, "result": decision.result}
        yield translate(words.DECIDED) % values
        yield translate(words.VALID) % {"start": day(decision.start, tag), "end": day(decision.end, tag)}
