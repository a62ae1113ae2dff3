"""What a token reads: single responses as lines, in pages, and the figures of reports. Each reading is noted."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

from flask import Response, jsonify, request, url_for

from survey_service import languages
from survey_service.accounts import tokens
from survey_service.reports import report
from survey_service.reports.report import Listed
from survey_service.responses.export import FORMATS, Options, codebook, documents, packed
from survey_service.web.api import bearer, queries
from survey_service.web.api.blueprint import blueprint
from survey_service.web.context import current

USUAL, MOST = 1_000, 5_000
"""How many responses a page has, and how many it may have."""
_FORMS = ("jsonl", "csv")
_LARGEST = 2**53


@blueprint.get("/api/v1/token")
def token() -> Response:
    """Return what the token of the request opens, and until when."""
    queries.check(())
    found = bearer.present()
    if found is None:
        return jsonify(scopes=[])
    shown = {name: getattr(found, name) for name in ("name", "questionnaire", "tag", "until")}
    return jsonify(scopes=list(found.scopes), **shown)


@blueprint.get("/api/v1/responses")
def responses() -> Response:
    """Send a page of the responses to a questionnaire, in the order in which they came; the header Link leads on."""
    name = request.args.get("questionnaire", "")
    found = bearer.admitted(tokens.RESPONSES, name)
    queries.check(("questionnaire", "after", "limit", "format", "language", "labels"))
    context = current()
    context.publications.current(name)
    form, after = queries.one_of("format", _FORMS, "jsonl"), queries.number("after", 0, 0, _LARGEST)
    limit, language = queries.number("limit", USUAL, 1, MOST), queries.one_of("language", languages.registry(), "de")
    labels = queries.one_of("labels", ("true", "false"), "false") == "true"
    page = list(itertools.islice(documents(context.store, name, after=after), limit + 1))
    rows, book = page[:limit], codebook.of(context.publications, name)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "responses"
        count = FORMATS[form].write(path, iter(rows), book, Options(language, labels=labels, mark=False))
        bearer.note(found, "responses.exported", name, format=form, count=count)
        content = path.read_bytes()
    response = Response(content, mimetype="application/zip" if packed(form, book) else FORMATS[form].media_type)
    if len(page) > limit:
        chosen: dict[str, Any] = {**request.args.to_dict(), "after": rows[-1]["number"]}
        response.headers["Link"] = f'<{url_for("api.responses", _external=True, **chosen)}>; rel="next"'
    return response


@blueprint.get("/api/v1/responses/numbers")
def response_numbers() -> Response:
    """Return the numbers of the responses that there are: who has copies takes away those that are here no longer."""
    name = request.args.get("questionnaire", "")
    found = bearer.admitted(tokens.RESPONSES, name)
    queries.check(("questionnaire",))
    context = current()
    context.publications.current(name)
    numbers = [document["number"] for document in documents(context.store, name)]
    bearer.note(found, "responses.read", name, page=0, count=len(numbers))
    return jsonify(questionnaire=name, numbers=numbers)


@blueprint.get("/api/v1/questionnaires/<name>/results")
def results(name: str) -> Response:
    """Return the newest report of each plugin that has read a questionnaire: aggregates under disclosure control.

    Counts of this moment are not to be had: from two of them one could tell what came in between.
    """
    bearer.admitted(tokens.RESULTS, name)
    queries.check(())
    context = current()
    context.publications.current(name)
    newest: dict[str, Listed] = {}
    for made in report.all_reports(context.store):
        if name in made.counts and not made.withdrawn:
            newest.setdefault(made.plugin, made)
    found = [report.load(context.store, newest[plugin].id).to_json() for plugin in sorted(newest)]
    return jsonify(questionnaire=name, reports=found)
