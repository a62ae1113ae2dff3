"""What a link leads to: what it is about with the consent, the list of statements, one's own votes, the results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from survey_service.concept.model import Wording
from survey_service.consulting import attending, invitations, leaving
from survey_service.consulting.model import Put, Vote
from survey_service.questionnaire.model import Text
from survey_service.web import i18n, rendering, security
from survey_service.web.consulting import outcome, questions
from survey_service.web.consulting.questions import CONSENT, SPEAKING
from survey_service.web.consulting.seat import Seat, blueprint, take
from survey_service.web.context import current
from survey_service.web.i18n import gettext

_SWITCH = "_language"


@dataclass(frozen=True)
class Row:
    """A statement in a list: its place from 1, what it says, the vote of the organisation, and what that vote says."""

    put: Put
    number: int
    wording: Wording
    vote: Vote | None
    choice: Markup
    told: Sequence[tuple[Markup, Markup]]
    address: str


@blueprint.route("/<token>", methods=["GET", "POST"])
def start(token: str) -> ResponseReturnValue:
    """What it is about, until when, for whom; the consent, and for whom somebody speaks. Opening it notes nothing."""
    seat = take(token)
    if seat.is_over:
        return seat.to("results")
    if request.method != "POST":  # HEAD looks, too
        known = {SPEAKING: seat.attending.speaking} if seat.attending else {}
        return _start_page(seat, known)
    inputs = questions.typed(seat, _asked(seat))
    if security.is_forged():
        return _start_page(seat, inputs, notice=rendering.expired()), 400
    if switched(seat):
        return _start_page(seat, inputs)
    judgement = questions.at_start(seat, _agreed(seat) | inputs)
    if any(name in judgement.refusals for name in _asked(seat)):
        return _start_page(seat, inputs, flagged=True), 422
    if not judgement.consented:
        return _over(seat)
    attending.agree(current().store, seat.invitation.id, inputs.get(SPEAKING, ""), i18n.language().tag)
    invitations.note_opened(current().store, seat.invitation.id)
    return seat.to("statements")


def switched(seat: Seat) -> bool:
    """Speak the language whose button was pressed; tell whether one was."""
    tag = request.form.get(_SWITCH, "")
    if tag not in {entry.tag for entry in seat.languages}:
        return False
    i18n.use(tag)
    return True


def _asked(seat: Seat) -> tuple[str, ...]:
    return (SPEAKING,) if seat.attending else (CONSENT, SPEAKING)


def _agreed(seat: Seat) -> dict[str, Any]:
    return {CONSENT: "yes"} if seat.attending else {}


def _start_page(seat: Seat, inputs: dict[str, Any], *, flagged: bool = False, notice: str = "") -> str:
    judgement = questions.at_start(seat, _agreed(seat) | inputs)
    return render_template(
        "consulting/start.html",
        seat=seat,
        items=questions.items(seat, _asked(seat), judgement, inputs, flagged=flagged),
        has_errors=flagged,
        notice=notice,
        action=seat.url("start"),
    )


def _over(seat: Seat) -> ResponseReturnValue:
    """Say what the questionnaire says to those who don't agree; nothing is noted."""
    judgement = questions.at_start(seat, {CONSENT: "no"})
    return render_template("consulting/over.html", seat=seat, ending=judgement.screen_out, back=seat.url("start"))


@blueprint.get("/<token>/statements")
def statements(token: str) -> ResponseReturnValue:
    """All statements by field of action, with how far the organisation is."""
    seat = take(token)
    if seat.is_over:
        return seat.to("results")
    if seat.attending is None:
        return seat.to("start")
    return render_template(
        "consulting/statements.html",
        seat=seat,
        sections=sections(seat),
        first=seat.next_open(),
        turnout=outcome.turnout(seat),
        addresses=seat.addresses("statements"),
    )


@blueprint.get("/<token>/votes")
def summary(token: str) -> ResponseReturnValue:
    """The votes of the organisation in full, to be printed."""
    seat = take(token)
    if seat.attending is None and not seat.is_over:
        return seat.to("start")
    return render_template(
        "consulting/summary.html", seat=seat, sections=sections(seat), addresses=seat.addresses("summary")
    )


@blueprint.route("/<token>/erase", methods=["GET", "POST"])
def erase(token: str) -> ResponseReturnValue:
    """Ask, then erase the votes that this person cast, with the consent; not after the last day."""
    seat = take(token)
    if seat.is_over:
        return seat.to("results")
    if request.method == "POST" and not security.is_forged():
        leaving.take_back(current().store, seat.invitation)
        return seat.to("erase", done="yes")
    if "done" in request.args and seat.attending is None:
        return render_template("consulting/erased.html", seat=seat)
    if seat.attending is None:
        return seat.to("start")
    if request.method != "POST":
        return render_template("consulting/erase.html", seat=seat, notice="")
    return render_template("consulting/erase.html", seat=seat, notice=rendering.expired()), 400


@blueprint.get("/<token>/results")
def results(token: str) -> ResponseReturnValue:
    """How the bodies voted, and the answers to the comments: as soon as nobody can vote any more."""
    seat = take(token)
    if not seat.is_over:
        return seat.to("start")
    return render_template(
        "consulting/results.html",
        seat=seat,
        sections=outcome.sections(seat),
        verdicts=outcome.VERDICTS,
        addresses=seat.addresses("results"),
    )


def sections(seat: Seat) -> list[tuple[Text, list[Row]]]:
    """Return the statements by field of action, each field with its name."""
    rows = [_row(seat, put, number) for number, put in enumerate(seat.wordings, 1)]
    return [(seat.fields[field], list(group)) for field, group in groupby(rows, key=lambda row: row.put.field)]


def _row(seat: Seat, put: Put, number: int) -> Row:
    vote = seat.vote(put)
    return Row(
        put,
        number,
        seat.wordings[put],
        vote,
        questions.choice(seat, vote) if vote else Markup.escape(gettext("No vote yet")),
        list(questions.told(seat, vote)) if vote else [],
        seat.url("statement", item=put.item),
    )
