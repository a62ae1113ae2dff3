"""A version of the concept as tagged PDF (PDF/UA-1) with an outline and a table of contents."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from survey_service import languages
from survey_service.concept.paper import Entry, Involvement, Paper, Run, Table
from survey_service.network.meetings import uri
from survey_service.typesetting import document, fonts
from survey_service.typesetting.fonts import Found

_TEMPLATE = Path(__file__).with_name("concept.typ")
Piece = dict[str, Any]


def render(paper: Paper) -> bytes:
    """Return a paper as PDF. Raises Problems poster.script and poster.character rather than print boxes."""
    known = fonts.installed()
    return document.compiled(_TEMPLATE, _Writer(paper, known).data(), known)


class _Writer:
    """Makes the template's data of a paper."""

    def __init__(self, paper: Paper, known: Sequence[Found]) -> None:
        self._paper, self._known = paper, known

    def data(self) -> dict[str, Any]:
        """Return the data of the template."""
        paper = self._paper
        return {
            "title": paper.title.text,
            "base": self._piece(Run("", paper.language)),
            "heading": self._piece(paper.title),
            "facts": [self._own(text) for text in paper.facts],
            "contents": self._own(paper.contents),
            "blocks": [*self._blocks()],
            "annex": self._table(paper.annex) if paper.annex is not None else None,
            "involvement": self._involvement(paper.involvement) if paper.involvement is not None else None,
        }

    def _blocks(self) -> Iterator[dict[str, Any]]:
        for section in self._paper.sections:
            yield {"kind": "heading", "level": 2, "text": self._piece(section.title)}
            for group in section.groups:
                yield {"kind": "heading", "level": 3, "text": self._own(group.title)}
                yield from map(self._entry, group.entries)

    def _entry(self, entry: Entry) -> dict[str, Any]:
        return {
            "kind": "entry",
            "number": self._own(entry.number),
            "text": self._piece(entry.text),
            "notes": [self._own(note) for note in entry.notes],
        }

    def _table(self, table: Table) -> dict[str, Any]:
        return {
            "caption": self._own(table.caption),
            "head": [self._own(text) for text in table.head],
            "rows": [[self._piece(run) for run in row] for row in table.rows],
        }

    def _involvement(self, found: Involvement) -> dict[str, Any]:
        return {
            "caption": self._own(found.caption),
            "bodies": [
                {
                    "title": self._piece(body.title),
                    "lines": [
                        {
                            "text": self._own(line.text),
                            "address": self._own(line.address) if line.address else None,
                            "link": uri(line.address) if line.address else None,
                        }
                        for line in body.lines
                    ],
                }
                for body in found.bodies
            ],
        }

    def _own(self, text: str) -> Piece:
        return self._piece(Run(text, self._paper.language))

    def _piece(self, run: Run) -> Piece:
        return document.piece(run.text, languages.registry().get(run.language), self._known)
