"""The respondent's pages as HTML, and the addresses between them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Flask, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from survey_service import languages
from survey_service.languages import Language
from survey_service.problems import Problem
from survey_service.questionnaire import journey
from survey_service.questionnaire.journey import Stop
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Published
from survey_service.responses.schedule import FULL, PAUSED
from survey_service.web import device, i18n, page_form, summary, way_in, wordings
from survey_service.web.context import current
from survey_service.web.i18n import gettext, ngettext
from survey_service.web.page_form import Item
from survey_service.web.visit import AlreadySent, Moved, Visit

RETURN, CHECK, LANGUAGES = "_return", "check", "languages"


def to(endpoint: str, **values: Any) -> Response:
    """Redirect to a page of this journey, with GET. No browser shows the body of a redirect, so there is none."""
    return elsewhere(f"respondent.{endpoint}", **values)


def keep(questionnaire: str) -> Response:
    """Redirect to the four words with which a draft is gone on with."""
    return elsewhere("resume.keep", questionnaire=questionnaire)


def elsewhere(endpoint: str, /, **values: Any) -> Response:
    """Redirect to any page, with GET."""
    response = redirect(url_for(endpoint, **values), 303)
    response.set_data(b"")
    return response


def _already_sent(sent: AlreadySent) -> Response:
    """Lead to the receipt whoever comes back after sending: by the back button, a second tab or a second press."""
    return to("done", questionnaire=sent.questionnaire)


def _moved(moved: Moved) -> tuple[str, int]:
    """Tell a device that another one goes on with its answers, and offer to bring them back or to begin anew."""
    return render_template("respondent/moved.html", questionnaire=moved.questionnaire), 409


def install(app: Flask) -> None:
    """Answer in their way where a draft has gone that a device asks for."""
    app.register_error_handler(AlreadySent, _already_sent)
    app.register_error_handler(Moved, _moved)


def returning() -> dict[str, str]:
    """Return the argument that leads back to the check page, if the respondent came from there."""
    return {RETURN: CHECK} if request.values.get(RETURN) == CHECK else {}


def onward(visit: Visit, stop: Stop | None) -> Response:
    """Redirect to a stop, or to the check if there is none left."""
    name = visit.questionnaire.name
    if stop is None:
        return to("check", questionnaire=name)
    return to("page", questionnaire=name, name=stop.address, **returning())


def to_languages(visit: Visit, stop: Stop) -> Response:
    """Redirect to the languages that a page can go on in."""
    return to("page", questionnaire=visit.questionnaire.name, name=stop.address, languages="yes", **returning())


def again(visit: Visit, stop: Stop, more: str) -> Response:
    """Redirect to the same page, at the question ``more`` that its answers brought up."""
    values: dict[str, Any] = {"name": stop.address, "more": more, **returning(), "_anchor": "_more"}
    return to("page", questionnaire=visit.questionnaire.name, **values)


def languages_of(questionnaire: Questionnaire) -> list[Language]:
    """Return the languages a questionnaire can be answered in here."""
    return [entry for entry in languages.offered() if entry.tag in questionnaire.languages]


def answerable(published: Sequence[Published]) -> list[Language]:
    """Return the languages that some open questionnaire can be answered in: those that a newcomer may choose.

    While none is open, they are those of the closed ones, whose receipts people hold; without any questionnaire, all.
    """
    tags = {tag for entry in published if entry.is_open for tag in entry.questionnaire.languages}
    tags = tags or {tag for entry in published for tag in entry.questionnaire.languages}
    return [entry for entry in languages.offered() if entry.tag in tags] or list(languages.offered())


def addresses(model: Questionnaire | None, endpoint: str, /, **values: Any) -> list[tuple[Language, str]]:
    """Return the address of a page in each language of the questionnaire (None: in all that are offered)."""
    entries = languages_of(model) if model else languages.offered()
    return [(entry, url_for(f"respondent.{endpoint}", lang=entry.tag, **values)) for entry in entries]


def everywhere(endpoint: str, /, **values: Any) -> list[tuple[Language, str]]:
    """Return the address of a page that belongs to no questionnaire in each offered language."""
    return [(entry, url_for(endpoint, lang=entry.tag, **values)) for entry in languages.offered()]


def language_choice(addresses: list[tuple[Language, str]]) -> str:
    """Render the choice of a language by its own name; what the browser accepts only decides which comes first."""
    among = [entry for entry, _ in addresses]
    suggested = languages.negotiate(list(request.accept_languages.values()), among)
    i18n.use(suggested or i18n.DEFAULT)
    entries = sorted(addresses, key=lambda pair: pair[0].tag != suggested)
    return render_template("public/choose_language.html", entries=entries, suggested=suggested)


def wants_languages() -> bool:
    """Tell whether the languages of the present page are asked for."""
    return request.method == "GET" and LANGUAGES in request.args


def languages_page(visit: Visit, stop: Stop) -> str:
    """Offer the languages that a page of a questionnaire under way can go on in."""
    values = {"questionnaire": visit.questionnaire.name, "name": stop.address, **returning()}
    return language_choice(addresses(visit.questionnaire, "page", **values))


def duration(questionnaire: Questionnaire) -> str:
    """Return how long a questionnaire takes, as a sentence."""
    shortest, longest = questionnaire.minutes
    return ngettext(
        "It takes about %(num)s minute.", "It takes about %(shortest)s to %(num)s minutes.", longest, shortest=shortest
    )


def expired() -> str:
    """Return what is said when a form comes back because it was open for too long."""
    return wordings.problem_message(Problem("request.forged"))


def notices(visit: Visit) -> list[str]:
    """Return what happened to the questionnaire since the respondent began."""
    if visit.draft is None:
        return []
    if visit.published.state == FULL:
        return [
            gettext("This questionnaire has as many answers as it needs. Yours can't be sent any more. We are sorry.")
        ]
    if visit.published.state == PAUSED:
        return [gettext("This questionnaire is paused for new people. You have begun already, so you can finish it.")]
    if not visit.published.is_open:
        return [
            gettext("This questionnaire is closed for new people. You have begun already, so you can still finish it.")
        ]
    if current().publications.current(visit.questionnaire.name).revision != visit.published.revision:
        return [gettext("The questions have changed since you began. You go on with the questions you know.")]
    return []


def _items(visit: Visit, stop: Stop, flagged: Sequence[str]) -> list[Item]:
    return page_form.build(stop, visit.questionnaire, visit.judgement, visit.inputs, visit.seed, flagged)


def _title(title: str, items: list[Item], error: str = "") -> tuple[str, bool]:
    """Return the page's title, which tells of errors first, and whether there are any."""
    has_errors = bool(error) or any(item.errors for item in items)
    return (gettext("Error: %(title)s", title=title) if has_errors else title), has_errors


