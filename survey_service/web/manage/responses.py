"""The desk's home, opening and closing a questionnaire, its responses as a table and as files."""

from __future__ import annotations

import io
import itertools
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any, cast

from flask import Response, redirect, render_template, request, send_file, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire.model import Question
from survey_service.responses import export
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.context import current
from survey_service.web.manage import answers, desk
from survey_service.web.manage.desk import blueprint

PAGE_SIZE = 50
_SPOOLED = 2**20


@dataclass
class Tally:
    """How many responses a questionnaire has: in all, by language and by status."""

    total: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)


def tallies(store: Store) -> Mapping[str, Tally]:
    """Count all responses by questionnaire, in one pass."""
    found: dict[str, Tally] = {}
    for stored in store.collection(RESPONSES).iterate():
        tally = found.setdefault(stored.body["questionnaire"], Tally())
        tally.total += 1
        tally.languages[stored.body["language"]] += 1
        tally.statuses[stored.body["status"]] += 1
    return found


@blueprint.get("/")
def home() -> str:
    """Show what there is: questionnaires with their revision, state and, to those who may read responses, counts."""
    counted = tallies(current().store) if desk.may("read_responses") else {}
    rows = [(entry, counted.get(entry.questionnaire.name, Tally())) for entry in current().publications.all()]
    return render_template("manage/home.html", rows=rows, format_names=_FORMAT_NAMES)


@blueprint.post("/questionnaires/<name>/open")
def open_questionnaire(name: str) -> BaseResponse:
    """Open a questionnaire for new responses."""
    return _set_open(name, is_open=True)


@blueprint.post("/questionnaires/<name>/close")
def close_questionnaire(name: str) -> BaseResponse:
    """Close a questionnaire to new responses."""
    return _set_open(name, is_open=False)


def _set_open(name: str, *, is_open: bool) -> BaseResponse:
    store = current().store
    with store.transaction():
        current().publications.set_open(name, is_open)
        desk.note("questionnaire.opened" if is_open else "questionnaire.closed", name)
    return redirect(url_for("manage.home"), 303)


@dataclass(frozen=True)
class Row:
    """One response as a row: its facts and one cell for each column."""

    facts: Mapping[str, Any]
    cells: tuple[Markup, ...]


@blueprint.get("/questionnaires/<name>/responses")
def responses(name: str) -> str:
    """Show a page of the responses as a table, newest first; that is noted in the audit log."""
    context = current()
    published = context.publications.current(name)
    total = context.store.collection(RESPONSES).count(questionnaire=name)
    pages = max(1, -(-total // PAGE_SIZE))
    number = _page_number(request.args.get("page", "1"), pages)
    desk.note("responses.read", name, page=number, count=total)
    last = max(0, total - (number - 1) * PAGE_SIZE)
    documents = list(itertools.islice(export.documents(context.store, name), max(0, last - PAGE_SIZE), last))
    names = export.columns(context.publications, name)
    known = _questions(context.publications, name)
    return render_template(
        "manage/responses.html",
        published=published,
        questions=[known[question] for question in names],
        rows=[_row(context.publications, document, names) for document in reversed(documents)],
        total=total,
        page=number,
        pages=pages,
    )


def _page_number(text: str, pages: int) -> int:
    """Return the number of an existing page. Raises Problem page.missing."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= pages):
        raise Problem("page.missing")
    return int(text)


def _questions(publications: Publications, name: str) -> dict[str, Question]:
    """Return all questions of a questionnaire's revisions by name, each as the newest revision that has it asks it."""
    found: dict[str, Question] = {}
    for revision in publications.history(name):
        found.update(publications.revision(revision).questionnaire.questions)
    return found


def _row(publications: Publications, document: Mapping[str, Any], names: tuple[str, ...]) -> Row:
    questions = publications.revision(document["revision"]).questionnaire.questions
    cells = tuple(
        answers.cell(questions.get(name), document["answers"].get(name), document["states"].get(name, ""))
        for name in names
    )
    return Row(document, cells)


Writer = Callable[[Store, Publications, str, io.TextIOWrapper], int]
_FORMATS: Mapping[str, tuple[str, str, Writer]] = {
    # A byte order mark tells spreadsheets that the file is UTF-8.
    "csv": ("utf-8-sig", "text/csv", export.write_csv),
    "jsonl": (
        "utf-8",
        "application/jsonl",
        lambda store, _publications, name, file: export.write_jsonl(store, name, file),
    ),
}
"""Format → encoding, media type, writer."""
_FORMAT_NAMES = {"csv": "CSV", "jsonl": "JSON Lines"}


@blueprint.get("/questionnaires/<name>/responses.<format_name>")
def download(name: str, format_name: str) -> Response:
    """Send all responses as a file; that is noted in the audit log."""
    context = current()
    context.publications.current(name)
    if format_name not in _FORMATS:
        raise Problem("page.missing")
    encoding, media_type, write = _FORMATS[format_name]
    spool = cast(IO[bytes], tempfile.SpooledTemporaryFile(max_size=_SPOOLED))  # noqa: SIM115 - the response closes it
    try:
        text = io.TextIOWrapper(spool, encoding=encoding, newline="")
        count = write(context.store, context.publications, name, text)
        text.detach().flush()
        desk.note("responses.exported", name, format=format_name, count=count)
    except BaseException:
        spool.close()
        raise
    spool.seek(0)
    response = send_file(
        spool,
        mimetype=media_type,
        as_attachment=True,
        download_name=f"{name}-{clock.today().isoformat()}.{format_name}",
    )
    response.headers["Cache-Control"] = "no-store"  # Flask allows files to be kept
    return response
