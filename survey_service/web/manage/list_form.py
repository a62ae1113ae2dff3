"""A choice list as a form: a row an answer, with buttons that move and remove rows before anything is saved."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.problems import D_
from survey_service.questionnaire.editing import Block
from survey_service.questionnaire.reading import CHOICE_NAME, NAME
from survey_service.web.i18n import gettext
from survey_service.web.manage import question_form, text_fields
from survey_service.web.manage.editor import Scene
from survey_service.web.manage.text_fields import Errors, Given

EMPTY_ROWS = 2
MOST_ROWS = 500
_OWN = ("name", "label", "exclusive", "last", "media")
_FAULTS: Mapping[str, str] = {
    "name": D_("Please use letters, digits, “_”, “-” and “.” only, at most 64."),
    "twice": D_("Another answer of this list has that short name."),
    "columns": D_("Please write it like this: field=ARB; region=north"),
    "empty": D_("Please write at least one answer."),
}

Row = dict[str, str]


def say(code: str) -> str:
    """Return a fault in the desk's language."""
    return gettext(_FAULTS[code])


def rows_of(choices: list[Block], now: Scene) -> list[Row]:
    """Return a list's choices as rows of fields."""
    return [_row(choice, now) for choice in choices]


def _row(choice: Block, now: Scene) -> Row:
    label = choice["label"] if isinstance(choice["label"], Mapping) else {"*": choice["label"]}
    row = {"name": str(choice["name"]), "old": str(choice["name"]), **text_fields.fields("label", label, now.tags)}
    row |= {flag: "yes" for flag in ("exclusive", "last") if choice.get(flag)}
    row["columns"] = _column_text(choice)
    return row


def _column_text(choice: Block) -> str:
    return "; ".join(f"{key}={value}" for key, value in choice.items() if key not in _OWN)


def typed_rows(given: Given, now: Scene) -> list[Row]:
    """Return the rows as typed, the empty ones left out."""
    parts = ("name", "old", "exclusive", "last", "columns", *(f"label-{tag}" for tag in now.tags))
    found = []
    number = 1
    while number <= MOST_ROWS and f"{number}-name" in given:
        row = {part: given[f"{number}-{part}"].strip() for part in parts if f"{number}-{part}" in given}
        if any(row.get(part) for part in parts):
            found.append(row)
        number += 1
    return found


def rearranged(rows: list[Row], order: str) -> list[Row]:
    """Return the rows after a button was pressed: ``up 3``, ``down 3``, ``remove 3``."""
    what, _, number = order.partition(" ")
    index = int(number) - 1 if number.isdigit() else -1
    if not 0 <= index < len(rows):
        return rows
    row, rest = rows[index], [*rows[:index], *rows[index + 1 :]]
    if what == "remove":
        return rest
    place = max(0, index - 1) if what == "up" else index + 1
    return [*rest[:place], row, *rest[place:]]


def read(rows: list[Row], old: list[Block], now: Scene, errors: Errors) -> list[Block]:
    """Return the choices as typed; errors go to the fields ``3-name`` of the row with that number."""
    known = {str(choice["name"]): choice for choice in old}
    choices: list[Block] = []
    for number, row in enumerate(rows, 1):
        found: Errors = {}
        before = known.get(row.get("old", ""), {})
        label = before.get("label", {})
        text = text_fields.read(
            row, "label", label if isinstance(label, Mapping) else {"*": label}, now.tags, found, required=True
        )
        taken = [str(choice["name"]) for choice in choices]
        name = row.get("name") or question_form.choice_name(next(iter(reversed(text.values())), ""), taken)
        if not CHOICE_NAME.fullmatch(name):
            found["name"] = say("name")
        elif name in taken:
            found["name"] = say("twice")
        flags: Block = {flag: True for flag in ("exclusive", "last") if flag in row}
        if before.get("media"):
            flags["media"] = before["media"]
        choices.append({"name": name, "label": text, **flags, **_columns(row.get("columns", ""), before, found)})
        errors |= {f"{number}-{key}": message for key, message in found.items()}
    if not choices:
        errors["1-name"] = say("empty")
    return choices


def _columns(text: str, before: Block, found: Errors) -> dict[str, str]:
    if text == _column_text(before):
        return {key: str(value) for key, value in before.items() if key not in _OWN}
    columns = {}
    for part in filter(None, (part.strip() for part in text.split(";"))):
        key, sign, value = (piece.strip() for piece in part.partition("="))
        if not sign or not NAME.fullmatch(key) or key in _OWN:
            found["columns"] = say("columns")
        columns[key] = value
    return columns
