"""What a text's translation is worth: its state, and how complete a language is."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from survey_service.questionnaire.model import Text
from survey_service.questionnaire.texts import MACHINE_DRAFT, REVIEWED, SOURCE, TRANSLATED

MISSING, OUTDATED = "missing", "outdated"
STATES = (MISSING, OUTDATED, MACHINE_DRAFT, TRANSLATED, REVIEWED)
"""From what needs most work to what needs none. A respondent sees no text that is missing or outdated."""

QUESTIONS, CHOICES, MESSAGES, INTERFACE, LEGAL = "questions", "choices", "messages", "interface", "legal"
KINDS = (QUESTIONS, CHOICES, MESSAGES, INTERFACE, LEGAL)

VOCABULARIES, INDICATORS = "vocabularies", "indicators"
"""The scopes of the choice lists that questionnaires share, and of the indicators; each questionnaire is a scope by its
name."""

Forms = tuple[str, ...]
"""The wordings of one text: one, or for a text with a number one for each plural form; empty if there is none."""


@dataclass(frozen=True)
class Source:
    """A text to translate. ``forms`` is the wording that translations are made from (two if it counts something),
    ``written`` the wordings that stand beside it in the same file, by language."""

    address: str
    scope: str
    kind: str
    forms: Forms
    written: Mapping[str, Forms] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """A short name of the text for links and form fields."""
        return key_of(self.address)


@dataclass(frozen=True)
class Made:
    """A translation as somebody made it, from a source wording that may have changed since.

    ``version`` is that of its document if it was written at the desk, else 0; ``by`` and ``at`` (ISO 8601) say who
    wrote or reviewed it there and when. No ``wording`` means that the text was taken away.
    """

    source: Forms
    wording: Forms
    state: str
    version: int = 0
    by: str = ""
    at: str = ""


@dataclass(frozen=True)
class Entry:
    """One text in one language. ``wording`` is also that of an outdated translation, which no respondent sees."""

    source: Source
    state: str
    wording: Forms = ()
    made_from: Forms = ()
    version: int = 0
    by: str = ""
    at: str = ""

    @property
    def shown(self) -> bool:
        """Whether a respondent sees this translation."""
        return self.state not in (MISSING, OUTDATED)

    @property
    def mark(self) -> str:
        """What changes with all that a translator looked at, so that work on something else now can be refused."""
        return digest((*self.source.forms, "", *self.wording, self.state, str(self.version)))


def key_of(address: str) -> str:
    """Return the short name of an address: 16 hex digits."""
    return digest((address,))


def digest(parts: Forms) -> str:
    """Return 16 hex digits that differ for other parts."""
    return hashlib.sha256("\0".join(parts).encode("utf-8")).hexdigest()[:16]


def kind_of(address: str) -> str:
    """Return the kind of a questionnaire's text by its address."""
    if address.startswith(f"{VOCABULARIES}/") or "/choices/" in address:
        return CHOICES
    return MESSAGES if address.endswith("_message") else QUESTIONS


def sources_of(texts: Mapping[str, Text]) -> dict[str, Source]:
    """Return what is to be translated of a folder's texts, by address."""
    return {
        address: Source(
            address,
            address.partition("/")[0],
            kind_of(address),
            (text[SOURCE],),
            {tag: (wording,) for tag, wording in text.items() if tag != SOURCE},
        )
        for address, text in texts.items()
        if SOURCE in text
    }


def entry(source: Source, tag: str, edited: Made | None, bundled: Made | None) -> Entry:
    """Return the state of a text in a language.

    ``edited`` is what was made at the desk, ``bundled`` what a catalog file holds. What was made from the present
    source wording wins, the desk's before the file's, so that a new version of the service can mend an outdated text.
    """
    version = edited.version if edited is not None else 0
    if edited is not None and edited.source == source.forms:
        state = edited.state if edited.wording else MISSING
        return Entry(source, state, edited.wording, edited.source, version, edited.by, edited.at)
    if tag in source.written:
        return Entry(source, TRANSLATED, source.written[tag], source.forms, version)
    if bundled is not None and bundled.source == source.forms and bundled.wording:
        return Entry(source, bundled.state, bundled.wording, bundled.source, version)
    outdated = next((made for made in (edited, bundled) if made is not None and made.wording), None)
    if outdated is not None:
        return Entry(source, OUTDATED, outdated.wording, outdated.source, version, outdated.by, outdated.at)
    return Entry(source, MISSING, version=version)


@dataclass(frozen=True)
class Completeness:
    """How many texts of one part are in which state in one language."""

    counts: Mapping[str, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        """How many texts a respondent can see."""
        return self.total - self.open

    @property
    def open(self) -> int:
        """How many texts are missing or outdated."""
        return self.counts[MISSING] + self.counts[OUTDATED]

    @property
    def percent(self) -> int:
        """The share of texts that can be seen, rounded down: 100 means all."""
        return 100 * self.done // self.total if self.total else 100


def completeness(entries: Iterable[Entry]) -> Completeness:
    """Count entries by state."""
    return Completeness({**dict.fromkeys(STATES, 0), **Counter(entry.state for entry in entries)})


def found(entries: Iterable[Entry], *, states: Iterable[str] = (), words: str = "") -> list[Entry]:
    """Return the entries in one of the states (none given: all) that contain all the words, in whatever wording."""
    wanted, terms = frozenset(states), words.casefold().split()
    return [
        entry
        for entry in entries
        if (not wanted or entry.state in wanted) and all(term in _haystack(entry) for term in terms)
    ]


def _haystack(entry: Entry) -> str:
    written = (form for forms in entry.source.written.values() for form in forms)
    return "\n".join((entry.source.address, *entry.source.forms, *entry.wording, *written)).casefold()
