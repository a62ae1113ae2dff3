"""The pictures, sounds and films of a working copy on the desk: which are missing, and bringing them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.problems import D_, Problem
from survey_service.questionnaire import media
from survey_service.responses import definitions
from survey_service.responses import media as kept
from survey_service.responses.definitions import WorkingCopy
from survey_service.responses.media import Outcome
from survey_service.web import readable
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

MOST_AT_ONCE = 50_000_000
"""Bytes of all files that can be brought with one request."""
KINDS = {"image": D_("Picture"), "audio": D_("Sound"), "video": D_("Film")}


@dataclass(frozen=True)
class Row:
    """One file that is named: its kind, the first place that names it, and its size in words, "" if it is missing."""

    name: str
    kind: str
    place: str
    size: str


@blueprint.get("/drafts/<name>/media")
def media_files(name: str) -> str:
    """Show which files a working copy names, and ask for them."""
    return _page(definitions.get(current().store, name))


@blueprint.post("/drafts/<name>/media")
def bring_media(name: str) -> BaseResponse | tuple[str, int]:
    """Take files for a working copy; what is refused is told, the others are kept."""
    context = current()
    brought = list(_brought())
    if not brought:
        raise Problem("media.no_file")
    outcomes = kept.bring(context.store, context.settings.instance, name, brought, clock.today().isoformat())
    taken = [outcome.name for outcome in outcomes if not outcome.code]
    if taken:
        desk.note("questionnaire.media", name, count=len(taken))
    refused = [outcome for outcome in outcomes if outcome.code]
    if refused:
        return _page(definitions.get(context.store, name), refused), 422
    return redirect(url_for(".media_files", name=name, taken=len(taken)), 303)


def _brought() -> Iterator[tuple[str, bytes]]:
    for file in request.files.getlist("files"):
        with contextlib.closing(file):
            if file.filename:
                yield file.filename, file.stream.read(media.MOST_BYTES + 1)


def _page(copy: WorkingCopy, refused: list[Outcome] | None = None) -> str:
    files, missing = copy.questionnaire.files, media.missing(copy.questionnaire)
    rows = [
        Row(name, gettext(KINDS[kind]), place, "" if name in missing else readable.size(files[name].size))
        for name, (kind, place) in media.named(copy.questionnaire).items()
    ]
    limit = media.MOST_BYTES // 1_000_000
    return render_template(
        "manage/media.html",
        questionnaire=copy.questionnaire,
        rows=sorted(rows, key=lambda row: bool(row.size)),
        missing=len(missing),
        taken=request.args.get("taken", 0, int) if refused is None else 0,
        refused=[(one.name, gettext(media.MESSAGES[one.code], limit=limit)) for one in refused or ()],
        accept=",".join(mime for mimes in media.ACCEPTED.values() for mime in mimes),
        limit=limit,
    )
