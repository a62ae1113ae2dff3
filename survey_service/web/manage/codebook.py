"""What a codebook says, in one language: each table of the exports with its columns, pages and questions.

``codebook_page`` makes a page of it and ``codebook_pdf`` a PDF.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from survey_service import clock, languages
from survey_service.languages import Language
from survey_service.problems import D_
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.judge import ANSWERED, PNA, SKIPPED
from survey_service.questionnaire.model import Questionnaire, Text
from survey_service.questionnaire.plan import NOT_SHOWN
from survey_service.responses.export import codebook
from survey_service.responses.export.codebook import Codebook, Table, Use, Variable
from survey_service.responses.revisions import Publications
from survey_service.translating import catalogs
from survey_service.web import i18n
from survey_service.web.i18n import gettext
from survey_service.web.manage import names
from survey_service.web.manage.conditions import Labels
from survey_service.web.manage.desk import desk_language

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
class Fact:
    """One line about a question: what it is about, a text of the desk or of the questionnaire, and a stored name.

    ``stored`` tells that ``term`` is a stored name itself.
    """

    term: str
    text: str | Text = ""
    code: str = ""
    stored: bool = False


@dataclass(frozen=True)
class Entry:
    """One question: its variable, its use in the newest revision that asks it so, and its conditions as sentences."""

    variable: Variable
    use: Use
    facts: tuple[Fact, ...]
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


@dataclass(frozen=True)
class Content:
    """All that stands in a codebook. ``language`` is that of the questionnaire's texts, ``facts`` stand at its top."""

    book: Codebook
    language: Language
    facts: tuple[Fact, ...]
    parts: tuple[Part, ...]


@contextlib.contextmanager
def content(publications: Publications, name: str, tag: str) -> Iterator[Content]:
    """Provide what the codebook of a questionnaire says, speaking the desk's language that is nearest to ``tag``.

    Texts of the questionnaire are to be shown in the language ``tag``. Raises Problem questionnaire.missing.
    """
    book = codebook.of(publications, name)
    models = {revision: publications.questionnaire(revision) for revision in book.revisions}
    here = next((each for each in languages.chain(tag) if desk_language(each)), i18n.DEFAULT)
    before = i18n.language().tag
    i18n.use(here, catalogs.DESK)
    try:
        facts = (
            Fact(gettext("Revisions"), ", ".join(book.revisions)),
            Fact(gettext("Language of texts"), names.language_name(tag)),
            Fact(gettext("Made on"), names.written_day(clock.today().isoformat())),
        )
        parts = tuple(_part(book, models, table, tag) for table in book.tables)
        yield Content(book, languages.language(tag), facts, parts)
    finally:
        i18n.use(before, catalogs.DESK)


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
    return Entry(variable, use, tuple(_facts(variable)), tuple(sentences))


def _facts(variable: Variable) -> Iterator[Fact]:
    question = variable.question
    yield Fact(gettext("Kind"), names.type_name(question.type), question.type)
    yield Fact(gettext("Asked in"), ", ".join(variable.revisions))
    if question.required is True:
        yield Fact(gettext("Must be answered"), gettext("yes"))
    for key, value in question.parameters.items():
        yield Fact(key, str(value), stored=True)
    if question.hint:
        yield Fact(gettext("Hint"), question.hint)
    if question.guidance:
        yield Fact(gettext("More explanation"), question.guidance)
    if question.choices_from:
        answers = gettext("the answers to %(question)s", question=question.choices_from)
        yield Fact(gettext("Choices"), answers)
