"""XLSForm expressions: parse once → small tree → evaluate.

The language is XLSForm's subset of XPath 1.0 as the ODK XForms specification describes it: ``${name}``, ``.``, bare
names for the columns of a choice, texts, numbers, ``or and = != < <= > >= + - * div mod`` and the functions of
``FUNCTIONS``. The browser evaluates the same tree (``Expression.to_json``). Whatever the answers are, evaluation
returns a value and raises nothing; all faults come from ``parse``.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from survey_service.questionnaire.evaluation import compile_node
from survey_service.questionnaire.functions import FUNCTIONS, Node
from survey_service.questionnaire.refusals import ExpressionFault
from survey_service.questionnaire.syntax import MAX_LENGTH, MAX_NESTING, parse_tree, write_tree
from survey_service.questionnaire.values import Answer, Scope, Value, to_boolean

__all__ = ["FUNCTIONS", "Answer", "Expression", "ExpressionFault", "Node", "Scope", "Value", "parse"]


@dataclass(frozen=True)
class Expression:
    """A parsed expression.

    ``text`` is what was written, ``ast`` its tree (see ``syntax``), ``names`` the questions it refers to, ``columns``
    the bare names, ``uses_current`` whether it looks at the current answer, ``.``.
    """

    text: str
    ast: Node
    names: frozenset[str]
    columns: frozenset[str]
    uses_current: bool

    @functools.cached_property
    def _run(self) -> Callable[[Scope], Any]:
        return compile_node(self.ast).run

    def evaluate(self, scope: Scope) -> Value:
        """Return the value: a text, a number (float, possibly NaN or infinite) or a boolean."""
        return self._run(scope)  # type: ignore[no-any-return]

    def holds(self, scope: Scope) -> bool:
        """Return the value as XPath's ``boolean()`` has it."""
        return to_boolean(self._run(scope))

    def to_json(self) -> list[Any]:
        """Return the tree as nested lists of texts and numbers, fit for JSON."""
        return _thaw(self.ast)

    @classmethod
    def from_json(cls, data: Any) -> Expression:
        """Return the expression of a tree that ``to_json`` made; raise ExpressionFault if it is no such tree."""
        node = _freeze(data, 0)
        try:
            text = write_tree(node)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            raise _no_tree() from error
        expression = _expression(text)
        if expression.ast != node:
            raise _no_tree()
        return expression

    def __getstate__(self) -> dict[str, Any]:
        """Leave the closure out of copies and pickles; it is built again when needed."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}


@functools.lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Parse an expression; raise ExpressionFault, with column and remedy, if it is not one.

    A text has at most 10,000 characters and nests at most 100 levels. Results are cached by text.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionFault(
            f"The expression is longer than {MAX_LENGTH} characters.",
            MAX_LENGTH + 1,
            "Split it into several calculate questions.",
        )
    return _expression(text)


def _expression(text: str) -> Expression:
    ast = parse_tree(text)
    found: dict[str, set[str]] = {"ref": set(), "col": set(), ".": set()}
    waiting = [ast]
    while waiting:
        node = waiting.pop()
        if node[0] in found:
            found[node[0]].add(node[-1])
        elif node[0] not in ("str", "num"):
            waiting.extend(node[1:])
    return Expression(text, ast, frozenset(found["ref"]), frozenset(found["col"]), bool(found["."]))


def _thaw(node: Node) -> list[Any]:
    return [_thaw(part) if isinstance(part, tuple) else part for part in node]


def _freeze(data: Any, depth: int) -> Node:
    if not isinstance(data, list) or not data or not isinstance(data[0], str) or depth > MAX_NESTING:
        raise _no_tree()
    return tuple(_freeze(part, depth + 1) if isinstance(part, list) else part for part in data)


def _no_tree() -> ExpressionFault:
    return ExpressionFault("This is not the tree of an expression.", 1, "Use a tree made by this service.")
