"""The functions of expressions: one table, name → arguments, result, rule.

Source: the ODK XForms specification (getodk.github.io/xforms-spec), section "XPath Functions", with XPath 1.0's
``floor``, ``ceiling``, ``last`` and ``substring`` and JavaRosa's ``date-time``. What is not offered, and the way round
it, stands in ``refusals.UNSUPPORTED``; what each function does with odd arguments, in docs/expressions.md.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from survey_service.problems import D_, Said, said
from survey_service.questionnaire import function_chance as chance
from survey_service.questionnaire import function_checks as checks
from survey_service.questionnaire import function_dates as dates
from survey_service.questionnaire import function_places as places
from survey_service.questionnaire import function_rules as rules
from survey_service.questionnaire.function_checks import Check
from survey_service.questionnaire.values import Node, Value

__all__ = ["ALIASES", "FUNCTIONS", "Function", "Node"]


@dataclass(frozen=True)
class Function:
    """One function.

    ``takes`` has a letter per argument: ``s`` text, ``n`` number, ``b`` boolean, ``v`` any value as it is; arguments
    are converted before ``apply`` sees them. A capital letter means all nodes of a node-set, one after another, as
    further arguments. The first ``least`` are needed, the last ``repeats`` may be repeated.
    ``gives`` is the letter of the result. ``apply`` is None where ``evaluation`` has its own rule, because the scope
    is needed or not every argument is evaluated. ``example`` are arguments, for messages. ``check`` sees the arguments
    as nodes when an expression is parsed. ``current`` says that a call without arguments means the current answer,
    ``browser`` that the browser's evaluator knows the function too.
    """

    takes: str
    gives: str
    apply: Callable[..., Value] | None
    example: str
    least: int
    repeats: int
    check: Check | None
    current: bool
    browser: bool

    def takes_at(self, index: int) -> str:
        """Return the letter of the argument at ``index``, counted from 0."""
        start = len(self.takes) - self.repeats
        return self.takes[index] if index < len(self.takes) else self.takes[start + (index - start) % self.repeats]

    def accepts(self, count: int) -> bool:
        """Tell whether the function can be called with ``count`` arguments."""
        if count <= len(self.takes):
            return count >= self.least
        return self.repeats > 0 and (count - len(self.takes)) % self.repeats == 0

    def refusal(self, name: str, count: int) -> Said:
        """Return what is to be said of a call with a number of arguments that it does not take."""
        least, most = self.least, len(self.takes)
        if self.repeats == 2:
            return said(_PAIRS, name=name, count=count, least=least)
        if self.repeats:
            return said(_AT_LEAST, name=name, count=count, least=least)
        if least == most:
            return said(_EXACTLY, name=name, count=count, most=most) if most else said(_NONE, name=name, count=count)
        return said(_EITHER if most == least + 1 else _BETWEEN, name=name, count=count, least=least, most=most)


_PAIRS = D_("The number of arguments of %(name)s() is %(count)s, it takes at least %(least)s, in pairs.")
_AT_LEAST = D_("The number of arguments of %(name)s() is %(count)s, it takes at least %(least)s.")
_EXACTLY = D_("The number of arguments of %(name)s() is %(count)s, it takes %(most)s.")
_NONE = D_("The number of arguments of %(name)s() is %(count)s, it takes none.")
_EITHER = D_("The number of arguments of %(name)s() is %(count)s, it takes %(least)s or %(most)s.")
_BETWEEN = D_("The number of arguments of %(name)s() is %(count)s, it takes %(least)s to %(most)s.")


def _function(
    takes: str,
    gives: str,
    apply: Callable[..., Value] | None,
    example: str,
    least: int | None = None,
    repeats: int = 0,
    check: Check | None = None,
    current: bool = False,
    browser: bool = True,
) -> Function:
    least = len(takes) if least is None else least
    return Function(takes, gives, apply, example, least, repeats, check, current, browser)


ALIASES: Mapping[str, str] = {"choice-name": "jr:choice-name"}
"""Other names of functions."""


FUNCTIONS: Mapping[str, Function] = {
    # logic
    "if": _function("bvv", "v", None, "${age} >= 18, 'adult', 'minor'"),
    "coalesce": _function("vv", "v", None, "${a}, ${b}"),
    "once": _function("v", "v", None, "today()"),
    "not": _function("b", "b", lambda value: not value, "${a} = 'x'"),
    "true": _function("", "b", lambda: True, ""),
    "false": _function("", "b", lambda: False, ""),
    "boolean": _function("b", "b", lambda value: value, "${a}"),
    "boolean-from-string": _function("s", "b", lambda text: text in ("true", "1"), "${a}"),
    # numbers
    "number": _function("n", "n", lambda number: number, "${a}", least=0, current=True),
    "int": _function("n", "n", rules.truncated, "${a}"),
    "floor": _function("n", "n", rules.floor, "${a}"),
    "ceiling": _function("n", "n", rules.ceiling, "${a}"),
    "round": _function("nn", "n", rules.rounded, "${a}, 2", least=1),
    "abs": _function("n", "n", abs, "${a}"),
    "pow": _function("nn", "n", rules.power, "${a}, 2"),
    "sqrt": _function("n", "n", rules.square_root, "${a}"),
    "exp": _function("n", "n", rules.exponential, "${a}"),
    "exp10": _function("n", "n", lambda number: rules.power(10.0, number), "${a}"),
    "log": _function("n", "n", rules.logarithm, "${a}"),
    "log10": _function("n", "n", rules.logarithm10, "${a}"),
    "sin": _function("n", "n", rules.sine, "${a}"),
    "cos": _function("n", "n", rules.cosine, "${a}"),
    "tan": _function("n", "n", rules.tangent, "${a}"),
    "asin": _function("n", "n", rules.arc_sine, "${a}"),
    "acos": _function("n", "n", rules.arc_cosine, "${a}"),
    "atan": _function("n", "n", math.atan, "${a}"),
    "atan2": _function("nn", "n", math.atan2, "${a}, ${b}"),
    "pi": _function("", "n", lambda: math.pi, ""),
    "random": _function("", "n", None, "", browser=False),
    "min": _function("N", "n", rules.smallest, "${a}, ${b}", repeats=1),
    "max": _function("N", "n", rules.largest, "${a}, ${b}", repeats=1),
    # node-sets and repeats
    "sum": _function("N", "n", lambda *numbers: float(sum(numbers)), "${a}", check=checks.node_set),
    "count": _function("V", "n", None, "${a}", check=checks.node_set),
    "count-non-empty": _function("S", "n", lambda *texts: float(sum(map(bool, texts))), "${a}", check=checks.node_set),
    "position": _function("v", "n", None, "..", least=0, check=checks.place),
    "last": _function("", "n", None, ""),
    "indexed-repeat": _function("vvnvnvn", "v", None, "${a}, ${repeat}, 1", least=3, check=checks.indexed),
    "current": _function("", "v", None, ""),
    "instance": _function("s", "v", None, "'list'", check=checks.list_name),
    "pulldata": _function("ssss", "s", None, "'list', 'label', 'name', ${a}", check=checks.list_name),
    "randomize": _function("vv", "v", None, "${a}, 7", least=1, check=checks.node_set, browser=False),
    # texts
    "string": _function("s", "s", lambda text: text, "${a}", least=0, current=True),
    "string-length": _function("s", "n", lambda text: float(len(text)), "${a}", least=0, current=True),
    "substr": _function("snn", "s", rules.substring, "${a}, 0, 3", least=2),
    "substring": _function("snn", "s", rules.part, "${a}, 1, 3", least=2),
    "substring-before": _function("ss", "s", rules.before, "${a}, '-'"),
    "substring-after": _function("ss", "s", rules.after, "${a}, '-'"),
    "contains": _function("ss", "b", lambda text, part: part in text, "${a}, 'x'"),
    "starts-with": _function("ss", "b", lambda text, part: text.startswith(part), "${a}, 'x'"),
    "ends-with": _function("ss", "b", lambda text, part: text.endswith(part), "${a}, 'x'"),
    "concat": _function("S", "s", lambda *texts: "".join(texts), "${a}, ${b}", repeats=1),
    "join": _function("sS", "s", lambda mark, *texts: mark.join(texts), "', ', ${a}, ${b}", repeats=1),
    "translate": _function("sss", "s", rules.translated, "${a}, 'abc', 'ABC'"),
    "normalize-space": _function("s", "s", rules.normalized, "${a}", least=0, current=True),
    "regex": _function("ss", "b", rules.matches, "${a}, '[0-9]{5}'", check=checks.pattern),
    "uuid": _function("n", "s", None, "8", least=0, browser=False),
    "digest": _function(
        "sss", "s", chance.digest, "${a}, 'SHA-256', 'hex'", least=2, check=checks.digest, browser=False
    ),
    "base64-decode": _function("s", "s", chance.base64_decode, "${a}", browser=False),
    # selections
    "selected": _function("ss", "b", rules.selected, "${a}, 'x'"),
    "selected-at": _function("sn", "s", rules.selected_at, "${a}, 0"),
    "count-selected": _function("s", "n", lambda text: float(len(rules.items(text))), "${a}"),
    "checklist": _function("nnB", "b", rules.checklist, "1, 2, ${a} = 'x', ${b} = 'x'", repeats=1),
    "weighted-checklist": _function(
        "nnbn", "b", rules.weighted_checklist, "1, 5, ${a} = 'x', 2, ${b} = 'x', 3", repeats=2
    ),
    "jr:choice-name": _function("sv", "s", None, "${a}, '${a}'", check=checks.choice_name),
    # dates and times
    "today": _function("", "s", None, ""),
    "now": _function("", "s", None, ""),
    "date": _function("v", "s", dates.date, "today() + 7"),
    "date-time": _function("v", "s", dates.date_time, "${a}"),
    "decimal-date-time": _function("v", "n", dates.decimal_date_time, "${a}"),
    "decimal-time": _function("v", "n", dates.decimal_time, "${a}"),
    "format-date": _function("vs", "s", None, "${a}, '%d.%m.%Y'", check=checks.date_format),
    "format-date-time": _function("vs", "s", None, "${a}, '%d.%m.%Y %H:%M'", check=checks.time_format),
    # places
    "distance": _function("S", "n", places.distance, "${a}, ${b}", repeats=1, browser=False),
    "area": _function("S", "n", places.area, "${a}", browser=False),
}
