"""What expressions cost beside elementpath (XPath 1.0), for all expressions of a large form that both can evaluate.

The form is UNHCR's Results Monitoring Survey (392 rows, three repeats) where ``../shared`` is present, else expressions
of the same kinds are made up. Both sides get parsed expressions and answers in the form they like best; only evaluation
is timed. Each pair of values is compared before.
"""

from __future__ import annotations

import copy
import datetime as dt
import math
import re
import time
import warnings
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import elementpath
import openpyxl

from survey_service.questionnaire.expression import Expression, ExpressionFault, Scope, parse

WORKBOOK = next(
    (
        folder / "shared/samples/xlsform/RMS_CAPI_v2.xlsx"
        for folder in Path(__file__).parents
        if (folder / "shared/samples").is_dir()
    ),
    Path(),
)
TODAY = dt.date(2026, 11, 23)
KEYS = ("relevant", "constraint", "calculation", "choice_filter", "repeat_count", "required")
ENTRIES = 3
# Functions that XPath 1.0 has, so that elementpath can evaluate them, and dates, which it takes for texts.
XPATH_1 = frozenset({"concat", "contains", "count", "not", "number", "string", "sum", "string-length", "true", "false"})
QUOTES = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"'})  # as pyxform does
ROUNDS = 7


@dataclass
class Form:
    """Expressions with the question where each stands; the type of each question, and the repeats around it."""

    expressions: list[tuple[str, str]] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)
    repeats: dict[str, tuple[str, ...]] = field(default_factory=dict)
    columns: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Case:
    """One expression, ready for both sides. ``theirs`` is None where elementpath has no such function."""

    expression: Expression
    scope: Scope
    theirs: Callable[[], Any] | None


