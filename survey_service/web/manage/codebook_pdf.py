"""The codebook as tagged PDF: headings, lists and tables with header rows, pages numbered, each text in its language.

A document is a list of blocks, each a JSON object with its ``kind``; a run is a list of pieces that stand in one line.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from survey_service import languages
from survey_service.languages import Language
from survey_service.problems import D_
from survey_service.questionnaire.model import Text
from survey_service.responses.revisions import Publications
from survey_service.typesetting import document, fonts
from survey_service.typesetting.fonts import Found
from survey_service.web import i18n
from survey_service.web.i18n import gettext
from survey_service.web.manage import codebook
from survey_service.web.manage.codebook import Content, Entry, Fact, Part, Section
from survey_service.web.wordings import EVERYWHERE, wording_of

Run = list[dict[str, Any]]
Block = dict[str, Any]

_TEMPLATE = Path(__file__).with_name("codebook.typ")


def pdf(publications: Publications, name: str, tag: str) -> bytes:
    """Return the codebook of a questionnaire as PDF.

    Raises Problem questionnaire.missing, and poster.script and poster.character rather than print boxes.
    """
    known = fonts.installed()
    with codebook.content(publications, name, tag) as content:
        return document.compiled(_TEMPLATE, _Writer(content, known).data(), known)


class _Writer:
    """Makes blocks of what a codebook says, in the present language of the desk."""

    def __init__(self, content: Content, known: Sequence[Found]) -> None:
        self._content, self._known = content, known
        self._desk = i18n.language()

    def data(self) -> dict[str, Any]:
        """Return the data of the template."""
        title = self._content.book.title
        return {
            "title": gettext("Codebook: %(title)s", title=wording_of(title, self._content.language.tag).text),
            "base": self._piece("", self._desk),
            "contents": self._words(gettext("Contents")),
            "first": [*self._first(title)],
            "blocks": [block for part in self._content.parts for block in self._part(part)],
        }

    def _first(self, title: Text) -> Iterator[Block]:
        yield self._heading(1, self._filled(D_("Codebook: %(title)s"), title))
        yield self._facts(self._content.facts)
        yield _paragraph(
            self._words(
                gettext("Where a text has ${ } in it, a respondent sees the answer to the question of that name.")
            )
        )
        states = gettext("What stands in the column of a question with “:state”")
        yield self._columns(states, gettext("Value"), codebook.STATES)

    def _part(self, part: Part) -> Iterator[Block]:
        table = part.table
        if table.chain:
            yield self._heading(2, self._filled(D_("Repeat: %(title)s"), table.label, table.name))
            said = gettext("A table of its own, “%(name)s”, with a row for each entry.", name=table.name)
            asked = gettext("Asked in: %(revisions)s.", revisions=", ".join(table.revisions))
            yield _paragraph([*self._words(said), *self._words(asked)])
            yield from self._list(map(self._words, part.conditions))
        else:
            yield self._heading(2, self._words(gettext("Responses")))
        common = gettext("Columns that every row of this table has")
        yield self._columns(common, gettext("Column"), part.columns)
        for section in part.sections:
            yield from self._section(section)

    def _section(self, section: Section) -> Iterator[Block]:
        page, heading = section.use.page, section.use.heading
        named = self._code(page.name) if heading else []
        yield self._heading(3, [*self._filled(D_("Page: %(title)s"), heading, page.name), *named])
        groups = (
            (*self._filled(D_("Group: %(title)s"), label, name), *self._code(name)) for name, label in section.groups
        )
        yield from self._list([*map(list, groups), *map(self._words, section.conditions)])
        for entry in section.entries:
            yield from self._entry(entry)

    def _entry(self, entry: Entry) -> Iterator[Block]:
        variable = entry.variable
        yield self._heading(4, [*self._code(variable.name), *self._told(entry.use.question.label)])
        yield self._facts(entry.facts)
        yield from self._list(map(self._words, entry.conditions))
        if variable.choices:
            caption = gettext("Choices of %(question)s", question=variable.name)
            rows = [[self._code(choice.name), self._told(choice.label)] for choice in variable.choices]
            yield self._table(caption, (gettext("Value"), gettext("Text")), rows)

    def _columns(self, caption: str, first: str, rows: Mapping[str, str]) -> Block:
        made = [[self._code(name), self._words(gettext(words))] for name, words in rows.items()]
        return self._table(caption, (first, gettext("Meaning")), made)

    def _table(self, caption: str, head: Sequence[str], rows: Sequence[Sequence[Run]]) -> Block:
        return {"kind": "table", "caption": self._words(caption), "head": [*map(self._words, head)], "rows": rows}

    def _facts(self, facts: Iterable[Fact]) -> Block:
        rows = []
        for fact in facts:
            term = self._code(fact.term) if fact.stored else self._words(fact.term)
            rows.append((term, [*self._told(fact.text), *(self._code(fact.code) if fact.code else [])]))
        return {"kind": "facts", "rows": rows}

    @staticmethod
    def _list(runs: Iterable[Run]) -> Iterator[Block]:
        items = [*runs]
        if items:
            yield {"kind": "list", "items": items}

    @staticmethod
    def _heading(level: int, run: Run) -> Block:
        return {"kind": "heading", "level": level, "run": run}

    def _piece(self, text: str, language: Language | None) -> dict[str, Any]:
        return {**document.piece(text, language, self._known), "code": False}

    def _words(self, text: str) -> Run:
        """Return a text in the language of the desk."""
        return [self._piece(text, self._desk)]

    def _code(self, name: str) -> Run:
        """Return a stored name."""
        return [{**self._piece(name, None), "rtl": False, "code": True}]

    def _told(self, text: str | Text) -> Run:
        """Return a text of the questionnaire in the language chosen, or one of the desk."""
        if isinstance(text, str):
            return self._words(text)
        wording = wording_of(text, self._content.language.tag)
        language = None if wording.tag == EVERYWHERE else languages.registry().get(wording.tag)
        return [self._piece(" ".join(wording.text.split()), language)] if wording.text else []

    def _filled(self, pattern: str, title: Text, otherwise: str = "") -> Run:
        """Return a text of the desk with a text of the questionnaire in the place of ``%(title)s``."""
        mark = "\ue000"
        before, _, after = gettext(pattern, title=mark).partition(mark)
        inner = self._told(title) or self._words(otherwise)
        return [
            *(self._words(before.strip()) if before.strip() else []),
            *inner,
            *(self._words(after) if after else []),
        ]


def _paragraph(run: Run) -> Block:
    return {"kind": "paragraph", "run": run}
