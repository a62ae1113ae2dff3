"""From the text of an expression to its tree; the grammar is expression.lark.

A tree is nested tuples whose first item is an operator, a function's name or another head, e.g.
``("=", ("ref", "B00"), ("str", "yes"))``; as JSON it is what the script in the browser evaluates. All heads are listed
in docs/expressions.md. A run of one operator is one node, ``a or b or c`` → ``("or", a, b, c)``, so that long lists of
alternatives do not nest; it is meant from the left.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING, Any, cast

from survey_service.problems import D_, said
from survey_service.questionnaire import paths
from survey_service.questionnaire.function_checks import quoted_name
from survey_service.questionnaire.functions import ALIASES, FUNCTIONS, Node
from survey_service.questionnaire.paths import is_set
from survey_service.questionnaire.refusals import (
    KEYWORDS,
    UNSUPPORTED,
    ExpressionFault,
    explain,
    keyword_fault,
    suggestion,
    write,
)
from survey_service.questionnaire.writing import RUNS

if TYPE_CHECKING:
    from lark import Lark, Token

MAX_LENGTH = 10_000
MAX_NESTING = 100
MAX_PREDICATES = 3
"""How deep ``[ ]`` may nest: each level looks at all nodes again for each node of the level around it."""
_MAX_EXACT = 2**53
_SPLIT = D_("Split it into calculate questions.")


_NAME = re.compile(r"[^\W\d][\w.-]*")


@dataclass(frozen=True)
class _Part:
    """A node while it is being parsed: how deep it nests, and where its text begins (column, from 1);
    ``grouped`` says that it stands in parentheses."""

    node: Node
    depth: int
    column: int
    grouped: bool = False


@dataclass(frozen=True)
class _Step:
    """A step of a path, ``name[predicate]…``, while it is being parsed."""

    name: str
    predicates: tuple[_Part, ...]
    column: int


def _column(token: Token) -> int:
    return cast(int, token.start_pos) + 1


def _deeper(parts: Sequence[_Part], column: int) -> int:
    return _checked(max((part.depth for part in parts), default=0) + 1, column)


def _checked(depth: int, column: int) -> int:
    if depth > MAX_NESTING:
        raise ExpressionFault(
            said(D_("The expression nests deeper than %(limit)s levels."), limit=MAX_NESTING), column, said(_SPLIT)
        )
    return depth


class _Builder:
    """The callbacks of the grammar's rules, called by the parser from the inside out."""

    def _chain(self, children: list[Any]) -> _Part:
        """Fold operands and operators from the left; a run of one operator becomes one node."""
        left: _Part = children[0]
        position = 1
        while position < len(children):
            operator: Token = children[position]
            run = [left, children[position + 1]]
            position += 2
            while operator in RUNS and position < len(children) and children[position] == operator:
                run.append(children[position + 1])
                position += 2
            node = (str(operator), *(part.node for part in run))
            left = _Part(node, _deeper(run, _column(operator)), left.column)
        return left

    choice = union = equality = relation = total = product = _chain

    def joined(self, children: list[Any]) -> _Part:
        for part in children[::2]:
            if not is_set(part.node):
                raise ExpressionFault(said(D_("“|” joins node-sets only.")), part.column, write("or"))
        return self._chain(children)

    def negative(self, children: list[Any]) -> _Part:
        sign, operand = children
        return _Part(("neg", operand.node), _deeper([operand], _column(sign)), _column(sign))

    def group(self, children: list[Any]) -> _Part:
        (inner,) = children
        return _Part(inner.node, _deeper([inner], inner.column), inner.column, grouped=True)

    def predicate(self, children: list[Any]) -> _Part:
        bracket, inner = children
        return _Part(inner.node, inner.depth, _column(bracket))

    def step(self, children: list[Any]) -> _Step:
        token, *predicates = children
        return _Step(str(token), tuple(predicates), _column(token))

    def relative(self, children: list[Any]) -> _Part:
        """An operand with predicates, then steps."""
        first, *rest = children
        node, parts = first.node, [first]
        if first.grouped and node[0] not in ("|", "set") and is_set(node):
            node = ("set", node)
        for part in rest:
            if isinstance(part, _Part):
                node = paths.filtered(node, part.node, part.column)
                parts.append(part)
            elif isinstance(part, _Step):
                node = paths.stepped(node, part.name, part.column)
                for predicate in part.predicates:
                    node = paths.filtered(node, predicate.node, predicate.column)
                parts.extend(part.predicates)
        depth = max(part.depth for part in parts) + len(rest)
        return _Part(node, _checked(depth, first.column), first.column)

    def absolute(self, children: list[Any]) -> _Part:
        steps = [part for part in children if isinstance(part, _Step)]
        node = paths.absolute([(step.name, step.column) for step in steps])
        column = _column(children[0])
        for step in steps[:-1]:
            if step.predicates:
                raise ExpressionFault(
                    said(D_("A predicate cannot stand in the middle of this path.")),
                    step.predicates[0].column,
                    write("${repeat}[…]/name"),
                )
        for predicate in steps[-1].predicates:
            node = paths.filtered(node, predicate.node, predicate.column)
        depth = max((part.depth for part in steps[-1].predicates), default=0) + 1 + len(steps[-1].predicates)
        return _Part(node, _checked(depth, column), column)

    def number(self, children: list[Any]) -> _Part:
        (token,) = children
        number = float(token)
        if number == float("inf"):
            raise ExpressionFault(
                said(D_("The number is too large.")), _column(token), said(D_("Write a smaller number."))
            )
        whole = number.is_integer() and number <= _MAX_EXACT
        return _Part(("num", int(number) if whole else number), 1, _column(token))

    def text(self, children: list[Any]) -> _Part:
        (token,) = children
        return _Part(("str", str(token)[1:-1]), 1, _column(token))

    def reference(self, children: list[Any]) -> _Part:
        (token,) = children
        name = str(token)[2:-1]
        if not _NAME.fullmatch(name):
            raise ExpressionFault(
                said(D_("“%(found)s” does not name a question."), found=str(token)),
                _column(token),
                said(D_("Write the question's name between the braces, without spaces, e.g. ${age}.")),
            )
        return _Part(("ref", name), 1, _column(token))

    def current(self, children: list[Any]) -> _Part:
        return _Part((".",), 1, _column(children[0]))

    def parent(self, children: list[Any]) -> _Part:
        return _Part(("up", 1, _column(children[0])), 1, _column(children[0]))

    def column(self, children: list[Any]) -> _Part:
        (token,) = children
        if token in KEYWORDS:
            raise keyword_fault(str(token), _column(token))
        return _Part(("col", str(token)), 1, _column(token))

    def call(self, children: list[Any]) -> _Part:
        token, *arguments = children
        name, column = ALIASES.get(token, str(token)), _column(token)
        function = FUNCTIONS.get(name)
        if function is None:
            raise _unknown(name, column)
        if not function.accepts(len(arguments)):
            raise ExpressionFault(
                function.refusal(name, len(arguments)),
                column,
                write(f"{name}({function.example})"),
            )
        depth = _deeper(arguments, column)
        nodes = tuple(part.node for part in arguments)
        complaint = function.check(nodes) if function.check else None
        if complaint is not None:
            raise ExpressionFault(complaint.message, arguments[complaint.index].column, complaint.remedy)
        return _Part(_call(name, nodes, column), depth, column)


