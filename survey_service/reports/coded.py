"""What people decided that free texts mean, in a snapshot: codes as counts of people, agreement, released quotes.

Three tables a questionnaire. ``codes-…`` holds counts under disclosure control: of all, and by question, language and
period, each by itself. ``agreement-…`` holds how far coders agree on each code. ``quotes-…`` holds the quotes that a
person has released, with the consent they rest on, one part a period, so that they end with the texts. Who coded what
stays out.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import polars as pl

from survey_service.coding import codebooks, codings, deciding, measuring, quotes, tasks, units
from survey_service.coding.codebooks import Codebook
from survey_service.coding.tasks import Task
from survey_service.coding.units import Source as Fate
from survey_service.coding.units import Unit
from survey_service.reports.codes import ReleasedQuote
from survey_service.reports.frozen import Frozen, Source, canonical
from survey_service.responses.revisions import Publications
from survey_service.statistics.disclosure import Reason, completed, count_reason, release, share_reason
from survey_service.statistics.shares import share_of
from survey_service.store.base import Store

ALL, QUESTION, LANGUAGE, PERIOD = "all", "question", "language", "period"
NOT_CODABLE = codings.NOT_CODABLE
_FACETS: Mapping[str, Callable[[Unit], str]] = {
    ALL: lambda _unit: "",
    QUESTION: lambda unit: unit.question,
    LANGUAGE: lambda unit: unit.language,
    PERIOD: lambda unit: unit.period,
}
_CODES = {"codebook": pl.String, "facet": pl.String, "value": pl.String, "code": pl.String, "n": pl.Int64,
          "base": pl.Int64, "reason": pl.String}  # fmt: skip
_MEASURES = ("percent", "kappa", "kappa_low", "kappa_high", "alpha", "alpha_low", "alpha_high")
_AGREEMENT = {"task": pl.Int64, "codebook": pl.String, "code": pl.String, "units": pl.Int64,
              **dict.fromkeys(_MEASURES, pl.Float64)}  # fmt: skip


def freeze(
    store: Store, publications: Publications, questionnaire: str, periods: Sequence[str] | None
) -> tuple[dict[str, Frozen], dict[str, Any]]:
    """Return the tables of a questionnaire's coding, and what the codebook says of it; nothing if nothing is coded."""
    found = tasks.of_questionnaire(store, questionnaire)
    if not found:
        return {}, {}
    books = {task.codebook: codebooks.find(store, task.codebook) for task in found}
    texts = {task.task: _counted(store, task, periods) for task in found}
    decided = {name: _decided(store, [task for task in found if task.codebook == name], texts) for name in books}
    total = sum(map(len, texts.values()))
    done = sum(map(len, decided.values()))
    counts = {"texts": {"all": total, "decided": done, "open": total - done}}
    rows = [row for name, book in books.items() for row in _rows(book, decided[name])]
    measured = [row for number, task in enumerate(found, 1) for row in _agreement(store, number, task, books)]
    tables = {
        f"codes-{questionnaire}": Frozen({"": _source(rows, _CODES)}, counts),
        f"agreement-{questionnaire}": Frozen({"": _source(measured, _AGREEMENT)}, {}),
        f"quotes-{questionnaire}": _quotes(store, publications, found, periods),
    }
    labels = {name: {code.code: dict(code.label) for code in book.codes.values()} for name, book in books.items()}
    return tables, {"coding": labels}


def _counted(store: Store, task: Task, periods: Sequence[str] | None) -> dict[str, Unit]:
    """Return the units of a task that count, by id: those whose text can be read, or was erased by its age."""
    return {
        unit.unit: unit
        for unit in units.of_task(store, task.task)
        if (periods is None or unit.period in periods) and units.read(store, unit).source in (Fate.LIVE, Fate.AGED)
    }


def _decided(
    store: Store, found: Sequence[Task], texts: Mapping[str, Mapping[str, Unit]]
) -> list[tuple[Unit, tuple[str, ...]]]:
    """Return the units of tasks with what was decided, as it was given."""
    return [
        (texts[task.task][name], (NOT_CODABLE,) if decision.not_codable else decision.codes)
        for task in found
        for name, decision in deciding.decisions(store, task.task).items()
        if name in texts[task.task]
    ]


