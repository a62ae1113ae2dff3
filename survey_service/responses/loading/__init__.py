"""Responses from a file, as ODK, Kobo and our own export write them.

There is a sheet of responses, and one for each repeat, whose rows name the row around them. Every answer passes the
judge: one that does not fit is left out and listed, a required one that is missing is listed. What is calculated or
noted by itself is computed anew. The same row is never loaded twice: its key is made of what it is.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire.judge import Circumstances, Judgement, judge
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.places import key as key_of
from survey_service.responses import receipts, retention, standing, submissions
from survey_service.responses.export.codebook import EXCLUSION
from survey_service.responses.loading import assembling
from survey_service.responses.loading.assembling import Node
from survey_service.responses.loading.files import Sheets
from survey_service.responses.loading.findings import ROW, Finding, of_refusal
from survey_service.responses.revisions import Published
from survey_service.responses.submissions import RESPONSES, Submission
from survey_service.store.base import Store

MODE = "import"
_SPACE = uuid.UUID("6f1f0c1e-7d43-5b7e-9a55-0d6a4d1f8e21")
Watch = Callable[[Sequence[Node]], Iterable[Node]]
"""Hands rows on one by one; a command shows progress with it."""


@dataclass
class Loading:
    """What a file holds: the responses as they would be stored, and what was found on the way.

    ``rows`` is the number of rows of responses, ``not_asked`` that of answers to questions that were not shown,
    ``computed`` the names of columns that are computed anew.
    """

    documents: list[dict[str, Any]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rows: int = 0
    not_asked: int = 0
    computed: set[str] = field(default_factory=set)

    @property
    def counts(self) -> Mapping[str, int]:
        """How many findings there are of each kind."""
        return Counter(finding.kind for finding in self.findings)


@dataclass(frozen=True)
class Terms:
    """Under which terms rows become responses: ``language`` for those that name none, the key of receipts, the day."""

    published: Published
    language: str
    receipt_key: str
    today: dt.date


def read(sheets: Sheets, terms: Terms, watch: Watch = iter, most: int | None = None) -> Loading:
    """Read the sheets of a file (see ``files``) without storing anything; with ``most``, at most so many rows.

    Raises Problems loading.no_rows, .offers and .too_many.
    """
    questionnaire = terms.published.questionnaire
    if questionnaire.audience == "providers":
        raise Problem("loading.offers", name=questionnaire.name)
    loading = Loading()
    nodes = assembling.assemble(questionnaire, sheets, loading.findings)
    if not nodes and not any(finding.kind == ROW for finding in loading.findings):
        raise Problem("loading.no_rows", name=questionnaire.name)
    if most is not None and len(nodes) > most:
        raise Problem("loading.too_many", count=len(nodes), limit=most, name=questionnaire.name)
    loading.rows = len(nodes)
    for node in watch(nodes):
        document = _document(node, terms, loading)
        if document is not None:
            loading.documents.append(document)
    return loading


def new(store: Store, loading: Loading) -> list[dict[str, Any]]:
    """Return the responses that are not stored yet."""
    responses = store.collection(RESPONSES)
    return [document for document in loading.documents if responses.first(key=document["key"]) is None]


def keep(store: Store, loading: Loading) -> int:
    """Store the responses that are not stored yet, all or none, and return their number."""
    with store.transaction():
        documents = new(store, loading)
        for document in documents:
            store.collection(RESPONSES).add(document)
    return len(documents)


def _document(node: Node, terms: Terms, loading: Loading) -> dict[str, Any] | None:
    """Return a row as a response, or None if there is a finding that stands against it."""
    questionnaire = terms.published.questionnaire
    inputs = assembling.inputs_of(questionnaire, node)
    loading.computed |= {name for _, each in assembling.walk(node) for name in each.columns.computed}
    if not inputs and not node.columns.ours:
        loading.findings.append(Finding(ROW, "empty", node.place))
        return None
    key = str(uuid.uuid5(_SPACE, f"{questionnaire.name}\n{node.identity}"))
    submission = Submission(
        key=key,
        revision=terms.published.revision,
        language=_language(node, questionnaire, terms.language),
        inputs=inputs,
        seed=uuid.UUID(key).int & 0x7FFFFFFF,
        mode=MODE,
    )
    judgement = judge(
        questionnaire, inputs, terms.today, Circumstances(submission.seed, submission.language, clock.now())
    )
    if not judgement.consented:
        loading.findings.append(Finding(ROW, "no_consent", node.place))
        return None
    if judgement.screen_out is not None:
        reason = {"reason": judgement.screen_out.name}
        loading.findings.append(Finding(ROW, "screened_out", node.place, values=reason))
        return None
    loading.findings += _findings(node, judgement)
    loading.not_asked += sum(1 for key, _, _ in _given(node) if key not in judgement.shown)
    receipt = receipts.words_for(key, terms.receipt_key)
    body = submissions.document(questionnaire, submission, judgement, terms.published.revision, receipt, terms.today)
    return {**body, **_facts(node, terms.today)}


def _language(node: Node, questionnaire: Questionnaire, otherwise: str) -> str:
    told = node.text("language") if node.columns.ours else ""
    return told if told in questionnaire.languages else otherwise


def _facts(node: Node, today: dt.date) -> dict[str, str]:
    """Return what our own export tells of a response, where it can be."""
    if not node.columns.ours:
        return {}
    period, status = node.text("period"), node.text("status")
    facts = {"status": status} if status in (standing.VALID, standing.EXCLUDED) else {}
    reason = node.text(EXCLUSION)
    if status == standing.EXCLUDED and reason in standing.REASONS:
        facts["exclusion"] = reason
    return {**facts, "period": period} if _is_past(period, today) else facts


def _is_past(period: str, today: dt.date) -> bool:
    return bool(retention.PERIOD.fullmatch(period)) and period <= clock.period(today)


def _given(node: Node) -> Iterator[tuple[str, Node, str]]:
    """Yield (key, row, question) of each answer in the file, those of repeats included."""
    for path, each in assembling.walk(node):
        for name in {*each.columns.answers, *each.columns.options, *each.columns.parts}:
            if assembling.value_of(each, name):
                yield key_of(path, name), each, name


def _findings(node: Node, judgement: Judgement) -> Iterator[Finding]:
    """Yield what the judge refused. Entries that the file has no rows for are told of once a repeat."""
    rows = dict(assembling.walk(node))
    absent: dict[str, set[int]] = {}
    for refusal in judgement.refusals.values():
        row = rows.get(refusal.path)
        if row is None:
            repeat, index = refusal.path[-1]
            absent.setdefault(repeat, set()).add(index)
        else:
            place = row.columns.place(row.row.number, refusal.question)
            yield of_refusal(refusal, place, assembling.value_of(row, refusal.question))
    for repeat, entries in absent.items():
        yield Finding(ROW, "entries_missing", node.place, values={"count": len(entries), "repeat": repeat})
