"""Rows of several sheets → one nested set of inputs for each response, with the place of each answer."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from survey_service.questionnaire.judge import PNA
from survey_service.questionnaire.model import PREFER_NOT_TO_SAY, Question, Questionnaire
from survey_service.questionnaire.values import Path, to_text
from survey_service.questionnaire.xlsform.workbook import Row, Sheet
from survey_service.responses.export.layout import PARTS, SEPARATOR
from survey_service.responses.loading import columns
from survey_service.responses.loading.columns import IDENTITY, INDEX, PARENT, Columns
from survey_service.responses.loading.findings import COLUMN, ROW, Finding, Place

Key = tuple[str, ...]
_YES, _NO = ("1", "true", "yes", "ok", "x"), ("0", "false", "no")


@dataclass
class Node:
    """A row with the rows of repeats that belong to it."""

    columns: Columns
    row: Row
    children: dict[str, list[Node]] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return self.columns.place(self.row.number)

    def text(self, *names: str) -> str:
        """Return the first of the link columns of these names that is not empty."""
        links = (self.columns.links.get(name, -1) for name in names)
        return next((self.row.cells[index] for index in links if index in self.row.cells), "")

    @property
    def key(self) -> Key:
        """What rows of repeats name it by; nothing if it has no number."""
        if self.columns.ours:
            number, entry = self.text("number"), self.text("entry")
            return (number, entry) if self.columns.chain else (number,)
        return tuple(filter(None, [self.text(*INDEX)]))

    @property
    def around(self) -> Key:
        """The key of the row around it."""
        if self.columns.ours:
            number = self.text("number")
            return (number, self.text("parent_entry")) if len(self.columns.chain) > 1 else (number,)
        return tuple(filter(None, [self.text(*PARENT)]))

    def content(self) -> list[Any]:
        """Return all that the row and those within it say, as JSON data."""
        cells = {self.columns.sheet.headers.get(index, ""): text for index, text in self.row.cells.items()}
        inner = [[child.content() for child in found] for _, found in sorted(self.children.items())]
        return [cells, inner]

    @property
    def identity(self) -> str:
        """What tells the response apart from all others: its own number everywhere, else all that it says."""
        if not self.columns.ours and self.text(*IDENTITY):
            return self.text(*IDENTITY)
        return hashlib.sha256(orjson.dumps(self.content(), option=orjson.OPT_SORT_KEYS)).hexdigest()


def assemble(questionnaire: Questionnaire, sheets: Mapping[str, Sheet], findings: list[Finding]) -> list[Node]:
    """Return the rows of responses with their entries; none if no sheet has any. What is left out becomes a finding."""
    found = _sheets(questionnaire, sheets, findings)
    if () not in found:
        return []
    known: dict[tuple[str, ...], dict[Key, Node]] = {}
    main: list[Node] = []
    for chain in sorted(found, key=len):
        here = known.setdefault(chain, {})
        for row in found[chain].sheet.rows:
            node = Node(found[chain], row)
            holder = known.get(chain[:-1], {}).get(node.around) if chain else None
            if chain and holder is None:
                findings.append(Finding(ROW, "orphan", node.place))
            elif node.key in here:
                findings.append(Finding(ROW, "twice", node.place))
            else:
                (holder.children.setdefault(chain[-1], []) if holder else main).append(node)
                if node.key:
                    here[node.key] = node
    return main


def _sheets(
    questionnaire: Questionnaire, sheets: Mapping[str, Sheet], findings: list[Finding]
) -> dict[tuple[str, ...], Columns]:
    found: dict[tuple[str, ...], Columns] = {}
    ours = columns.is_ours(sheets)
    for sheet in sheets.values():
        for notice in sheet.notices:
            findings.append(Finding(COLUMN, notice.code, Place(sheet.name, notice.row, notice.column)))
        read = columns.read(questionnaire, sheet, findings, ours=ours) if sheet.headers else None
        if read is not None and read.chain in found:
            findings.append(Finding(COLUMN, "sheet_twice", Place(sheet.name)))
        elif read is not None:
            found[read.chain] = read
    return found


def walk(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Yield a row and all rows within it, each with its path."""
    yield path, node
    for repeat, children in node.children.items():
        for index, child in enumerate(children):
            yield from walk(child, (*path, (repeat, index)))


def inputs_of(questionnaire: Questionnaire, node: Node) -> dict[str, Any]:
    """Return a row, with those of repeats within it, as inputs for the judge."""
    names = {*node.columns.answers, *node.columns.options, *node.columns.parts, *node.columns.states}
    found = {name: _input(questionnaire.questions[name], node) for name in names}
    inputs: dict[str, Any] = {name: value for name, value in found.items() if value not in (None, "", [])}
    for repeat, children in node.children.items():
        inputs[repeat] = [inputs_of(questionnaire, child) for child in children]
    return inputs


def value_of(node: Node, question: str) -> str:
    """Return what stands in the cells of a question, as one text."""
    held = node.columns
    options = [name for name, at in held.options.get(question, {}).items() if _is_yes(node.row.cells.get(at, ""))]
    parts = [node.row.cells.get(at, "") for at in held.parts.get(question, {}).values()]
    return node.row.cells.get(held.answers.get(question, -1), "") or " ".join(options or filter(None, parts))


def _input(question: Question, node: Node) -> Any:
    held, cells = node.columns, node.row.cells
    text = cells.get(held.answers.get(question.name, -1), "")
    if cells.get(held.states.get(question.name, -1)) == PNA:
        return PREFER_NOT_TO_SAY
    if not text and question.name in held.options:
        return [name for name, at in held.options[question.name].items() if _is_yes(cells.get(at, ""))]
    if not text and question.name in held.parts:
        return " ".join(filter(None, (cells.get(held.parts[question.name].get(part, -1), "") for part in PARTS)))
    return _typed(question, text) if text else None


def _is_yes(text: str) -> bool:
    return text.casefold() in _YES


def _typed(question: Question, text: str) -> Any:
    """Return the text of a cell as an input for a question."""
    if question.type in ("select_multiple", "rank"):
        parts: Sequence[str] = text.split(SEPARATOR) if question.choices_from else text.split()
        return list(parts)
    if question.type == "date":
        return text.partition("T")[0].partition(" ")[0]
    if question.type == "acknowledge":
        return "yes" if _is_yes(text) else None if text.casefold() in _NO else text
    if question.type == "hidden" and text == _default_text(question.default):
        return None
    return text


def _default_text(value: Any) -> str:
    """Return a literal default as text."""
    return (
        ""
        if value is None
        else to_text(float(value) if isinstance(value, int) and not isinstance(value, bool) else value)
    )
