"""The workbench: all texts of an instance with their state in each language; save, review, take away."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from survey_service import languages
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.questionnaire import text_checks, texts, translating
from survey_service.questionnaire.exchange_po import INTERFACE_PREFIX, plural_count
from survey_service.questionnaire.faults import Fault, Faults
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.questionnaire.model import Text
from survey_service.questionnaire.translating import (
    INDICATORS,
    INTERFACE,
    LEGAL,
    VOCABULARIES,
    Entry,
    Forms,
    Made,
    Source,
)
from survey_service.store.base import Store
from survey_service.translating import catalogs, edits
from survey_service.translating.edits import Edits, Snapshot

SOURCE_OF = {INTERFACE: "en", LEGAL: "en"}
"""The language a scope's texts are written in; German for all others."""


def source_tag(scope: str) -> str:
    """Return the language that the texts of a scope are written in."""
    return SOURCE_OF.get(scope, texts.SOURCE)


def plurals_of(tag: str) -> int:
    """Return how many plural forms a language has."""
    return plural_count(catalogs.plural_forms(languages.language(tag).locale))


@dataclass(frozen=True)
class Wish:
    """What somebody wants to save: the mark of the entry they looked at, the digest of the wording that stood there,
    the wording now (empty takes it away), and whether they say that they have reviewed it."""

    address: str
    mark: str
    seen: str
    wording: Forms
    reviewed: bool = False

    @property
    def touched(self) -> bool:
        """Whether there is anything to save: what nobody touched must not undo what somebody else has saved."""
        return self.reviewed or translating.digest(self.wording) != self.seen


