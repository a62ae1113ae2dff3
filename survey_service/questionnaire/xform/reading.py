"""What a client sends of an XForm → inputs for the judge, and the names of the files that come with it."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from survey_service.questionnaire import uploads
from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.plan import plan_of
from survey_service.questionnaire.question_types import TYPES
from survey_service.questionnaire.values import Path
from survey_service.questionnaire.xform.layout import FINISHED, LANGUAGE, Element, Layout, Steps

MOST_ELEMENTS = 20_000
_EXPONENT = re.compile(r"-?[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]{1,2}")
_TEMPLATE = "{http://openrosa.org/javarosa}template"


class Unusable(ValueError):
    """What was sent is no submission of a form: ``reason`` is xml, key, form, encrypted or edited."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class Slot:
    """An answer that is a file: where it stands, the type of its question, and the name of the file that is sent."""

    path: Path
    question: str
    kind: str
    name: str


@dataclass(frozen=True)
class Sent:
    """A submission as a client makes it: ``language`` is "", ``finished`` (with an offset) None if it does not say."""

    form: str
    revision: str
    key: str
    language: str
    finished: dt.datetime | None
    root: Xml


@dataclass
class Read:
    """The inputs of a submission, nested in repeats, without files; ``slots`` are the files that belong to them."""

    inputs: dict[str, Any] = field(default_factory=dict)
    slots: list[Slot] = field(default_factory=list)


def opened(content: bytes) -> Sent:
    """Return what a submission says of itself. Raises Unusable."""
    try:
        root = fromstring(content, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        raise Unusable("xml") from None
    if sum(1 for _ in root.iter()) > MOST_ELEMENTS:
        raise Unusable("xml")
    form, revision = root.get("id", ""), root.get("version", "")
    if root.get("encrypted") == "yes":
        raise Unusable("encrypted")
    if not form or not revision:
        raise Unusable("form")
    meta = {_name(entry): (entry.text or "").strip() for each in root if _name(each) == "meta" for entry in each}
    if meta.get("deprecatedID"):
        raise Unusable("edited")
    own = {_name(each): (each.text or "").strip() for each in root if _name(each) in (LANGUAGE, FINISHED)}
    finished = _time(own.get(FINISHED, ""))
    return Sent(form, revision, _key(meta.get("instanceID", "")), own.get(LANGUAGE, ""), finished, root)


def _key(instance: str) -> str:
    """Return the submission key that an instance's id is, ``uuid:`` before it."""
    try:
        return str(uuid.UUID(instance.removeprefix("uuid:")))
    except ValueError:
        raise Unusable("key") from None


def read(questionnaire: Questionnaire, sent: Sent) -> Read:
    """Return the inputs. What belongs to no question is kept under its name: the judge refuses it."""
    return _Reader(questionnaire).read(sent.root)


class _Reader:
    def __init__(self, questionnaire: Questionnaire) -> None:
        self.elements = Layout(questionnaire).elements
        steps = [step for run in plan_of(questionnaire).runs for step in run.steps]
        self.remembered = {step.name for step in steps if step.remembers or step.chance}

    def read(self, root: Xml) -> Read:
        found = Read()
        self._children(root, (), found.inputs, (), found.slots)
        return found

    def _children(self, node: Xml, steps: Steps, inputs: dict[str, Any], path: Path, slots: list[Slot]) -> None:
        for child in node:
            name = _name(child)
            element = self.elements.get((*steps, name))
            if name.startswith("_") or (not steps and name == "meta" and element is None):
                continue
            if element is None:
                inputs[name] = (child.text or "").strip()
            elif isinstance(element.holder, Question):
                self._answer(child, element.holder, inputs, path, slots)
            else:
                self._group(child, element, inputs, path, slots)

    def _group(self, node: Xml, element: Element, inputs: dict[str, Any], path: Path, slots: list[Slot]) -> None:
        if not element.is_repeat:
            self._children(node, element.path, inputs, path, slots)
        elif _TEMPLATE not in node.attrib:
            entries = inputs.setdefault(element.name, [])
            entries.append({})
            self._children(node, element.path, entries[-1], (*path, (element.name, len(entries) - 1)), slots)

    def _answer(self, node: Xml, question: Question, inputs: dict[str, Any], path: Path, slots: list[Slot]) -> None:
        text = node.text or ""
        if not text.strip():
            return
        kind = TYPES[question.type]
        if question.type in uploads.TYPES:
            slots.append(Slot(path, question.name, question.type, text.strip()))
        elif kind.asks and question.calculation is None:
            inputs[question.name] = _READERS.get(question.type, _as_it_is)(question, text)
        elif question.type in _MOMENTS:
            inputs[question.name] = _moment(text.strip())
        elif question.name in self.remembered or kind.computed is not None:
            inputs[question.name] = text


def _name(node: Xml) -> str:
    """Return the name of an element without its namespace."""
    return str(node.tag).rpartition("}")[2]


def _as_it_is(_question: Question, text: str) -> Any:
    return text


def _names(_question: Question, text: str) -> Any:
    return text.split()


def _ranked(question: Question, text: str) -> Any:
    """A client puts all choices in order; the first ones count, as many as may be named."""
    return text.split()[: question.parameters.get("max_selected")]


def _number(_question: Question, text: str) -> Any:
    """Java writes large numbers with an exponent."""
    text = text.strip()
    if not _EXPONENT.fullmatch(text):
        return text
    try:
        return format(Decimal(text), "f")
    except InvalidOperation:
        return text


_READERS: Mapping[str, Any] = {
    "select_multiple": _names,
    "rank": _ranked,
    "integer": _number,
    "decimal": _number,
    "range": _number,
}
_MOMENTS = ("start", "end")


def _moment(text: str) -> str:
    """Return a moment to the minute, as the judge would note it; what is none is left for it to refuse."""
    moment = _time(text)
    return moment.isoformat(timespec="minutes") if moment else text


def _time(text: str) -> dt.datetime | None:
    """Return the moment with an offset that a text is, None if it is none."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None
