"""Expressions as people paste them: typographic quotes mended, faults located."""

from __future__ import annotations

import re
from collections.abc import Mapping

from survey_service.questionnaire import expression
from survey_service.questionnaire.expression import Expression, ExpressionFault
from survey_service.questionnaire.xlsform.notices import CHANGED, ERROR
from survey_service.questionnaire.xlsform.report import Line, Report

_STRAIGHT = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛´`", "'"),
        **dict.fromkeys("“”„‟«»", '"'),
        **dict.fromkeys("−–", "-"),
        "≤": "<=",
        "≥": ">=",
        "≠": "!=",
        "\u00a0": " ",
        "\u202f": " ",
        "\u2009": " ",
        "\u200b": "",
    }
)
_WORD = re.compile(r"[^\W\d][\w.-]*")
_REFERENCE = re.compile(r"\$\{\s*([^{}]*?)\s*\}")
_DYNAMIC = re.compile(r"\$\{|\(|\s(?:div|mod|\+|\*)\s")


def names_in(text: str) -> set[str]:
    """Return the names that a text or an expression refers to as ``${name}``."""
    return set(_REFERENCE.findall(text))


def quoted(text: str) -> str:
    """Return the expression that is just this text."""
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ', "\'", '.join(f"'{part}'" for part in text.split("'")) + ")"


def constant(source: str) -> str | None:
    """Return the text that an expression always is, as ``quoted`` writes it; None if it depends on anything."""
    head, *parts = _parsed(source).ast
    if head == "str":
        return str(parts[0])
    texts = [part[1] for part in parts if head == "concat" and part[0] == "str"]
    return "".join(texts) if texts and len(texts) == len(parts) else None


def is_dynamic(text: str) -> bool:
    """Tell whether a default is an expression and no literal answer."""
    return bool(_DYNAMIC.search(text))


def read(line: Line, column: str, report: Report, *, columns: bool = False, current: bool = False) -> str | None:
    """Return the text of an expression in a row, mended where possible; None if there is none or it is faulty."""
    text = line.get(column, "")
    if not text:
        return None
    try:
        parsed = _parsed(text)
    except ExpressionFault as fault:
        mended = text.translate(_STRAIGHT)
        try:
            parsed = _parsed(mended)
        except ExpressionFault:
            why = {"at": fault.column, "fault": fault.message, "remedy": fault.remedy}
            report.add(ERROR, "expression", line.cell(column), column=column, **why)
            return None
        text = mended
        report.add(CHANGED, "straightened", line.cell(column))
    if parsed.columns and not columns:
        if _WORD.fullmatch(text):  # ``calculation: Ethiopia``
            report.add(CHANGED, "bare_word", line.cell(column), word=text)
            return f"'{text}'"
        name = min(parsed.columns)
        report.add(ERROR, "alone", line.cell(column), column=column, name=name)
        return None
    if parsed.uses_current and not current:
        report.add(ERROR, "no_current", line.cell(column), column=column)
        return None
    return text


def _parsed(text: str) -> Expression:
    return expression.parse(text)


def required(line: Line, report: Report) -> bool | str:
    """Return what the column ``required`` says: yes, no, or an expression."""
    known: Mapping[str, bool] = {
        **dict.fromkeys(("yes", "true", "true()", "1"), True),
        **dict.fromkeys(("", "no", "false", "false()", "0"), False),
    }
    word = line.get("required", "").strip().lower()
    return known[word] if word in known else read(line, "required", report) or False
