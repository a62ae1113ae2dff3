"""Published questionnaires: each immutable state is a revision, kept as data in the store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.model import Questionnaire
from survey_service.store.base import CollectionSpec, Store, Stored

REVISIONS = CollectionSpec("revisions", indexes=("questionnaire",), unique=("revision",))
PUBLICATIONS = CollectionSpec("publications", unique=("questionnaire",))


@dataclass(frozen=True)
class Published:
    """A revision of a questionnaire, and whether the questionnaire takes new responses now."""

    revision: str
    number: int
    questionnaire: Questionnaire
    is_open: bool


class Publications:
    """The published questionnaires of one store. Revisions never change, so their models are kept in memory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._revisions = store.collection(REVISIONS)
        self._publications = store.collection(PUBLICATIONS)
        self._models: dict[str, tuple[int, Questionnaire]] = {}
        self._known: dict[tuple[str, bool], Published] = {}

    def publish(self, questionnaires: Mapping[str, Questionnaire]) -> list[str]:
        """Publish each questionnaire whose content differs from its last revision; return the new revisions' ids."""
        created = []
        for questionnaire in questionnaires.values():
            content = definition.to_json(questionnaire)
            mark = definition.fingerprint(content)
            with self._store.transaction():
                current = self._publications.first(questionnaire=questionnaire.name)
                if current is not None and current.body["fingerprint"] == mark:
                    continue
                number = self._revisions.count(questionnaire=questionnaire.name) + 1
                revision = f"{questionnaire.name}-{number}"
                self._revisions.add(
                    {
                        "revision": revision,
                        "questionnaire": questionnaire.name,
                        "number": number,
                        "fingerprint": mark,
                        "definition": content,
                    }
                )
                self._point_to(current, questionnaire.name, revision, mark)
            created.append(revision)
        return created

    def _point_to(self, current: Stored | None, name: str, revision: str, mark: str) -> None:
        body = {"questionnaire": name, "revision": revision, "fingerprint": mark, "open": True}
        if current is None:
            self._publications.add(body)
        else:
            self._publications.replace(current.id, {**body, "open": current.body["open"]}, version=current.version)

    def current(self, name: str) -> Published:
        """Return the newest revision of a questionnaire. Raises Problem questionnaire.missing."""
        publication = self._publications.first(questionnaire=name)
        if publication is None:
            raise Problem("questionnaire.missing")
        return self._published(publication.body["revision"], publication.body["open"])

    def revision(self, revision: str) -> Published:
        """Return a revision by its id, such as ``needs-2``. Raises Problem questionnaire.missing."""
        _, questionnaire = self._model(revision)
        publication = self._publications.first(questionnaire=questionnaire.name)
        return self._published(revision, bool(publication and publication.body["open"]))

    def _published(self, revision: str, is_open: bool) -> Published:
        known = self._known.get((revision, is_open))
        if known is None:
            known = self._known[revision, is_open] = Published(revision, *self._model(revision), is_open)
        return known

    def _model(self, revision: str) -> tuple[int, Questionnaire]:
        if revision not in self._models:
            stored = self._revisions.first(revision=revision)
            if stored is None:
                raise Problem("questionnaire.missing")
            self._models[revision] = (stored.body["number"], definition.from_json(stored.body["definition"]))
        return self._models[revision]

    def all(self) -> list[Published]:
        """Return the newest revision of every questionnaire, in the order of first publication."""
        publications = self._publications.iterate()
        return [self._published(stored.body["revision"], stored.body["open"]) for stored in publications]

    def questionnaire(self, revision: str) -> Questionnaire:
        """Return the questionnaire of a revision, which never changes. Raises Problem questionnaire.missing."""
        return self._model(revision)[1]

    def history(self, name: str) -> list[str]:
        """Return the ids of all revisions of a questionnaire, oldest first."""
        return [stored.body["revision"] for stored in self._revisions.find(questionnaire=name)]

    def set_open(self, name: str, is_open: bool) -> None:
        """Open or close a questionnaire for new responses. Raises Problem questionnaire.missing."""
        with self._store.transaction():
            publication = self._publications.first(questionnaire=name)
            if publication is None:
                raise Problem("questionnaire.missing")
            body: dict[str, Any] = {**publication.body, "open": is_open}
            self._publications.replace(publication.id, body, version=publication.version)