def read_workbook(path: Path) -> Form:
    """Return the expressions of an XLSForm."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl names extensions of Excel that it does not keep
        book = openpyxl.load_workbook(path, data_only=True)
    rows = book["survey"].iter_rows(values_only=True)
    header = {str(name).split("::")[0]: index for index, name in reversed(list(enumerate(next(rows)))) if name}
    form, repeats = Form(), [("", False)]
    for row in rows:
        kind, name = str(row[header["type"]] or "").strip(), str(row[header["name"]] or "").strip()
        if kind.startswith("end"):
            repeats.pop()
            continue
        around = tuple(repeat for repeat, is_repeat in repeats if is_repeat)
        if around or kind == "begin_repeat":
            form.repeats[name] = around
        if kind.startswith("begin"):
            repeats.append((name, kind == "begin_repeat"))
        else:
            form.types[name] = kind.split(" ")[0]
        for key in KEYS:
            text = str(row[header[key]] or "").translate(QUOTES).strip() if key in header else ""
            if text and text.lower() not in ("true", "false"):
                form.expressions.append((text, name))
    choices = book["choices"].iter_rows(values_only=True)
    form.columns = {str(column): "1" for column in next(choices) if column and "::" not in str(column)}
    return form


def made_up(questions: int = 400) -> Form:
    """Return a form with expressions of the kinds that large forms have."""
    kinds = ("select_one", "integer", "text", "select_multiple")
    form = Form()
    for number in range(questions):
        name = f"q{number}"
        form.types[name] = kinds[number % 4]
        earlier = [f"${{q{max(0, number - back)}}}" for back in (4, 8, 12)]
        shapes = (
            f"{earlier[0]} = '1'",
            f"{earlier[0]} != '1' and {earlier[1]} != '2' and {earlier[2]} != '98'",
            f"({earlier[0]} < 5 and {earlier[1]} >= 1) or {earlier[2]} > 9",
            f"{earlier[0]} - ({earlier[1]} * 12)",
            f"concat({earlier[0]}, ' ', {earlier[1]})",
            f"selected({earlier[0]}, '96')",
            ". > 0 and . < 50",
        )
        form.expressions.append((shapes[number % len(shapes)], name))
    return form


def _answer(form: Form, name: str, entry: int) -> str:
    kind = form.types.get(name, "")
    if kind in ("integer", "decimal"):
        return str(len(name) * 3 + entry)
    return "2001-02-03" if kind == "date" else str(1 + (len(name) + entry) % 3)


def answers_of(form: Form) -> dict[str, Any]:
    """Return an answer for each question, in repeats for each of some entries."""
    answers: dict[str, Any] = {}
    for name in form.types:
        around = form.repeats.get(name, ())
        if not around:
            answers[name] = _answer(form, name, 0)
            continue
        entries = answers.setdefault(around[0], [{} for _ in range(ENTRIES)])
        for index, entry in enumerate(entries):
            entry[name] = _answer(form, name, index)
    return answers


def document_of(answers: dict[str, Any]) -> ET.Element:
    """Return the same answers as an XML instance."""
    root = ET.Element("data")
    for name, value in answers.items():
        for entry in value if isinstance(value, list) else [value]:
            element = ET.SubElement(root, name)
            if isinstance(entry, dict):
                for inner, text in entry.items():
                    ET.SubElement(element, inner).text = text
            else:
                element.text = entry
    return root


def _as_path(form: Form, text: str, here: str) -> str:
    """Write ``${x}`` as the path that pyxform writes: relative within one repeat, else absolute."""

    def path(match: re.Match[str]) -> str:
        around = form.repeats.get(match[1], ())
        if around and form.repeats.get(here, ()) == around:
            return f" ../{match[1]} "
        return f" /{'/'.join(('data', *around, match[1]))} "

    return re.sub(r"\$\{([^}]+)\}", path, text)


class Peer:
    """Evaluates expressions with elementpath on an XML instance."""

    def __init__(self, form: Form, answers: dict[str, Any]) -> None:
        self.form, self.parser = form, elementpath.XPath1Parser()
        root = document_of(answers)
        self.tree = elementpath.get_node_tree(root)
        self.nodes = {node.elem: node for node in self.tree.iter() if hasattr(node, "elem")}
        self.elements = {name: self._element(root, name) for name in (*form.types, *form.repeats)}
        row = ET.SubElement(root, "item")
        for column, value in form.columns.items():
            ET.SubElement(row, column).text = value
        self.rows = elementpath.get_node_tree(root)
        self.row = next(node for node in self.rows.iter() if getattr(node, "elem", None) is row)

    def _element(self, root: ET.Element, name: str) -> Any:
        around = self.form.repeats.get(name, ())
        found = root.find("/".join((*around, name)))
        if found is None and around:  # a group: any place in the repeat will do
            found = root.find("/".join((*around, "*")))
        return self.nodes.get(found, self.tree)

    def evaluator(self, expression: Expression, here: str) -> Callable[[], Any] | None:
        """Return what evaluates it at a question, or None if it needs what XPath 1.0 has not."""
        if not expression.functions <= XPATH_1 or any(self.form.types.get(name) == "date" for name in expression.names):
            return None
        token = self.parser.parse(_as_path(self.form, expression.text, here))
        if expression.columns:
            context = elementpath.XPathContext(self.rows, item=self.row)
        else:
            context = elementpath.XPathContext(self.tree, item=self.elements.get(here, self.tree))
        return lambda: token.get_results(copy.copy(context))


def cases_of(form: Form) -> Iterator[Case]:
    """Yield all expressions of a form; one that is at fault is left out and named."""
    answers = answers_of(form)
    peer = Peer(form, answers)
    for text, here in form.expressions:
        try:
            expression = parse(text)
        except ExpressionFault as fault:
            print(f"  left out: {here}: {fault}")
            continue
        around = form.repeats.get(here, ())
        scope = Scope(
            answers,
            today=TODAY,
            repeats=form.repeats,
            path=tuple((repeat, 0) for repeat in around),
            current=answers[around[0]][0].get(here) if around else answers.get(here),
            columns=form.columns,
        )
        yield Case(expression, scope, peer.evaluator(expression, here))


def same(ours: Any, theirs: Any) -> bool:
    """Tell whether both values are equal, given that a node-set counts as the text of its first node."""
    if isinstance(theirs, list):
        first = theirs[0] if theirs else ""
        theirs = (first.text or "") if isinstance(first, ET.Element) else first
    if isinstance(ours, float):
        return math.isclose(ours, theirs, rel_tol=1e-12) or (math.isnan(ours) and math.isnan(theirs))
    return bool(ours == theirs)


def _best(work: Callable[[], object]) -> float:
    best = math.inf
    for _ in range(ROUNDS):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def measure() -> float:
    """Print what evaluation costs on both sides, and return how many times faster ours is."""
    found = WORKBOOK.is_file()
    form = read_workbook(WORKBOOK) if found else made_up()
    cases = list(cases_of(form))
    shared = [case for case in cases if case.theirs is not None]
    for case in shared:
        ours, theirs = case.expression.evaluate(case.scope), case.theirs()  # type: ignore[misc]
        if not same(ours, theirs):
            raise SystemExit(f"{case.expression.text}: {ours!r} here, {theirs!r} by elementpath")
    pairs = [(case.expression.evaluate, case.scope) for case in shared]
    ours = _best(lambda: [evaluate(scope) for evaluate, scope in pairs])
    everything = _best(lambda: [case.expression.evaluate(case.scope) for case in cases])
    theirs = _best(lambda: [case.theirs() for case in shared if case.theirs])
    source = WORKBOOK.name if found else "a made-up form, since ../shared is absent"
    print(f"\nExpressions of {source}, best of {ROUNDS} rounds")
    print(f"  all {len(cases)} here        {everything * 1e6:9.0f} µs")
    print(f"  {len(shared)} shared here     {ours * 1e6:9.0f} µs")
    print(f"  elementpath         {theirs * 1e6:9.0f} µs")
    print(f"  times faster        {theirs / ours:9.0f}")
    return theirs / ours


if __name__ == "__main__":
    measure()
