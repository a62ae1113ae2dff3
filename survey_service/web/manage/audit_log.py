"""The audit log on the desk: who did what when, whether it is whole, and the log as a file."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from flask import Response, redirect, render_template, request, send_file, url_for
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.accounts import exporting, looking
from survey_service.accounts.looking import Wanted
from survey_service.problems import Problem
from survey_service.watching import chain
from survey_service.web.context import current
from survey_service.web.manage import audit_words, desk
from survey_service.web.manage.desk import blueprint
from survey_service.web.manage.outbox import moment

PAGE_SIZE = 100
_LONGEST = 200
_MOST_PAGES = 10**9


@blueprint.get("/audit")
def audit_log() -> str:
    """Show a page of the entries that are looked for, newest first, and what came of the last check."""
    store, wanted = current().store, _wanted()
    number = _page()
    found = looking.page(store, wanted, number=number, size=PAGE_SIZE)
    pages = max(1, -(-found.total // PAGE_SIZE))
    if number > pages:
        raise Problem("page.missing")
    return render_template(
        "manage/audit.html",
        found=found,
        page=number,
        pages=pages,
        wanted=wanted,
        filters=_filters(wanted),
        groups=audit_words.grouped(),
        action_name=audit_words.action_name,
        details=audit_words.details,
        moment=lambda entry: moment(dt.datetime.fromisoformat(entry.at)),
        last=chain.last(store),
        checked_at=moment,
    )


@blueprint.post("/audit")
def verify_audit() -> BaseResponse:
    """Check now whether the log is whole; that is noted in it."""
    found = chain.check(current().store)
    desk.note("audit.verified", "audit", count=found.count, fault=found.fault)
    return redirect(url_for(".audit_log", done="checked"), 303)


@blueprint.get("/audit.file")
def audit_file() -> Response:
    """Send the entries that are looked for as a file; that is noted first, so the file may hold that, too."""
    store, wanted, form = current().store, _wanted(), request.args.get("format", "")
    if form not in exporting.FORMATS:
        raise Problem("page.missing")
    count = looking.page(store, wanted, number=1, size=0).total
    desk.note("audit.exported", "audit", format=form, count=count)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "audit"
        encoding = "utf-8-sig" if form == "csv" else "utf-8"
        exporting.write(path, looking.every(store, wanted), form, encoding=encoding)
        file = path.open("rb")  # what is open can still be read when the folder has gone
    name = f"audit-{clock.today().isoformat()}.{form}"
    response = send_file(file, mimetype=exporting.FORMATS[form], as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = "no-store"
    return response


def _wanted() -> Wanted:
    """Return what the address asks for; a day that is none asks for nothing."""
    given = {name: request.args.get(name, "").strip()[:_LONGEST] for name in Wanted.__dataclass_fields__}
    return Wanted(**{**given, "since": _day(given["since"]), "until": _day(given["until"])})


def _filters(wanted: Wanted) -> dict[str, str]:
    return {name: value for name, value in vars(wanted).items() if value}


def _day(text: str) -> str:
    try:
        return dt.date.fromisoformat(text).isoformat()
    except ValueError:
        return ""


def _page() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdigit() and 0 < int(text[:12]) < _MOST_PAGES):
        raise Problem("page.missing")
    return int(text)
