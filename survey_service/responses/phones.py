"""Taking what a phone sends by a channel: a filled-in form with its files, in one request or in several.

While files are missing, what has come is kept as a draft that no device holds; with the last of them it becomes the
response. The same form twice is one response, files included: a file that has come already is known by its content.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import places, uploads
from survey_service.questionnaire.judge import Circumstances, judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xform import reading
from survey_service.questionnaire.xform.reading import Read, Sent, Slot, Unusable
from survey_service.responses import channels, drafts, files, links, receipts, submissions
from survey_service.responses.channels import Channel
from survey_service.responses.collection import RESPONSES
from survey_service.responses.drafts import Draft
from survey_service.responses.files import Incoming, Limits
from survey_service.responses.quarantine import Arrival
from survey_service.responses.revisions import Publications, Published
from survey_service.responses.submissions import Submission
from survey_service.store.base import Store

_OLDEST = dt.timedelta(days=60)
"""A phone's clock that is further behind than this is not believed."""


@dataclass(frozen=True)
class Desk:
    """What taking needs: the store, the folder and the limits of files, the secret of receipts, the days for what comes
    late."""

    store: Store
    publications: Publications
    folder: Path
    limits: Limits
    receipt_key: str
    late_days: int


@dataclass(frozen=True)
class Taken:
    """What became of it: the receipt, "" while files are missing."""

    receipt: str


def opened(content: bytes) -> Sent:
    """Return what was sent. Raises Problem phone.unusable."""
    try:
        return reading.opened(content)
    except Unusable as fault:
        raise Problem("phone.unusable", reason=fault.reason) from None


def revision_of(desk: Desk, channel: Channel, sent: Sent) -> Published:
    """Return the revision that was filled in. Raises Problem questionnaire.missing if the channel is not for it."""
    published = desk.publications.revision(sent.revision)
    if not sent.form == published.questionnaire.name == channel.questionnaire:
        raise Problem("questionnaire.missing")
    return published


def take(desk: Desk, channel: Channel, sent: Sent, parts: Mapping[str, bytes], *, more: bool, today: dt.date) -> Taken:
    """Take a form; ``parts`` are the contents of files by name, ``more`` says that further ones follow.

    Raises the Problems of ``submissions.submit``, and those of a questionnaire that is not open. Without consent, or
    after an early end, nothing is kept and Problem response.no_consent or response.screened_out is raised.
    """
    published = revision_of(desk, channel, sent)
    if not (published.is_open or submissions.is_known(desk.store, sent.key)):
        _admit_late(desk, published, today)
    before = _before(desk.store, sent.key)
    came = _arrived(desk, reading.read(published.questionnaire, sent), parts, before)
    awaited = {} if more else {slot: slot.name for slot in came.missing}
    submission = _submission(desk, channel, published, sent, _with(came.inputs, awaited), came.incoming)
    files.write(desk.folder, came.incoming)
    try:
        with desk.store.transaction():
            files.record(desk.store, sent.key, came.incoming, today)
            if more and came.missing and not came.refused and before.response is None:
                _keep(desk, published, submission, today)
                return Taken("")
            outcome = submissions.submit(
                desk.store, desk.publications, submission, receipt_key=desk.receipt_key, today=today
            )
            drafts.erase_all(desk.store, sent.key)
            channels.note_use(desk.store, channel, today)
    except Problem as problem:
        if problem.code in ("response.no_consent", "response.screened_out"):
            drafts.erase_all(desk.store, sent.key)
        raise
    finally:
        files.clear(desk.store, desk.folder, sent.key)
    return Taken(outcome.receipt)


def _admit_late(desk: Desk, published: Published, today: dt.date) -> None:
    if not published.takes_late(today, desk.late_days):
        raise published.refusal()


def _submission(
    desk: Desk,
    channel: Channel,
    published: Published,
    sent: Sent,
    inputs: Mapping[str, Any],
    incoming: Sequence[Incoming],
) -> Submission:
    """Return the submission that a form and its files are, as it was when it was finished."""
    questionnaire, finished = published.questionnaire, _believed(sent.finished)
    language = sent.language or questionnaire.languages[0]
    new = {file.answer["file"] for file in incoming}
    around = Circumstances(0, language, finished or clock.now())
    return Submission(
        key=sent.key,
        revision=published.revision,
        language=language,
        inputs=_as_remembered(questionnaire, inputs, around),
        seed=0,
        mode=channel.mode,
        source=_source(desk.store, channel),
        files=files.issued(desk.store, sent.key) | new,
        finished=finished,
        drawn=True,
        arrival=Arrival(),  # a phone sends all interviews of a day at once, so their number is no sign of anything
    )


def _source(store: Store, channel: Channel) -> str:
    """Return the tag that the response counts under; a retired one no longer counts."""
    return links.way(store, channel.questionnaire, channel.source).source


