"""Looking for responses: a row in memory for each, kept up to date from what the store says has changed.

A list of 100,000 responses reads rows, and only those documents that a page shows; a question's answers are no part of
a row, so a filter by them reads the documents that the rest of the filter leaves.
"""

from __future__ import annotations

import sys
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from survey_service.questionnaire import uploads
from survey_service.questionnaire.judge import PNA, SKIPPED
from survey_service.questionnaire.values import each_answer
from survey_service.responses import sources, standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.derived import REVIEWS
from survey_service.responses.retention import wordy
from survey_service.responses.reviewing import NEW
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store, Stored

ALL = "all"
STATES = {"=pna": PNA, "=skipped": SKIPPED}
"""What stands in place of an answer: who prefers not to say, who left it empty."""


@dataclass(frozen=True, slots=True)
class Row:
    """What lists show of a response and narrow it by. ``source`` is the tag of a link, as it is stored."""

    number: int
    key: str
    questionnaire: str
    revision: str
    period: str
    language: str
    mode: str
    source: str
    status: str
    reason: str
    flags: tuple[str, ...]
    text: bool
    file: bool


@dataclass(frozen=True)
class Wanted:
    """What a list is narrowed to; an empty field asks for nothing.

    ``status`` is one of ``standing`` or ALL; without it what waits in quarantine is left out. ``source`` is as sources
    are shown, None for all. ``state`` is how far the team is. ``answer`` is a choice, a number, a piece of a text or a
    key of STATES; without ``question`` it is looked for in all texts.
    """

    status: str = ""
    state: str = ""
    reason: str = ""
    flag: str = ""
    revision: str = ""
    period: str = ""
    language: str = ""
    mode: str = ""
    source: str | None = None
    text: bool = False
    file: bool = False
    question: str = ""
    answer: str = ""

    @property
    def asks(self) -> dict[str, str]:
        """The fields that ask for something, as texts for an address or a document."""
        given = {name: value for name, value in asdict(self).items() if value not in ("", None, False)}
        found = {name: "yes" if value is True else str(value) for name, value in given.items()}
        return found if self.source != "" else {**found, "source": ""}

    def takes(self, row: Row, state: str, shown: Mapping[str, str]) -> bool:
        """Tell whether a row is asked for, but for the answer."""
        if self.status != ALL and not (row.status == self.status if self.status else _is_in(row)):
            return False
        return (
            self.state in ("", state)
            and self.reason in ("", row.reason)
            and (not self.flag or self.flag in row.flags)
            and self.revision in ("", row.revision)
            and self.period in ("", row.period)
            and self.language in ("", row.language)
            and self.mode in ("", row.mode)
            and (self.source is None or self.source == shown.get(row.source, sources.SMALL))
            and (row.text or not self.text)
            and (row.file or not self.file)
        )


def _is_in(row: Row) -> bool:
    return row.status != standing.QUARANTINED


def wanted(given: Mapping[str, str]) -> Wanted:
    """Return what an address or a kept filter asks for; unknown names are left out."""
    known = {each.name: given[each.name] for each in fields(Wanted) if each.name in given}
    ticked = {name: bool(known.pop(name, "")) for name in ("text", "file")}
    asked: dict[str, Any] = {**{name: value.strip()[:200] for name, value in known.items()}, **ticked}
    return Wanted(**asked)


@dataclass
class Found:
    """The numbers of the responses that are asked for, newest first, and how many there are by status of them all."""

    numbers: list[int]
    statuses: Counter[str]
    facets: Mapping[str, Counter[str]]
    """How many there are of each revision, period, language, mode and flag of the questionnaire."""


