"""The respondent's way through a questionnaire, without any script: start, pages, check, done, erase."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from survey_service.problems import Problem
from survey_service.questionnaire import journey
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import providing, submissions
from survey_service.responses.submissions import Submission
from survey_service.web import arriving, device, i18n, kiosk, page_form, receiving, rendering, security, visit, way_in
from survey_service.web.audience import PUBLIC, RESHOWN, Access
from survey_service.web.context import current
from survey_service.web.device import Held
from survey_service.web.page_form import Posted
from survey_service.web.visit import Visit

blueprint = Blueprint("respondent", __name__)
AUDIENCES = {
    "respondent.start": Access("public", RESHOWN, files=receiving.on_start),
    "respondent.page": Access("public", RESHOWN, files=receiving.on_page),
    "respondent.check": PUBLIC,
    "respondent.done": PUBLIC,
    "respondent.thanks": PUBLIC,
    "respondent.erase": PUBLIC,
    "respondent.erased": PUBLIC,
}
_AT = "/<lang:lang>/q/<questionnaire>"
_SWITCH, _LANGUAGES, _ERASE, _LATER = "_language", "_languages", "_erase", "_later"
_ADD, _REMOVE = "_add", "_remove"
"""The names of buttons; a question's name begins with a letter."""


@blueprint.route(_AT, methods=["GET", "POST"])
def start(questionnaire: str) -> ResponseReturnValue:
    """Title, duration and the first page, with the consent; until it is given nothing is stored."""
    begun = visit.begun(current(), questionnaire)
    if begun is not None:
        return rendering.continue_page(begun) if request.method != "POST" else _take(begun, begun.first_stop)
    present = visit.fresh(current(), questionnaire)
    if request.method != "POST":
        return rendering.start_page(present)
    posted = page_form.read(present.first_stop, request.form, present.shown_on(present.first_stop))
    if security.is_forged():
        return rendering.start_page(present.typed(posted), messages=[rendering.expired()]), 400
    posted = receiving.take(current(), present, present.first_stop, posted)
    present = present.typed(posted)
    switched = _switched_to(present.questionnaire)
    if switched:
        i18n.use(switched)
        return rendering.start_page(present)
    if present.judgement.screen_out is not None:
        return _over(present)
    faults = present.faults(posted)
    if not present.judgement.consented and not faults:
        return _over(present)
    way = way_in.present(questionnaire)
    refusal = way_in.refusal(way)
    if refusal is not None or not present.judgement.consented:
        return rendering.start_page(present, flagged=faults, refusal=refusal), refusal.status if refusal else 422
    return _finish(visit.begin(current(), present, way.source), present.first_stop, posted)


@blueprint.route(f"{_AT}/<name>", methods=["GET", "POST"])
def page(questionnaire: str, name: str) -> ResponseReturnValue:
    """One page: its form, and what becomes of the answers sent with it."""
    present = visit.under_way(current(), questionnaire)
    target = present.stop(name)
    if request.method == "POST":
        return _take(present, target) if target.page else _take_overview(present, target)
    if not journey.may_visit(present.questionnaire, present.judgement, target):
        return rendering.onward(present, present.needed_stop)
    if rendering.wants_languages():
        return rendering.languages_page(present, target)
    if target.page is None:
        return rendering.overview_page(present, target, removing=_entry_number("remove"))
    return rendering.form_page(present, target, flagged=present.typed_faults(target))


def _take_overview(present: Visit, target: Stop) -> ResponseReturnValue:
    """Do with a repeat's entries what the pressed button says: add one, remove one, go on."""
    if security.is_forged():
        return rendering.overview_page(present, target, messages=[rendering.expired()]), 400
    aside = _aside(present, target)
    if aside is not None:
        return aside
    if _ADD in request.form:
        present, entry = visit.add_entry(current(), present, target)
        return rendering.onward(present, entry)
    number = _entry_number(_REMOVE)
    if number:
        visit.remove_entry(current(), present, (*target.path, (target.repeat, number - 1)))
        return rendering.onward(present, target)
    present = visit.seen_overview(current(), present, target)
    if rendering.returning():
        return rendering.onward(present, present.needed_stop)
    return rendering.onward(present, journey.after(present.questionnaire, present.judgement, target))


def _aside(present: Visit, target: Stop | None) -> Response | None:
    """Return where a button leads that is not about the answers: to erase, to the four words, to the languages, to the
    tablet's question.

    ``target`` is None on the page that shows all answers. None if another button was pressed.
    """
    if _ERASE in request.form:
        return rendering.to("erase")
    if _LATER in request.form:
        return rendering.keep(present.questionnaire.name)
    if target is not None and _LANGUAGES in request.form:
        return rendering.to_languages(present, target)
    at = target.address if target else "check"
    return kiosk.pause(present.questionnaire.name, at) if kiosk.PAUSE in request.form else None


def _entry_number(name: str) -> int:
    """Return the number of the entry that a button or link names, 0 if none."""
    text = request.values.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 3 else 0


def _take(present: Visit, target: Stop) -> ResponseReturnValue:
    """Take what was sent for a page of a visit under way."""
    posted = page_form.read(target, request.form, present.shown_on(target))
    if security.is_forged():
        present = present.typed(posted)
        if not present.shown_on(target):
            raise Problem("request.forged")
        return rendering.form_page(present, target, messages=[rendering.expired()]), 400
    posted = receiving.take(current(), present, target, posted)
    present = present.typed(posted)
    aside = _aside(present, target)
    if aside is not None:
        visit.save(current(), present, posted, seen=False)
        return aside
    return _finish(present, target, posted)


