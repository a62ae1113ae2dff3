"""How the numbers of each block were counted: numbered entries that every format refers to and lists at its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from survey_service.questionnaire.model import Text, wording
from survey_service.reports.render import formats, words
from survey_service.reports.render.cells import cell, number_cell
from survey_service.reports.render.views import CODE, CellView, CountedView, Fact
from survey_service.reports.render.words import Translate
from survey_service.reports.report import Report

Block = Mapping[str, Any]


class Counted:
    """The entries of one report, numbered in the order in which they are first asked for."""

    def __init__(self, report: Report, tag: str, translate: Translate) -> None:
        self._report, self._tag, self._translate = report, tag, translate
        self._entries: dict[str, CountedView] = {}

    @property
    def entries(self) -> tuple[CountedView, ...]:
        """All entries that were asked for, in order."""
        return tuple(self._entries.values())

    def statement(self, block: Block) -> CountedView:
        """Return the entry of a statement."""
        return self._entry(f"counted-{block['id']}", block["wording"], block["question"], self._evidence(block))

    def figure(self, block: Block) -> CountedView:
        """Return the entry of an indicator in one version of its definition and one period."""
        name = f"counted-{block['indicator']}-{block['definition_version']}-{block['period']}"
        return self._entry(name, block["name"], block["indicator"], self._observation(block))

    def table(self, block: Block) -> CountedView:
        """Return the entry of a table or chart."""
        return self._entry(f"counted-{block['id']}", block["caption"], "", self._columns(block))

    def _entry(self, id: str, title: Text, code: str, facts: Iterator[Fact]) -> CountedView:
        if id not in self._entries:
            named = wording(title, self._tag)
            self._entries[id] = CountedView(
                number=len(self._entries) + 1,
                id=id,
                title=f"{code}: {named}" if code else named,
                language=formats.language_of(title, self._tag),
                facts=(*facts, self._coded(words.SNAPSHOT, self._report.snapshot)),
            )
        return self._entries[id]

    def _said(self, heading: str, text: str) -> Fact:
        """Return a fact in our own words."""
        return Fact(self._translate(heading), CellView(text))

    def _coded(self, heading: str, code: str) -> Fact:
        """Return a fact that is in no language."""
        return Fact(self._translate(heading), CellView(code, language=CODE))

    def _told(self, heading: str, text: Text) -> Fact:
        """Return a fact in words of the plugin or the questionnaire."""
        language = formats.language_of(text, self._tag)
        return Fact(self._translate(heading), CellView(wording(text, self._tag), language=language))

    def _number(self, block: Block, name: str, kind: str, heading: str) -> Fact:
        cell = number_cell(block[name], kind, block["suppressed"], self._tag, self._tag, self._translate)
        return Fact(self._translate(heading), cell)

    def _evidence(self, block: Block) -> Iterator[Fact]:
        yield self._told(words.QUESTION, block["wording"])
        yield self._said(words.SHARE_OF, self._translate(words.BASES[block["base"]]))
        yield self._number(block, "n", "persons", words.PEOPLE)
        yield self._number(block, "count", "persons", words.HITS)
        for name, heading in (("share", words.SHARE), ("low", words.LOW), ("high", words.HIGH)):
            yield self._number(block, name, "percent", heading)
        if block["offers"] is not None:
            yield self._number(block, "offers", "integer", words.OFFERS)
        if "experts" in block["values"]:
            yield Fact(self._translate(words.EXPERTS), cell(block["values"]["experts"], self._tag, self._translate))
        yield self._coded(words.REVISION, ", ".join(block["revisions"]) or "–")

    def _observation(self, block: Block) -> Iterator[Fact]:
        yield self._told(words.DEFINITION, block["definition"])
        yield self._said(words.VERSION, formats.number(block["definition_version"], self._tag))
        yield self._coded(words.FIGURE_HEADS[1], block["period"])
        yield self._said(words.FIGURE_HEADS[9], self._translate(words.SOURCES[block["source"]]))
        yield self._number(block, "numerator", "integer", words.FIGURE_HEADS[5])
        yield self._number(block, "denominator", "integer", words.FIGURE_HEADS[6])

    def _columns(self, block: Block) -> Iterator[Fact]:
        counted = block.get("counted")
        if counted is None:
            yield self._said(words.DEFINITION, self._translate(words.AS_HEADED))
            yield from self.contents()
        else:
            yield self._told(words.DEFINITION, counted["definition"])
            if counted["n"] is not None:
                yield self._said(words.PEOPLE, formats.number(counted["n"], self._tag))

    def contents(self) -> Iterator[Fact]:
        """Yield how many responses and offers the snapshot holds, by their state."""
        for name, states in self._report.counts.items():
            heading = self._translate(words.COUNTED_OF) % {"name": name}
            numbers = (
                f"{formats.number(count, self._tag)} ({state_name(state, self._translate)})"
                for state, count in states.items()
            )
            yield Fact(heading, CellView(", ".join(numbers) or formats.number(0, self._tag)))


def state_name(state: str, translate: Translate) -> str:
    """Return the state of a response or of an offer."""
    return translate(words.STATES[state]) if state in words.STATES else state
