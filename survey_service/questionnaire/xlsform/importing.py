"""An XLSForm workbook → a questionnaire and a report, or a report of everything that stands against it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service import languages
from survey_service.problems import Said
from survey_service.questionnaire import grouping
from survey_service.questionnaire.builder import Builder
from survey_service.questionnaire.faults import Faults
from survey_service.questionnaire.loader import missing_texts, references
from survey_service.questionnaire.model import Cycle, Questionnaire
from survey_service.questionnaire.xlsform import choices, columns, extras, listfiles, structure, workbook
from survey_service.questionnaire.xlsform.notices import ERROR, LOST, NOTE
from survey_service.questionnaire.xlsform.report import Cell, Line, Report
from survey_service.questionnaire.xlsform.rows import Context
from survey_service.questionnaire.xlsform.workbook import Sheet, Unusable

_SHEETS = ("survey", "choices", "settings", extras.SHEET)
_SETTINGS = ("form_title", "form_id", "id_string", "default_language", "allow_choice_duplicates", "version")


@dataclass(frozen=True)
class Options:
    """How to read a workbook: the name of the questionnaire if not the form's own, the language of texts that name
    none, for whom it is, the question whose answer ``yes`` is the consent, whether choices may stand twice, and the
    texts of the ``.csv`` files that were brought along, by name."""

    name: str = ""
    language: str = ""
    audience: str = ""
    consent: str = ""
    allow_twice: bool = False
    files: Mapping[str, str] = field(default_factory=dict)


DEFAULTS = Options()


@dataclass(frozen=True)
class Import:
    """What came of a workbook. ``questionnaire`` is None if the report has errors."""

    questionnaire: Questionnaire | None
    report: Report


def read(data: bytes, file: str, options: Options = DEFAULTS) -> Import:
    """Read a workbook; ``file`` is its name, which stands for the form's if that has none. Raises nothing."""
    report = Report()
    try:
        sheets = workbook.read(data, _SHEETS)
    except Unusable as unusable:
        report.notices.append(unusable.notice)
        return Import(None, report)
    for sheet in sheets.values():
        report.notices.extend(sheet.notices)
    if "survey" not in sheets:
        report.add(ERROR, "no_sheet", Cell("", 0), sheet="survey")
        return Import(None, report)
    return Import(_questionnaire(sheets, file, options, report), report)


def _questionnaire(sheets: Mapping[str, Sheet], file: str, options: Options, report: Report) -> Questionnaire | None:
    settings = _settings(sheets.get("settings"), report)
    default = _default_language(sheets, settings, options)
    survey, tags = _lines(sheets["survey"], columns.SURVEY, default, report, survey=True)
    listed, list_tags = _lines(sheets.get("choices"), choices.COLUMNS, default, report, others=True)
    if not any("type" in line for line in survey):
        report.add(ERROR, "no_column", Cell(sheets["survey"].name, 1), column="type")
        return None
    ordered = tuple(dict.fromkeys(tag for tag in (default, *tags, *list_tags) if tag in (*tags, *list_tags)))
    allow = options.allow_twice or settings.get("allow_choice_duplicates", "").lower() in ("yes", "true")
    lists = choices.read(listed, report, allow_twice=allow, tags=ordered)
    own = extras.read(sheets.get(extras.SHEET))
    files = _Files(options.files, lists, default, report, allow_twice=allow)
    context = Context(report, lists, ordered, structure.all_names(survey), files.list_of)
    files.take_all()
    shape = structure.Structure(context)
    shape.read(survey)
    title = settings.get("form_title", "")
    if not title and not own.get("label"):
        report.add(NOTE, "title", Cell("settings", 0))
    name = options.name or _usable(settings.get("form_id") or settings.get("id_string") or file.rsplit(".", 1)[0])
    raw: dict[str, Any] = {
        "questionnaire": name,
        "audience": "newcomers",
        "languages": list(ordered) or [default],
        "label": {"*": title or name},
        "choices": context.lists,
        "groups": shape.groups,
        "pages": shape.pages,
        **own,
    }
    if options.audience:
        raw["audience"] = options.audience
    if options.consent:
        raw["consent"] = options.consent
    return _built(raw, report, shape)


class _Files:
    """The files that were brought along, as choice lists."""

    def __init__(
        self, files: Mapping[str, str], lists: choices.Lists, default: str, report: Report, *, allow_twice: bool
    ) -> None:
        self._files = {name.rsplit("/", 1)[-1].lower(): (name, text) for name, text in files.items()}
        self._lists, self._default, self._report, self._allow_twice = lists, default, report, allow_twice

    def take_all(self) -> None:
        """Make a list of each file, for expressions that read it."""
        for file in self._files:
            self.list_of(file, "name", "label")

    def list_of(self, file: str, value: str, label: str) -> str:
        """Return the name of the list in a file, ``""`` if there is no such file or no column ``value`` in it."""
        name, text = self._files.get(file.lower(), ("", ""))
        plain = (value, label) == ("name", "label")
        found = listfiles.list_name(file) if plain else f"{listfiles.list_name(file)}_{value}_{label}"
        if found in self._lists:
            return found
        sheet = listfiles.sheet(name, text, value, label) if name else None
        if sheet is None:
            return ""
        lines, _ = _lines(sheet, choices.COLUMNS, self._default, self._report, others=True)
        for line in lines:
            line["list_name"] = found
        self._lists.update(choices.read(lines, self._report, allow_twice=self._allow_twice))
        return found if found in self._lists else ""


