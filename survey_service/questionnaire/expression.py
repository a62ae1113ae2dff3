"""XLSForm expressions: parse once → small tree → evaluate.

The language is XLSForm's subset of XPath 1.0 as the ODK XForms specification describes it: ``${name}``, ``.``, bare
names for the columns of a choice, texts, numbers, operators, paths, predicates and the functions of ``FUNCTIONS``
(docs/expressions.md). The browser evaluates the same tree (``portable``). Whatever the answers are,
evaluation returns a value and raises nothing; all faults come from ``parse``.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from typing import Any

from survey_service.problems import D_, said
from survey_service.questionnaire.evaluation import compile_condition, compile_node
from survey_service.questionnaire.functions import FUNCTIONS, Node
from survey_service.questionnaire.paths import is_list, parts_of
from survey_service.questionnaire.refusals import ExpressionFault
from survey_service.questionnaire.syntax import MAX_LENGTH, MAX_NESTING, parse_tree
from survey_service.questionnaire.values import Answer, Path, Scope, Value
from survey_service.questionnaire.writing import write_tree

__all__ = ["FUNCTIONS", "Answer", "Expression", "ExpressionFault", "Node", "Path", "Scope", "Value", "parse"]


@dataclass(frozen=True)
class Expression:
    """A parsed expression.

    ``text`` is what was written, ``ast`` its tree (see docs/expressions.md). ``names`` are the questions and repeats it
    refers to; ``elsewhere`` those of them that are looked up in chosen instances of repeats only (``indexed-repeat()``,
    ``${repeat}[…]/name``), so that a question that refers to itself thus may mean an earlier instance. ``columns`` are
    the bare names, which stand for columns of the choice under test; ``lists`` the lists that it reads rows of.
    ``uses_current`` says whether it looks at the current answer, ``.``, ``functions`` what it calls, and ``words``
    whether it writes names of months or days.
    """

    text: str
    ast: Node
    names: frozenset[str]
    columns: frozenset[str]
    uses_current: bool
    elsewhere: frozenset[str]
    lists: frozenset[str]
    functions: frozenset[str]
    words: bool

    @functools.cached_property
    def _run(self) -> Callable[[Scope], Any]:
        return compile_node(self.ast).run

    @functools.cached_property
    def _holds(self) -> Callable[[Scope], bool]:
        return compile_condition(self.ast)

    def evaluate(self, scope: Scope) -> Value:
        """Return the value: a text, a number (float, possibly NaN or infinite) or a boolean."""
        return self._run(scope)  # type: ignore[no-any-return]

    def holds(self, scope: Scope) -> bool:
        """Return the value as XPath's ``boolean()`` has it."""
        return self._holds(scope)

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
            said(D_("The expression is longer than %(limit)s characters."), limit=MAX_LENGTH),
            MAX_LENGTH + 1,
            said(D_("Split it into several calculate questions.")),
        )
    return _expression(text)


def _expression(text: str) -> Expression:
    ast = parse_tree(text)
    used: dict[str, set[str]] = {kind: set() for kind in ("here", "elsewhere", "col", ".", "list", "function", "words")}
    for kind, name in _uses(ast):
        used[kind].add(name)
    return Expression(
        text=text,
        ast=ast,
        names=frozenset(used["here"] | used["elsewhere"]),
        columns=frozenset(used["col"]),
        uses_current=bool(used["."]),
        elsewhere=frozenset(used["elsewhere"] - used["here"]),
        lists=frozenset(used["list"]),
        functions=frozenset(used["function"]),
        words=bool(used["words"]),
    )


def _uses(node: Node, predicate: str = "", kind: str = "here") -> Iterator[tuple[str, str]]:
    """Yield (kind of use, name) for all that a node uses; ``predicate`` is the kind of that around it, if any."""
    head = node[0]
    if head in FUNCTIONS or head == "instance":
        yield "function", head
    if head in ("ref", "name"):
        yield kind, node[1]
    elif head == "current" or (head == "." and not predicate):
        yield ".", "."
    elif head == "col" and predicate != "list":
        yield "col", node[1]
    elif head in ("instance", "pulldata"):
        yield "list", node[1] if head == "instance" else node[1][1]
    elif head == "step" and node[2] != "..":
        yield "here" if node[1] == ("current",) else "elsewhere", node[2]
    elif head in ("format-date", "format-date-time") and re.search("%[ab]", node[2][1]):
        yield "words", head
    for part, inside, its_kind in _parts(node, predicate, kind):
        yield from _uses(part, inside, its_kind)


def _parts(node: Node, predicate: str, kind: str) -> Iterator[tuple[Node, str, str]]:
    """Yield each node within a node, with the predicate around it and the kind of use of its names."""
    head = node[0]
    if head in ("step", "column"):
        yield node[1], predicate, "elsewhere" if head == "step" else kind
        for part in node[3:]:
            yield part, "repeat", "here"
    elif head == "filter":
        yield node[1], predicate, kind
        yield node[2], "list" if is_list(node[1]) else "repeat", "here"
    elif head == "indexed-repeat":
        for index, part in enumerate(node[1:]):
            yield part, predicate, "here" if index and index % 2 == 0 else "elsewhere"
    else:
        for part in parts_of(node):
            yield part, predicate, kind


def _thaw(node: Node) -> list[Any]:
    return [_thaw(part) if isinstance(part, tuple) else part for part in node]


def _freeze(data: Any, depth: int) -> Node:
    if not isinstance(data, list) or not data or not isinstance(data[0], str) or depth > MAX_NESTING:
        raise _no_tree()
    return tuple(_freeze(part, depth + 1) if isinstance(part, list) else part for part in data)


def _no_tree() -> ExpressionFault:
    return ExpressionFault(
        said(D_("This is not the tree of an expression.")), 1, said(D_("Use a tree made by this service."))
    )
