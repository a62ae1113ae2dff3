"""The columns of a sheet of responses: which question, choice or link each one holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.xlsform.workbook import Sheet, letter
from survey_service.responses.export.codebook import EXCLUSION, FACTS, LINKS, NOTES
from survey_service.responses.export.layout import PARTS
from survey_service.responses.export.spreadsheet import CODEBOOK
from survey_service.responses.loading.findings import COLUMN, Finding, Place

INDEX, PARENT = ("_index", "key"), ("_parent_index", "parent_key")
"""What tools call the number of a row, and that of the row around it, in the order of trust."""
IDENTITY = ("_uuid", "meta/instanceid", "meta.instanceid", "instanceid", "key")
"""What tools call that which tells a response apart from all others everywhere."""
ANSWER, OPTION, STATE, ENTRIES = "answer", "option", "state", "entries"
_SEPARATORS = re.compile(r"[./]")
_JOINTS = re.compile(r"[/_.]")
_LONGEST = 500
_SIGNS = frozenset({"number", "questionnaire", "revision", "language", "period", "mode", "status"})
_OURS = re.compile(r"(.+)@[0-9]+")


@dataclass(frozen=True)
class Target:
    """What a column holds: an answer (or one ``part`` of a place), whether a choice was made, a state, or a count."""

    kind: str
    name: str
    part: str = ""


@dataclass
class Columns:
    """The columns of one sheet, by index from 0. ``chain`` are the repeats around its rows; ``links`` go by what the
    column is called, in lower case. ``ours`` says that this service wrote the workbook."""

    sheet: Sheet
    chain: tuple[str, ...] = ()
    ours: bool = False
    links: dict[str, int] = field(default_factory=dict)
    answers: dict[str, int] = field(default_factory=dict)
    options: dict[str, dict[str, int]] = field(default_factory=dict)
    parts: dict[str, dict[str, int]] = field(default_factory=dict)
    states: dict[str, int] = field(default_factory=dict)
    computed: set[str] = field(default_factory=set)

    def place(self, row: int, question: str = "") -> Place:
        """Return the place of a question's cell in a row."""
        parts = (*self.options.get(question, {}).values(), *self.parts.get(question, {}).values())
        index = self.answers.get(question, min(parts, default=-1))
        return Place(self.sheet.name, row, letter(index) if index >= 0 else "")


def is_loaded(question: Question) -> bool:
    """Tell whether the answers to a question come from a file; all else is computed anew."""
    if question.type == "hidden":
        return question.calculation is None and not isinstance(question.default, Expression)
    return asks(question)


def is_ours(sheets: Mapping[str, Sheet]) -> bool:
    """Tell whether a workbook is an export of this service."""
    return any(_SIGNS.issubset(sheet.headers.values()) for sheet in sheets.values())


def read(questionnaire: Questionnaire, sheet: Sheet, findings: list[Finding], *, ours: bool) -> Columns | None:
    """Return the columns of a sheet, None if it has no questions."""
    if list(sheet.headers.values())[: len(CODEBOOK)] == list(CODEBOOK):
        return None
    columns = Columns(sheet, ours=ours)
    found: dict[int, Target] = {}
    unknown = []
    for index, header in sheet.headers.items():
        link = _is_link(questionnaire, header, ours=ours)
        target = None if link else _target(questionnaire, header, ours=ours)
        if link:
            columns.links.setdefault(header.lower(), index)
        elif target is not None:
            found[index] = target
        else:
            place = Place(sheet.name, 1, letter(index))
            unknown.append(Finding(COLUMN, "column", place, values={"column": header[:80]}))
    kinds = (questionnaire.repeats_of.get(target.name, ()) for target in found.values() if target.kind != ENTRIES)
    chains = Counter(kinds)
    if not chains:
        findings.append(Finding(COLUMN, "sheet", Place(sheet.name)))
        return None
    findings += unknown
    columns.chain = chains.most_common(1)[0][0]
    for index, target in found.items():
        code = _take(questionnaire, columns, index, target)
        if code:
            place = Place(sheet.name, 1, letter(index))
            findings.append(Finding(COLUMN, code, place, target.name, values={"question": target.name}))
    return columns


def _is_link(questionnaire: Questionnaire, header: str, *, ours: bool) -> bool:
    """Tell whether a column holds no answer but something of the row, or of the tool that wrote it."""
    if ours:
        return header in (*FACTS, *LINKS, EXCLUSION, NOTES)
    named = header.lower() in (*INDEX, *PARENT, *IDENTITY) and header not in questionnaire.questions
    return named or header.startswith("_")


def _take(questionnaire: Questionnaire, columns: Columns, index: int, target: Target) -> str:
    """Take a column in and return "", or return why not."""
    if target.kind == ENTRIES:
        return ""
    if questionnaire.repeats_of.get(target.name, ()) != columns.chain:
        return "elsewhere"
    if target.kind == ANSWER and not is_loaded(questionnaire.questions[target.name]):
        columns.computed.add(target.name)
        return ""
    if target.kind == OPTION:
        held = columns.options.setdefault(target.name, {})
    elif target.part:
        held = columns.parts.setdefault(target.name, {})
    else:
        held = columns.answers if target.kind == ANSWER else columns.states
    name = target.part or target.name
    if name in held:
        return "column_twice"
    held[name] = index
    return ""


def _target(questionnaire: Questionnaire, header: str, *, ours: bool) -> Target | None:
    """Return what a header names: a question by its name or its path, with what our export adds to it."""
    for candidate in _candidates(header[:_LONGEST]):
        found = _named(questionnaire, candidate, ours=ours)
        if found is not None:
            return found
    return None


def _candidates(header: str) -> Iterator[str]:
    """Yield a path and what is left of it without its first parts: names can hold points too."""
    yield header
    for match in _SEPARATORS.finditer(header):
        yield header[match.end() :]


def _named(questionnaire: Questionnaire, text: str, *, ours: bool) -> Target | None:
    name, _, added = text.partition(":")
    name = _plain(name) if ours else name
    if name in questionnaire.questions:
        if not added:
            return Target(ANSWER, name)
        if added == "state":
            return Target(STATE, name)
        if added in PARTS and questionnaire.questions[name].type == "geopoint":
            return Target(ANSWER, name, added)
    if name in questionnaire.repeats and added == "entries":
        return Target(ENTRIES, name)
    for match in _JOINTS.finditer(text):
        question, choice = questionnaire.questions.get(text[: match.start()]), text[match.end() :]
        if question is not None and question.type == "select_multiple" and choice in question.choice_names:
            return Target(OPTION, question.name, choice)
    return None


def _plain(name: str) -> str:
    """Return the name of a question that our export calls ``status@2`` since each table has a column ``status``."""
    match = _OURS.fullmatch(name)
    return match[1] if match and match[1] in (*FACTS, *LINKS) else name
