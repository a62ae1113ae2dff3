"""The way of a submission: judge → consent → one response, once."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from survey_service import clock
from survey_service.offers import register
from survey_service.problems import Problem
from survey_service.questionnaire import uploads
from survey_service.questionnaire.judge import Circumstances, Judgement, Refusal, judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import consents, files, quarantine, receipts, standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.quarantine import Arrival
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store

__all__ = ["RESPONSES", "Outcome", "Submission", "accept", "document", "is_known", "receipt_of", "submit"]


@dataclass(frozen=True)
class Submission:
    """What one respondent sends.

    ``key`` is minted before the first answer, so that a re-send never counts twice. ``replaces`` means that the holder
    of the receipt corrects the response of that key. ``source`` is the tag of the link that led here, "" for none.
    ``receipt`` is one that the respondent's phone drew, "" if the service is to make it.
    ``files`` are the ids of the files that came before it, see `files.issued`; a program brings none. ``arrival`` is
    what `quarantine` looks at, None for what did not come from the network.
    """

    key: str
    revision: str
    language: str
    inputs: Mapping[str, Any]
    seed: int
    mode: str
    replaces: bool = False
    source: str = ""
    receipt: str = ""
    files: frozenset[str] = frozenset()
    arrival: Arrival | None = None
    finished: dt.datetime | None = None
    """When it was finished, if that is known: a form on a phone may be sent days later. It is not stored."""
    drawn: bool = False
    """Whether random numbers were drawn on the phone; then they stay."""


@dataclass(frozen=True)
class Outcome:
    """The response's key, its receipt, and whether this call stored it (False: it was there already)."""

    key: str
    receipt: str
    created: bool


def submit(
    store: Store, publications: Publications, submission: Submission, *, receipt_key: str, today: dt.date
) -> Outcome:
    """Store a response, once.

    Raises Problems response.invalid (with a fault for each refused question), response.screened_out,
    response.no_consent, response.language, response.conflict if the key is taken by other answers, and
    questionnaire.full if there are as many responses as the questionnaire takes.
    """
    responses = store.collection(RESPONSES)
    earlier = responses.first(key=submission.key)
    revision = submission.revision if earlier is None else earlier.body["revision"]
    questionnaire = publications.questionnaire(revision)
    judgement = accept(questionnaire, submission, today)
    receipt = submission.receipt or receipts.words_for(submission.key, receipt_key)
    body = document(questionnaire, submission, judgement, revision, receipt, today)
    if submission.replaces:
        _correct(store, questionnaire, submission.key, body, submission.arrival, today)
        return Outcome(submission.key, receipt, created=False)
    if earlier is None:
        body = quarantine.looked_at(store, questionnaire, body, submission.arrival, today)
        try:
            _add(store, questionnaire, body, publications.limit(questionnaire.name), today)
            return Outcome(submission.key, receipt, created=True)
        except Problem as problem:
            if problem.code != "store.duplicate":
                raise
            earlier = responses.first(key=submission.key)  # the same submission arrived twice at once
            if earlier is None:
                raise
    if earlier.body["digest"] != body["digest"]:
        raise Problem("response.conflict")
    return Outcome(submission.key, receipt, created=False)


def _add(store: Store, questionnaire: Questionnaire, body: Mapping[str, Any], limit: int, today: dt.date) -> None:
    """Store a new response, and an offer with it.

    With a limit it is counted inside of a transaction block: one is inside at a time, so there is never one too many.
    Raises Problems store.duplicate, questionnaire.full, and response.invalid if a file was replaced meanwhile.
    """
    responses = store.collection(RESPONSES)
    offers = questionnaire.audience == "providers"
    if not (offers or limit or any(uploads.ids(body["answers"]))):
        responses.add(body)
        return
    with store.transaction():
        _check_files(store, body)
        stored = responses.add(body)  # a duplicate is refused as one, also if there is no more room
        if limit and standing.counted(store, questionnaire.name) > limit:
            raise Problem("questionnaire.full")
        if offers:
            register.register(store, stored.body, today)


