"""Merging two offers together with the responses behind them: what is merged passes the same judge as what is sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any

from survey_service.offers import merging
from survey_service.problems import Problem
from survey_service.responses import files, holder, submissions
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import Submission
from survey_service.store.base import Store, Stored


def merge(
    store: Store,
    publications: Publications,
    keep: str,
    gone: str,
    by: str,
    *,
    taken: Collection[str],
    today: dt.date,
    seen: Sequence[str] = (),
) -> Stored:
    """Merge one offer into another, which takes the other's answers to the questions ``taken``; return it.

    Answers to questions that are not asked any more then are dropped, as whenever something is sent. Raises the
    Problems of `merging.merge`, and response.invalid if the answers do not go together.
    """
    with store.transaction():
        stays, goes = (stored.body for stored in merging.check(store, keep, gone))
        behind = store.collection(RESPONSES).first(key=stays["response_key"])
        if behind is None:
            raise Problem("offer.withdrawn")
        form = publications.questionnaire(behind.body["revision"])
        answers = dict(merging.standing(stays))
        for name in taken:
            answers.pop(name, None)
            if name in merging.standing(goes):
                answers[name] = merging.standing(goes)[name]
        states = {name: state for name, state in behind.body["states"].items() if name not in answers}
        inputs = holder.inputs_of(form, {"answers": answers, "states": states})
        body = behind.body
        issued = files.issued(store, body["key"])
        submission = Submission(
            body["key"], body["revision"], body["language"], inputs, body["seed"], body["mode"], files=issued
        )
        judgement = submissions.accept(form, submission, today)
        after = submissions.document(form, submission, judgement, body["revision"], "", today)
        changed: dict[str, Any] = {name: after[name] for name in ("answers", "states", "digest")}
        before = {name: body[name] for name in changed}
        store.collection(RESPONSES).replace(behind.id, {**body, **changed}, version=behind.version)
        return merging.merge(store, keep, gone, changed["answers"], by, response=before, seen=seen)
