"""Phones with ODK Collect or Enketo: the channels of a questionnaire, and the QR code that sets a phone up."""

from __future__ import annotations

import base64
import datetime as dt
import zlib
from collections.abc import Sequence
from typing import Any

import orjson
from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response as BaseResponse

from survey_service import clock
from survey_service.problems import D_, Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.questionnaire.xform import losses
from survey_service.questionnaire.xform.losses import Loss
from survey_service.responses import channels, links
from survey_service.responses.channels import Channel
from survey_service.responses.modes import ASSISTED, INTERVIEW, WEB
from survey_service.web import qr, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext
from survey_service.web.manage import desk, identity
from survey_service.web.manage.desk import blueprint

_AT = "/questionnaires/<name>/phones"
_MODES = {
    INTERVIEW: D_("An interviewer reads aloud and ticks"),
    ASSISTED: D_("People answer themselves, somebody helps"),
    WEB: D_("People answer alone"),
}
_USUAL_DAYS = 90
_AT_FIELD = {"channel.label": "label", "channel.until": "until"}


@blueprint.get(_AT)
def phones(name: str) -> str:
    """Show the channels of a questionnaire, and what a form on a phone cannot say."""
    return _page(name)


@blueprint.post(_AT)
def open_channel(name: str) -> ResponseReturnValue:
    """Open a channel and show its address, once."""
    store, questionnaire = current().store, current().publications.current(name).questionnaire
    grave = [loss.place for loss in losses.of(questionnaire) if loss.is_grave]
    if grave:
        raise Problem("channel.cannot", what=", ".join(grave))
    given = {key: request.form.get(key, "") for key in ("label", "until", "source", "mode")}
    try:
        with store.transaction():
            made = {**given, "today": clock.today(), "by": desk.signed_in().account.name}
            channel, token = channels.create(store, name, **made)  # type: ignore[arg-type]
            desk.note("channel.opened", name, mode=channel.mode, tag=channel.source, until=channel.until)
    except Problem as problem:
        if problem.code not in _AT_FIELD:
            raise
        return _page(name, _AT_FIELD[problem.code], wordings.problem_message(problem)), problem.status
    address = f"{identity.address()}/openrosa/{token}"
    code = qr.svg(settings(address, questionnaire, channel), gettext("QR code that sets up ODK Collect"))
    return render_template("manage/phone.html", name=name, channel=channel, address=address, code=code)


@blueprint.post(f"{_AT}/closed")
def close_channel(name: str) -> BaseResponse:
    """Close a channel: from now on nothing that its phones send is taken."""
    store = current().store
    with store.transaction():
        channels.close(store, name, request.form.get("channel", ""), clock.today())
        desk.note("channel.closed", name)
    return redirect(url_for("manage.phones", name=name), 303)


def settings(address: str, questionnaire: Questionnaire, channel: Channel) -> str:
    """Return what ODK Collect reads from a QR code: its settings as JSON, packed with zlib, as Base64.

    Forms follow the service, are sent as soon as there is a network, and do not stay on the phone.
    """
    general = {
        "protocol": "odk_default",
        "server_url": address,
        "form_update_mode": "match_exactly",
        "autosend": "wifi_and_cellular",
        "delete_send": True,
        "hide_old_form_versions": True,
        "guidance_hint": "yes_collapsed",
        "analytics": False,
    }
    title = wordings.in_attribute(questionnaire.label)
    content: dict[str, Any] = {
        "general": general,
        "admin": {},
        "project": {"name": f"{title} ({channel.label})", "icon": "📋"},
    }
    return base64.b64encode(zlib.compress(orjson.dumps(content), 9)).decode("ascii")


def _page(name: str, wrong: str = "", error: str = "") -> str:
    published, store, today = current().publications.current(name), current().store, clock.today()
    found = losses.of(published.questionnaire)
    return render_template(
        "manage/phones.html",
        published=published,
        channels=channels.of(store, name),
        links=[link.tag for link in links.groups(store, name) if not link.retired],
        modes={mode: gettext(said) for mode, said in _MODES.items()},
        grave=_said([loss for loss in found if loss.is_grave], published.questionnaire),
        losses=_said([loss for loss in found if not loss.is_grave], published.questionnaire),
        given={"until": (today + dt.timedelta(days=_USUAL_DAYS)).isoformat(), "mode": INTERVIEW, **request.form},
        today=today.isoformat(),
        late=current().settings.late_days,
        reachable=bool(current().settings.public_url),
        wrong=wrong,
        error=error,
    )


def _said(found: Sequence[Loss], questionnaire: Questionnaire) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return what is said of findings, each once, with the name and the label of every question that it is said of."""
    said: dict[str, list[tuple[str, str]]] = {}
    for loss in found:
        question = questionnaire.questions.get(loss.place)
        label = wordings.in_attribute(question.label) if question and question.label else ""
        said.setdefault(gettext(losses.MESSAGES[loss.code]), []).append((loss.place, label))
    return list(said.items())
