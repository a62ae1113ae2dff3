"""The codebook as a document of its own: what each table and column of the exports means, in one language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from flask import Response, render_template, request
from markupsafe import Markup, escape

from survey_service import clock, languages
from survey_service.problems import D_, Problem
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.judge import ANSWERED, PNA, SKIPPED
from survey_service.questionnaire.model import Questionnaire, Text
from survey_service.questionnaire.plan import NOT_SHOWN
from survey_service.responses.export import codebook
from survey_service.responses.export.codebook import Codebook, Table, Use, Variable
from survey_service.responses.revisions import Publications
from survey_service.web import i18n
from survey_service.web.context import current
from survey_service.web.manage import names
from survey_service.web.manage.conditions import Labels
from survey_service.web.manage.desk import blueprint, desk_language
from survey_service.web.wordings import wording_of

FACTS: Mapping[str, str] = {
    "number": D_("tells the responses apart; it says nothing about who answered or when"),
    "questionnaire": D_("name of the questionnaire"),
    "revision": D_("revision of the questionnaire that was answered"),
    "language": D_("language in which it was answered"),
    "period": D_("quarter in which it was sent"),
    "mode": D_("how it came in: alone on the web, with help, in an interview, by a program, from a file"),
    "status": D_("“valid”, or “excluded” from figures"),
    "source": D_("tag of the link by which it came, where enough came by it"),
}
LINKS: Mapping[str, str] = {
    "number": D_("number of the response, as in the table of responses"),
    "parent_entry": D_("number of the entry around it, as in the table of that repeat"),
    "entry": D_("number of the entry, counted from 1 within the response"),
}
STATES: Mapping[str, str] = {
    ANSWERED: D_("answered"),
    PNA: D_("prefers not to say"),
    SKIPPED: D_("left empty"),
    NOT_SHOWN: D_("not asked"),
}


@dataclass(frozen=True)
class Entry:
    """One question: its variable, its use in the newest revision that asks it so, and its conditions as sentences."""

    variable: Variable
    use: Use
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One page with its questions; ``groups`` are those around it within the table, outermost first."""

    use: Use
    groups: tuple[tuple[str, Text], ...]
    conditions: tuple[str, ...]
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Part:
    """One table with its columns before the questions, and its pages."""

    table: Table
    conditions: tuple[str, ...]
    columns: Mapping[str, str]
    sections: tuple[Section, ...]


def document(publications: Publications, name: str, tag: str) -> str:
    """Return the codebook of a questionnaire as one HTML page.

    Texts of the questionnaire are in the language ``tag``, all else in the language of the desk that is nearest to it.
    Raises Problem questionnaire.missing.
    """
    book = codebook.of(publications, name)
    models = {revision: publications.questionnaire(revision) for revision in book.revisions}
    here = next((each for each in languages.chain(tag) if desk_language(each)), i18n.DEFAULT)
    before = i18n.language().tag
    i18n.use(here, desk=True)
    try:
        return render_template(
            "manage/codebook.html",
            book=book,
            parts=[_part(book, models, table, tag) for table in book.tables],
            states=STATES,
            language=languages.language(tag),
            today=clock.today().isoformat(),
            told=lambda text: _told(text, tag),
            **names.HELPERS,
        )
    finally:
        i18n.use(before, desk=True)


def _told(text: Text, tag: str) -> Markup:
    """Return a text in the language chosen, marked where it differs from the page's."""
    wording = wording_of(text, tag)
    if wording.tag == i18n.language().tag:
        return escape(wording.text)
    entry = languages.registry().get(wording.tag)
    attributes = i18n.html_attributes(entry) if entry is not None else Markup(' dir="auto"')
    return Markup("<span{}>{}</span>").format(attributes, wording.text) if wording.text else Markup("")


def _part(book: Codebook, models: Mapping[str, Questionnaire], table: Table, tag: str) -> Part:
    pages: dict[str, list[Variable]] = {}
    for variable in table.variables:
        pages.setdefault(variable.uses[0].page.name, []).append(variable)
    columns = dict(FACTS)
    conditions: list[str] = []
    if table.chain:
        columns = {name: words for name, words in LINKS.items() if name != "parent_entry" or len(table.chain) > 1}
        newest = models[table.revisions[-1]]
        label, outer = Labels(newest, tag), book.tables[table.parent].groups
        found = [("relevant", group.relevant) for group in table.groups if group not in outer]
        found.append(("count", newest.repeats[table.chain[-1]].count))
        conditions = [label.sentence(key, each) for key, each in found if each is not None]
    columns |= {f"{book.tables[at].name}:entries": D_("number of entries of this repeat") for at in table.inner}
    return Part(table, tuple(conditions), columns, tuple(_sections(models, table, pages, tag)))


def _sections(
    models: Mapping[str, Questionnaire], table: Table, pages: Mapping[str, list[Variable]], tag: str
) -> Iterator[Section]:
    for variables in pages.values():
        use = variables[0].uses[0]
        questionnaire = models[use.revision]
        groups = [group for group in questionnaire.enclosing(use.page.group) if group not in table.groups]
        gates = [group.relevant for group in groups] + [use.page.relevant]
        yield Section(
            use=use,
            groups=tuple((group.name, group.label) for group in groups),
            conditions=tuple(
                Labels(questionnaire, tag).sentence("relevant", gate) for gate in gates if gate is not None
            ),
            entries=tuple(_entry(models, variable, tag) for variable in variables),
        )


def _entry(models: Mapping[str, Questionnaire], variable: Variable, tag: str) -> Entry:
    use = variable.uses[0]
    questionnaire = models[use.revision]
    label = Labels(questionnaire, tag)
    around = len(questionnaire.enclosing(use.page.group))
    inner = questionnaire.enclosing(use.question.group)[around:] if use.question.group else ()
    gates = [group.relevant for group in inner if isinstance(group.relevant, Expression)]
    sentences = [*(label.sentence("relevant", gate) for gate in gates), *label.of_question(use.question)]
    return Entry(variable, use, tuple(sentences))


@blueprint.get("/questionnaires/<name>/codebook")
def codebook_document(name: str) -> Response:
    """Send the codebook as a file: it is for those who read the exports, and holds no answer."""
    tag = request.args.get("language", "")
    if tag not in languages.registry():
        raise Problem("page.missing")
    response = Response(document(current().publications, name, tag), mimetype="text/html")
    response.headers.set("Content-Disposition", "attachment", filename=f"{name}-codebook-{tag}.html")
    return response
