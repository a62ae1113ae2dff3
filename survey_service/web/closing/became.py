"""What became of the answers, by field of action: the newest publication, and each one at its own address for good."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, url_for

from survey_service import languages
from survey_service.closing import publishing
from survey_service.closing.publishing import Page
from survey_service.languages import Language
from survey_service.problems import Problem
from survey_service.web import i18n, rendering
from survey_service.web.audience import PUBLIC
from survey_service.web.closing import words
from survey_service.web.context import current

blueprint = Blueprint("closing", __name__)
AUDIENCES = {"closing.overview": PUBLIC, "closing.newest": PUBLIC, "closing.page": PUBLIC}


@blueprint.context_processor
def _helpers() -> dict[str, Any]:
    return words.HELPERS


@blueprint.get("/<lang:lang>/became")
def overview() -> str:
    """List the fields of action there is something to tell of, the newest wave of each first."""
    pages = publishing.current(publishing.all_pages(current().store))
    here = i18n.language().tag
    addresses = _in_their_languages(pages, "closing.overview")
    if pages and not any(page.speaks(here) for page in pages):
        return rendering.language_choice(addresses)
    spoken = sorted((page for page in pages if page.speaks(here)), key=lambda page: page.content.wave, reverse=True)
    order = [*current().library.labels("fields_of_action")]
    fields = {page.content.field: page for page in reversed(spoken)}
    ranked = sorted(fields.values(), key=lambda page: order.index(page.content.field) if page.content.field in order
                    else len(order))  # fmt: skip
    return render_template("closing/overview.html", pages=ranked, addresses=addresses or
                           rendering.everywhere("closing.overview"))  # fmt: skip


@blueprint.get("/<lang:lang>/became/<field>")
def newest(field: str) -> str:
    """Show the newest wave of a field."""
    pages = publishing.current(publishing.of_field(current().store, field))
    if not pages:
        raise Problem("page.missing")
    return _shown(max(pages, key=lambda page: page.content.wave), "closing.newest", field=field)


@blueprint.get("/<lang:lang>/became/<field>/<int:number>")
def page(field: str, number: int) -> str:
    """Show a publication, at the address that stays."""
    found = next((each for each in publishing.of_field(current().store, field) if each.number == number), None)
    if found is None:
        raise Problem("page.missing")
    return _shown(found, "closing.page", field=field, number=number)


def _shown(page: Page, endpoint: str, **values: Any) -> str:
    addresses = _in_their_languages([page], endpoint, **values)
    if not page.speaks(i18n.language().tag):
        return rendering.language_choice(addresses)
    all_of_field = publishing.of_field(current().store, page.content.field)
    newest = next(each for each in all_of_field if each.content.wave == page.content.wave)
    return render_template(
        "closing/page.html",
        page=page,
        content=page.content,
        newer=newest if newest.number != page.number else None,
        others=[each for each in publishing.current(all_of_field) if each.content.wave != page.content.wave],
        addresses=addresses,
    )


def _in_their_languages(pages: Sequence[Page], endpoint: str, **values: Any) -> list[tuple[Language, str]]:
    """Return the address of a page in each language in which one of the publications is offered."""
    entries = [entry for entry in languages.offered() if any(page.speaks(entry.tag) for page in pages)]
    return [(entry, url_for(endpoint, lang=entry.tag, **values)) for entry in entries]
