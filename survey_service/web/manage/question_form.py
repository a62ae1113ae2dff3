"""A question as a form: from its definition to fields, and from what was typed back to a definition."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from survey_service.problems import D_
from survey_service.questionnaire import editing
from survey_service.questionnaire.builder import APPEARANCES, FLAGS, PARAMETERS
from survey_service.questionnaire.editing import Block
from survey_service.questionnaire.question_types import TYPES, plain_digits
from survey_service.questionnaire.reading import CHOICE_NAME, NAME
from survey_service.questionnaire.renaming import TEXTS
from survey_service.web.i18n import gettext
from survey_service.web.manage import condition_fields, text_fields
from survey_service.web.manage.editor import Scene, read_expression
from survey_service.web.manage.text_fields import Errors, Given

EXPRESSIONS = ("relevant", "required", "constraint", "choice_filter", "calculation", "default_expression")
PLAIN = ("autocomplete", "choices_from", "trigger", "group", "concept", "pictogram")
NUMBERS = tuple(name for name in PARAMETERS if name not in FLAGS)
_FAULTS: Mapping[str, str] = {
    "name": D_("Please use letters, digits, “_”, “-” and “.” only, a letter first, at most 64."),
    "type": D_("Please choose the kind of question."),
    "number": D_("Please write a number, for example 12."),
    "choices": D_("Please choose a list of answers, or write new ones below."),
    "message": D_("Please write what people read if their answer is not accepted."),
    "calculation": D_("Please write what is calculated."),
    "condition": D_("Please write the condition, or choose another way."),
}


def say(code: str) -> str:
    """Return a fault in the desk's language."""
    return gettext(_FAULTS[code])


def fields(block: Block, now: Scene) -> dict[str, str]:
    """Return the fields of a question."""
    given = {key: str(block.get(key, "")) for key in ("type", "name", "appearance", "choices", *PLAIN)}
    for key in TEXTS:
        given |= text_fields.fields(key, _text(block.get(key)), now.tags)
    for key in EXPRESSIONS[:1] + EXPRESSIONS[2:5]:
        given[key] = str(block.get(key) or "")
    required = block.get("required", False)
    given["must"] = "if" if isinstance(required, str) else "yes" if required else "no"
    given["required"] = required if isinstance(required, str) else ""
    default = block.get("default")
    if isinstance(default, Mapping):
        given["default_expression"] = str(default.get("expression", ""))
    elif default is not None:
        parts = default if isinstance(default, list) else [default]
        given["default"] = " ".join("yes" if part is True else str(part) for part in parts)
    for name, value in block.get("parameters", {}).items():
        given[f"parameter-{name}"] = "yes" if value is True else str(value)
    if block.get("sensitive"):
        given["sensitive"] = "yes"
    return {**given, **condition_fields.fields(given["relevant"])}


def _text(text: Any) -> Mapping[str, str]:
    return {"*": text} if isinstance(text, str) else text or {}


def read(given: Given, old: Block, now: Scene, errors: Errors) -> tuple[Block, dict[str, list[Block]]]:
    """Return the question as typed, and the choice list that was typed for it by name (or nothing)."""
    kind = given.get("type", "")
    if kind not in TYPES:
        errors["type"] = say("type")
        return dict(old), {}
    name = given.get("name", "").strip() or editing.free_name(editing.names_of(now.definition), "Q1")
    if not NAME.fullmatch(name):
        errors["name"] = say("name")
    block: Block = {"type": kind, "name": name}
    for key in TEXTS:
        needed = key == "label" and (kind == "note" or TYPES[kind].asks) and given.get("appearance") != "label"
        block[key] = text_fields.read(given, key, _text(old.get(key)), now.tags, errors, required=needed)
    own = name if name not in now.questionnaire.questions else ""
    for key in ("relevant", "constraint", "choice_filter", "calculation"):
        block[key] = read_expression(given, key, now, errors, own=own)
    block["required"] = _required(given, now, errors)
    block["appearance"] = given.get("appearance", "") if given.get("appearance") in APPEARANCES else ""
    block |= {key: given.get(key, "").strip() for key in PLAIN}
    block["sensitive"] = "sensitive" in given
    block["media"] = old.get("media", {})
    block["parameters"] = _parameters(given, kind, errors)
    lists = _choices(given, block, now, errors) if TYPES[kind].needs_choices else {}
    block["default"] = _default(given, kind, now, errors)
    if block["constraint"] and not block["constraint_message"]:
        errors.setdefault(f"constraint_message-{now.tags[0]}", say("message"))
    if kind == "calculate" and not block["calculation"]:
        errors.setdefault("calculation", say("calculation"))
    return {key: value for key, value in block.items() if value not in ("", None, {}, False)}, lists


def _required(given: Given, now: Scene, errors: Errors) -> str | bool | None:
    if given.get("must") != "if":
        return given.get("must") == "yes"
    found = read_expression(given, "required", now, errors)
    if found is None:
        errors["required"] = say("condition")
    return found


def _parameters(given: Given, kind: str, errors: Errors) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in NUMBERS:
        text = given.get(f"parameter-{name}", "").strip()
        if text and kind in PARAMETERS[name]:
            found[name] = number(text)
            if found[name] is None:
                errors[f"parameter-{name}"] = say("number")
    found |= {name: True for name in FLAGS if f"parameter-{name}" in given and kind in PARAMETERS[name]}
    return found


def number(text: str) -> int | float | None:
    """Return a number as anybody types it, None if it is none."""
    plain = plain_digits(text).replace(",", ".")
    if not re.fullmatch(r"-?[0-9]{1,12}([.][0-9]{1,9})?", plain):
        return None
    return float(plain) if "." in plain else int(plain)


def _default(given: Given, kind: str, now: Scene, errors: Errors) -> Any:
    expression = read_expression(given, "default_expression", now, errors)
    if expression is not None:
        return {"expression": expression}
    text = given.get("default", "").strip()
    if not text:
        return None
    if kind in ("integer", "decimal", "range"):
        found = number(text)
        if found is None:
            errors["default"] = say("number")
        return found
    if kind in ("select_multiple", "rank"):
        return text.split()
    return True if kind == "acknowledge" else text


def _choices(given: Given, block: Block, now: Scene, errors: Errors) -> dict[str, list[Block]]:
    """Set the question's list, and return it if it was typed as new: a line an answer, its English behind a bar."""
    lines = [line.strip() for line in given.get("new_choices", "").splitlines() if line.strip()]
    lists = now.definition.get("choices", {})
    if not lines:
        block["choices"] = given.get("choices", "")
        if block["choices"] not in lists and not block["choices_from"]:
            errors["choices"] = say("choices")
        return {}
    choices: list[Block] = []
    for line in lines:
        parts = [part.strip() for part in line.split("|")]
        label = {tag: part for tag, part in zip(now.tags, parts, strict=False) if part}
        taken = [str(choice["name"]) for choice in choices]
        choices.append({"name": choice_name(parts[-1] or parts[0], taken), "label": label})
    block["choices"] = editing.free_name(lists, f"{block['name']}_answers"[:60])
    return {block["choices"]: choices}


def choice_name(label: str, taken: list[str]) -> str:
    """Return a name for a choice made of its label, other than those taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:40]
    return editing.free_name(taken, plain if CHOICE_NAME.fullmatch(plain) else "choice")
