"""What the pages of the translation workbench show of a text: names of states and parts, hints, what was typed."""

from __future__ import annotations

import functools
import gettext as plural_rules
from collections.abc import Mapping
from dataclasses import dataclass, field

from survey_service import languages
from survey_service.problems import D_, Problem
from survey_service.questionnaire import readability, texts, translating
from survey_service.questionnaire.readability import Hint
from survey_service.questionnaire.translating import INDICATORS, INTERFACE, LEGAL, VOCABULARIES, Entry, Forms
from survey_service.translating import catalogs
from survey_service.translating.workbench import Workbench, plurals_of
from survey_service.web import i18n, wordings
from survey_service.web.i18n import gettext
from survey_service.web.manage import names

STATES: Mapping[str, str] = {
    translating.MISSING: D_("Missing"),
    translating.OUTDATED: D_("Outdated: the source has changed"),
    texts.MACHINE_DRAFT: D_("Machine draft"),
    texts.TRANSLATED: D_("Translated"),
    texts.REVIEWED: D_("Reviewed"),
}
FILTERS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "all": (D_("All texts"), ()),
    "open": (D_("Missing or outdated"), (translating.MISSING, translating.OUTDATED)),
    "missing": (D_("Missing"), (translating.MISSING,)),
    "outdated": (D_("Outdated"), (translating.OUTDATED,)),
    "draft": (D_("Machine drafts"), (texts.MACHINE_DRAFT,)),
    "translated": (D_("Translated, not reviewed"), (texts.TRANSLATED,)),
    "reviewed": (D_("Reviewed"), (texts.REVIEWED,)),
}
"""Name of a filter → what it is called, and the states it lets through."""

_SCOPES = {
    VOCABULARIES: D_("Shared choice lists"),
    INDICATORS: D_("Indicators"),
    INTERFACE: D_("Interface"),
    LEGAL: D_("Privacy notice and imprint"),
}
_SAMPLE = (*range(101), 1_000, 1_000_000)
_EASY = "de-simple"
_LETTERS_A_LINE = 45


def scope_name(workbench: Workbench, scope: str) -> str:
    """Return what a part of the texts is called: a questionnaire by its title."""
    if scope in _SCOPES:
        return gettext(_SCOPES[scope])
    label = workbench.sources.get(f"{scope}/label")
    if label is None:
        return scope
    return label.written.get(i18n.language().tag, label.forms)[0]


def state_name(state: str) -> str:
    """Return what a state is called."""
    return gettext(STATES[state])


@functools.cache
def samples(tag: str) -> tuple[str, ...]:
    """Return for each plural form of a language some numbers it stands with: ``1, 21, 31 …``."""
    rule = catalogs.plural_forms(languages.language(tag).locale).split("plural=", 1)[1].rstrip(";")
    choose = plural_rules.c2py(rule)
    numbers: list[list[str]] = [[] for _ in range(plurals_of(tag))]
    for number in _SAMPLE:
        numbers[choose(number)].append(str(number))
    return tuple(", ".join(some[:3]) + (" …" if len(some) > 3 else "") for some in numbers)


@dataclass(frozen=True)
class Field:
    """One box to write in: its name in the form, its label, what stands in it, how many lines it needs."""

    name: str
    label: str
    value: str
    rows: int


@dataclass(frozen=True)
class View:
    """One text on the page: what it is, the boxes, hints, and why it was refused."""

    entry: Entry
    german: Forms
    english: Forms
    fields: tuple[Field, ...]
    hints: tuple[str, ...]
    problem: str = ""
    reviewed: bool = False
    changed: bool = False

    @property
    def key(self) -> str:
        return self.entry.source.key

    @property
    def seen(self) -> str:
        """What tells whether somebody has touched the boxes."""
        return translating.digest(self.entry.wording)


@dataclass(frozen=True)
class Typed:
    """What was sent for a text: the wordings, whether it is said to be reviewed, and the Problem it met."""

    wording: Forms
    reviewed: bool
    problem: Problem | None = None


def view(workbench: Workbench, entry: Entry, tag: str, typed: Typed | None = None) -> View:
    """Return a text as the page shows it; with ``typed`` what was sent stands in the boxes."""
    source, counts = entry.source, len(entry.source.forms) > 1
    wording = typed.wording if typed is not None else entry.wording
    name = names.language_name(tag)
    fields = []
    for number in range(plurals_of(tag) if counts else 1):
        value = wording[number] if number < len(wording) else ""
        label = (
            gettext("%(language)s, for %(numbers)s", language=name, numbers=samples(tag)[number]) if counts else name
        )
        lines = max(value.count("\n") + len(value) // _LETTERS_A_LINE, len(source.forms[-1]) // _LETTERS_A_LINE) + 1
        fields.append(Field(f"w-{source.key}-{number}", label, value, min(max(lines, 2), 20)))
    in_english = source.forms if source.kind in (INTERFACE, LEGAL) else source.written.get("en", ())
    return View(
        entry,
        german=workbench.german(entry),
        english=in_english,
        fields=tuple(fields),
        hints=tuple(gettext(hint.message, **hint.values) for hint in _hints(entry, wording, tag)),
        problem=wordings.problem_message(typed.problem) if typed is not None and typed.problem is not None else "",
        reviewed=typed is not None and typed.reviewed,
        changed=typed is not None and typed.problem is not None and typed.problem.code == "translation.changed",
    )


def _hints(entry: Entry, wording: Forms, tag: str) -> list[Hint]:
    """Return the hints on what stands in the boxes; what isn't there needs none."""
    found = [hint for form in wording if form for hint in readability.shape_hints(entry.source.forms[-1], form)]
    if tag == _EASY:
        found += [hint for form in wording for hint in readability.hints(form)]
    return found


@dataclass(frozen=True)
class Listing:
    """What of the texts is shown: the filter, the words looked for, the page, and whether English stands beside."""

    show: str = "all"
    words: str = ""
    page: int = 1
    english: bool = False
    pages: int = 1
    total: int = 0
    entries: tuple[Entry, ...] = field(default=())

    @property
    def address(self) -> dict[str, str]:
        """The query that leads here again, without the page."""
        wanted = {"show": self.show if self.show != "all" else "", "q": self.words, "english": "1" * self.english}
        return {name: value for name, value in wanted.items() if value}