def _believed(finished: dt.datetime | None) -> dt.datetime | None:
    """Return when the form was finished, if the phone's clock can be right."""
    now = clock.now()
    return finished if finished is not None and now - _OLDEST <= finished <= now else None


@dataclass(frozen=True)
class _Before:
    """What there is of a key already: the answers or inputs, with files, and the response if there is one."""

    inputs: Mapping[str, Any]
    response: Mapping[str, Any] | None
    hashes: Mapping[str, str]
    """The SHA-256 of each file that came, by its id."""


def _before(store: Store, key: str) -> _Before:
    response = store.collection(RESPONSES).first(key=key)
    draft = store.collection(drafts.DRAFTS).first(key=key)
    known = response.body["answers"] if response else draft.body["inputs"] if draft else {}
    hashes = {one.body["file"]: one.body["sha256"] for one in store.collection(files.UPLOADS).find(key=key)}
    return _Before(known, response.body if response else None, hashes)


@dataclass
class _Arrived:
    """The inputs with the files that are here, those that came just now, what is missing, whether one is refused."""

    inputs: Mapping[str, Any]
    incoming: list[Incoming] = field(default_factory=list)
    missing: list[Slot] = field(default_factory=list)
    refused: bool = False


def _arrived(desk: Desk, read: Read, parts: Mapping[str, bytes], before: _Before) -> _Arrived:
    found = _Arrived(read.inputs)
    for number, slot in enumerate(read.slots):
        earlier = places.at(before.inputs, slot.path).get(slot.question)
        answer: Any = earlier if uploads.is_file(earlier) else None
        if slot.name in parts:
            answer = _taken(desk, slot, parts[slot.name], number, answer, before, found.incoming)
        if answer is None:
            found.missing.append(slot)
        else:
            found.refused = found.refused or not uploads.is_file(answer)
            found.inputs = _with(found.inputs, {slot: answer})
    return found


def _with(inputs: Mapping[str, Any], given: Mapping[Slot, Any]) -> Mapping[str, Any]:
    for slot, answer in given.items():
        inputs = places.put(inputs, slot.path, {slot.question: answer})
    return inputs


def _taken(
    desk: Desk, slot: Slot, content: bytes, others: int, earlier: Any, before: _Before, incoming: list[Incoming]
) -> Any:
    """Return the answer that a file is; the earlier one if it is the same file."""
    taken = files.take(desk.store, desk.limits, slot.kind, slot.name, content, others)
    if not isinstance(taken, Incoming):
        return taken
    if earlier is not None and before.hashes.get(earlier["file"]) == hashlib.sha256(taken.content).hexdigest():
        return earlier
    incoming.append(taken)
    return taken.answer


def _as_remembered(questionnaire: Questionnaire, inputs: Mapping[str, Any], around: Circumstances) -> Mapping[str, Any]:
    """Return the inputs in which what the phone computed once stays as it is.

    The judge computes it anew unless it sees that what triggers it is still the same.
    """
    if not any(question.trigger for question in questionnaire.questions.values()):
        return inputs
    judgement = judge(questionnaire, inputs, (around.now or clock.now()).date(), around)
    for path, kept in judgement.kept.items():
        sent = places.at(inputs, path)
        given = {name: {**entry, "value": sent[name]} for name, entry in kept.items() if name in sent}
        inputs = places.put(inputs, path, given)
    return inputs


def _keep(desk: Desk, published: Published, submission: Submission, today: dt.date) -> None:
    """Keep what has come until the missing files come too. Raises the Problems of early ends and of consent."""
    whole = {name: value for name, value in submission.inputs.items() if name in published.questionnaire.questions}
    around = Circumstances(0, submission.language, submission.finished or clock.now(), submission.files)
    judgement = judge(published.questionnaire, submission.inputs, today, around)
    if submission.language not in published.questionnaire.languages:
        raise Problem("response.language", language=submission.language)
    if judgement.screen_out is not None:
        raise Problem("response.screened_out", reason=judgement.screen_out.name)
    if not judgement.consented:
        raise Problem("response.no_consent")
    repeats = {name: submission.inputs[name] for name in published.questionnaire.repeats if name in submission.inputs}
    receipt = receipts.words_for(submission.key, desk.receipt_key)
    drafts.hand_in(
        desk.store,
        Draft(
            id=0,
            version=0,
            token="",
            questionnaire=published.questionnaire.name,
            revision=published.revision,
            language=submission.language,
            key=submission.key,
            seed=0,
            inputs={**whole, **repeats},
            seen=(),
            replaces=False,
            receipt_hash=receipts.hash_of(receipt),
            day=today,
            source=submission.source,
            mode=submission.mode,
        ),
    )
