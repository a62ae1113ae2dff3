"""The pictures, sounds and films of questionnaires: contents in a folder of the instance, by their SHA-256.

A definition names files and holds what each of them is; so a revision keeps the very files it was published with. A
content that no working copy and no revision holds is swept away.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service.problems import Problem
from survey_service.questionnaire import definition, file_kinds, media
from survey_service.questionnaire.media import Refused
from survey_service.questionnaire.model import MediaFile, Questionnaire
from survey_service.responses import definitions
from survey_service.responses.definitions import DEFINITIONS
from survey_service.responses.revisions import REVISIONS, Publications
from survey_service.store import blobs
from survey_service.store.base import Store

FOLDER = "media"
GRACE = 86_400.0
"""Seconds after which a content that no definition holds is swept away; until then it may be about to be named."""


@dataclass(frozen=True)
class Outcome:
    """What became of a file that was brought: ``code`` of media.MESSAGES says why it was not taken, "" that it was."""

    name: str
    code: str = ""


def name_of(sha256: str) -> str:
    """Return the name of the content with this SHA-256 (hex) among the files of the instance."""
    return f"{FOLDER}/{sha256[:2]}/{sha256}"


def path_of(instance: Path, sha256: str) -> Path:
    """Return where the content with this SHA-256 (hex) can be read. Raises FileNotFoundError."""
    return blobs.of(instance).local(name_of(sha256))


def address_of(file: MediaFile) -> str:
    """Return the last part of the address that a file is served at: its SHA-256 and the ending of its type."""
    return f"{file.sha256}{file_kinds.KINDS[file.type].endings[0]}"


def bring(store: Store, instance: Path, name: str, files: Iterable[tuple[str, bytes]], day: str) -> list[Outcome]:
    """Add files, each (its name, its content), to a working copy, and return what became of each, in order.

    One of a name that is there replaces it; what nothing names any more is dropped. Raises Problems
    questionnaire.missing, store.conflict (the copy was saved meanwhile), store.full and service.unavailable.
    """
    copy = definitions.get(store, name)
    wanted = media.named(copy.questionnaire)
    outcomes, brought = [], {}
    for given, content in files:
        target = _meant(given, wanted)
        try:
            if not target:
                raise Refused("unnamed")
            file, cleaned = media.inspect(content, wanted[target][0])
        except Refused as refused:
            outcomes.append(Outcome(given, refused.code))
            continue
        keep(instance, file, cleaned)
        brought[target] = file
        outcomes.append(Outcome(target))
    if brought:
        there = {**copy.questionnaire.files, **brought}
        changed = _with_files(copy.content, {named: facts for named, facts in there.items() if named in wanted})
        definitions.put(store, changed, day, version=copy.version)
    return outcomes


def _meant(given: str, wanted: Iterable[str]) -> str:
    """Return the named file that a file is brought for: of the same name, or but for capitals; "" if there is none."""
    name = given.replace("\\", "/").rpartition("/")[2]
    alike = [each for each in wanted if each.casefold() == name.casefold()]
    return name if name in alike else alike[0] if len(alike) == 1 else ""


def _with_files(content: Mapping[str, Any], files: Mapping[str, MediaFile]) -> dict[str, Any]:
    facts = {name: definition.file_json(file) for name, file in files.items()}
    return {**{key: value for key, value in content.items() if key != "files"}, **({"files": facts} if facts else {})}


def keep(instance: Path, file: MediaFile, content: bytes) -> None:
    """Keep a content, if it is not there already. Raises Problems store.full and service.unavailable."""
    kept = blobs.of(instance)
    if not kept.refresh(name_of(file.sha256)):  # so that it is not swept before it is named
        kept.put(name_of(file.sha256), content)


def take_along(instance: Path, folder: Path, questionnaire: Questionnaire) -> None:
    """Keep the contents of a questionnaire's files that lie in a folder, ``media`` of the definition files.

    Raises Problems store.full and service.unavailable.
    """
    for name, file in questionnaire.files.items():
        path = folder / questionnaire.name / name
        if path.is_file() and not blobs.of(instance).has(name_of(file.sha256)):
            found, content = media.inspect(path.read_bytes(), media.named(questionnaire)[name][0])
            if found == file:
                keep(instance, file, content)


def carried_over(store: Store, questionnaire: Questionnaire) -> dict[str, Any]:
    """Return a definition with those of its files that the working copy of its name has, or else the published
    revision: a workbook names files and brings none."""
    before = definitions.find(store, questionnaire.name)
    published = Publications(store).find(questionnaire.name) if before is None else None
    known = before.questionnaire.files if before else published.questionnaire.files if published else {}
    wanted = media.named(questionnaire)
    files = {name: file for name, file in known.items() if name in wanted}
    return _with_files(definition.to_json(questionnaire), {**files, **questionnaire.files})


def refuse_missing(questionnaire: Questionnaire) -> None:
    """Raise Problem publish.missing_files if a file that the questionnaire names was not brought."""
    lacking = media.missing(questionnaire)
    if lacking:
        raise Problem("publish.missing_files", count=len(lacking), files=", ".join(lacking[:20]))


def sweep(store: Store, instance: Path, now: dt.datetime) -> int:
    """Remove all contents that no working copy and no revision holds; return their number."""
    held = {
        file["sha256"]
        for spec in (DEFINITIONS, REVISIONS)
        for stored in store.collection(spec).iterate()
        for file in stored.body["definition"].get("files", {}).values()
    }
    removed = 0
    for blob in list(blobs.of(instance).find(f"{FOLDER}/")):
        if blob.name.rpartition("/")[2] not in held and now.timestamp() - blob.written > GRACE:
            blobs.of(instance).delete(blob.name)
            removed += 1
    return removed
