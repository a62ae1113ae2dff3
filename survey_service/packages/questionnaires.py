"""A questionnaire in a package: its definition with all texts, and the content of each picture, sound and film."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson

from survey_service.packages.faults import Faults
from survey_service.packages.manifest import canonical
from survey_service.packages.sealed import Package
from survey_service.problems import D_, Problem, said
from survey_service.questionnaire import definition, editing
from survey_service.questionnaire import media as inspecting
from survey_service.questionnaire.media import MESSAGES, Refused
from survey_service.questionnaire.model import MediaFile, Questionnaire
from survey_service.responses import definitions, media
from survey_service.store import blobs
from survey_service.store.base import Store

FILE, FOLDER = "questionnaire.json", "media"
_NOT_A_DEFINITION = (TypeError, AttributeError, ValueError, KeyError, IndexError, RecursionError)


def write(questionnaire: Questionnaire, instance: Path) -> dict[str, bytes]:
    """Return the files of a package. Raises Problem publish.missing_files if the content of one is not there."""
    media.refuse_missing(questionnaire)
    files = {FILE: canonical(definition.to_json(questionnaire))}
    for name, file in questionnaire.files.items():
        try:
            files[f"{FOLDER}/{file.sha256}"] = blobs.of(instance).get(media.name_of(file.sha256))
        except OSError:
            raise Problem("publish.missing_files", count=1, files=name) from None
    return files


def read(package: Package) -> tuple[dict[str, Any], Questionnaire, dict[str, bytes]]:
    """Return definition, questionnaire and the contents of its files by SHA-256. Raises Problem package.faulty."""
    faults = Faults(FILE)
    content, questionnaire = _definition(package.files.get(FILE, b""), faults)
    if questionnaire is None:
        faults.refuse()
    if questionnaire.name != package.manifest.subject:
        faults.add("", said(D_("it is another questionnaire than the manifest says")))
    for path in inspecting.missing(questionnaire):
        faults.add(path, said(D_("the file is missing")))
    wanted = inspecting.named(questionnaire)
    contents: dict[str, bytes] = {}
    for name, file in questionnaire.files.items():
        path = f"{FOLDER}/{file.sha256}"
        fault = _fault_of(package.files, path, file, wanted[name][0]) if name in wanted else None
        if name not in wanted or fault is not None:
            faults.add(name, fault or said(MESSAGES["unnamed"]))
        else:
            contents[file.sha256] = package.files[path]
    known = {FILE, *(f"{FOLDER}/{each.sha256}" for each in questionnaire.files.values())}
    for path in package.files:
        if path not in known:
            faults.add(path, said(MESSAGES["unnamed"]))
    faults.raise_if_any()
    return content, questionnaire, contents


def _definition(data: bytes, faults: Faults) -> tuple[dict[str, Any], Questionnaire | None]:
    try:
        content = orjson.loads(data)
        return content, definition.from_json(editing.sound(content))
    except Problem as problem:
        for each in problem.faults:
            faults.add(each["place"], said(D_("%(fault)s → %(remedy)s"), fault=each["fault"], remedy=each["remedy"]))
    except _NOT_A_DEFINITION:
        faults.add("", said(D_("it is no definition of a questionnaire")))
    return {}, None


def _fault_of(files: Mapping[str, bytes], path: str, file: MediaFile, kind: str) -> Any:
    """Return what is wrong with the content of a file, None if nothing is."""
    if path not in files:
        return said(D_("the file is missing"))
    try:
        found, cleaned = inspecting.inspect(files[path], kind)
    except Refused as refused:
        return said(MESSAGES[refused.code], limit=inspecting.MOST_BYTES // 1_000_000)
    if found != file or cleaned != files[path]:
        return said(D_("the file is another one than the questionnaire says"))
    return None


def check_free(store: Store, name: str) -> None:
    """Raise Problem package.copy if there is a working copy of that name, which nobody shall lose."""
    if definitions.find(store, name) is not None:
        raise Problem("package.copy", name=name)


def keep(store: Store, instance: Path, package: Package, file: str, now: dt.datetime) -> None:
    """Make the questionnaire of a package the working copy of its name; nothing is published."""
    content, questionnaire, contents = read(package)
    check_free(store, questionnaire.name)
    for each in questionnaire.files.values():
        media.keep(instance, each, contents[each.sha256])
    source = {"kind": "package", "file": file[-200:], "county": package.manifest.county.key, "sha256": package.digest}
    definitions.put(store, content, now.date().isoformat(), source=source)