_LASTING = ("period", "mode", "status", "source", "receipt_hash", "exclusion", "aside", "cleared")


def _correct(
    store: Store,
    questionnaire: Questionnaire,
    key: str,
    body: Mapping[str, Any],
    arrival: Arrival | None,
    today: dt.date,
) -> None:
    """Put corrected answers in the place of the response, whose period stays. Raises Problem receipt.missing."""
    responses = store.collection(RESPONSES)
    with store.transaction():
        _check_files(store, body)
        stored = responses.first(key=key)
        if stored is None:
            raise Problem("receipt.missing")
        kept: dict[str, Any] = {name: stored.body[name] for name in _LASTING if name in stored.body}
        looked = quarantine.looked_at(store, questionnaire, {**body, **kept}, arrival, today)
        responses.replace(stored.id, looked, version=stored.version)
        if questionnaire.audience == "providers":
            register.update(store, body, today)


def _check_files(store: Store, body: Mapping[str, Any]) -> None:
    """Raise Problem response.invalid if the answers name a file that is not there: another tab has replaced it."""
    named = set(uploads.ids(body["answers"]))
    if named and not named <= files.issued(store, body["key"]):
        raise Problem("response.invalid", count=1, faults=({"refusal": Refusal("", "no_upload")},))


def is_known(store: Store, key: str) -> bool:
    """Tell whether there is a response with this submission key."""
    return store.collection(RESPONSES).first(key=key) is not None


def receipt_of(store: Store, key: str, *, receipt_key: str) -> str | None:
    """Return the receipt of the response with this submission key; None if there is no such response, or if a phone
    drew its receipt."""
    known = store.collection(RESPONSES).first(key=key)
    receipt = receipts.words_for(key, receipt_key)
    return receipt if known is not None and known.body["receipt_hash"] == receipts.hash_of(receipt) else None


def accept(questionnaire: Questionnaire, submission: Submission, today: dt.date) -> Judgement:
    """Judge a submission and return the judgement, or raise the Problem that says why it is not accepted."""
    if submission.language not in questionnaire.languages:
        raise Problem("response.language", language=submission.language)
    finished = submission.finished
    now, drawn = finished or clock.now(), submission.drawn
    around = Circumstances(submission.seed, submission.language, now, submission.files, drawn)
    judgement = judge(questionnaire, submission.inputs, finished.date() if finished else today, around)
    if (judgement.value(questionnaire.consent) or "yes") != "yes":
        raise Problem("response.no_consent")
    if judgement.screen_out is not None:
        raise Problem("response.screened_out", reason=judgement.screen_out.name)
    if judgement.refusals:
        raise Problem(
            "response.invalid",
            count=len(judgement.refusals),
            faults=tuple({"refusal": refusal} for refusal in judgement.refusals.values()),
        )
    if not judgement.consented:
        raise Problem("response.no_consent")
    return judgement


def document(
    questionnaire: Questionnaire,
    submission: Submission,
    judgement: Judgement,
    revision: str,
    receipt: str,
    today: dt.date,
) -> dict[str, Any]:
    """Return the response as stored: answers, states and what a figure needs; no address, device or exact time.

    ``consent`` is the version of the words that were agreed to, if any were. Whoever came by no group's link has no
    ``source``.
    """
    version = consents.mark(questionnaire, submission.language)
    content = orjson.dumps([questionnaire.name, judgement.answers, judgement.states], option=orjson.OPT_SORT_KEYS)
    return {
        "key": submission.key,
        "questionnaire": questionnaire.name,
        "revision": revision,
        "language": submission.language,
        "period": clock.period(today),
        "mode": submission.mode,
        "answers": dict(judgement.answers),
        "states": dict(judgement.states),
        "seed": submission.seed,
        "digest": hashlib.sha256(content).hexdigest(),
        "receipt_hash": receipts.hash_of(receipt),
        "status": standing.VALID,
        **({"source": submission.source} if submission.source else {}),
        **({"consent": version} if version else {}),
    }
