"""The table of comments as a paper for the council, in a language of the desk; its formats are those of reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from survey_service import languages
from survey_service.consulting import weighing, words
from survey_service.consulting.tallies import ALL, Result
from survey_service.consulting.weighing import Row, Weighing
from survey_service.questionnaire.model import Text, wording
from survey_service.reports.render import docx, formats, pdf
from survey_service.reports.render.views import CODE, CellView, Fact, Headings, ReportView, TableView, TextView
from survey_service.typesetting import fonts

Translate = Callable[[str], str]
NONE = "–"


def view(made: Weighing, tag: str, translate: Translate = str) -> ReportView:
    """Return the table with turnout and votes as formats are written from it; ``tag`` is a language of the desk."""
    writer = Writer(made, tag, translate)
    return ReportView(
        title=translate(words.TITLE) % {"title": made.round.title},
        title_language=tag,
        name=f"round-{made.round.id}",
        facts=tuple(writer.facts()),
        notices=() if made.digest else (translate(words.PRELIMINARY),),
        language=tag,
        direction=languages.language(tag).direction,
        headings=Headings(translate(words.CONTENTS), "", "", translate(words.NOTES), ""),
        blocks=tuple(writer.blocks()),
        counted=(),
    )


def to_docx(made: Weighing, tag: str, translate: Translate) -> bytes:
    """Return it as .docx; it bears the day on which it was made final, before that the last day of the round."""
    day = dt.date.fromisoformat(made.round.final or made.round.closes)
    return docx.render(view(made, tag, translate), {}, day)


def to_pdf(made: Weighing, tag: str, translate: Translate) -> bytes:
    """Return it as tagged PDF; a sign in a comment that no font has stands there by its name."""
    return pdf.render(view(_spelled(made), tag, translate), {})


def _spelled(made: Weighing) -> Weighing:
    known = fonts.installed()

    def spelled(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: spelled(each) for name, each in value.items()}
        if isinstance(value, list):
            return [spelled(each) for each in value]
        return fonts.spelled(value, known) if isinstance(value, str) else value

    return weighing.of_json(made.round, spelled(weighing.to_json(made)), made.digest)


class Writer:
    """Makes the parts of the paper."""

    def __init__(self, made: Weighing, tag: str, translate: Translate) -> None:
        self._made, self._tag, self._translate = made, tag, translate

    def facts(self) -> Iterator[Fact]:
        """Yield version, days, and since when and under which hash the table is final."""
        translate, round = self._translate, self._made.round
        yield Fact(translate(words.VERSION), CellView(str(round.concept)))
        days = {"start": self.day(round.opens) if round.opens else NONE, "end": self.day(round.closes)}
        yield Fact(translate(words.PERIOD), CellView(translate(words.DAYS) % days))
        if self._made.digest:
            yield Fact(translate(words.FINAL), CellView(self.day(round.final)))
            yield Fact(translate(words.TABLE_HASH), CellView(self._made.digest, language=CODE))

    def blocks(self) -> Iterator[TextView | TableView]:
        """Yield the parts: turnout, votes, comments with their answers."""
        translate = self._translate
        yield self._text(translate(words.TURNOUT), "heading")
        yield self.turnout()
        yield self._text(translate(words.VOTERS_NOTE), "note")
        yield self._text(translate(words.RESULTS), "heading")
        yield self._text(translate(words.PRIORITY_NOTE), "note")
        for number in self._made.texts:
            yield self.votes(number)
        yield self._text(translate(words.COMMENTS), "heading")
        if self._made.rows:
            yield self.comments()
        else:
            yield self._text(translate(words.NOTHING_SAID), "paragraph")

    def turnout(self) -> TableView:
        """Return the turnout of each body and of all."""
        rows = [
            (
                self.body(each.body),
                *(
                    self._own(str(count), numeric=True)
                    for count in (each.invited, each.opened, each.voted, each.complete)
                ),
            )
            for each in self._made.turnout
        ]
        head = self._head(words.TURNOUT_HEAD)
        return TableView("turnout", self._translate(words.TURNOUT_CAPTION), head, tuple(rows), self._tag)

    def votes(self, number: str) -> TableView:
        """Return the votes on a statement version, named by its number and text."""
        head = self._head((words.TURNOUT_HEAD[0], *words.VOTES.values(), words.MEAN, words.GAVE))
        rows = tuple(self._votes(each) for each in self._made.results if each.put.number == number)
        text = self._made.texts[number]
        return TableView(f"votes-{number}", f"{number}: {wording(text, self._tag)}", head, rows, self._of(text))

    def _head(self, names: Sequence[str]) -> tuple[CellView, ...]:
        return tuple(self._own(self._translate(each), numeric=place > 0) for place, each in enumerate(names))

    def _votes(self, result: Result) -> tuple[CellView, ...]:
        counts = (result.counts[name] for name in words.VOTES)
        mean = self._translate(words.NO_MEAN) if result.priority is None else formats.number(result.priority, self._tag)
        figures = (*map(str, counts), mean, str(result.n))
        return (self.body(result.body), *(self._own(each, numeric=True) for each in figures))

    def comments(self) -> TableView:
        """Return the comments with their answers."""
        head = tuple(CellView(self._translate(each)) for each in words.COLUMNS)
        rows = tuple(tuple(self.row(each)) for each in self._made.rows)
        return TableView("comments", self._translate(words.COMMENTS_CAPTION), head, rows, self._tag, wide=True)

    def row(self, row: Row) -> Iterator[CellView]:
        """Yield the cells of a comment, in the order of words.COLUMNS."""
        translate = self._translate
        yield CellView(str(row.number))
        yield CellView(f"{row.put}: {wording(row.text, self._tag)}", language=self._of(row.text))
        yield self.body(row.body)
        yield CellView(self.organisation(row))
        yield CellView(translate(words.VOTES[row.vote]))
        yield self._said(row.comment, row.language)
        yield self._said(row.proposal, row.language)
        yield CellView(translate(words.VERDICTS[row.verdict] if row.verdict else words.OPEN_ANSWER))
        yield self._said(row.reason, "de")
        yield self._result(row)

    def organisation(self, row: Row) -> str:
        """Return who said it, and for whom they spoke if they said so; nobody's name."""
        name = row.organisation or self._translate(words.NO_ORGANISATION)
        if row.speaking not in words.SPEAKING:
            return name
        speaking = self._translate(words.SPEAKING[row.speaking])
        return self._translate(words.SPEAKS) % {"organisation": name, "speaking": speaking}

    def body(self, body: int) -> CellView:
        """Return the name of a body, or of all."""
        if body == ALL:
            return self._own(self._translate(words.ALL_BODIES))
        name = self._made.names[body]
        return CellView(wording(name, self._tag), language=self._of(name))

    def _result(self, row: Row) -> CellView:
        if row.result:
            text = f"{row.result_number}: {wording(row.result, self._tag)}"
            return CellView(text, language=self._of(row.result))
        return CellView(self._translate(words.UNCHANGED if row.result_number else words.TAKEN_OUT))

    def _said(self, text: str, language: str) -> CellView:
        return CellView(text, language=language) if text else CellView(NONE)

    def _own(self, text: str, *, numeric: bool = False) -> CellView:
        return CellView(text, numeric=numeric, language=self._tag)

    def _text(self, text: str, role: str) -> TextView:
        return TextView(text, role, self._tag)

    def _of(self, text: Text) -> str:
        return formats.language_of(text, self._tag)

    def day(self, iso: str) -> str:
        """Return an ISO day in words."""
        return formats.day(dt.date.fromisoformat(iso), self._tag)