def start_page(
    visit: Visit, *, flagged: Sequence[str] = (), messages: Sequence[str] = (), refusal: Problem | None = None
) -> str:
    """Render the start page: what it is about, how long it takes, the code if one is asked for (``refusal``: why the
    one given is refused), and the first page's form."""
    questionnaire = visit.questionnaire
    i18n.beside(visit.help.second)
    items = _items(visit, visit.first_stop, flagged)
    code_error = wordings.problem_message(refusal) if refusal is not None else ""
    title, has_errors = _title(wordings.in_attribute(questionnaire.label), items, code_error)
    return render_template(
        "respondent/start.html",
        asks_code=bool(way_in.present(questionnaire.name).code),
        code=request.form.get(way_in.CODE, ""),
        code_error=code_error,
        questionnaire=questionnaire,
        page=visit.first_stop.page,
        items=items,
        page_title=title,
        has_errors=has_errors,
        messages=messages,
        duration=lambda: duration(questionnaire),
        help=visit.help,
        sent=device.held(questionnaire.name) is not None,
        revision=visit.published.revision,
        languages=languages_of(questionnaire),
        action=url_for("respondent.start", questionnaire=questionnaire.name),
    )


def form_page(visit: Visit, stop: Stop, *, flagged: Sequence[str] = (), messages: Sequence[str] = ()) -> str:
    """Render one page of a questionnaire under way; the questions in ``flagged`` show why they are refused."""
    questionnaire = visit.questionnaire
    i18n.beside(visit.help.second)
    items = _items(visit, stop, flagged)
    title, has_errors = _title(_page_title(visit, stop), items)
    number, count = journey.progress(questionnaire, visit.judgement, stop)
    return render_template(
        "respondent/page.html",
        label=summary.title_of(visit, stop),
        hint=stop.page.hint if stop.page else {},
        entry=summary.entry_of(visit, stop.path),
        items=items,
        page_title=title,
        has_errors=has_errors,
        messages=[*messages, *notices(visit)],
        number=number,
        count=count,
        back=_before(visit, stop),
        more=request.args.get("more", "") if request.method == "GET" else "",
        from_check=bool(returning()),
        help=visit.help,
        questionnaire_name=questionnaire.name,
        action=url_for("respondent.page", questionnaire=questionnaire.name, name=stop.address),
    )


