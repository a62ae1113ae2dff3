"""The sheet ``survey`` as groups and pages: begins and ends matched, what stands in no field-list parted into pages."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from survey_service.questionnaire import media
from survey_service.questionnaire.expression import ExpressionFault, parse
from survey_service.questionnaire.loader import RESERVED_PAGES
from survey_service.questionnaire.question_types import TYPES
from survey_service.questionnaire.reading import NAME
from survey_service.questionnaire.xlsform import beside, formulas, rows
from survey_service.questionnaire.xlsform.located import Located
from survey_service.questionnaire.xlsform.notices import CHANGED, ERROR, LOST
from survey_service.questionnaire.xlsform.report import LEFT_OUT, STRUCTURE, Line
from survey_service.questionnaire.xlsform.rows import Context

MOST_ASKED = 5
"""How many questions an implied page has at most."""
_BORDER = re.compile(r"(?P<what>begin|end)[\s_]*(?P<kind>group|repeat|lgroup)", re.IGNORECASE)
_FIELD_LIST = ("field-list", "table-list")
_GROUP_COLUMNS = ("constraint", "calculation", "choice_filter", "default", "trigger")
_QUIET = tuple(name for name, row in TYPES.items() if not row.asks and name != "note")


@dataclass
class Frame:
    """A group that is open: ``page`` is the page that a field-list makes, ``content`` how much it encloses."""

    name: str
    kind: str
    line: Line
    page: Located | None = None
    content: int = 0


@dataclass
class Structure:
    """What the rows make: groups and pages as definition data."""

    context: Context
    groups: list[Located] = field(default_factory=list)
    pages: list[Located] = field(default_factory=list)
    _open: list[Frame] = field(default_factory=list)
    _implied: Located | None = None
    _fresh: set[str] = field(default_factory=set)
    _names: set[str] = field(default_factory=lambda: set(RESERVED_PAGES))

    def read(self, lines: Iterable[Line]) -> None:
        """Take all rows in order."""
        report = self.context.report
        for line in lines:
            kind = line.get("type", "")
            border = _BORDER.fullmatch(" ".join(kind.split()))
            if line.get("disabled", "").lower() in ("yes", "true"):
                report.rows[line.number] = LEFT_OUT
            elif not kind:
                report.rows[line.number] = LEFT_OUT
                report.add(LOST, "no_type", line.cell())
            elif border:
                report.rows[line.number] = STRUCTURE
                shape = "repeat" if border["kind"].lower() == "repeat" else "group"
                (self._begin if border["what"].lower() == "begin" else self._end)(line, shape)
            else:
                for question in rows.questions(line, self.context):
                    self._add(question, line)
        for frame in self._open:
            report.add(ERROR, "not_ended", frame.line.cell("type"), name=frame.name)
        self.pages = [page for page in self.pages if page["questions"]]
        used = {page.get("group") for page in self.pages} | {
            question.get("group") for page in self.pages for question in page["questions"]
        }
        self._drop_empty(used)

    def _begin(self, line: Line, kind: str) -> None:
        report = self.context.report
        name = self._group_name(line, kind)
        beside.lose(line, report, *media.COLUMNS)
        for column in _GROUP_COLUMNS:
            if line.get(column):
                report.add(LOST, "group_column", line.cell(column), column=column)
        tokens = [token for token in line.get("appearance", "").lower().split() if token]
        listed = next((token for token in tokens if token in _FIELD_LIST), "")
        for token in tokens:
            if token != listed:
                report.add(LOST, "appearance", line.cell("appearance"), appearance=token)
        if kind == "repeat":
            self._leave_page(line)
        around = self._around()
        frame = Frame(name, kind, line)
        if kind == "group" and listed and not any(frame.kind == "page" for frame in self._inner()):
            frame.kind = "page"
            self._close_implied()
            frame.page = self._page(line, name, around)
        else:
            self._close_implied()
            self.groups.append(self._group(line, name, kind, around, listed))
        self._open.append(frame)

    def _group_name(self, line: Line, kind: str) -> str:
        name, report = line.get("name", ""), self.context.report
        if not name:
            report.add(ERROR, "no_name", line.cell("type"))
            return f"{kind}_{line.number}"
        if not NAME.fullmatch(name):
            report.add(ERROR, "name", line.cell("name"), name=name)
            return name
        if name in self._names and kind != "repeat":
            new = self._free(name)
            report.add(CHANGED, "group_renamed", line.cell("name"), old=name, new=new)
            name = new
        if kind == "repeat":
            if name in self._names or name in self.context.names:
                report.add(ERROR, "name_twice", line.cell("name"), name=name, row=self.context.names.get(name, 0))
            self.context.names[name] = line.number
        self._names.add(name)
        return name

    def _free(self, name: str) -> str:
        number = 2
        while f"{name}_{number}" in self._names:
            number += 1
        return f"{name}_{number}"

    def _around(self) -> str:
        """Return the innermost open group that is no page."""
        return next((frame.name for frame in reversed(self._open) if frame.kind != "page"), "")

    def _inner(self) -> list[Frame]:
        """Return the open frames within the innermost repeat, outermost first."""
        frames: list[Frame] = []
        for frame in self._open:
            frames = [] if frame.kind == "repeat" else [*frames, frame]
        return frames

    def _group(self, line: Line, name: str, kind: str, parent: str, listed: str) -> Located:
        report = self.context.report
        raw: dict[str, Any] = {"name": name, "label": line.text("label"), "hint": line.text("hint"), "parent": parent}
        raw["relevant"] = formulas.read(line, "relevant", report)
        raw["appearance"] = listed
        if kind == "repeat":
            raw["repeat"] = True
            raw["count"] = formulas.read(line, "repeat_count", report)
        elif line.get("repeat_count"):
            report.add(LOST, "group_column", line.cell("repeat_count"), column="repeat_count")
        return Located({key: value for key, value in raw.items() if value not in (None, "", {})}, line)

    def _page(self, line: Line, name: str, group: str) -> Located:
        raw: dict[str, Any] = {"name": name, "label": line.text("label"), "hint": line.text("hint"), "group": group}
        raw["relevant"] = formulas.read(line, "relevant", self.context.report)
        if line.get("repeat_count"):
            self.context.report.add(LOST, "group_column", line.cell("repeat_count"), column="repeat_count")
        page = Located({key: value for key, value in raw.items() if value not in (None, "", {})}, line)
        page["questions"] = []
        self.pages.append(page)
        return page

    def _leave_page(self, line: Line) -> None:
        """End the page around a repeat: from here on, its field-list and the groups in it are ordinary groups."""
        frames = self._inner()
        start = next((number for number, frame in enumerate(frames) if frame.kind == "page"), None)
        if start is None:
            return
        self.context.report.add(CHANGED, "page_parted", line.cell("type"))
        for frame in frames[start:]:
            name = self._free(frame.name)
            self._names.add(name)
            position = next(number for number, other in enumerate(self._open) if other is frame)
            parent = self._open[position - 1].name if position else ""
            self.groups.append(self._group(frame.line, name, "group", parent, ""))
            frame.name, frame.kind, frame.page = name, "group", None

    def _end(self, line: Line, kind: str) -> None:
        report = self.context.report
        if not self._open:
            report.add(ERROR, "end_without_begin", line.cell("type"))
            return
        frame = self._open[-1]
        begun = "repeat" if frame.kind == "repeat" else "group"
        if begun != kind:
            report.add(ERROR, "wrong_end", line.cell("type"), found=kind, begun=begun, name=frame.name)
        self._close_implied()
        self._open.pop()
        if not frame.content:
            report.add(LOST, "empty_group", frame.line.cell("name"), name=frame.name)
        elif self._open:
            self._open[-1].content += 1

    def _add(self, question: dict[str, Any], line: Line) -> None:
        if self._open:
            self._open[-1].content += 1
        listed = next((frame for frame in self._inner() if frame.kind == "page"), None)
        if listed is None or listed.page is None:
            self._add_implied(question, line)
            return
        within = self._inner()[self._inner().index(listed) + 1 :]
        if within:
            question["group"] = within[-1].name
        listed.page["questions"].append(question)

    # Questions outside field-lists: each has a screen of its own in other tools; here a few share a page, but none
    # that looks at the answer to another one on it.

    def _close_implied(self) -> None:
        self._implied, self._fresh = None, set()

    def _add_implied(self, question: dict[str, Any], line: Line) -> None:
        quiet = question["type"] in _QUIET
        looks_at = _looks_at(question)
        asked = sum(1 for other in self._implied["questions"] if other["type"] not in _QUIET) if self._implied else 0
        unbroken = any(frame.kind == "repeat" and _is_listed(frame.line) for frame in self._open[-1:])
        if self._implied is not None and not quiet and not unbroken and (asked >= MOST_ASKED or looks_at & self._fresh):
            self._close_implied()
        if self._implied is None:
            name = question["name"] if question["name"] not in self._names else self._free(question["name"])
            self._names.add(name)
            self._implied = Located({"name": name, "implied": True, "questions": []}, line)
            if self._around():
                self._implied["group"] = self._around()
            self.pages.append(self._implied)
        if not quiet or looks_at & self._fresh:
            self._fresh.add(question["name"])
        self._implied["questions"].append(question)

    def _drop_empty(self, used: set[Any]) -> None:
        """Leave out groups that enclose nothing."""
        parents = {group["name"]: group.get("parent", "") for group in self.groups}
        kept = set()
        for name in used:
            while name and name not in kept:
                kept.add(name)
                name = parents.get(name, "")
        self.groups = [group for group in self.groups if group["name"] in kept]


def _is_listed(line: Line) -> bool:
    return "field-list" in line.get("appearance", "").lower()


def _looks_at(question: dict[str, Any]) -> set[str]:
    """Return the names that decide how a question looks when its page is shown."""
    found: set[str] = set()
    for key in ("relevant", "choice_filter", "calculation", "choices_from"):
        found |= _names(str(question.get(key) or ""))
    default = question.get("default")
    if isinstance(default, dict):
        found |= _names(default["expression"])
    for key in ("label", "hint", "guidance"):
        for text in question.get(key, {}).values():
            found |= formulas.names_in(text)
    return found | ({question["choices_from"]} if question.get("choices_from") else set())


def _names(text: str) -> frozenset[str]:
    try:
        return parse(text).names if text else frozenset()
    except ExpressionFault:
        return frozenset()


def all_names(lines: Iterable[Line]) -> frozenset[str]:
    """Return every name that a row refers to, in expressions and texts."""
    found: set[str] = set()
    for line in lines:
        for text in line.values():
            found |= formulas.names_in(text)
            if "/" in text or "'" in text or "‘" in text:
                found |= _names(text)
        for texts in line.texts.values():
            for text in texts.values():
                found |= formulas.names_in(text)
    return frozenset(found)
