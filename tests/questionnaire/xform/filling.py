"""Forms filled in by chance: answers to a questionnaire, and the XML that a phone would make of them."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import SubElement

from survey_service.questionnaire.model import Question, Questionnaire
from survey_service.questionnaire.question_types import asks
from survey_service.questionnaire.xform.layout import Element, Layout, Steps, absolute

KEY = "3f0f6c1e-9d6b-4b0e-8a1e-0123456789ab"
_TEXTS = ("", "x", "Café 1", "ما", "yes", "3", "<&>")


def answers(questionnaire: Questionnaire, chance: random.Random) -> dict[str, Any]:
    """Return inputs as texts, nested in repeats: most questions are answered, some beyond their limits."""
    return _within(Layout(questionnaire).root, chance)


def _within(element: Element, chance: random.Random) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for child in element.children:
        if isinstance(child.holder, Question):
            if asks(child.holder) and chance.random() < 0.8:
                found[child.name] = _text(child.holder, chance)
        elif child.is_repeat:
            found[child.name] = [_within(child, chance) for _ in range(chance.randrange(3))]
        else:
            found.update(_within(child, chance))
    return found


def _text(question: Question, chance: random.Random) -> str:
    names = [choice.name for choice in question.choices] or ["x"]
    if question.type in ("select_multiple", "rank"):
        return " ".join(chance.sample(names, chance.randint(0, len(names))))
    made: Mapping[str, Any] = {
        "integer": lambda: str(chance.randint(-3, 130)),
        "decimal": lambda: f"{chance.uniform(-1, 20):.2f}",
        "range": lambda: str(chance.randint(0, 10)),
        "select_one": lambda: chance.choice(names),
        "date": lambda: f"{chance.randint(1890, 2110)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}",
        "time": lambda: f"{chance.randrange(24):02}:{chance.randrange(60):02}",
        "datetime": lambda: f"2026-11-{chance.randint(1, 30):02}T{chance.randrange(24):02}:00",
        "geopoint": lambda: f"{chance.uniform(-90, 90):.5f} {chance.uniform(-180, 180):.5f} 0 0",
        "acknowledge": lambda: "OK",
    }
    return str(made.get(question.type, lambda: chance.choice(_TEXTS))())


def instance(questionnaire: Questionnaire, inputs: Mapping[str, Any], language: str = "de") -> bytes:
    """Return the XML of a filled-in form, with an element for each question, also where nothing was answered."""
    root = Xml("data", {"id": questionnaire.name, "version": f"{questionnaire.name}-1", "xmlns:orx": "x"})
    SubElement(root, "_language").text = language
    _fill(root, Layout(questionnaire).root, inputs)
    SubElement(SubElement(root, "meta"), "instanceID").text = f"uuid:{KEY}"
    content: bytes = ElementTree.tostring(root, encoding="utf-8")
    return content


def _fill(node: Xml, element: Element, inputs: Mapping[str, Any]) -> None:
    for child in element.children:
        if child.is_repeat:
            for entry in inputs.get(child.name, ()):
                _fill(SubElement(node, child.name), child, entry)
        elif isinstance(child.holder, Question):
            value = inputs.get(child.name)
            SubElement(node, child.name).text = " ".join(value) if isinstance(value, list) else value
        else:
            _fill(SubElement(node, child.name), child, inputs)


Place = tuple[str, int]
"""The XPath of an element and its number among all of that path, in the order of the document, from 0."""


class Places:
    """Where each question of a filled-in form stands: ``of`` goes by key (see ``places``), and tells the places of the
    elements around it and its own, outermost first."""

    def __init__(self, questionnaire: Questionnaire, inputs: Mapping[str, Any]) -> None:
        self.of: dict[str, list[Place]] = {}
        self._seen: Counter[Steps] = Counter()
        self._walk(Layout(questionnaire).root, inputs, "", [])

    def _walk(self, element: Element, inputs: Mapping[str, Any], prefix: str, around: list[Place]) -> None:
        for child in element.children:
            if child.is_repeat:
                for number, entry in enumerate(inputs.get(child.name) or (), 1):
                    self._walk(child, entry, f"{prefix}{child.name}~{number}/", [*around, self._place(child)])
            elif isinstance(child.holder, Question):
                self.of[prefix + child.name] = [*around, self._place(child)]
            else:
                self._walk(child, inputs, prefix, [*around, self._place(child)])

    def _place(self, element: Element) -> Place:
        self._seen[element.path] += 1
        return absolute(element.path), self._seen[element.path] - 1