def _rows(book: Codebook, decided: Sequence[tuple[Unit, tuple[str, ...]]]) -> Iterable[dict[str, Any]]:
    """Yield a codebook's counts of people by facet; what is hidden has no number but a reason."""
    given = [(unit, book.counted(codes)) for unit, codes in decided]
    used = {code for _, codes in given for code in codes}
    for facet, value_of in _FACETS.items():
        bases = _people((value_of(unit), unit) for unit, _ in given)
        whole = len({unit.person for unit, _ in given})
        closed = _completed({value: count_reason(count) for value, count in bases.items()}, bases)
        for code in [code for code in (*book.codes, NOT_CODABLE) if code in used]:
            hits = _people((value_of(unit), unit) for unit, codes in given if code in codes)
            people = len({unit.person for unit, codes in given if code in codes})
            reasons = {value: closed[value] or share_reason(hits[value], base) for value, base in bases.items()}
            if share_reason(people, whole) is not None:
                reasons = {value: reason or Reason.DERIVABLE for value, reason in reasons.items()}
            reasons = _completed(reasons, hits)
            for value in sorted(bases):
                shown = release(share_of(hits[value], bases[value]), reasons[value])
                base = shown.base if closed[value] is None else None
                key = {"codebook": book.codebook, "facet": facet, "value": value, "code": code}
                yield {**key, "n": shown.numerator, "base": base, "reason": shown.suppressed}


def _people(pairs: Iterable[tuple[str, Unit]]) -> Counter[str]:
    """Return by value how many people have a unit there."""
    return Counter(value for value, _ in {(value, unit.person) for value, unit in pairs})


def _completed(reasons: Mapping[str, Reason | None], people: Mapping[str, int]) -> dict[str, Reason | None]:
    """Hide further values, the smallest first, until what is hidden can't be found by subtraction from the whole."""
    hidden = [value for value, reason in reasons.items() if reason is not None]
    added = completed(hidden, {value: (people[value],) for value in sorted(reasons)})[len(hidden) :]
    return {**reasons, **dict.fromkeys(added, Reason.DERIVABLE)}


def _agreement(store: Store, number: int, task: Task, books: Mapping[str, Codebook]) -> Iterable[dict[str, Any]]:
    """Yield how far the coders of a task agree on each code that both together gave to enough texts."""
    measured = measuring.measure(store, task, books[task.codebook])
    for code, one in measured.codes.items():
        if count_reason(one.both + one.one) is None:
            yield {
                "task": number,
                "codebook": task.codebook,
                "code": code,
                "units": one.units,
                "percent": one.percent,
                "kappa": one.kappa.value,
                "kappa_low": one.kappa.low,
                "kappa_high": one.kappa.high,
                "alpha": one.alpha.value,
                "alpha_low": one.alpha.low,
                "alpha_high": one.alpha.high,
            }


def _quotes(store: Store, publications: Publications, found: Sequence[Task], periods: Sequence[str] | None) -> Frozen:
    """Return the released quotes by period, in an order that tells nothing of their order of arrival."""
    by_period: dict[str, list[dict[str, Any]]] = {}
    for quote in (quote for task in found for quote in quotes.released(store, publications, task.task)):
        period = quote.unit.period
        if periods is None or period in periods:
            facts = (quote.unit.question, period, quote.language, quote.words, quote.of)
            consent = (quote.consent.kind, quote.consent.name, quote.reviewer, quote.redacted)
            by_period.setdefault(period, []).append(asdict(ReleasedQuote(*facts, *consent)))
    schema: Mapping[str, Any] = {
        name: pl.Boolean if name == "redacted" else pl.String for name in ReleasedQuote.__dataclass_fields__
    }
    ordered = {period: sorted(rows, key=canonical) for period, rows in sorted(by_period.items())}
    return Frozen({period: _source(rows, schema) for period, rows in (ordered or {"": []}).items()}, {})


def _source(rows: Sequence[Mapping[str, Any]], schema: Mapping[str, Any]) -> Source:
    content = hashlib.sha256(canonical(list(rows))).hexdigest()
    return Source(content, {}, len(rows), pl.DataFrame(list(rows), schema=dict(schema)))