class Workbench:
    """The texts of one instance. What stands in files is read once, since files don't change while it runs."""

    def __init__(
        self, store: Callable[[], Store], forms: Path, legal: Callable[[], Iterable[str]], interface: Path | None = None
    ) -> None:
        """``store`` returns the store, opened when it is needed first; ``legal`` the msgids of the interface that stand
        on pages the law asks for; ``interface`` is the folder of its catalogs, by default the bundled one.
        """
        self._store, self.edits = store, Edits(store)
        self.forms, self._legal, self._interface = forms, legal, interface
        self._drafts: dict[str, tuple[int, bool]] = {}
        self._library: tuple[int, Library] | None = None
        self._lock = threading.Lock()

    @property
    def store(self) -> Store:
        """The store. Raises the Problems of ``open_store``."""
        return self._store()

    @property
    def is_read(self) -> bool:
        """Whether the texts of the files have been read, which takes a while."""
        return "sources" in vars(self) and "_bundled" in vars(self)

    @cached_property
    def _written(self) -> Library:
        return load_folder(self.forms, catalogs=False, gate=False)

    @cached_property
    def sources(self) -> Mapping[str, Source]:
        """All texts that can be translated, by address, in the order of the files."""
        written = self._written
        order = (*written.questionnaires, VOCABULARIES, INDICATORS)
        found = translating.sources_of(written.texts)
        ordered = sorted(found.values(), key=lambda source: order.index(source.scope))
        return {source.address: source for source in (*ordered, *self._interface_sources())}

    def _interface_sources(self) -> list[Source]:
        """Return the interface's texts: all that any language's catalog has, with the German wording beside."""
        legal = frozenset(self._legal())
        wanted: dict[str, Forms] = {}
        for entry in languages.offered():
            for name, made in catalogs.load(entry.tag, catalogs.MESSAGES, self._interface).messages.items():
                wanted.setdefault(name, made.source)
        found = [(LEGAL if name in legal else INTERFACE, name, forms) for name, forms in sorted(wanted.items())]
        return [
            Source(f"{INTERFACE_PREFIX}{name}", scope, scope, forms)
            for scope, name, forms in sorted(found, key=lambda row: row[0] == LEGAL)
        ]

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """The parts of the texts: each questionnaire, the shared choice lists, the interface, the legal texts."""
        return tuple(dict.fromkeys(source.scope for source in self.sources.values()))

    @cached_property
    def _files(self) -> tuple[texts.Catalogs, list[Fault]]:
        faults = Faults()
        return texts.read_catalogs(self.forms / "translations", faults), faults.found

    @cached_property
    def _bundled(self) -> Mapping[str, Mapping[str, Made]]:
        found: dict[str, dict[str, Made]] = {}
        for tag, catalog in self._files[0].items():
            made = {name: Made((one.source,), (one.wording,), one.state) for name, one in catalog.items()}
            found.setdefault(tag, {}).update(made)
        for tag in languages.registry():
            messages = catalogs.load(tag, catalogs.MESSAGES, self._interface).messages
            found.setdefault(tag, {}).update({f"{INTERFACE_PREFIX}{name}": made for name, made in messages.items()})
        return found

    def catalog_faults(self) -> list[Fault]:
        """Return why catalogs are not used, each with file and place; their languages fall back meanwhile."""
        return [*self.refused_files(), *catalogs.faults(self._interface)]

    def refused_files(self) -> list[Fault]:
        """Return why catalogs of questionnaires are not used."""
        return list(self._files[1])

    def entries(self, scope: str, tag: str, snapshot: Snapshot | None = None) -> list[Entry]:
        """Return the texts of a scope in a language, in order. Raises Problem page.missing if there is no such."""
        if scope not in self.scopes or tag not in languages.registry() or tag == source_tag(scope):
            raise Problem("page.missing")
        edited, bundled = (snapshot or self.edits.now).of(tag), self._bundled.get(tag, {})
        return [
            translating.entry(source, tag, edited.get(source.address), bundled.get(source.address))
            for source in self.sources.values()
            if source.scope == scope
        ]

    def german(self, entry: Entry) -> Forms:
        """Return the German wording of a text: its source, or for the interface what the German catalog says."""
        source = entry.source
        if source_tag(source.scope) == texts.SOURCE:
            return source.forms
        made = catalogs.laid_over(
            {source.address: found} if (found := self._bundled.get(texts.SOURCE, {}).get(source.address)) else {},
            {key: edit for key, edit in self.edits.now.of(texts.SOURCE).items() if key == source.address},
        )
        return made[source.address].wording if source.address in made else ()

    def has_drafts(self, tag: str) -> bool:
        """Tell whether respondents may meet texts in a language that a machine drafted and no person has reviewed.

        Without edits in the language a look into the files decides, so that a first request need not read all texts.
        """
        snapshot = self.edits.now
        if not snapshot.of(tag):
            paths = (
                self.forms / "translations" / f"{tag}.po",
                catalogs.path_of(tag, catalogs.MESSAGES, self._interface),
            )
            return any(map(catalogs.has_drafts, paths))
        known = self._drafts.get(tag)
        if known is None or known[0] != snapshot.number:
            scopes = (scope for scope in self.scopes if tag != source_tag(scope))
            entries = (entry for scope in scopes for entry in self.entries(scope, tag, snapshot))
            known = self._drafts[tag] = snapshot.number, any(entry.state == texts.MACHINE_DRAFT for entry in entries)
        return known[1]

    def library(self) -> Library:
        """Return the questionnaires with all edits in place. Raises Problem questionnaire.faulty."""
        snapshot = self.edits.renew()
        with self._lock:
            if self._library is None or self._library[0] != snapshot.number:
                self._library = (
                    snapshot.number,
                    load_folder(self.forms, gate=False, edits=_as_catalogs(snapshot)),
                )
            return self._library[1]

    def texts_of(self, scope: str) -> dict[str, Text]:
        """Return the texts of a scope by address, in all languages, with the edits as last seen.

        Asks nothing of the store, so that it can be used within a transaction. Raises Problem questionnaire.faulty.
        """
        merged = texts.laid_over(self._files[0], _as_catalogs(self.edits.now))
        own = (pair for pair in self._written.texts.items() if pair[0].startswith(f"{scope}/"))
        return {address: dict(texts.merge(address, text, merged)) for address, text in own}

    def save(self, tag: str, wishes: Sequence[Wish], *, by: str, now: dt.datetime) -> int:
        """Save translations and return how many have changed; all of them or none.

        Raises Problem translation.missing, and translation.rows with one located Problem for each refused text: a
        placeholder, markup, a plural form, or something that has changed since (translation.changed).
        """
        snapshot = self.edits.renew()
        faults, changes = [], []
        for wish in wishes:
            source = self.sources.get(wish.address)
            if source is None or tag == source_tag(source.scope):
                raise Problem("translation.missing", name=wish.address)
            edited, bundled = snapshot.of(tag).get(source.address), self._bundled.get(tag, {}).get(source.address)
            entry = translating.entry(source, tag, edited, bundled)
            state = _new_state(entry, wish)
            if state is None or not wish.touched:
                continue
            problem = _refusal(entry, wish, plurals_of(tag))
            if problem is not None:
                faults.append({"place": source.address, "problem": problem})
            changes.append((entry, wish.wording, state))
        if faults:
            raise Problem("translation.rows", count=len(faults), faults=tuple(faults))
        with self.store.transaction():
            self.keep(tag, changes, by=by, now=now)
            for entry, wording, state in changes:
                details: dict[str, audit.Detail] = {"language": tag, "state": state if wording else "taken away"}
                audit.append(self.store, by, "translation.saved", entry.source.address, details, now=now)
        self.edits.renew()
        return len(changes)

    def keep(self, tag: str, changes: Iterable[tuple[Entry, Forms, str]], *, by: str, now: dt.datetime) -> None:
        """Store translations that have been checked, all or none. Raises Problem translation.changed."""
        with self.store.transaction():
            for entry, wording, state in changes:
                source = entry.source
                edits.write(
                    self.store, tag, source.address, source.forms, wording, state, version=entry.version, by=by, now=now
                )


def _new_state(entry: Entry, wish: Wish) -> str | None:
    """Return the state after saving, or None if nothing would change."""
    if wish.wording != (entry.wording if entry.shown else ()):
        return texts.REVIEWED if wish.reviewed and wish.wording else texts.TRANSLATED
    return texts.REVIEWED if wish.reviewed and wish.wording and entry.state != texts.REVIEWED else None


def _refusal(entry: Entry, wish: Wish, plurals: int) -> Problem | None:
    if wish.mark != entry.mark:
        return Problem("translation.changed")
    return text_checks.fault(entry.source.forms, wish.wording, plurals) if wish.wording else None


def _as_catalogs(snapshot: Snapshot) -> texts.Catalogs:
    return {
        tag: {
            address: texts.Translation(made.source[0], made.wording[0] if made.wording else "", made.state)
            for address, made in own.items()
            if not address.startswith(INTERFACE_PREFIX)
        }
        for tag, own in snapshot.made.items()
    }