def _call(name: str, nodes: tuple[Node, ...], column: int) -> Node:
    """Return the node of a call whose arguments are in order."""
    if not nodes and FUNCTIONS[name].current:
        return (name, (".",))
    if name == "current":
        return ("current",)
    if name == "instance":
        return ("rows", nodes[0][1], ("root", "item"), column)
    if not nodes and name in ("position", "last"):
        return ("own", name, column)
    if name == "jr:choice-name":
        return (name, nodes[0], ("name", quoted_name(nodes[1])))
    return (name, *nodes)


def _unknown(name: str, column: int) -> ExpressionFault:
    if name in UNSUPPORTED:
        fault = said(D_("%(name)s() is not supported yet."), name=name)
        return ExpressionFault(fault, column, UNSUPPORTED[name])
    return ExpressionFault(said(D_("There is no function %(name)s()."), name=name), column, suggestion(name, FUNCTIONS))


@functools.lru_cache(maxsize=1)
def _parser() -> Lark:
    # Imported here: a process that meets no expression does not pay for the parser generator.
    from lark import Lark

    grammar = files(__package__).joinpath("expression.lark").read_text("utf-8")
    return Lark(grammar, parser="lalr", lexer="contextual", transformer=cast(Any, _Builder()))


def parse_tree(text: str) -> Node:
    """Return the tree of an expression; raise ExpressionFault if it has none. The length is not limited here."""
    from lark.exceptions import UnexpectedInput

    if not text.strip():
        raise ExpressionFault(
            said(D_("The expression is empty.")), 1, said(D_("Write an expression, or leave the key out."))
        )
    _check_predicates(text)
    try:
        return paths.settle(cast(_Part, _parser().parse(text)).node)
    except UnexpectedInput as error:
        fault = explain(text, error)
    raise fault


def _check_predicates(text: str) -> None:
    depth = 0
    for match in re.finditer(r"'[^']*'|\"[^\"]*\"|[\[\]]", text):
        depth += {"[": 1, "]": -1}.get(match[0], 0)
        if depth > MAX_PREDICATES:
            raise ExpressionFault(
                said(D_("Conditions in [ ] nest deeper than %(limit)s levels."), limit=MAX_PREDICATES),
                match.start() + 1,
                said(_SPLIT),
            )
