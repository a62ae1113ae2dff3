"""The outbox on the desk: what waits, what was given up and why; read a message, try it again, discard it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flask import redirect, render_template, request, url_for
from flask_babel import format_datetime
from markupsafe import Markup
from werkzeug.wrappers import Response as BaseResponse

from survey_service import bounces, mail, mailing, outbox
from survey_service.outbox import AWAY, LATER, REFUSED, TOO_LONG, UNREADABLE
from survey_service.problems import D_, Problem
from survey_service.settings import Settings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk
from survey_service.web.manage.desk import blueprint

MOST = 100
REASONS: Mapping[str, str] = {
    "": D_("Not tried yet"),
    AWAY: D_("The mail server could not be reached"),
    LATER: D_("The mail server does not want it now"),
    REFUSED: D_("The mail server refuses it"),
    TOO_LONG: D_("Given up after a week"),
    UNREADABLE: D_("The file is damaged"),
}
PLACES: Mapping[str, str] = {
    outbox.FAILED: D_("Given up"),
    outbox.WAITING: D_("Waiting to be sent"),
    outbox.OUTBOX: D_("Kept here, to be passed on by hand"),
}


@blueprint.get("/outbox", endpoint="outbox")
def outbox_list() -> str:
    """List the messages by place, newest first."""
    settings = current().settings
    places = [
        (title, outbox.entries(settings.instance, place, MOST), outbox.count(settings.instance, place))
        for place, title in PLACES.items()
    ]
    return render_template(
        "manage/outbox.html",
        places=places,
        by_hand=_stays(settings),
        reachable=bool(settings.public_url),
        unread=bounces.unread(settings.instance),
        reason_name=_reason_name,
        moment=moment,
        most=MOST,
    )


@blueprint.get("/outbox/<place>/<name>")
def message(place: str, name: str) -> str:
    """Show a message as text; that is noted in the audit log. Its links show no secret unless they go by hand,
    and never one that opens an account of the team.
    """
    settings = current().settings
    path = outbox.find(settings.instance, place, name)
    desk.note("mail.read", name)
    try:
        found = outbox.message(path)
    except FileNotFoundError:
        raise Problem("mail.missing") from None
    except ValueError:
        return render_template("manage/message.html", place=place, name=name, found=None, text="", masked=False)
    body = found.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    hidden = not _stays(settings)
    shown = outbox.masked(text) if hidden else outbox.masked_team(text)
    return render_template(
        "manage/message.html",
        place=place,
        name=name,
        found={"to": str(found["To"]), "subject": str(found["Subject"] or "")},
        state=outbox.state(path),
        text=shown,
        masked=shown != text,
        reason_name=_reason_name,
        moment=moment,
    )


@blueprint.post("/outbox/<place>/<name>")
def handle_message(place: str, name: str) -> BaseResponse:
    """Try a message again in the next round, or discard it; that is noted in the audit log."""
    settings, what = current().settings, request.form.get("what", "")
    if what not in ("again", "discard") or (what == "again" and place == outbox.OUTBOX):
        raise Problem("request.bad")
    path = outbox.find(settings.instance, place, name)
    if what == "again":
        mail.again(settings, name)
        desk.note("mail.again", name)
    else:
        desk.note("mail.discarded", name)
        outbox.gone(path)
    return redirect(url_for(".outbox", done=what), 303)


def _stays(settings: Settings) -> bool:
    return mailing.server_of(settings.mail_url) is None


def _reason_name(state: outbox.State) -> str:
    return gettext(REASONS.get(state.reason, REASONS[""]))


def moment(moment: dt.datetime | float | None) -> Markup:
    """Return day and time, of UTC, as they are written here; nothing for nothing."""
    if moment is None:
        return Markup("")
    if not isinstance(moment, dt.datetime):
        moment = dt.datetime.fromtimestamp(moment, dt.UTC)
    said = format_datetime(moment, "short", rebase=False)
    return Markup('<time datetime="{}">{} UTC</time>').format(moment.isoformat(), said)
