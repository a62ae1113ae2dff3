"""Texts on their way to a translator and back: what a returned file says, compared with what is there now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from survey_service.problems import Problem
from survey_service.questionnaire.text_checks import fault
from survey_service.questionnaire.texts import REVIEWED, TRANSLATED
from survey_service.questionnaire.translating import OUTDATED, Entry, Forms

MOST_BYTES = 5_000_000
MOST_ROWS = 20_000

CHANGED_SOURCE, UNKNOWN, FUZZY = "changed source", "unknown", "fuzzy"
"""Why a row is not applied: its source wording has changed since, no such text exists, it is marked as unsure."""


@dataclass(frozen=True)
class Row:
    """One text of a returned file. ``line`` is that of a PO file or the row of a sheet, from 1; ``column`` is the
    sheet's, or empty. ``state`` is one of `texts.STATES`, outdated, or empty; ``unsure`` is gettext's fuzzy."""

    line: int
    address: str
    source: Forms
    wording: Forms
    state: str = ""
    column: str = ""
    unsure: bool = False


@dataclass(frozen=True)
class Change:
    """A translation to be saved."""

    entry: Entry
    wording: Forms
    state: str


@dataclass(frozen=True)
class Comparison:
    """What a returned file would do: changes, how many rows say what is there already, how many are empty, and the
    rows that are not applied, each with the reason."""

    changes: tuple[Change, ...]
    unchanged: int
    empty: int
    skipped: tuple[tuple[Row, str], ...]


def compare(rows: Iterable[Row], entries: Mapping[str, Entry], plurals: int) -> Comparison:
    """Compare the rows of a file with the present entries, by address.

    Raises Problem translation.rows with all rows whose placeholders or markup differ from the source: nothing of such a
    file is applied. An empty row takes nothing away.
    """
    changes: list[Change] = []
    skipped: list[tuple[Row, str]] = []
    faults: list[dict[str, object]] = []
    seen: dict[str, int] = {}
    unchanged = empty = 0
    for row in rows:
        entry = entries.get(row.address)
        reason = _reason(row, entry)
        if row.address in seen:
            faults.append(_located(row, Problem("translation.twice", line=seen[row.address])))
        elif not any(form.strip() for form in row.wording):
            empty += 1
        elif entry is None or reason:
            skipped.append((row, reason))
        elif (problem := _fault(row, entry, plurals)) is not None:
            faults.append(_located(row, problem))
        elif (change := _change(row, entry)) is not None:
            changes.append(change)
        else:
            unchanged += 1
        seen.setdefault(row.address, row.line)
    if faults:
        raise Problem("translation.rows", count=len(faults), faults=tuple(faults))
    return Comparison(tuple(changes), unchanged, empty, tuple(skipped))


def _reason(row: Row, entry: Entry | None) -> str:
    if entry is None:
        return UNKNOWN
    if row.source != entry.source.forms:
        return CHANGED_SOURCE
    return FUZZY if row.unsure else ""


def _fault(row: Row, entry: Entry, plurals: int) -> Problem | None:
    return fault(entry.source.forms, row.wording, plurals)


def _change(row: Row, entry: Entry) -> Change | None:
    reviewed = row.state == REVIEWED
    if row.state == OUTDATED and row.wording == entry.wording:
        return None  # a sheet's row that nobody touched
    if row.wording != entry.wording or not entry.shown:
        return Change(entry, row.wording, REVIEWED if reviewed else TRANSLATED)
    return Change(entry, row.wording, REVIEWED) if reviewed and entry.state != REVIEWED else None


def _located(row: Row, problem: Problem) -> dict[str, object]:
    return {"line": row.line, "column": row.column, "place": row.address, "problem": problem}
