"""What a report plugin lets people set: declared parameters, their values, and which value is refused why."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from survey_service.problems import D_, Said, said
from survey_service.reports.blocks import Text

Kind = Literal["integer", "decimal", "text", "choice", "flag"]
KINDS: tuple[Kind, ...] = ("integer", "decimal", "text", "choice", "flag")
LONGEST = 200
"""Most characters of a text, unless ``high`` says less."""
_LARGEST = 10**12

Setting = int | float | str | bool


@dataclass(frozen=True)
class Parameter:
    """One thing that a manager may set. ``low`` and ``high`` bound a number; ``high`` is the most characters of a text.

    ``choices`` are names, or pairs of a name and its label; only the kind ``choice`` has them.
    """

    name: str
    kind: Kind
    label: Text
    default: Setting
    choices: tuple[str | tuple[str, Text], ...] = ()
    low: float | None = None
    high: float | None = None

    @property
    def labels(self) -> dict[str, Text]:
        """The choices: name → label."""
        pairs = [(choice, {"*": choice}) if isinstance(choice, str) else choice for choice in self.choices]
        return dict(pairs)

    def to_json(self) -> dict[str, Any]:
        """Return the parameter as JSON data."""
        return {
            "name": self.name,
            "kind": self.kind,
            "label": dict(self.label),
            "default": self.default,
            "choices": [{"name": name, "label": dict(label)} for name, label in self.labels.items()],
            "low": self.low,
            "high": self.high,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Parameter:
        """Return the parameter that ``to_json`` has written."""
        choices = tuple((choice["name"], choice["label"]) for choice in data["choices"])
        return cls(data["name"], data["kind"], data["label"], data["default"], choices, data["low"], data["high"])


def fault_of(parameter: Parameter, value: Any) -> Said | None:
    """Return why a value is refused, or None."""
    return _RULES[parameter.kind](parameter, value)


def _number(parameter: Parameter, value: Any) -> Said | None:
    whole = parameter.kind == "integer"
    kinds = int if whole else (int, float)
    if isinstance(value, bool) or not isinstance(value, kinds) or not math.isfinite(value) or abs(value) > _LARGEST:
        return said(D_("Please write a whole number.") if whole else D_("Please write a number."))
    if parameter.low is not None and value < parameter.low:
        return said(D_("Please write at least %(low)s."), low=plain(parameter.low))
    if parameter.high is not None and value > parameter.high:
        return said(D_("Please write at most %(high)s."), high=plain(parameter.high))
    return None


def _text(parameter: Parameter, value: Any) -> Said | None:
    most = LONGEST if parameter.high is None else min(LONGEST, int(parameter.high))
    if not isinstance(value, str) or len(value) > most or not value.isprintable():
        return said(D_("Please use one line of at most %(most)s characters."), most=most)
    return None


def _choice(parameter: Parameter, value: Any) -> Said | None:
    return None if value in parameter.labels else said(D_("Please choose one from the list."))


def _flag(_parameter: Parameter, value: Any) -> Said | None:
    return None if isinstance(value, bool) else said(D_("Please say yes or no."))


_RULES = {"integer": _number, "decimal": _number, "text": _text, "choice": _choice, "flag": _flag}


def plain(number: float) -> str:
    """Return a bound as it is read: 5 rather than 5.0."""
    return f"{number:g}" if isinstance(number, float) else str(number)


def complete(parameters: Iterable[Parameter], given: Mapping[str, Any]) -> dict[str, Setting]:
    """Return a value for every parameter: the given one if it is (still) allowed, else the default."""
    return {
        parameter.name: given[parameter.name]
        if parameter.name in given and fault_of(parameter, given[parameter.name]) is None
        else parameter.default
        for parameter in parameters
    }


def declared_fault(parameters: Iterable[Parameter]) -> str:
    """Return what is wrong with declared parameters, or an empty text."""
    names: set[str] = set()
    for parameter in parameters:
        if parameter.name in names:
            return f"the parameter “{parameter.name}” stands twice"
        names.add(parameter.name)
        if bool(parameter.choices) != (parameter.kind == "choice"):
            return f"the parameter “{parameter.name}”: just the kind “choice” has choices"
        if len(parameter.labels) != len(parameter.choices):
            return f"the parameter “{parameter.name}”: a choice stands twice"
        if fault_of(parameter, parameter.default) is not None:
            return f"the parameter “{parameter.name}”: its default is not allowed"
    return ""