def _page_title(visit: Visit, stop: Stop) -> str:
    label = wordings.in_attribute(summary.title_of(visit, stop))
    return f"{label} – {wordings.in_attribute(visit.questionnaire.label)}"


def overview_page(visit: Visit, stop: Stop, *, removing: int = 0, messages: Sequence[str] = ()) -> str:
    """Render the entries of a repeat: add, change, remove, go on; ``removing`` is the entry that is asked about."""
    questionnaire = visit.questionnaire
    i18n.beside(visit.help.second)
    entries = summary.entries(visit, stop)
    number, count = journey.progress(questionnaire, visit.judgement, stop)
    return render_template(
        "respondent/entries.html",
        label=summary.title_of(visit, stop),
        hint=questionnaire.repeats[stop.repeat].hint,
        entry=summary.entry_of(visit, stop.path),
        entries=entries,
        removing=next((entry for entry in entries if entry.number == removing), None),
        page_title=_page_title(visit, stop),
        messages=[*messages, *notices(visit)],
        number=number,
        count=count,
        back=_before(visit, stop),
        from_check=bool(returning()),
        help=visit.help,
        questionnaire_name=questionnaire.name,
        action=url_for("respondent.page", questionnaire=questionnaire.name, name=stop.address),
    )


def _before(visit: Visit, stop: Stop) -> str:
    name = visit.questionnaire.name
    if returning():
        return url_for("respondent.check", questionnaire=name)
    before = journey.before(visit.questionnaire, visit.judgement, stop)
    if before is None:
        return url_for("public.questionnaires")
    return url_for("respondent.page", questionnaire=name, name=before.address)


def continue_page(visit: Visit) -> str:
    """Render the start page for somebody who has begun already."""
    questionnaire, needed = visit.questionnaire, visit.needed_stop
    name = questionnaire.name
    return render_template(
        "respondent/continue.html",
        questionnaire=questionnaire,
        on=url_for("respondent.page", questionnaire=name, name=needed.address)
        if needed
        else url_for("respondent.check", questionnaire=name),
        addresses=addresses(questionnaire, "start", questionnaire=name),
    )


def check_page(visit: Visit) -> str:
    """Render all answers, each with a way to change it."""
    i18n.beside(visit.help.second)
    name = visit.questionnaire.name
    stops = journey.stops(visit.questionnaire, visit.judgement)
    last = next(stop for stop in reversed(stops) if not visit.is_in_open_repeat(stop))
    return render_template(
        "respondent/check.html",
        sections=summary.sections(visit),
        messages=notices(visit),
        back=url_for("respondent.page", questionnaire=name, name=last.address),
        languages=url_for("respondent.check", questionnaire=name, languages="yes"),
    )
