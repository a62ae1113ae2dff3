"""The texts of an XForm: each has an id and a translation in every language of the questionnaire."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from xml.etree.ElementTree import Element as Xml
from xml.etree.ElementTree import SubElement

from survey_service import languages
from survey_service.questionnaire.media import name_for
from survey_service.questionnaire.model import Media, Text, wording
from survey_service.questionnaire.xform.layout import Layout, Steps, absolute

_REFERENCE = re.compile(r"\$\{\s*([A-Za-z_][\w.-]*)\s*\}")
_EMPHASIS = re.compile(r"[\\*_]")
_FOLDERS: Mapping[str, str] = {"image": "images", "audio": "audio", "video": "video"}
"""Kind of file → its folder in the addresses of a form."""


class Texts:
    """Collects the texts; the first language is the one that a client begins with."""

    def __init__(self, layout: Layout, tags: tuple[str, ...]) -> None:
        self.layout, self.tags = layout, tags
        self._found: dict[str, dict[str, list[Xml]]] = {}

    def add(self, name: str, text: Text, here: Steps, *, form: str = "", plain: bool = False) -> str:
        """Add a text that stands at a path and return what refers to it. ``plain``: no client reads marks in it."""
        return self.say(name, lambda tag: wording(text, tag), here, form=form, plain=plain)

    def say(
        self, name: str, words: Callable[[str], str], here: Steps = (), *, form: str = "", plain: bool = False
    ) -> str:
        """Add what is said in each language. A ``form`` is another way to show the text, as ``guidance``."""
        for tag in self.tags:
            value = Xml("value", {"form": form} if form else {})
            self._fill(value, words(tag) if plain else _unmarked(words(tag)), here)
            self._found.setdefault(name, {}).setdefault(tag, []).append(value)
        return f"jr:itext('{name}')"

    def once(self, name: str, words: Callable[[str], str]) -> str:
        """Say something that several places refer to."""
        return self.say(name, words, plain=True) if name not in self._found else f"jr:itext('{name}')"

    def beside(self, name: str, media: Media) -> None:
        """Add the files beside a text, in the languages that have one."""
        for kind, names in media.items():
            for tag in self.tags:
                file = name_for(names, tag)
                if file:
                    value = Xml("value", {"form": kind})
                    value.text = f"jr://{_FOLDERS[kind]}/{file}"
                    self._found.setdefault(name, {}).setdefault(tag, []).append(value)

    def _fill(self, value: Xml, text: str, here: Steps) -> None:
        """Put a text into an element; ``${name}`` in it shows the answer."""
        parts = _REFERENCE.split(text)
        value.text = parts[0]
        for name, tail in zip(parts[1::2], parts[2::2], strict=True):
            there = self.layout.paths.get(name)
            if there is not None:
                output = SubElement(value, "output", {"value": self._shown(name, here, there)})
                output.tail = tail
            elif len(value):
                value[-1].tail = f"{value[-1].tail or ''}${{{name}}}{tail}"
            else:
                value.text += f"${{{name}}}{tail}"

    def _shown(self, name: str, here: Steps, there: Steps) -> str:
        """Return the expression that shows an answer: a choice by its label."""
        way = self.layout.between(here, there)
        question = self.layout.questionnaire.questions.get(name)
        if question is None or question.type != "select_one" or question.choices_from:
            return way
        return f"jr:choice-name({way}, '{absolute(there)}')"

    def write(self, model: Xml) -> None:
        """Write all of them into the model."""
        itext = SubElement(model, "itext")
        for number, tag in enumerate(self.tags):
            default = {"default": "true()"} if number == 0 else {}
            translation = SubElement(itext, "translation", {"lang": languages.language(tag).title, **default})
            for name, found in self._found.items():
                if tag in found:
                    SubElement(translation, "text", {"id": name}).extend(found[tag])


def _unmarked(text: str) -> str:
    """Return a text in which clients find no marks: ``*`` and ``_`` would make it bold, ``#`` a heading."""
    if len(_EMPHASIS.findall(text)) > 1:
        text = _EMPHASIS.sub(lambda match: f"\\{match[0]}", text)
    return re.sub(r"^(\s*)#", r"\1\\#", text, flags=re.MULTILINE)
