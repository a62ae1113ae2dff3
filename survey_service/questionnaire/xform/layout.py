"""Where everything stands in the XML of an XForm: groups, pages, repeats and questions nest, each has a path.

What the questionnaire does not have but the XForm needs begins with ``_``, as no name of a questionnaire does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from survey_service.questionnaire.model import Group, Page, Question, Questionnaire

Steps = tuple[str, ...]
"""A path in the XML: the names of the elements from the root's child on."""

ROOT = "data"
LANGUAGE = "_language"
"""The question in which language the questionnaire is answered: a client does not say which one it showed."""
FINISHED = "_finished"
"""When the form was finished on the phone: it may be sent days later."""
SEED = "_seed"
"""What the order of choices follows that are shown in random order; it stays while a form is filled in."""
ENDS = "_end"
"""The group of the texts that say that an interview ended early."""
HINT = "_hint"
"""The text at the beginning of a page or group."""
COUNT = "_count_"
"""What the name of a node begins with that counts the entries of a repeat."""


@dataclass
class Element:
    """One element: ``holder`` is what of the questionnaire it stands for."""

    path: Steps
    holder: Page | Group | Question | None
    children: list[Element] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.path[-1]

    @property
    def is_repeat(self) -> bool:
        return isinstance(self.holder, Group) and self.holder.repeat

    def walk(self) -> Iterator[Element]:
        """Yield all elements within, each before those in it."""
        for child in self.children:
            yield child
            yield from child.walk()


class Layout:
    """The elements of one questionnaire."""

    def __init__(self, questionnaire: Questionnaire) -> None:
        self.questionnaire = questionnaire
        self.root = Element((), None)
        opened = [self.root]
        for page in questionnaire.pages:
            around: tuple[Group | Page, ...] = questionnaire.enclosing(page.group)
            if not page.implied:
                around = (*around, page)
            _open(opened, around)
            depth = len(opened)
            for question in page.questions:
                inner = questionnaire.enclosing(question.group) if question.group else ()
                outer = len(questionnaire.enclosing(page.group))
                _open(opened, (*around, *inner[outer:]))
                opened[-1].children.append(Element((*opened[-1].path, question.name), question))
            del opened[depth:]

    @cached_property
    def elements(self) -> Mapping[Steps, Element]:
        """All elements by path."""
        return {element.path: element for element in self.root.walk()}

    @cached_property
    def paths(self) -> Mapping[str, Steps]:
        """The path of each question and each repeat, by name."""
        return {
            element.name: element.path
            for element in self.root.walk()
            if isinstance(element.holder, Question) or element.is_repeat
        }

    def repeats_at(self, path: Steps) -> list[Steps]:
        """Return the paths of the repeats that a path leads into or ends at, outermost first."""
        found = []
        for end in range(1, len(path) + 1):
            element = self.elements.get(path[:end])
            if element is not None and element.is_repeat:
                found.append(path[:end])
        return found

    def between(self, here: Steps, there: Steps) -> str:
        """Return the XPath from one path to another: relative within the same repeat, else from the root."""
        shared = [path for path in self.repeats_at(here) if there[: len(path)] == path]
        if not shared:
            return absolute(there)
        common = len(shared[-1])
        return "/".join([".."] * (len(here) - common) + list(there[common:])) or "."


def absolute(path: Sequence[str]) -> str:
    """Return the XPath of a path from the root."""
    return "/".join(("", ROOT, *path))


def _open(opened: list[Element], wanted: Sequence[Group | Page]) -> None:
    """Let the elements of the wanted groups be open, and no others; those that are open already are gone on with."""
    common = 0
    while common < min(len(opened) - 1, len(wanted)) and opened[common + 1].holder is wanted[common]:
        common += 1
    del opened[common + 1 :]
    for holder in wanted[common:]:
        element = Element((*opened[-1].path, holder.name), holder)
        opened[-1].children.append(element)
        opened.append(element)
