"""The grammar of expressions: text → tree, and back.

A tree is nested tuples whose first item is an operator, a function's name or the kind of a leaf, e.g.
``("=", ("ref", "B00"), ("str", "yes"))``; as JSON it is what the script in the browser evaluates. Leaves are
``("ref", name)``, ``("str", text)``, ``("num", number)``, ``("col", name)`` and ``(".",)``; ``neg`` is the sign. A run
of one operator is one node, ``a or b or c`` → ``("or", a, b, c)``, so that long lists of alternatives do not nest; it
is meant from the left.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from survey_service.questionnaire.functions import FUNCTIONS, Node
from survey_service.questionnaire.refusals import (
    KEYWORDS,
    UNSUPPORTED,
    ExpressionFault,
    explain,
    keyword_fault,
    suggestion,
)
from survey_service.questionnaire.values import to_text

if TYPE_CHECKING:
    from lark import Lark, Token

MAX_LENGTH = 10_000
MAX_NESTING = 100
_MAX_EXACT = 2**53

# In XPath a name after an operand is an operator and anywhere else a name; the contextual lexer sees it the same way.
_GRAMMAR = r"""
?start: choice
?choice: union (OR union)*
?union: equality (AND equality)*
?equality: relation ((EQ | NE) relation)*
?relation: total ((LE | LT | GE | GT) total)*
?total: product ((PLUS | MINUS) product)*
?product: negation ((STAR | DIV | MOD) negation)*
?negation: MINUS negation -> negative
    | operand
?operand: NUMBER -> number
    | TEXT -> text
    | REFERENCE -> reference
    | DOT -> current
    | DOTS -> parent
    | NAME -> column
    | CALL "(" (choice ("," choice)*)? ")" -> call
    | "(" choice ")" -> group

