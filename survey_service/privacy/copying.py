"""Everything that is stored about one response, for its holder: a copy to read, and one for programs (GDPR 15 and 20).

Question texts are those of the revision and in the language in which it was answered. What is left out: the hash of the
receipt, which only serves to find the response, and what the team noted to keep out spam.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from survey_service import clock
from survey_service.coding import codebooks, quotes, tasks
from survey_service.offers.register import OFFERS
from survey_service.privacy import accesses
from survey_service.privacy.instance import Instance
from survey_service.questionnaire import uploads
from survey_service.questionnaire.model import Question, Questionnaire, wording
from survey_service.questionnaire.question_types import asks
from survey_service.responses import consents, drafts, files, retention, reviewing
from survey_service.responses.derived import CODINGS, CONSENSUS, UNITS
from survey_service.responses.drafts import DRAFTS
from survey_service.responses.export.layout import entries_of
from survey_service.responses.reviewing import Review
from survey_service.store.base import Stored

FORMAT = "survey-service/copy-1"
_FACTS = ("questionnaire", "revision", "language", "period", "mode", "source", "seed", "digest")


def copy_of(here: Instance, response: Stored) -> dict[str, Any]:
    """Return all that is stored about a response as JSON."""
    body, questionnaire = response.body, here.publications.questionnaire(response.body["revision"])
    language = body["language"]
    seen = accesses.of_response(here.store, response)
    return {
        "format": FORMAT,
        "made": clock.today().isoformat(),
        "controller": {"name": here.settings.operator, "email": here.settings.operator_email},
        "response": {
            "number": response.id,
            "title": wording(questionnaire.label, language),
            **{name: body[name] for name in _FACTS if name in body},
        },
        "consent": {"version": consents.mark_of(here.publications, body), "given": _consents(questionnaire, body)},
        "answers": list(_answers(questionnaire, body, language)),
        "stored": {"answers": body["answers"], "states": body["states"]},
        "files": [_file(stored.body) for stored in here.store.collection(files.UPLOADS).find(key=body["key"])],
        "drafts": [_draft(stored.body) for stored in here.store.collection(DRAFTS).find(key=body["key"])],
        "made_of_texts": [
            _unit(here, stored.body) for stored in here.store.collection(UNITS).find(response=body["key"])
        ],
        "offers": [_offer(stored.body) for stored in here.store.collection(OFFERS).find(response_key=body["key"])],
        "notes": _notes(reviewing.of(here.store, body["key"])),
        "looked_at": {"alone": seen.alone, "in_lists_and_files": seen.among},
        "erased_by": {name: day.isoformat() for name, day in until(here, body).items()},
    }


def until(here: Instance, response: Mapping[str, Any]) -> dict[str, dt.date]:
    """Return by when ``texts`` and all ``answers`` of a response are erased by themselves; nothing if they are not."""
    if here.publications.questionnaire(response["revision"]).audience not in retention.AUDIENCES:
        return {}
    last = retention.until(response["period"], here.settings.retention_months)
    return {
        "texts": min(last, retention.until(response["period"], here.settings.retention_text_months)),
        "answers": last,
    }


def _consents(questionnaire: Questionnaire, body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return each consent that was asked for, with the words around it."""
    given = consents.given(questionnaire, body)
    return [
        {
            "question": each.question,
            "before": list(each.before),
            "words": each.words,
            "answer": given[each.question],
            "answer_words": consents.choice(each, given[each.question]),
        }
        for each in consents.asked(questionnaire, body["language"])
        if each.question in given
    ]


def _answers(
    questionnaire: Questionnaire, holder: Mapping[str, Any], language: str, chain: tuple[str, ...] = ()
) -> Iterator[dict[str, Any]]:
    """Yield what was answered or left out, with the words of question and answer; entries of a repeat are nested."""
    for name in questionnaire.columns.get(chain, ()):
        if name not in holder["states"]:
            continue
        if name in questionnaire.repeats:
            label = wording(questionnaire.repeats[name].label, language)
            within = (*chain, name)
            entries = [list(_answers(questionnaire, each, language, within)) for each in entries_of(holder, name)]
            yield {"question": name, "words": label, "entries": entries}
        elif asks(question := questionnaire.questions[name]):
            answer = holder["answers"].get(name)
            told = (
                {"answer_words": _words(question, answer, language)} if question.choices and answer is not None else {}
            )
            state = holder["states"][name]
            yield {
                "question": name,
                "words": wording(question.label, language),
                "state": state,
                "answer": answer,
                **told,
            }


def _words(question: Question, answer: Any, language: str) -> list[str]:
    labels = {choice.name: wording(choice.label, language) for choice in question.choices}
    return [labels.get(name, name) for name in (answer if isinstance(answer, list) else [str(answer)])]


def _file(record: Mapping[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("file", "size", "type", "sha256", "day")}


def _notes(review: Review) -> list[dict[str, str]]:
    """Return what the team has written about a response; who wrote it is not the holder's business."""
    notes = [{"day": note.day, "text": note.text} for note in review.notes]
    return [*notes, *([{"day": "", "text": review.remark}] if review.remark else [])]


def _offer(offer: Mapping[str, Any]) -> dict[str, Any]:
    return {"offer": offer["offer"], "state": offer["moderation"], "organisation": offer["organisation_id"]}


def _draft(draft: Mapping[str, Any]) -> dict[str, Any]:
    return {"inputs": draft["inputs"], "until": drafts.last_day(draft).isoformat()}


def _unit(here: Instance, unit: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the team made of a free text: a translation, codes with their meaning, remarks, released quotes."""
    store, name = here.store, unit["unit"]
    task = store.collection(tasks.TASKS).first(task=unit["task"])
    labels = (
        {}
        if task is None
        else {code.code: dict(code.label) for code in codebooks.find(store, task.body["codebook"]).codes.values()}
    )
    codings = [stored.body for stored in store.collection(CODINGS).find(unit=name)]
    decided = store.collection(CONSENSUS).first(unit=name)
    given = sorted(
        {code for coding in codings for code in coding["codes"]} | set(decided.body["codes"] if decided else ())
    )
    return {
        "question": unit["question"],
        "translation": (unit["translation"] or {}).get("text", ""),
        "codes": {code: labels.get(code, {}) for code in given},
        "remarks": [coding["memo"] for coding in codings if coding.get("memo")],
        "quotes": [
            quote.words for quote in quotes.released(store, here.publications, unit["task"]) if quote.unit.unit == name
        ],
    }


def write(here: Instance, response: Stored, path: Path) -> str:
    """Write the copy for programs into a file and return its MIME type: JSON, in a zip with the files if there are any.

    A file whose content is missing is named in the JSON all the same.
    """
    text = orjson.dumps(copy_of(here, response), option=orjson.OPT_INDENT_2)
    sent = list(uploads.files_in(response.body["answers"]))
    if not sent:
        path.write_bytes(text)
        return "application/json"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("answers.json", text)
        for number, answer in enumerate(sent, 1):
            with contextlib.suppress(OSError):
                packed.writestr(f"files/{number}-{answer['name']}", files.read(here.folder, answer["file"]))
    return "application/zip"