@dataclass
class Rows:
    """The rows of a store's responses by number, and how far the team is with them by key."""

    _rows: dict[int, Row] = field(default_factory=dict)
    _states: dict[str, str] = field(default_factory=dict)
    _keys: dict[int, str] = field(default_factory=dict)
    _cursors: dict[str, str] = field(default_factory=lambda: {RESPONSES.name: "", REVIEWS.name: ""})
    _wordy: dict[str, tuple[frozenset[str], bool]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def every(self, store: Store, publications: Publications) -> list[Row]:
        """Return all rows, as of now."""
        with self._lock:
            self._refresh(store, publications)
            return list(self._rows.values())

    def find(self, store: Store, publications: Publications, questionnaire: str, asked: Wanted) -> Found:
        """Return the responses to a questionnaire that are asked for, as of now."""
        shown = sources.shown_of(store, questionnaire)
        with self._lock:
            self._refresh(store, publications)
            rows = [row for row in self._rows.values() if row.questionnaire == questionnaire]
            numbers = [row.number for row in rows if asked.takes(row, self._states.get(row.key, NEW), shown)]
        numbers.sort(reverse=True)
        if asked.answer:
            exact = _is_exact(publications, questionnaire, asked.question)
            numbers = [n for n in numbers if _answers(store.collection(RESPONSES).get(n), asked, exact=exact)]
        names = ("revision", "period", "language", "mode")
        facets = {name: Counter(getattr(row, name) for row in rows) for name in names}
        facets["flag"] = Counter(flag for row in rows for flag in row.flags)
        facets["source"] = Counter(shown.get(row.source, sources.SMALL) for row in rows if _is_in(row))
        return Found(numbers, Counter(row.status for row in rows), facets)

    def states(self, keys: list[str]) -> list[str]:
        """Return how far the team is with the responses of these keys."""
        with self._lock:
            return [self._states.get(key, NEW) for key in keys]

    def _refresh(self, store: Store, publications: Publications) -> None:
        for stored, number in self._changed(store, RESPONSES.name):
            if stored is None:
                self._rows.pop(number, None)
            else:
                self._rows[number] = self._row(stored, publications)
        for stored, number in self._changed(store, REVIEWS.name):
            if stored is None:
                self._states.pop(self._keys.pop(number, ""), None)
            else:
                self._keys[number] = stored.body["response"]
                self._states[stored.body["response"]] = sys.intern(stored.body["state"])

    def _changed(self, store: Store, name: str) -> Iterator[tuple[Stored | None, int]]:
        spec = RESPONSES if name == RESPONSES.name else REVIEWS
        changes = store.collection(spec).changes(self._cursors[name])
        if changes.reset:
            for known in (self._rows,) if spec is RESPONSES else (self._states, self._keys):
                known.clear()
        for change in changes.rows:
            yield change.document, change.id
            self._cursors[name] = change.cursor  # once it is taken in

    def _row(self, stored: Stored, publications: Publications) -> Row:
        body, one = stored.body, sys.intern
        revision = body["revision"]
        if revision not in self._wordy:
            model = publications.questionnaire(revision)
            asks = any(question.type in uploads.TYPES for question in model.questions.values())
            self._wordy[revision] = wordy(model), asks
        names, asks_files = self._wordy[revision]
        return Row(
            number=stored.id,
            key=body["key"],
            questionnaire=one(body["questionnaire"]),
            revision=one(revision),
            period=one(body["period"]),
            language=one(body["language"]),
            mode=one(body["mode"]),
            source=one(body.get("source", "")),
            status=one(body["status"]),
            reason=one(standing.reason_of(body)),
            flags=tuple(map(one, body.get("flags", ()))),
            text=any(_is_typed(answer) for name, answer in each_answer(body["answers"]) if name in names),
            file=asks_files and any(True for _ in uploads.files_in(body["answers"])),
        )


def _is_typed(answer: Any) -> bool:
    return isinstance(answer, str) and bool(answer.strip())


def _is_exact(publications: Publications, questionnaire: str, name: str) -> bool:
    """Tell whether a question takes one of its choices, not what somebody types."""
    published = publications.find(questionnaire)
    question = published.questionnaire.questions.get(name) if published is not None else None
    return question is not None and bool(question.choices)


def _answers(stored: Stored | None, asked: Wanted, *, exact: bool) -> bool:
    """Tell whether a response says what is asked for."""
    if stored is None:
        return False
    if asked.answer in STATES and asked.question:
        return STATES[asked.answer] in _all(stored.body["states"], asked.question)
    said = _all(stored.body["answers"], asked.question)
    looked_for = asked.answer.casefold()
    return any(_says(answer, looked_for, named=bool(asked.question), exact=exact) for answer in said)


def _all(answers: Mapping[str, Any], name: str) -> Iterator[Any]:
    """Yield what stands at a name, in entries of repeats too; everything without a name."""
    return (answer for key, answer in each_answer(answers) if name in ("", key))


def _says(answer: Any, looked_for: str, *, named: bool, exact: bool) -> bool:
    if isinstance(answer, list):
        return named and looked_for in (str(one).casefold() for one in answer)
    if isinstance(answer, str):
        return answer.casefold() == looked_for if exact else looked_for in answer.casefold()
    return named and not isinstance(answer, Mapping) and str(answer).casefold() == looked_for
