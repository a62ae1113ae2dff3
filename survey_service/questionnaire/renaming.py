"""Giving a question or repeat another name in all that refers to it: expressions, texts with ``${…}``, plain names."""

from __future__ import annotations

import copy
import re
from collections.abc import Mapping
from typing import Any

from survey_service.questionnaire.expression import ExpressionFault, parse
from survey_service.questionnaire.values import Node
from survey_service.questionnaire.writing import write_tree

TEXTS = ("label", "hint", "guidance", "required_message", "constraint_message")
EXPRESSIONS = ("required", "relevant", "constraint", "choice_filter", "calculation", "when", "count")
NAMES = ("choices_from", "trigger", "consent")
_REFERENCE = re.compile(r"\$\{\s*([^\s{}]+)\s*\}")


def names_in(text: str) -> set[str]:
    """Return the names that a text refers to as ``${name}``."""
    return set(_REFERENCE.findall(text))


def renamed(definition: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a definition in which everything that referred to ``old`` refers to ``new``; its own name stays."""
    changed = renamed_block(definition, old, new)
    for key in ("pages", "groups", "screen_outs"):
        if key in changed:
            changed[key] = [renamed_block(block, old, new) for block in changed[key]]
    for page in changed.get("pages", []):
        page["questions"] = [renamed_block(question, old, new) for question in page["questions"]]
    for name, choices in changed.get("choices", {}).items():
        changed["choices"][name] = [renamed_block(choice, old, new) for choice in choices]
    return changed


def renamed_block(block: Mapping[str, Any], old: str, new: str) -> dict[str, Any]:
    """Return a page, question, choice, group or head with its own references renamed, but not those of its parts."""
    changed = copy.deepcopy(dict(block))
    for key in TEXTS:
        if key in changed:
            changed[key] = _text(changed[key], old, new)
    for key in EXPRESSIONS:
        if isinstance(changed.get(key), str):
            changed[key] = expression(changed[key], old, new)
    for key in NAMES:
        if changed.get(key) == old:
            changed[key] = new
    default = changed.get("default")
    if isinstance(default, Mapping) and isinstance(default.get("expression"), str):
        changed["default"] = {"expression": expression(default["expression"], old, new)}
    return changed


def _text(text: Any, old: str, new: str) -> Any:
    if isinstance(text, Mapping):
        return {tag: _text(wording, old, new) for tag, wording in text.items()}
    if not isinstance(text, str):
        return text
    return _REFERENCE.sub(lambda found: f"${{{new}}}" if found[1] == old else found[0], text)


def expression(text: str, old: str, new: str) -> str:
    """Return an expression that refers to ``new`` where it referred to ``old``, otherwise as it was written.

    An expression that cannot be parsed is returned as it is.
    """
    try:
        tree = parse(text).ast
    except ExpressionFault:
        return text
    wanted = _node(tree, old, new)
    if wanted == tree:
        return text
    candidate = re.sub(rf"(?<=/)(\s*){re.escape(old)}(?![\w.-])", rf"\g<1>{new}", _text(text, old, new))
    try:
        if parse(candidate).ast == wanted:
            return candidate
    except ExpressionFault:
        pass
    return write_tree(wanted)


def _node(node: Node, old: str, new: str) -> Node:
    parts = tuple(_node(part, old, new) if isinstance(part, tuple) else part for part in node)
    head = parts[0]
    if head in ("ref", "name") and parts[1] == old:
        return (head, new, *parts[2:])
    if head == "step" and parts[2] == old:
        return (head, parts[1], new, *parts[3:])
    return parts
