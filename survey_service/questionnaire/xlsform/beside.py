"""The columns of pictures, sounds and films: a workbook names their files, which are brought on the desk."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.questionnaire import media
from survey_service.questionnaire.model import Media
from survey_service.questionnaire.xlsform.notices import LOST, NOTE
from survey_service.questionnaire.xlsform.report import Line, Report


def read(line: Line, report: Report, tags: tuple[str, ...]) -> dict[str, dict[str, str]]:
    """Return which files stand beside the label of a row, and say of each that it is needed.

    A file without a language stands for all, also where others have their own; ``tags`` are the form's languages.
    """
    lose(line, report, "big-image")
    found = {}
    for kind in media.KINDS:
        names = {tag: name for tag, text in line.text(kind).items() if (name := _name(text))}
        for text in line.text(kind).values():
            if not _name(text):
                report.add(LOST, "media", line.cell(kind), file=text)
        if "*" in names and len(names) > 1:
            names = {tag: names.get(tag, names["*"]) for tag in dict.fromkeys((*tags, *names)) if tag != "*"}
        if names:
            found[kind] = names
        _ask_for(names, line, kind, report)
    return found


def _name(text: str) -> str:
    """Return the name of a file without its folder or ``jr://images/``, ``""`` if it is none that can be brought."""
    name = text.replace("\\", "/").rpartition("/")[2].strip()
    return name if media.NAME.fullmatch(name) and "${" not in text else ""


def _ask_for(names: Mapping[str, str], line: Line, kind: str, report: Report) -> None:
    for name in dict.fromkeys(names.values()):
        if not any(notice.code == "media_file" and notice.values["file"] == name for notice in report.notices):
            report.add(NOTE, "media_file", line.cell(kind), file=name)


def lose(line: Line, report: Report, *kinds: str) -> None:
    """Say of each file of these columns that it is not kept."""
    for kind in kinds:
        for file in line.text(kind).values():
            report.add(LOST, "big_image" if kind == "big-image" else "media", line.cell(kind), file=file)


def columns(shown: Media) -> dict[str, Mapping[str, str]]:
    """Return the cells of a row for what stands beside its label, by column."""
    return {f"media::{kind}": names for kind, names in shown.items()}
