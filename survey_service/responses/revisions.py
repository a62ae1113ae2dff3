"""Published questionnaires: each immutable state is a revision, kept as data in the store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from survey_service import clock
from survey_service.problems import Problem
from survey_service.questionnaire import comparison, definition
from survey_service.questionnaire.comparison import Change
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses import schedule as schedules
from survey_service.responses import standing
from survey_service.responses.schedule import OPEN, Schedule
from survey_service.store.base import CollectionSpec, Document, Store, Stored

LONGEST_NOTE = 2_000


def _with_note(body: Document) -> Document:
    """Revisions from before there were notes: nobody noted who published them, and what changed is compared anew."""
    return {**body, "note": "", "by": "", "day": "", "changes": None}


def _with_schedule(body: Document) -> Document:
    return {**body, **replace(Schedule(), is_open=body["open"]).to_json(), "file": body["fingerprint"]}


REVISIONS = CollectionSpec("revisions", indexes=("questionnaire",), unique=("revision",), migrations=(_with_note,))
PUBLICATIONS = CollectionSpec("publications", unique=("questionnaire",), migrations=(_with_schedule,))


@dataclass(frozen=True)
class Published:
    """A revision of a questionnaire, and whether the questionnaire takes new responses now."""

    revision: str
    number: int
    questionnaire: Questionnaire
    schedule: Schedule
    state: str

    @property
    def is_open(self) -> bool:
        return self.state == OPEN

    def takes_late(self, today: dt.date, days: int) -> bool:
        """Tell whether answers that a phone has kept are taken, so many days after the end (see ``schedule``)."""
        return self.schedule.takes_late(self.state, today, days)

    def refusal(self, *, day: Callable[[str], str] = str) -> Problem:
        """Return the Problem that whoever wants to begin meets if it is not open (see ``schedule.refusal``)."""
        return schedules.refusal(self.schedule, self.state, day=day)


@dataclass(frozen=True)
class Entry:
    """One revision in the history: who published it on which day, why, and what it changed by the rules.

    ``by``, ``day`` and ``note`` may be empty. The first revision changes nothing.
    """

    revision: str
    number: int
    day: str
    by: str
    note: str
    changes: tuple[Change, ...]


class Publications:
    """The published questionnaires of one store. Revisions never change, so what is made of them is kept in memory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._revisions = store.collection(REVISIONS)
        self._publications = store.collection(PUBLICATIONS)
        self._models: dict[str, tuple[int, Questionnaire]] = {}
        self._entries: dict[str, Entry] = {}
        self._known: dict[str, tuple[int, Published | None]] = {}

    def publish(
        self,
        questionnaires: Mapping[str, Questionnaire],
        *,
        note: str = "",
        by: str = "",
        today: dt.date | None = None,
        files: bool = False,
        only_changed: bool = False,
    ) -> list[str]:
        """Publish each questionnaire whose content differs from its last revision; return the new revisions' ids.

        ``files`` means that they are the instance's files, with their translations. With ``only_changed``, as at each
        start, one that has not changed since it was last published is left out, so that it does not undo what was
        published from a working copy meanwhile. Raises Problem revision.note if the note is too long.
        """
        if len(note) > LONGEST_NOTE:
            raise Problem("revision.note", limit=LONGEST_NOTE)
        created = []
        for questionnaire in questionnaires.values():
            content = definition.to_json(questionnaire)
            mark = definition.fingerprint(content)
            with self._store.transaction():
                current = self._publications.first(questionnaire=questionnaire.name)
                if current is not None and self._is_known(current, mark, files=files, only_changed=only_changed):
                    continue
                number = self._revisions.count(questionnaire=questionnaire.name) + 1
                revision = f"{questionnaire.name}-{number}"
                changes = self.changes(questionnaire) if current is not None else ()
                self._revisions.add(
                    {
                        "revision": revision,
                        "questionnaire": questionnaire.name,
                        "number": number,
                        "fingerprint": mark,
                        "definition": content,
                        "note": note,
                        "by": by,
                        "day": (today or clock.today()).isoformat(),
                        "changes": comparison.to_json(changes),
                    }
                )
                self._point_to(current, questionnaire.name, revision, mark, files=files)
            created.append(revision)
        return created

    def _is_known(self, current: Stored, mark: str, *, files: bool, only_changed: bool) -> bool:
        """Tell whether content needs no new revision: it is the newest, or a file that was published already."""
        if only_changed and current.body["file"] == mark:
            return True
        known = bool(current.body["fingerprint"] == mark)
        if known and files:
            self._publications.replace(current.id, {**current.body, "file": mark}, version=current.version)
        return known

    def _point_to(self, current: Stored | None, name: str, revision: str, mark: str, *, files: bool) -> None:
        body = {"questionnaire": name, "revision": revision, "fingerprint": mark, **({"file": mark} if files else {})}
        if current is None:
            self._publications.add({"file": "", **body, **Schedule().to_json()})
        else:
            self._publications.replace(current.id, {**current.body, **body}, version=current.version)

    def changes(self, questionnaire: Questionnaire) -> tuple[Change, ...]:
        """Return what publishing a questionnaire would change by the rules; nothing if it would be the first."""
        publication = self._publications.first(questionnaire=questionnaire.name)
        if publication is None:
            return ()
        found = comparison.compare(self.questionnaire(publication.body["revision"]), questionnaire)
        return tuple(change for change in found if change.reasons)

    def is_published(self, questionnaire: Questionnaire) -> bool:
        """Tell whether this very content is the newest revision."""
        publication = self._publications.first(questionnaire=questionnaire.name)
        mark = definition.fingerprint(definition.to_json(questionnaire))
        return publication is not None and bool(publication.body["fingerprint"] == mark)

    def current(self, name: str) -> Published:
        """Return the newest revision of a questionnaire. Raises Problem questionnaire.missing."""
        found = self.find(name)
        if found is None:
            raise Problem("questionnaire.missing")
        return found

    def find(self, name: str) -> Published | None:
        """Return the newest revision of a questionnaire, or None if it is not published."""
        publication = self._publications.first(questionnaire=name)
        return None if publication is None else self._published(publication.body["revision"], publication)

    def revision(self, revision: str) -> Published:
        """Return a revision by its id, such as ``needs-2``. Raises Problem questionnaire.missing."""
        _, questionnaire = self._model(revision)
        return self._published(revision, self._publication(questionnaire.name))

    def _publication(self, name: str) -> Stored:
        publication = self._publications.first(questionnaire=name)
        if publication is None:
            raise Problem("questionnaire.missing")
        return publication

    def _published(self, revision: str, publication: Stored) -> Published:
        """Return a revision with the state of this moment; made anew only if the schedule or the state has changed."""
        version, known = self._known.get(revision, (0, None))
        if known is None or version != publication.version:
            known = Published(revision, *self._model(revision), schedules.of(publication.body), OPEN)
        state = known.schedule.state(
            clock.today().isoformat(), lambda: standing.counted(self._store, publication.body["questionnaire"])
        )
        if state != known.state:
            known = replace(known, state=state)
        self._known[revision] = publication.version, known
        return known

    def _model(self, revision: str) -> tuple[int, Questionnaire]:
        if revision not in self._models:
            body = self._stored(revision).body
            self._models[revision] = (body["number"], definition.from_json(body["definition"]))
        return self._models[revision]

    def _stored(self, revision: str) -> Stored:
        stored = self._revisions.first(revision=revision)
        if stored is None:
            raise Problem("questionnaire.missing")
        return stored

    def all(self) -> list[Published]:
        """Return the newest revision of every questionnaire, in the order of first publication."""
        return [self._published(stored.body["revision"], stored) for stored in self._publications.iterate()]

    def questionnaire(self, revision: str) -> Questionnaire:
        """Return the questionnaire of a revision, which never changes. Raises Problem questionnaire.missing."""
        return self._model(revision)[1]

    def history(self, name: str) -> list[str]:
        """Return the ids of all revisions of a questionnaire, oldest first."""
        return [f"{name}-{number}" for number in range(1, self._revisions.count(questionnaire=name) + 1)]

    def entries(self, name: str) -> list[Entry]:
        """Return the history of a questionnaire, oldest first."""
        return [self.entry(revision) for revision in self.history(name)]

    def entry(self, revision: str) -> Entry:
        """Return one revision's entry in the history. Raises Problem questionnaire.missing."""
        if revision not in self._entries:
            body = self._stored(revision).body
            facts = (body["revision"], body["number"], body["day"], body["by"], body["note"])
            self._entries[revision] = Entry(*facts, self._changes_of(body))
        return self._entries[revision]

    def _changes_of(self, body: Document) -> tuple[Change, ...]:
        if body["changes"] is not None:
            return comparison.from_json(body["changes"])
        if body["number"] == 1:
            return ()
        before = self.questionnaire(f"{body['questionnaire']}-{body['number'] - 1}")
        found = comparison.compare(before, self.questionnaire(body["revision"]))
        return tuple(change for change in found if change.reasons)

    def limit(self, name: str) -> int:
        """Return how many responses a questionnaire takes in all; 0 for any number, also if it is not published."""
        publication = self._publications.first(questionnaire=name)
        return publication.body["limit"] if publication is not None else 0

    def set_open(self, name: str, is_open: bool) -> None:
        """Open or close a questionnaire for new responses. Raises Problem questionnaire.missing."""
        with self._store.transaction():
            self._set(name, replace(schedules.of(self._publication(name).body), is_open=is_open))

    def set_schedule(self, name: str, schedule: Schedule) -> None:
        """Give a questionnaire another schedule. Raises Problems questionnaire.missing and schedule.invalid."""
        with self._store.transaction():
            self._set(name, schedules.checked(schedule))

    def _set(self, name: str, schedule: Schedule) -> None:
        publication = self._publication(name)
        schedule = schedule.switched(schedules.of(publication.body), clock.today())
        body = {**publication.body, **schedule.to_json()}
        self._publications.replace(publication.id, body, version=publication.version)
