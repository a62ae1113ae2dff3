"""What the reading of an XLSForm has to say: one notice for each error and each thing that is changed or lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from survey_service.problems import D_, Said, said

ERROR, LOST, CHANGED, NOTE = KINDS = "error", "lost", "changed", "note"
"""The kinds of notices, by weight."""

MESSAGES: Mapping[str, str] = {
    # the workbook
    "not_a_workbook": D_("This is no .xlsx workbook. Open it in a spreadsheet program and save it as .xlsx."),
    "too_large": D_("The workbook is too large: at most %(limit)s MB, unpacked at most %(unpacked)s MB."),
    "suspicious": D_("The workbook has content that does not belong into a form (%(what)s). Save it anew as .xlsx."),
    "no_sheet": D_("There is no sheet “%(sheet)s”. Its name must be written exactly like this."),
    "no_column": D_("The sheet has no column “%(column)s”."),
    "too_many_rows": D_("The sheet has more than %(limit)s rows."),
    "too_many_cells": D_("A sheet has more than %(limit)s cells with content."),
    "formula": D_("This cell has a formula without a value. Replace it by its value."),
    "twice": D_("The column “%(column)s” stands twice. Only the first one is read."),
    "column": D_("The column “%(column)s” is no column of XLSForm that is known here. It is not read."),
    "language": D_("The language “%(language)s” is not known here. Its texts are not read."),
    "language_missing": D_("Texts that are missing in %(language)s: %(count)s."),
    "setting": D_("The setting “%(setting)s” has no meaning here. It is not kept."),
    "title": D_("The form has no title. Its name stands for it."),
    # structure
    "end_without_begin": D_("This ends a group or repeat that has not begun."),
    "not_ended": D_("This group or repeat is not ended."),
    "wrong_end": D_("This ends a %(found)s, but the last one that began is a %(begun)s: “%(name)s”."),
    "empty_group": D_("The group “%(name)s” has no questions. It is left out."),
    "group_renamed": D_("The name “%(old)s” is used twice. The group is called “%(new)s”."),
    "page_parted": D_("A repeat stands within a field-list. The questions after it come on further pages."),
    "group_column": D_("A group has no “%(column)s”. It is not read."),
    # questions
    "no_type": D_("The row has no type. It is not read."),
    "type": D_("The type “%(type)s” is not known."),
    "type_near": D_("The type “%(type)s” is not known. Did you mean “%(near)s”?"),
    "name": D_("The name “%(name)s” cannot be used: a letter first, then letters, digits, “_”, “-” and “.”."),
    "no_name": D_("The question has no name."),
    "name_renamed": D_("The name “%(old)s” is used twice. This question is called “%(new)s”."),
    "version": D_("The form's own version is left out: each response is stored with its revision."),
    "name_twice": D_("The name “%(name)s” is used in row %(row)s already."),
    "no_label": D_("The question has no label."),
    "private": D_("“%(type)s” reads from the device or follows the person. It is left out, for their privacy."),
    "shape": D_("Lines and areas (%(type)s) cannot be asked here. It is left out."),
    "placeholder": D_("Other questions refer to it, so it stays as a hidden question without a value."),
    "upload": D_("Questions of this kind (%(type)s) cannot be asked here. It is left out."),
    "as_file": D_("“%(type)s” is asked as a file; a film can be one."),
    "as_text": D_("“%(type)s” is asked as a text."),
    "no_list": D_("There is no choice list “%(list)s”."),
    "no_list_near": D_("There is no choice list “%(list)s”. Did you mean “%(near)s”?"),
    "list_file": D_("The file “%(file)s” was not brought along. The question is asked as a text."),
    "or_other": D_("“or_other” becomes a choice “other” and a question “%(name)s”."),
    "expression": D_("%(column)s, character %(at)s: %(fault)s %(remedy)s"),
    "alone": D_("%(column)s: the name “%(name)s” stands alone. Put it in ${ } for an answer, in quotes for a text."),
    "no_current": D_("%(column)s: “.” has no meaning here. Name a question in ${ }."),
    "straightened": D_("Typographic quotes and signs were replaced by straight ones."),
    "bare_word": D_("The word “%(word)s” stands alone. It is taken as a text."),
    "reference": D_("%(column)s refers to “%(name)s”, which is no question."),
    "default": D_("The default “%(default)s” is no answer to this question. It is left out."),
    "appearance": D_("The appearance “%(appearance)s” is not known here. It is left out."),
    "parameter": D_("The parameter “%(parameter)s” is not known here. It is left out."),
    "read_only_default": D_("The default becomes a calculation, whose value is shown and cannot be changed."),
    "read_only_note": D_("It cannot be changed and has no value. It becomes a text to read."),
    "media": D_("This picture, sound or film is not kept: “%(file)s”."),
    "media_file": D_("Bring the file “%(file)s” on the page of the working copy."),
    "big_image": D_("There is one size of a picture only. The larger one is left out: “%(file)s”."),
    "trigger": D_("A trigger has an effect on calculations only. It is left out."),
    "circle": D_("Questions depend on each other in a circle: %(names)s."),
    "grouping": D_("%(fault)s: %(remedy)s."),
    "fault": D_("%(fault)s: %(remedy)s."),
    # choices
    "choice_name": D_("The choice name “%(name)s” cannot be used: letters, digits, “_”, “-” and “.”."),
    "choice_twice": D_("The choice “%(name)s” stands twice in the list “%(list)s” (first in row %(row)s)."),
    "choice_twice_left": D_("The choice “%(name)s” stands twice in the list “%(list)s”. Only the first is kept."),
    "choice_label": D_("The choice has no label. Its name stands for it."),
}
"""All messages by code; English source texts for gettext."""


@dataclass(frozen=True)
class Notice:
    """One notice: its kind (ERROR, LOST, CHANGED or NOTE), a code of MESSAGES with its values, and where.

    ``row`` counts from 1, 0 where the sheet has none to name; ``column`` is a letter such as ``C``, or empty.
    """

    kind: str
    code: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    values: Mapping[str, object] = field(default_factory=dict)

    @property
    def place(self) -> str:
        """Where, as spreadsheet programs write it: ``survey!C12``."""
        cell = f"{self.column}{self.row or ''}"
        return f"{self.sheet}!{cell}" if self.sheet and cell else self.sheet

    @property
    def said(self) -> Said:
        """What it says, without the place."""
        return Said(MESSAGES[self.code], self.values)

    @property
    def said_at(self) -> Said:
        """What it says, with the place before it."""
        return said(D_("%(place)s: %(notice)s"), place=self.place, notice=self.said) if self.place else self.said

    def __str__(self) -> str:
        """The notice in English, for the command line and logs."""
        return str(self.said_at)


def by_weight(notices: Iterable[Notice]) -> list[Notice]:
    """Return notices in the order of KINDS, those of one kind as they came."""
    return sorted(notices, key=lambda notice: KINDS.index(notice.kind))
