"""The desk's home, opening and closing a questionnaire, its responses as a table and as files."""

from __future__ import annotations

import itertools
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Response, redirect, render_template, request, send_file, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock, languages
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.reports import installed
from survey_service.responses import definitions, sources, standing
from survey_service.responses.export import FORMATS, Options, codebook, documents, packed
from survey_service.responses.export.codebook import Codebook
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from survey_service.web.context import current
from survey_service.web.manage import answers, calls, desk
from survey_service.web.manage.desk import blueprint

PAGE_SIZE = 50
_ALL = "all responses"  # no tag has a blank


@dataclass
class Tally:
    """How many responses a questionnaire has: those that count, in all and by language; all by status."""

    total: int = 0
    languages: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)


def tallies(store: Store) -> Mapping[str, Tally]:
    """Count all responses by questionnaire, in one pass."""
    found: dict[str, Tally] = {}
    for stored in store.collection(RESPONSES).iterate():
        tally = found.setdefault(stored.body["questionnaire"], Tally())
        if standing.counts(stored.body):
            tally.total += 1
            tally.languages[stored.body["language"]] += 1
        tally.statuses[stored.body["status"]] += 1
    return found


@blueprint.get("/")
def home() -> str:
    """Show what there is: questionnaires with their revision, state and, to those who may read responses, counts."""
    counted = tallies(current().store) if desk.may("read_responses") else {}
    rows = [(entry, counted.get(entry.questionnaire.name, Tally())) for entry in current().publications.all()]
    copies = definitions.all_copies(current().store) if desk.may("draft_questions") else []
    plugins = installed.all_plugins(current().store) if desk.may("manage_plugins") else []
    return render_template(
        "manage/home.html",
        standing=calls.lines(),
        rows=rows,
        copies=copies,
        failing=[plugin for plugin in plugins if plugin.off == installed.FAILING],
        waiting=[plugin for plugin in plugins if plugin.waiting and desk.may("approve_plugins")],
    )


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
    """Show a page of the responses as a table, newest first; that is noted in the audit log.

    ``?source`` leaves those that came by one link, as far as that may be shown.
    """
    context = current()
    published = context.publications.current(name)
    by_source = _by_source(context.store, name)
    source = _source(request.args.get("source", _ALL), by_source)
    total = sum(by_source.values()) if source is None else by_source[source]
    pages = max(1, -(-total // PAGE_SIZE))
    number = _page_number(request.args.get("page", "1"), pages)
    desk.note("responses.read", name, page=number, count=total)
    last = max(0, total - (number - 1) * PAGE_SIZE)
    shown = list(itertools.islice(documents(context.store, name, source), max(0, last - PAGE_SIZE), last))
    newest = _asked(codebook.of(context.publications, name))
    return render_template(
        "manage/responses.html",
        published=published,
        columns=list(newest.items()),
        rows=[_row(context.publications, document, tuple(newest)) for document in reversed(shown)],
        total=total,
        page=number,
        pages=pages,
        sources=by_source,
        source=_ALL if source is None else source,
    )


def _by_source(store: Store, name: str) -> dict[str, int]:
    """Return how many responses there are of each source as it is shown; none of a source that may not be shown."""
    counted = sources.counts(store, name)
    found: Counter[str] = Counter()
    for tag, shown in sources.shown(counted).items():
        found[shown] += counted[tag]
    return dict(found)


def _source(given: str, known: Mapping[str, int]) -> str | None:
    """Return the source that is asked for, None for all. Raises Problem page.missing."""
    if given == _ALL:
        return None
    if given not in known:
        raise Problem("page.missing")
    return given


def _page_number(text: str, pages: int) -> int:
    """Return the number of an existing page. Raises Problem page.missing."""
    if not (text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= pages):
        raise Problem("page.missing")
    return int(text)


def _asked(book: Codebook) -> dict[str, Text]:
    """Return the questions and repeats outside of other repeats, of all revisions, with their labels."""
    main, *others = book.tables
    found: dict[str, Text] = {}
    for variable in main.variables:
        found.setdefault(variable.question.name, variable.question.label)
    for table in others:
        if len(table.chain) == 1:
            found.setdefault(table.chain[0], table.label)
    return found


def _row(publications: Publications, document: Mapping[str, Any], names: tuple[str, ...]) -> Row:
    questionnaire = publications.questionnaire(document["revision"])
    return Row(document, tuple(answers.cell(questionnaire, name, document, document["number"]) for name in names))


@blueprint.get("/questionnaires/<name>/export")
def export(name: str) -> str:
    """Show in which forms the responses can be had."""
    published = current().publications.current(name)
    return render_template(
        "manage/export.html",
        published=published,
        formats={key: form.title for key, form in FORMATS.items()},
        repeats=len(codebook.of(current().publications, name).tables) > 1,
        tags=published.questionnaire.languages,
    )


@blueprint.get("/questionnaires/<name>/responses.file")
def download(name: str) -> Response:
    """Send all responses as a file; that is noted in the audit log."""
    context = current()
    book = codebook.of(context.publications, name)
    form, language = request.args.get("format", ""), request.args.get("language", "")
    if form not in FORMATS or language not in languages.registry():
        raise Problem("page.missing")
    options = Options(language, labels="labels" in request.args, columns="columns" in request.args)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses"
        count = FORMATS[form].write(path, documents(context.store, name), book, options)
        desk.note("responses.exported", name, format=form, count=count)
        file = path.open("rb")  # what is open can still be read when the folder has gone
    response = send_file(
        file,
        mimetype="application/zip" if packed(form, book) else FORMATS[form].media_type,
        as_attachment=True,
        download_name=f"{name}-{clock.today().isoformat()}.{f'{form}.zip' if packed(form, book) else form}",
    )
    response.headers["Cache-Control"] = "no-store"  # Flask allows files to be kept
    return response
