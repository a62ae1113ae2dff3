"""Compiling node-sets: steps, predicates, unions, lists, and the functions that need nodes, not only values."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Mapping

from survey_service.questionnaire import function_chance as chance
from survey_service.questionnaire.codes import Code, Compile, Run, as_kind, converted
from survey_service.questionnaire.nodes import Item, instance_at, items_of
from survey_service.questionnaire.paths import is_list
from survey_service.questionnaire.values import Node, Path, Scope, Value, is_instance, to_boolean, value_of

Nodes = Callable[[Scope], list[Item]]
Builder = Callable[[Node, Compile], Code]


def _set(nodes: Nodes, *, of_answers: bool = False) -> Code:
    """Return the code of a node-set: as a value it is that of its first node, or empty.

    As a condition it asks whether there is a node, or for plain answers, as a reference does, whether the first is not
    empty.
    """

    def run(scope: Scope) -> Value:
        items = nodes(scope)
        return value_of(items[0][0]) if items else ""

    return Code(run, "v", nodes, many=True, truth=None if of_answers else lambda scope: bool(nodes(scope)))


def _nodes(node: Node, compile_node: Compile) -> Nodes:
    nodes = compile_node(node).nodes
    assert nodes is not None  # noqa: S101 - the parser lets node-sets only stand here
    return nodes


# Predicates


def _within(scope: Scope) -> Scope:
    """Return a scope for the nodes under test in a predicate."""
    return Scope(
        scope.answers,
        today=scope.today,
        path=scope.path,
        repeats=scope.repeats,
        columns=scope.columns,
        now=scope.now,
        label_of=scope.label_of,
        lists=scope.lists,
        seed=scope.seed,
        language=scope.language,
        once=scope.once,
        outer=scope.outer or scope,
    )


def _parent(item: Item) -> Path | None:
    """Return what tells the parents of nodes apart."""
    answer, path = item
    return path[:-1] if path and is_instance(answer) else path


def _numbered(items: list[Item], whole: bool) -> Iterator[tuple[Item, int, int]]:
    """Yield (node, its number from 1, how many) among all nodes, or among those with the same parent."""
    if whole:
        for number, item in enumerate(items, 1):
            yield item, number, len(items)
        return
    sizes = Counter(map(_parent, items))
    numbers: Counter[Path | None] = Counter()
    for item in items:
        parent = _parent(item)
        numbers[parent] += 1
        yield item, numbers[parent], sizes[parent]


Predicate = Callable[[Scope, list[Item]], list[Item]]


def _predicate(node: Node, compile_node: Compile, whole: bool) -> Predicate:
    """Compile a predicate: a number means the node with that number, everything else is true or false."""
    code = compile_node(node)
    run = converted("b", code) if code.nodes is not None else code.run

    def keep(scope: Scope, items: list[Item]) -> list[Item]:
        inner = _within(scope)
        kept = []
        for item, number, size in _numbered(items, whole):
            answer, path = item
            if path is None and isinstance(answer, Mapping):
                inner.columns, inner.current = answer, None
            else:
                inner.path, inner.current = scope.path if path is None else path, answer
            inner.position, inner.size = number, size
            value = run(inner)
            if value == number if value.__class__ is float else to_boolean(value):
                kept.append(item)
        return kept

    return keep


def _is_whole(node: Node) -> bool:
    """Tell whether the nodes of a set are numbered through, not within each parent."""
    while node[0] == "filter":
        node = node[1]
    return node[0] in ("set", "|", "randomize") or is_list(node)


def _filter(node: Node, compile_node: Compile) -> Code:
    base = _nodes(node[1], compile_node)
    keep = _predicate(node[2], compile_node, _is_whole(node[1]))
    return _set(lambda scope: keep(scope, base(scope)))


# Steps


def _step(node: Node, compile_node: Compile) -> Code:
    base, name = _nodes(node[1], compile_node), node[2]
    if name == "..":
        return _set(lambda scope: _parents(scope, base(scope)))
    upwards = (node[1][0] == "step" and node[1][2] == "..") or node[1] == ("current",)
    predicates = tuple(_predicate(part, compile_node, whole=False) for part in node[3:])

    def nodes(scope: Scope) -> list[Item]:
        chain = scope.repeats.get(name, ())
        found: list[Item] = []
        for _, path in base(scope):
            if path is None or not (upwards or _leads(path, chain)):
                continue
            items = items_of(scope, name, path)
            for predicate in predicates:
                items = predicate(scope, items)
            found.extend(items)
        return found

    return _set(nodes, of_answers=True)


def _leads(path: Path, chain: tuple[str, ...]) -> bool:
    """Tell whether a question with these enclosing repeats stands within the instance at the path."""
    return bool(path) and tuple(repeat for repeat, _ in path) == chain[: len(path)]


def _parents(scope: Scope, items: list[Item]) -> list[Item]:
    paths = dict.fromkeys(path[:-1] if is_instance(answer) else path for answer, path in items if path)
    return [(instance_at(scope.answers, path), path) for path in paths]


def _column(node: Node, compile_node: Compile) -> Code:
    base, name = _nodes(node[1], compile_node), node[2]
    return _set(
        lambda scope: [(row.get(name, ""), None) for row, _ in base(scope) if isinstance(row, Mapping)], of_answers=True
    )


def _instance(node: Node, _compile: Compile) -> Code:
    name = node[1]
    return _set(lambda scope: [(row, None) for row in scope.lists.get(name, ())])


def _outer(_node: Node, _compile: Compile) -> Code:
    """``current()`` within a predicate: what ``.`` is outside it."""

    def nodes(scope: Scope) -> list[Item]:
        outer = scope.outer or scope
        return [(outer.current, outer.path)]

    return Code(lambda scope: value_of((scope.outer or scope).current), "v", nodes)


def _union(node: Node, compile_node: Compile) -> Code:
    """``a | b``: the nodes of each part, in the order in which the parts are written; a part counts once."""
    parts = tuple(_nodes(part, compile_node) for part in dict.fromkeys(node[1:]))
    return _set(lambda scope: [item for part in parts for item in part(scope)])


# Functions


def _count(node: Node, compile_node: Compile) -> Code:
    nodes = _nodes(node[1], compile_node)
    return Code(lambda scope: float(len(nodes(scope))), "n")


def _randomize(node: Node, compile_node: Compile) -> Code:
    base = _nodes(node[1], compile_node)
    if len(node) == 2:
        return _set(lambda scope: chance.shuffled(base(scope), chance.own_seed(scope.seed, scope.path)))
    seed = compile_node(node[2]).run
    return _set(lambda scope: chance.shuffled(base(scope), chance.written_seed(seed(scope))))


def _position(node: Node, compile_node: Compile) -> Code:
    """In a predicate the number of the node under test; else that of an instance of a repeat, from 1.

    ``..`` is the innermost repeat around the expression, ``../..`` the one around that, as far as there are any.
    """
    if len(node) == 1:
        return Code(lambda scope: float(scope.position), "n")
    if node[1][0] == "up":
        return Code(_position_upwards(node[1][1]), "n")
    nodes = _nodes(node[1], compile_node)

    def run(scope: Scope) -> float:
        items = nodes(scope)
        if not items:
            return math.nan
        return float(items[0][1][-1][1] + 1) if items[0][1] else 1.0

    return Code(run, "n")


def _position_upwards(steps: int) -> Run:
    def run(scope: Scope) -> float:
        path = scope.path
        return float(path[-min(steps, len(path))][1] + 1) if path else 1.0

    return run


def _indexed_repeat(node: Node, compile_node: Compile) -> Code:
    """The answer in the instance that the pairs of repeat and number (from 1) say, each seen from the one before."""
    name = node[1][1]
    wanted = tuple((node[at][1], as_kind("n", node[at + 1], compile_node)) for at in range(2, len(node), 2))

    def run(scope: Scope) -> Value:
        path = scope.path
        for repeat, number in wanted:
            items, index = items_of(scope, repeat, path), number(scope)
            if not math.isfinite(index) or not 1 <= int(index) <= len(items):
                return ""
            path = items[int(index) - 1][1] or ()
        items = items_of(scope, name, path) if _leads(path, scope.repeats.get(name, ())) else []
        return value_of(items[0][0]) if items else ""

    return Code(run, "v")


BUILDERS: Mapping[str, Builder] = {
    "filter": _filter,
    "set": lambda node, compile_node: _set(_nodes(node[1], compile_node)),
    "step": _step,
    "column": _column,
    "instance": _instance,
    "current": _outer,
    "|": _union,
    "count": _count,
    "randomize": _randomize,
    "position": _position,
    "last": lambda _node, _compile: Code(lambda scope: float(scope.size), "n"),
    "indexed-repeat": _indexed_repeat,
}