def _built(raw: Mapping[str, Any], report: Report, shape: structure.Structure) -> Questionnaire | None:
    """Build the model and look at the whole; None if anything stands against it."""
    builder = _Builder(report)
    questionnaire = builder.questionnaire(raw)
    lines = _source_lines(shape)
    for place, key, used in references(questionnaire):
        for name in sorted(used - builder.named):
            cell = lines[place].cell(_COLUMN.get(key, key)) if place in lines else Cell("survey", 0)
            report.add(ERROR, "reference", cell, column=_COLUMN.get(key, key), name=name)
    for fault in grouping.faults(questionnaire):
        cell = lines[fault.place].cell("name") if fault.place in lines else Cell("survey", 0)
        report.add(ERROR, "grouping", cell, fault=fault.fault, remedy=fault.remedy)
    if report.errors:
        return None
    try:
        _ = questionnaire.evaluation_order
    except Cycle as cycle:
        report.add(ERROR, "circle", lines[cycle.names[0]].cell("name"), names=str(cycle))
        return None
    for tag in questionnaire.languages:
        count = len(missing_texts(questionnaire, tag))
        if count:
            report.add(NOTE, "language_missing", Cell("", 0), language=languages.language(tag).autonym, count=count)
    return questionnaire


_COLUMN = {"count": "repeat_count", "choices_from": "type"}


def _source_lines(shape: structure.Structure) -> dict[str, Line]:
    """Return the row of each group, page and question by name; a question wins over a group of its name."""
    blocks = [*shape.groups, *shape.pages]
    blocks += [question for page in shape.pages for question in page["questions"]]
    return {block["name"]: block.source for block in blocks}


class _Builder(Builder):
    """A builder whose faults become notices at their cells."""

    def __init__(self, report: Report) -> None:
        super().__init__("survey", Faults(), {})
        self._report = report

    def fault(self, raw: Mapping[str, Any], key: str, place: str, fault: Said, remedy: Said) -> None:  # noqa: ARG002
        cell = raw.cell(key) if hasattr(raw, "cell") else Cell("", 0)
        if any((notice.sheet, notice.row) == (cell.sheet, cell.row) for notice in self._report.errors if cell.row):
            return  # said already, in better words
        self._report.add(ERROR, "fault", cell, fault=fault, remedy=remedy)


def _settings(sheet: Sheet | None, report: Report) -> dict[str, str]:
    """Return the form's settings: the first row under the headers."""
    if sheet is None or not sheet.rows:
        return {}
    found: dict[str, str] = {}
    for index, header in sheet.headers.items():
        name = re.sub(r"\s+", "_", header.strip().lower())
        if index not in sheet.rows[0].cells:
            continue
        if name in _SETTINGS:
            found[name] = sheet.rows[0].cells[index]
        else:
            report.add(LOST, "setting", Cell(sheet.name, 1, workbook.letter(index)), setting=header)
    return found


def _default_language(sheets: Mapping[str, Sheet], settings: Mapping[str, str], options: Options) -> str:
    """Return the language of texts that name none: as asked for, as the settings say, else the first one named."""
    named = options.language or columns.tag_of(settings.get("default_language", ""))
    if named:
        return named
    for sheet in (sheets["survey"], sheets.get("choices")):
        for header in sheet.headers.values() if sheet else ():
            if "::" in header and (tag := columns.tag_of(header.rpartition("::")[2])):
                return tag
    return "en"


def _lines(
    sheet: Sheet | None,
    known: Iterable[str],
    default: str,
    report: Report,
    *,
    survey: bool = False,
    others: bool = False,
) -> tuple[list[Line], tuple[str, ...]]:
    """Return the rows of a sheet by column, and the languages of its texts that anything is written in."""
    if sheet is None:
        return [], ()
    found = columns.read(sheet, known, default, others=others)
    report.notices.extend(found.notices)
    lines, used = [], set()
    for row in sheet.rows:
        line = Line(sheet.name, row.number, survey=survey)
        for index, text in row.cells.items():
            column = found.by_index.get(index)
            if column is None:
                continue
            if column.language:
                line.texts.setdefault(column.name, {})[column.language] = text
                used.add(column.language)
            else:
                line[column.name] = text
            line.letters.setdefault(column.name, workbook.letter(index))
        for name in line.pop("everywhere", "").split():
            if name in line.texts:
                line.texts[name] = {"*": next(iter(line.texts[name].values()))}
        if line or line.texts:
            lines.append(line)
    return lines, tuple(tag for tag in found.tags if tag in used)


def _usable(name: str) -> str:
    """Return a name for the questionnaire's address: letters, digits, ``-`` and ``_``, a letter first."""
    text = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-_")[:60]
    return text if text[:1].isalpha() else f"form-{text}".rstrip("-")