def _finish(present: Visit, target: Stop, posted: Posted) -> ResponseReturnValue:
    """Save the answers of a page and go where they lead: an early end, the same page again, the next, the check."""
    if present.judgement.screen_out is not None or (not present.judgement.consented and not present.faults(posted)):
        return _over(present)
    faults = present.faults(posted)
    present = visit.save(current(), present, posted, seen=not faults)
    if faults:
        return rendering.form_page(present, target, flagged=faults), 422
    more = present.unveiled(target, posted)
    if more:
        return rendering.again(present, target, more)
    if rendering.returning():
        return rendering.onward(present, present.needed_stop)
    return rendering.onward(present, journey.after(present.questionnaire, present.judgement, target))


@blueprint.route(f"{_AT}/check", methods=["GET", "POST"])
def check(questionnaire: str) -> ResponseReturnValue:
    """All answers with a way to change each; sending them."""
    present = visit.under_way(current(), questionnaire)
    aside = _aside(present, None)
    if aside is not None:
        return aside
    if present.needed_stop is not None:
        return rendering.onward(present, present.needed_stop)
    if rendering.wants_languages():
        return rendering.language_choice(
            rendering.addresses(present.questionnaire, "check", questionnaire=questionnaire)
        )
    return rendering.check_page(present) if request.method != "POST" else _send(present)


def _send(present: Visit) -> Response:
    context, draft = current(), present.kept
    language = i18n.language().tag
    submission = Submission(
        draft.key,
        draft.revision,
        language,
        draft.inputs,
        draft.seed,
        draft.mode,
        draft.replaces,
        draft.source,
        files=present.files,
        arrival=arriving.arrival(draft.begun, draft.mode),
    )
    submissions.submit(
        context.store, context.publications, submission, receipt_key=context.receipt_key, today=present.today
    )
    providing.note_sent(context.store, draft)
    visit.erase(context, Held(draft.token, draft.key))
    if draft.contact and draft.replaces:  # the receipt is known to whoever registered the offer, and to no one else
        device.drop(draft.questionnaire)
        return rendering.elsewhere("provider.mine", sent="yes")
    device.hold(draft.questionnaire, "", draft.key)
    return rendering.to("done", questionnaire=draft.questionnaire)


@blueprint.get(f"{_AT}/done")
def done(questionnaire: str) -> str:
    """The receipt: four words, as long as this device holds the key of the response.

    Those that a phone has drawn are known to their holder only.
    """
    context, held = current(), device.held(questionnaire)
    if held is None or not submissions.is_known(context.store, held.key):
        raise Problem("draft.missing")
    receipt = submissions.receipt_of(context.store, held.key, receipt_key=context.receipt_key)
    model = context.publications.current(questionnaire).questionnaire
    if rendering.wants_languages():
        return rendering.language_choice(rendering.addresses(model, "done", questionnaire=questionnaire))
    languages = url_for(".done", questionnaire=questionnaire, languages="yes")
    return render_template(
        "respondent/done.html", receipt=receipt, languages=languages, for_providers=model.audience == providing.AUDIENCE
    )


@blueprint.get(f"{_AT}/thanks")
def thanks(questionnaire: str) -> str:
    """The early end: why, and that nothing was stored."""
    model = current().publications.current(questionnaire).questionnaire
    reason = request.args.get("end", "")
    ending = next((ending for ending in model.screen_outs if ending.name == reason), None)
    return render_template(
        "respondent/thanks.html",
        label=ending.label if ending else None,
        hint=ending.hint if ending else None,
        addresses=rendering.addresses(model, "thanks", questionnaire=questionnaire, end=reason),
    )


@blueprint.route("/<lang:lang>/erase", methods=["GET", "POST"])
def erase() -> ResponseReturnValue:
    """Ask, then erase all drafts of this device and what it holds."""
    if request.method != "POST":
        begun = [name for name, held in device.all_held().items() if held.token]
        return render_template(
            "respondent/erase.html",
            ways_back=[url_for(".start", questionnaire=name) for name in begun],
            addresses=rendering.addresses(None, "erase"),
        )
    visit.end_all(current())
    response = kiosk.restart() or rendering.to("erased")
    response.headers["Clear-Site-Data"] = '"cache"'  # pages kept for the back button go too
    return response


@blueprint.get("/<lang:lang>/erased")
def erased() -> str:
    """Say that nothing is left on this device."""
    return render_template("respondent/erased.html", addresses=rendering.addresses(None, "erased"))


def _over(present: Visit) -> Response:
    """End early: erase what was saved and say why."""
    screen_out = present.judgement.screen_out
    if present.draft is not None:
        visit.end(current(), present.questionnaire.name)
    return rendering.to(
        "thanks", questionnaire=present.questionnaire.name, end=screen_out.name if screen_out is not None else None
    )


def _switched_to(questionnaire: Questionnaire) -> str:
    """Return the language whose button was pressed, or ""."""
    tag = request.form.get(_SWITCH, "")
    return tag if tag in {entry.tag for entry in rendering.languages_of(questionnaire)} else ""
