"""What would become of proposed entries: new, changed, unchanged or left out, and why. Nothing is stored."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from survey_service import clock
from survey_service.bulk.notes import FATAL, LEFT_OUT, NOTED, note, place_of
from survey_service.offers import changes, organisations, register
from survey_service.offers.changes import Difference
from survey_service.offers.folding import fold, fold_name
from survey_service.offers.proposed import Proposed
from survey_service.questionnaire.judge import Circumstances, Judgement, is_empty, judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import submissions
from survey_service.responses.loading import MODE
from survey_service.responses.loading.findings import Finding, of_refusal
from survey_service.responses.submissions import Submission
from survey_service.store.base import Document, Store

__all__ = ["MODE", "Entry", "Plan", "Proposed", "Refused", "plan"]


@dataclass(frozen=True)
class Entry:
    """An entry that can be taken: its ``response`` as it would be stored (without receipt), the id of the ``offer`` it
    changes ("" if it is new) with what differs, what to look at, and the ids of offers it may be a duplicate of.
    """

    proposed: Proposed
    response: Mapping[str, Any]
    offer: str = ""
    differences: tuple[Difference, ...] = ()
    notes: tuple[Finding, ...] = ()
    like: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """An entry that is left out, and why."""

    proposed: Proposed
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Plan:
    """All entries of a file, each in one of the four parts, in the order of the file."""

    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    unchanged: tuple[Entry, ...]
    refused: tuple[Refused, ...]

    @property
    def findings(self) -> Iterator[Finding]:
        """All that was found: first why entries are left out, then what to look at."""
        for refused in self.refused:
            yield from refused.findings
        for entry in (*self.new, *self.changed, *self.unchanged):
            yield from entry.notes

    @property
    def mark(self) -> str:
        """A text that is another one if anything else would become of the file than what was shown."""
        parts = (
            [[entry.response["key"], entry.response["digest"], entry.offer] for entry in part]
            for part in (self.new, self.changed)
        )
        return hashlib.sha256(repr([*parts, len(self.unchanged), len(self.refused)]).encode()).hexdigest()[:32]


class _Known:
    """The register by what an entry can name an offer by; read once."""

    def __init__(self, store: Store) -> None:
        self.by_offer: dict[str, Document] = {}
        self.by_key: dict[str, Document] = {}
        self.by_name: dict[tuple[str, str], list[str]] = {}
        for stored in register.all_offers(store):
            body = stored.body
            self.by_offer[body["offer"]] = self.by_key[body["response_key"]] = body
            if body["moderation"] not in ("withdrawn", "merged"):
                self.by_name.setdefault(name_of(body["answers"]), []).append(body["offer"])


def name_of(answers: Mapping[str, Any]) -> tuple[str, str]:
    """Return what an entry is known by: its organisation and its name, however they are written."""
    organisation = str(answers.get("A02") or "")
    return fold_name(organisation), fold(str(answers.get("A04_name") or organisation))


def plan(
    store: Store,
    questionnaire: Questionnaire,
    revision: str,
    proposed: Iterable[Proposed],
    today: dt.date,
    *,
    organisation: str = "",
) -> Plan:
    """Judge proposed entries against the questionnaire for providers and the register.

    ``organisation`` is the id of the only one whose offers may be touched, "" for all. An entry of which any answer
    does not fit is left out as a whole, with a finding for each of these answers.
    """
    work = _Work(questionnaire, revision, today, _Known(store), _only(store, organisation))
    for each in proposed:
        work.take(each)
    return Plan(tuple(work.new), tuple(work.changed), tuple(work.unchanged), tuple(work.refused))


def _only(store: Store, organisation: str) -> tuple[str, str] | None:
    return (organisation, fold_name(organisations.find(store, organisation).name)) if organisation else None


def _doubts(proposed: Proposed) -> Iterator[Finding]:
    """Yield what the reader asks to look at, but for what leaves the entry out."""
    for question, code in proposed.doubts.items():
        if code not in FATAL:
            yield note(NOTED, code, proposed, question)


class _Work:
    def __init__(
        self, questionnaire: Questionnaire, revision: str, today: dt.date, known: _Known, only: tuple[str, str] | None
    ) -> None:
        self.questionnaire, self.revision, self.today, self.known, self.only = (
            questionnaire,
            revision,
            today,
            known,
            only,
        )
        self.new: list[Entry] = []
        self.changed: list[Entry] = []
        self.unchanged: list[Entry] = []
        self.refused: list[Refused] = []
        self._rows: dict[str, Proposed] = {}
        self._warnings = {
            name: question
            for name, question in questionnaire.questions.items()
            if question.type == "note" and question.relevant is not None
        }
        self._now = clock.now()

    def take(self, proposed: Proposed) -> None:
        body, fault = self._target(proposed)
        if fault is not None:
            self.refused.append(Refused(proposed, (fault,)))
            return
        key = body["response_key"] if body is not None else proposed.key
        language = proposed.language if proposed.language in self.questionnaire.languages else "de"
        seed = uuid.UUID(key).int & 0x7FFFFFFF
        submission = Submission(key, self.revision, language, proposed.answers, seed, MODE)
        judgement = judge(self.questionnaire, proposed.answers, self.today, Circumstances(seed, language, self._now))
        faults = tuple(self._faults(proposed, judgement))
        if faults:
            self.refused.append(Refused(proposed, (*faults, *_doubts(proposed))))
            return
        self._rows[key] = proposed
        response = submissions.document(self.questionnaire, submission, judgement, self.revision, "", self.today)
        self._sort(proposed, response, body, tuple(self._notes(proposed, judgement)))

    def _target(self, proposed: Proposed) -> tuple[Document | None, Finding | None]:
        """Return the offer that an entry is about, None for a new one, or why it cannot be taken."""
        body = self.known.by_offer.get(proposed.offer) if proposed.offer else self.known.by_key.get(proposed.key)
        if proposed.offer and body is None:
            return None, note(LEFT_OUT, "no_offer", proposed, "offer", offer=proposed.offer[:40])
        earlier = self._rows.get(body["response_key"] if body is not None else proposed.key)
        if earlier is not None:
            return None, note(LEFT_OUT, "twice", proposed, row=earlier.row or earlier.place)
        if self._is_foreign(proposed, body):
            return None, note(LEFT_OUT, "foreign", proposed, "A02")
        if body is not None and body["moderation"] == "withdrawn":
            return None, note(LEFT_OUT, "withdrawn", proposed)
        if body is not None and body["merged_into"]:
            return None, note(LEFT_OUT, "merged", proposed, into=body["merged_into"])
        return body, None

    def _is_foreign(self, proposed: Proposed, body: Document | None) -> bool:
        if self.only is None:
            return False
        named = fold_name(str(proposed.answers.get("A02") or ""))
        return named != self.only[1] or (body is not None and body["organisation_id"] != self.only[0])

    def _faults(self, proposed: Proposed, judgement: Judgement) -> Iterator[Finding]:
        for question, code in proposed.doubts.items():
            if code in FATAL:
                yield note(LEFT_OUT, code, proposed, question)
        for refusal in judgement.refusals.values():
            found = of_refusal(refusal, place_of(proposed, refusal.question), proposed.texts.get(refusal.question, ""))
            yield Finding(
                LEFT_OUT, found.code, found.place, found.question, found.value, found.values, found.message, found.own
            )
        if not judgement.refusals and (not judgement.consented or judgement.screen_out is not None):
            yield note(LEFT_OUT, "not_published", proposed, self.questionnaire.consent or "")

    def _notes(self, proposed: Proposed, judgement: Judgement) -> Iterator[Finding]:
        """Yield what to look at: the reader's doubts, answers not asked for, the questionnaire's warnings."""
        yield from _doubts(proposed)
        for name, value in proposed.answers.items():
            if name not in judgement.shown and not is_empty(value):
                yield note(NOTED, "not_asked", proposed, name)
        for name in judgement.shown.intersection(self._warnings):
            yield Finding(NOTED, "warning", place_of(proposed), name, own=self._warnings[name].label)

    def _sort(
        self, proposed: Proposed, response: Mapping[str, Any], body: Document | None, found: tuple[Finding, ...]
    ) -> None:
        if body is None:
            like = tuple(self.known.by_name.get(name_of(response["answers"]), ()))
            self.new.append(Entry(proposed, response, notes=found, like=like))
            return
        differences = changes.between(body["answers"], response["answers"])
        is_published = body["public"] is not None and not changes.between(body["public"], response["answers"])
        if not differences or is_published:  # what was changed since and waits for the desk is not set back
            self.unchanged.append(Entry(proposed, response, body["offer"], notes=found))
            return
        if not proposed.offer and body["mode"] != MODE:
            found = (note(NOTED, "corrected", proposed), *found)
        self.changed.append(Entry(proposed, response, body["offer"], differences, found))
