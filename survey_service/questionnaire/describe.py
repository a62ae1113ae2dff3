"""Conditions in plain language, for whoever edits a questionnaire: ``${age} >= 16`` → “Age” is at least 16.

A description is a tree of phrases. Each has a pattern that is translated as a whole (the desk's catalog) and the values
that are put into it, so that no language has to live with glued fragments.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey_service.problems import D_
from survey_service.questionnaire.expression import Expression
from survey_service.questionnaire.phrases import (
    ANSWERED,
    DATE_RELATIONS,
    DAY,
    EXPRESSION,
    FIXED,
    INCLUDES,
    INCLUDES_NOT,
    NOT,
    NOT_ANSWERED,
    NOUNS,
    QUOTED,
    RELATIONS,
    SENTENCES,
    SIGNS,
    TEXT_TESTS,
    Phrase,
)
from survey_service.questionnaire.values import MIRRORED, Node
from survey_service.questionnaire.writing import write_tree

QuestionLabel = Callable[[str], str]
"""Name of a question or repeat → its label."""
ChoiceLabel = Callable[[str, str], str]
"""(name of a question, name of a choice) → the label of that choice, ``""`` if the question has no such choice."""


def describe(expression: Expression, label_of_question: QuestionLabel, label_of_choice: ChoiceLabel) -> Phrase:
    """Return the description of a condition, a clause without a full stop."""
    return _Describer(label_of_question, label_of_choice).condition(expression.ast)


def describe_value(expression: Expression, label_of_question: QuestionLabel, label_of_choice: ChoiceLabel) -> Phrase:
    """Return the description of a calculation, a noun phrase."""
    value = _Describer(label_of_question, label_of_choice).value(expression.ast)
    return value if isinstance(value, Phrase) else Phrase("%(text)s", {"text": value})


def sentence(
    key: str, expression: Expression, label_of_question: QuestionLabel, label_of_choice: ChoiceLabel
) -> Phrase:
    """Return the sentence that says what an expression under a key of SENTENCES decides."""
    pattern = SENTENCES[key]
    if "%(value)s" in pattern:
        return Phrase(pattern, {"value": describe_value(expression, label_of_question, label_of_choice)})
    return Phrase(pattern, {"condition": describe(expression, label_of_question, label_of_choice)})


class _Describer:
    def __init__(self, label_of_question: QuestionLabel, label_of_choice: ChoiceLabel) -> None:
        self.label_of_question, self.label_of_choice = label_of_question, label_of_choice

    # Conditions

    def condition(self, node: Node) -> Phrase:
        head = node[0]
        if head in ("and", "or"):
            return self._joined(head, node)
        if head in RELATIONS:
            return self._compared(head, node[1], node[2])
        if head == "not":
            return self._negated(node[1])
        if head == "selected":
            return self._test(INCLUDES, node)
        if head in TEXT_TESTS:
            return self._test(TEXT_TESTS[head], node)
        if head in ("true", "false"):
            return Phrase(FIXED[head])
        if head == "boolean":
            return self.condition(node[1])
        if head == "filter" and _is_condition(node[2]):
            return Phrase(
                D_("there is an entry of %(subject)s for which %(condition)s"),
                {"subject": self.value(node[1]), "condition": self.condition(node[2])},
            )
        if head in ("ref", "."):
            return Phrase(ANSWERED, {"subject": self.value(node)})
        return Phrase(EXPRESSION, {"expression": write_tree(node)})

    def _joined(self, head: str, node: Node) -> Phrase:
        parts = tuple(self.condition(part) for part in node[1:])
        if head == "and":
            return Phrase(D_("all of this holds:"), {}, parts, D_("%(first)s and %(second)s"))
        return Phrase(D_("at least one of this holds:"), {}, parts, D_("%(first)s or %(second)s"))

    def _negated(self, node: Node) -> Phrase:
        if node[0] == "selected":
            return self._test(INCLUDES_NOT, node)
        if node[0] in ("ref", "."):
            return Phrase(NOT_ANSWERED, {"subject": self.value(node)})
        return Phrase(NOT, {"condition": self.condition(node)})

    def _test(self, message: str, node: Node) -> Phrase:
        return Phrase(message, {"subject": self.value(node[1]), "value": self._against(node[1], node[2])})

    def _compared(self, sign: str, left: Node, right: Node) -> Phrase:
        if left[0] in ("str", "num") and right[0] not in ("str", "num"):
            left, right, sign = right, left, MIRRORED.get(sign, sign)
        if right == ("str", "") and sign in ("=", "!=") and left[0] in ("ref", "."):
            return Phrase(NOT_ANSWERED if sign == "=" else ANSWERED, {"subject": self.value(left)})
        relations = DATE_RELATIONS if sign in DATE_RELATIONS and (_is_date(left) or _is_date(right)) else RELATIONS
        return Phrase(relations[sign], {"subject": self.value(left), "value": self._against(left, right)})

    def _against(self, subject: Node, node: Node) -> str | Phrase:
        """Return a value as it is compared with a subject: a choice of a question by its label."""
        if node[0] in ("str", "num") and subject[0] == "ref":
            label = self.label_of_choice(subject[1], write_tree(node) if node[0] == "num" else node[1].strip())
            if label:
                return Phrase(QUOTED, {"label": label})
        return self.value(node)

    # Values

    def value(self, node: Node) -> str | Phrase:
        head = node[0]
        if head == "ref":
            return Phrase(QUOTED, {"label": self.label_of_question(node[1])})
        if head in FIXED:
            return Phrase(FIXED[head])
        if head == "str":
            return node[1] if DAY.fullmatch(node[1]) else Phrase(QUOTED, {"label": node[1]})
        if head == "col":
            return Phrase(D_("the choice's column “%(column)s”"), {"column": node[1]})
        if head in NOUNS and len(node) == 2:
            return Phrase(NOUNS[head], {"subject": self.value(node[1])})
        build = _VALUES.get(head)
        return build(self, node) if build else write_tree(node)

    def _arithmetic(self, node: Node) -> Phrase:
        first, *others = [self._operand(part) for part in node[1:]]
        pattern = f" {SIGNS[node[0]]} ".join(["%(first)s", *(f"%(part{index})s" for index in range(len(others)))])
        return Phrase(pattern, {"first": first, **{f"part{index}": part for index, part in enumerate(others)}})

    def _operand(self, node: Node) -> str | Phrase:
        value = self.value(node)
        return Phrase("(%(part)s)", {"part": value}) if node[0] in SIGNS else value

    def _if(self, node: Node) -> Phrase:
        return Phrase(
            D_("%(then)s if %(condition)s, otherwise %(otherwise)s"),
            {"condition": self.condition(node[1]), "then": self.value(node[2]), "otherwise": self.value(node[3])},
        )

    def _coalesce(self, node: Node) -> Phrase:
        return Phrase(
            D_("%(first)s, or %(second)s if that is empty"),
            {"first": self.value(node[1]), "second": self.value(node[2])},
        )

    def _indexed(self, node: Node) -> str | Phrase:
        if len(node) != 4:
            return write_tree(node)
        return Phrase(
            D_("%(subject)s in entry %(number)s"), {"subject": self.value(node[1]), "number": self.value(node[3])}
        )

    def _filtered(self, node: Node) -> str | Phrase:
        if not _is_condition(node[2]):
            return write_tree(node)
        return Phrase(
            D_("%(subject)s where %(condition)s"),
            {"subject": self.value(node[1]), "condition": self.condition(node[2])},
        )

    def _step(self, node: Node) -> str | Phrase:
        if len(node) > 3 or node[2] == "..":
            return write_tree(node)
        return Phrase(
            D_("%(subject)s of %(entries)s"), {"subject": self.value(("ref", node[2])), "entries": self.value(node[1])}
        )

    def _label(self, node: Node) -> str | Phrase:
        return self.value(node[1])


_VALUES: Mapping[str, Callable[[_Describer, Node], str | Phrase]] = {
    **dict.fromkeys(SIGNS, _Describer._arithmetic),
    "if": _Describer._if,
    "coalesce": _Describer._coalesce,
    "indexed-repeat": _Describer._indexed,
    "filter": _Describer._filtered,
    "step": _Describer._step,
    "jr:choice-name": _Describer._label,
    "once": _Describer._label,
    "date": _Describer._label,
    "number": _Describer._label,
    "string": _Describer._label,
}


def _is_condition(node: Node) -> bool:
    return node[0] in RELATIONS or node[0] in ("and", "or", "not", "selected") or node[0] in TEXT_TESTS


def _is_date(node: Node) -> bool:
    return node[0] in ("today", "now", "date", "date-time") or (node[0] == "str" and bool(DAY.fullmatch(node[1])))