OR.3: /or(?![\w.-])/
AND.3: /and(?![\w.-])/
DIV.3: /div(?![\w.-])/
MOD.3: /mod(?![\w.-])/
EQ: "="
NE: "!="
LE: "<="
LT: "<"
GE: ">="
GT: ">"
PLUS: "+"
MINUS: "-"
STAR: "*"
NUMBER.2: /[0-9]+(\.[0-9]*)?|\.[0-9]+/
TEXT: /'[^']*'|"[^"]*"/
REFERENCE: /\$\{[^{}]*\}/
DOTS: ".."
DOT: "."
CALL.2: /[^\W\d][\w.-]*(:[^\W\d][\w.-]*)?(?=[ \t\r\n]*\()/
NAME: /[^\W\d][\w.-]*/
%ignore /[ \t\r\n]+/
"""

_NAME = re.compile(r"[^\W\d][\w.-]*")
_RUNS = frozenset({"or", "and", "+", "-", "*", "div", "mod"})


@dataclass(frozen=True)
class _Part:
    """A node while it is being parsed: how deep it nests, and where its text begins (column, from 1)."""

    node: Node
    depth: int
    column: int


def _column(token: Token) -> int:
    return cast(int, token.start_pos) + 1


def _deeper(parts: Sequence[_Part], column: int) -> int:
    depth = max((part.depth for part in parts), default=0) + 1
    if depth > MAX_NESTING:
        raise ExpressionFault(
            f"The expression nests deeper than {MAX_NESTING} levels.", column, "Split it into calculate questions."
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
            while operator in _RUNS and position < len(children) and children[position] == operator:
                run.append(children[position + 1])
                position += 2
            node = (str(operator), *(part.node for part in run))
            left = _Part(node, _deeper(run, _column(operator)), left.column)
        return left

    choice = union = equality = relation = total = product = _chain

    def negative(self, children: list[Any]) -> _Part:
        sign, operand = children
        return _Part(("neg", operand.node), _deeper([operand], _column(sign)), _column(sign))

    def group(self, children: list[Any]) -> _Part:
        (inner,) = children
        return _Part(inner.node, _deeper([inner], inner.column), inner.column)

    def number(self, children: list[Any]) -> _Part:
        (token,) = children
        number = float(token)
        if number == float("inf"):
            raise ExpressionFault("The number is too large.", _column(token), "Write a smaller number.")
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
                f"“{token}” does not name a question.",
                _column(token),
                "Write the question's name between the braces, without spaces, e.g. ${age}.",
            )
        return _Part(("ref", name), 1, _column(token))

    def current(self, children: list[Any]) -> _Part:
        return _Part((".",), 1, _column(children[0]))

    def parent(self, children: list[Any]) -> _Part:
        return _Part(("..",), 1, _column(children[0]))

    def column(self, children: list[Any]) -> _Part:
        (token,) = children
        if token in KEYWORDS:
            raise keyword_fault(str(token), _column(token))
        return _Part(("col", str(token)), 1, _column(token))

    def call(self, children: list[Any]) -> _Part:
        token, *arguments = children
        name, column = str(token), _column(token)
        function = FUNCTIONS.get(name)
        if function is None:
            raise _unknown(name, column)
        if not function.accepts(len(arguments)):
            raise ExpressionFault(
                f"The number of arguments of {name}() is {len(arguments)}, it takes {function.wants()}.",
                column,
                f"Write {name}({function.example}).",
            )
        depth = _deeper(arguments, column)
        nodes = tuple(part.node for part in arguments)
        complaint = function.check(nodes) if function.check else None
        if complaint is not None:
            raise ExpressionFault(complaint.message, arguments[complaint.index].column, complaint.remedy)
        if not nodes and function.current:
            nodes = ((".",),)
        return _Part((name, *nodes), depth, column)


def _unknown(name: str, column: int) -> ExpressionFault:
    if name in UNSUPPORTED:
        return ExpressionFault(f"{name}() is not supported yet.", column, UNSUPPORTED[name])
    return ExpressionFault(f"There is no function {name}().", column, suggestion(name, FUNCTIONS))


@functools.lru_cache(maxsize=1)
def _parser() -> Lark:
    # Imported here: a process that meets no expression does not pay for the parser generator.
    from lark import Lark

    return Lark(_GRAMMAR, parser="lalr", lexer="contextual", transformer=cast(Any, _Builder()))


def parse_tree(text: str) -> Node:
    """Return the tree of an expression; raise ExpressionFault if it has none. The length is not limited here."""
    from lark.exceptions import UnexpectedInput

    if not text.strip():
        raise ExpressionFault("The expression is empty.", 1, "Write an expression, or leave the key out.")
    try:
        return cast(_Part, _parser().parse(text)).node
    except UnexpectedInput as error:
        fault = explain(text, error)
    raise fault


# Back to text

_LEVELS: Mapping[str, int] = {
    **dict.fromkeys(("or",), 1),
    **dict.fromkeys(("and",), 2),
    **dict.fromkeys(("=", "!="), 3),
    **dict.fromkeys(("<", "<=", ">", ">="), 4),
    **dict.fromkeys(("+", "-"), 5),
    **dict.fromkeys(("*", "div", "mod"), 6),
    "neg": 7,
}
_LEAVES: Mapping[str, Callable[[Any], str]] = {
    "ref": lambda name: "${" + name + "}",
    "str": lambda text: f'"{text}"' if "'" in text else f"'{text}'",
    "num": lambda number: to_text(float(number)),
    "col": str,
}


def write_tree(node: Node) -> str:
    """Return the text of a tree, with as few parentheses as mean the same."""
    name = node[0]
    if name in _LEAVES:
        return _LEAVES[name](node[1])
    if name in (".", ".."):
        return str(name)
    if name == "neg":
        return "-" + _operand(node[1], 7)
    if name not in _LEVELS:
        return f"{name}({', '.join(write_tree(part) for part in node[1:])})"
    level = _LEVELS[name]
    # On the left an operator of the same level needs no parentheses, unless it would melt into the run of this one.
    first = _operand(node[1], level + 1 if node[1][0] == name and name in _RUNS else level)
    return f" {name} ".join([first, *(_operand(part, level + 1) for part in node[2:])])


def _operand(node: Node, level: int) -> str:
    text = write_tree(node)
    return f"({text})" if _LEVELS.get(node[0], 8) < level else text
