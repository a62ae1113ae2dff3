"""One row of the sheet ``survey`` → one question as definition data."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from survey_service.questionnaire.builder import APPEARANCES, PARAMETERS
from survey_service.questionnaire.question_types import TYPES
from survey_service.questionnaire.reading import NAME
from survey_service.questionnaire.values import to_text
from survey_service.questionnaire.xlsform import beside, choices, formulas, limits
from survey_service.questionnaire.xlsform.choices import Lists
from survey_service.questionnaire.xlsform.located import Located
from survey_service.questionnaire.xlsform.notices import CHANGED, ERROR, LOST, NOTE
from survey_service.questionnaire.xlsform.report import ALTERED, KEPT, LEFT_OUT, Line, Report

_SIMPLE = {
    **{name: name for name, row in TYPES.items() if not row.needs_choices},
    "string": "text",
    "int": "integer",
    "gps": "geopoint",
    "location": "geopoint",
    "trigger": "acknowledge",
    "photo": "image",
    "q_string": "text",
    "start_time": "start",
    "end_time": "end",
    "number": "integer",
    "select": "select_multiple",
    "select1": "select_one",
    "date_time": "datetime",
    "calculation": "calculate",
}
_AS_TEXT = ("barcode", "phone", "phone_number")
_PRIVATE = (
    *("audit", "deviceid", "device_id", "subscriberid", "subscriber_id", "simserial", "sim_serial", "imei"),
    *("phonenumber", "username", "email", "start_geopoint", "background_geopoint", "background_audio"),
)
_SHAPES = ("geotrace", "geoshape")
_SELECTS = {
    **dict.fromkeys(("select_one", "select_1", "select_one_from"), "select_one"),
    **dict.fromkeys(("select_multiple", "select_all_that_apply_from", "select_many"), "select_multiple"),
    "rank": "rank",
    "ranking": "rank",
}
_SELECT = re.compile(
    r"(?P<kind>select[ _]one|select[ _]1|select[ _]multiple|select[ _]all[ _]that[ _]apply[ _]from|rank)"
    r"(?P<file>_from_file)?\s+(?:from\s+)?(?P<list>\$\{[^{}]+\}|[^\s]+)"
    r"(?P<other>\s+or[ _]other|\s+or[ _]specify[ _]other)?",
    re.IGNORECASE,
)
_FILE_COLUMN = re.compile(r"\b(value|label)\s*=\s*([^\s;,]+)")
_ASKED = tuple(name for name, row in TYPES.items() if row.asks)
_CHOSEN = tuple(name for name, row in TYPES.items() if row.needs_choices)
KNOWN = tuple(sorted({*_SIMPLE, *_AS_TEXT, *_PRIVATE, *_SHAPES, *_CHOSEN, "video", "signature"}))
_APPEARANCES = {
    **{name: name for name in APPEARANCES if name},
    "phone": "tel",
    "search": "minimal",
    "autocomplete": "minimal",
    "multi-line": "multiline",
    "quickcompact": "quick",
    "list_nolabel": "list-nolabel",
}
_PARAMETERS = {"start": "min", "end": "max", "step": "step", "randomize": "randomize"}


@dataclass
class Context:
    """What reading a row needs to know of the whole form.

    ``used`` are the names that anything refers to; ``files`` gives the name of the list in a file, or ``""`` if it was
    not brought along, of (its name, the column of the choices' names, that of their labels).
    """

    report: Report
    lists: Lists
    tags: tuple[str, ...]
    used: frozenset[str]
    files: Callable[[str, str, str], str]
    names: dict[str, int] = field(default_factory=dict)

    def file_list(self, file: str, line: Line) -> str:
        """Return the name of the list in a file, ``""`` if it was not brought along.

        The parameters ``value`` and ``label`` name its columns; they are taken out of the row.
        """
        given = dict(_FILE_COLUMN.findall(line.get("parameters", "")))
        line["parameters"] = _FILE_COLUMN.sub("", line.get("parameters", ""))
        return self.files(file, given.get("value", "name"), given.get("label", "label"))


def questions(line: Line, context: Context) -> list[dict[str, Any]]:
    """Return the question of a row, with what ``or_other`` adds; none if it is left out. Adds notices to the report."""
    kind = re.sub(r"[\s_-]+", "_", line["type"].strip().lower())
    context.report.rows[line.number] = KEPT
    if line.get("name") == "__version__":
        context.report.rows[line.number] = LEFT_OUT
        context.report.add(NOTE, "version", line.cell("name"))
        return []
    name = _name(line, context)
    left_out = next((code for code, kinds in _LEFT_OUT if kind in kinds), "")
    if left_out:
        return _left_out(line, name, left_out, context)
    select = _SELECT.fullmatch(" ".join(line["type"].split()))
    if select:
        return _select(line, name, select, context)
    if kind in _AS_TEXT:
        context.report.add(CHANGED, "as_text", line.cell("type"), type=line["type"])
        return [_question(line, name, "text", context)]
    if kind == "video":
        context.report.add(CHANGED, "as_file", line.cell("type"), type=line["type"])
        return [_question(line, name, "file", context)]
    if kind not in _SIMPLE:
        near = difflib.get_close_matches(kind, KNOWN, 1)
        values = {"type": line["type"], **({"near": near[0]} if near else {})}
        context.report.add(ERROR, "type_near" if near else "type", line.cell("type"), **values)
        context.report.rows[line.number] = LEFT_OUT
        return []
    return [_question(line, name, _SIMPLE[kind], context)]


_LEFT_OUT = (("private", _PRIVATE), ("upload", ("signature",)), ("shape", _SHAPES))


def _left_out(line: Line, name: str, code: str, context: Context) -> list[dict[str, Any]]:
    """Say why a question is left out; if others refer to it, a hidden question without a value stands in its place."""
    context.report.add(LOST, code, line.cell("type"), type=line["type"])
    context.report.rows[line.number] = LEFT_OUT
    if name not in context.used:
        return []
    context.report.add(CHANGED, "placeholder", line.cell("type"))
    context.report.rows[line.number] = ALTERED
    return [Located({"type": "hidden", "name": name}, line)]


def _name(line: Line, context: Context) -> str:
    name = line.get("name", "")
    if not name:
        context.report.add(ERROR, "no_name", line.cell("type"))
    elif not NAME.fullmatch(name):
        context.report.add(ERROR, "name", line.cell("name"), name=name)
    elif name in context.names and name in context.used:
        context.report.add(ERROR, "name_twice", line.cell("name"), name=name, row=context.names[name])
    elif name in context.names:  # allowed in another group, as long as nothing refers to it
        number = next(number for number in range(2, 10_000) if f"{name}_{number}" not in context.names)
        context.report.add(CHANGED, "name_renamed", line.cell("name"), old=name, new=f"{name}_{number}")
        name = f"{name}_{number}"
        context.names[name] = line.number
    else:
        context.names[name] = line.number
    return name


def _select(line: Line, name: str, select: re.Match[str], context: Context) -> list[dict[str, Any]]:
    kind = _SELECTS[select["kind"].lower().replace(" ", "_")]
    source = select["list"]
    if select["file"]:
        file, source = source, context.file_list(source, line)
        if not source:
            context.report.add(CHANGED, "list_file", line.cell("type"), file=file)
            line.pop("choice_filter", None)
            return [_question(line, name, "text", context)]
    question = _question(line, name, kind, context)
    if question["type"] == "note":
        return [question]
    if source.startswith("${"):
        return [Located({**question, "choices_from": source[2:-1].strip()}, line)]
    if source not in context.lists:
        choices.missing(source, context.lists, line, context.report)
        return []
    if not select["other"]:
        return [Located({**question, "choices": source}, line)]
    longer, further = f"{source}_or_other", f"{name}_other"
    context.lists[longer] = choices.with_other(context.lists[source], context.tags)
    context.report.add(CHANGED, "or_other", line.cell("type"), name=further)
    context.names[further] = line.number
    follow = {
        "type": "text",
        "name": further,
        "label": choices.in_languages(choices.SPECIFY, context.tags),
        "relevant": f"selected(${{{name}}}, 'other')",
    }
    return [Located({**question, "choices": longer}, line), Located(follow, line)]


def _question(line: Line, name: str, kind: str, context: Context) -> dict[str, Any]:
    report = context.report
    appearance = _appearance(line, report)
    label = line.text("label")
    if not label and (kind == "note" or kind in _ASKED) and appearance != "label" and not line.get("calculation"):
        if not line.text("hint"):
            report.add(ERROR, "no_label", line.cell("name"), name=name)
        label = line.texts.pop("hint", {})
    raw: dict[str, Any] = {
        "type": kind,
        "name": name,
        "label": label,
        "hint": line.text("hint"),
        "guidance": line.text("guidance_hint"),
        "required": formulas.required(line, report),
        "required_message": line.text("required_message"),
        "relevant": formulas.read(line, "relevant", report),
        "constraint": formulas.read(line, "constraint", report, current=True),
        "constraint_message": line.text("constraint_message"),
        "choice_filter": formulas.read(line, "choice_filter", report, columns=True),
        "calculation": formulas.read(line, "calculation", report),
        "default": _default(line, kind, report),
        "appearance": appearance,
        "parameters": {**_parameters(line, kind, report), **_order(line, kind), **limits.read(line, kind)},
        "autocomplete": line.get("autocomplete", ""),
        "sensitive": line.get("sensitive", "").lower() in ("yes", "true"),
        "concept": line.get("concept", ""),
        "pictogram": line.get("pictogram", ""),
        "media": beside.read(line, report, context.tags),
    }
    raw.update(_trigger(line, kind, report))
    if raw["calculation"] and kind not in ("calculate", *_ASKED):
        raw["calculation"] = None
    limits.take_out(raw)
    if line.get("read_only", "").lower() in ("yes", "true", "true()", "1") and kind in _ASKED:
        _make_read_only(raw, line, report)
    return Located(
        {key: value for key, value in raw.items() if key == "name" or value not in (None, "", {}, False)}, line
    )


def _make_read_only(raw: dict[str, Any], line: Line, report: Report) -> None:
    """Let a question be shown, not asked: with a calculation it is so already, a default becomes its calculation, and
    without either it is a note."""
    default = raw["default"]
    if raw["calculation"]:
        return
    if default is not None:
        raw.update(required=None, default=None, calculation=_source_of(default))
        report.add(CHANGED, "read_only_default", line.cell("read_only"))
    else:
        dropped = ("required", "constraint", "choice_filter", "appearance", "parameters", "autocomplete")
        raw.update(dict.fromkeys((*dropped, "constraint_message", "required_message")), type="note")
        report.add(CHANGED, "read_only_note", line.cell("read_only"))


def _source_of(default: Any) -> str:
    """Return the expression that always gives a default."""
    if isinstance(default, dict):
        return str(default["expression"])
    if isinstance(default, int | float):
        return to_text(float(default))
    return formulas.quoted(" ".join(default) if isinstance(default, list) else default)


def _trigger(line: Line, kind: str, report: Report) -> Mapping[str, Any]:
    """Return the name of the trigger; one at a question that is asked is left out: its value is the respondent's."""
    trigger = line.get("trigger", "")
    if not trigger:
        return {}
    names = formulas.names_in(trigger)
    if len(names) != 1 or kind in _ASKED:
        report.add(LOST, "trigger", line.cell("trigger"))
        return {}
    return {"trigger": names.pop()}


def _appearance(line: Line, report: Report) -> str:
    found = ""
    for token in line.get("appearance", "").split():
        known = _APPEARANCES.get(token.lower(), "")
        if known and not found:
            found = known
        elif known != found:
            report.add(LOST, "appearance", line.cell("appearance"), appearance=token)
    return found


def _parameters(line: Line, kind: str, report: Report) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in re.split(r"[\s;,]+", line.get("parameters", "")):
        key, _, value = part.partition("=")
        name = _PARAMETERS.get(key.lower(), "")
        if not part:
            continue
        if name == "randomize" and kind in PARAMETERS["randomize"]:
            if value.lower() == "true":
                found[name] = True
        elif name in ("min", "max", "step") and kind == "range" and limits.number(value) is not None:
            found[name] = limits.number(value)
        else:
            report.add(LOST, "parameter", line.cell("parameters"), parameter=part)
    return found


def _order(line: Line, kind: str) -> dict[str, bool]:
    marked = kind in PARAMETERS["alphabetical"] and line.get("alphabetical", "").lower() in ("yes", "true")
    return {"alphabetical": True} if marked else {}


def _default(line: Line, kind: str, report: Report) -> Any:
    text = line.get("default", "")
    if not text or kind in ("note", "calculate", "start", "end", "today"):
        return None
    if formulas.is_dynamic(text):
        source = formulas.read(line, "default", report)
        if not source:
            return None
        constant = formulas.constant(source)
        if constant is None:
            return {"expression": source}
        text = constant  # a text in quotes, because it looks like an expression
    value: Any = limits.number(text) if kind in ("integer", "decimal", "range") else text
    if kind in ("select_multiple", "rank"):
        value = text.split()
    if kind == "acknowledge":
        value = None
    if value is None:
        report.add(LOST, "default", line.cell("default"), default=text)
    return value
