"""Taking packages of other counties: looked at from all sides first; then all of it is taken, or nothing changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey_service.accounts import audit
from survey_service.monitoring.definitions import Indicators
from survey_service.packages import figures, kept, manifest, questionnaires, senders
from survey_service.packages.kept import Kept
from survey_service.packages.manifest import INDICATORS, PLUGIN, QUESTIONNAIRE
from survey_service.packages.sealed import Package, open_package
from survey_service.problems import D_, Problem, Said, said
from survey_service.reports import installed, wheels
from survey_service.reports.installed import Who
from survey_service.store.base import Store

NEW, NEWER, UNCHANGED = "new", "newer", "unchanged"


@dataclass(frozen=True)
class Here:
    """The instance that takes packages: its store and folder, the key of its county, its indicators."""

    store: Store
    instance: Path
    county: str
    indicators: Indicators


@dataclass(frozen=True)
class Taken:
    """What became of a package: NEW, NEWER than the one before, or UNCHANGED, which it was there already; ``notices``
    are what whoever took it should know."""

    package: Package
    state: str
    notices: tuple[Said, ...] = ()


def look(data: bytes) -> Package:
    """Return a package after all that can be checked without knowing who looks: form, signature, content.

    Raises the Problems of `open_package`, package.faulty, and for plugins those of `wheels.read`.
    """
    package = open_package(data)
    _checked(package)
    return package


def _checked(package: Package) -> dict[str, Any]:
    """Return what is kept of the content of a package."""
    kind = package.manifest.kind
    if kind == INDICATORS:
        _check_files(package, figures.FILE)
        return figures.read(package.files[figures.FILE], package.manifest)[0]
    if kind == QUESTIONNAIRE:
        questionnaires.read(package)
    if kind == PLUGIN:
        name, data = _wheel(package)
        if wheels.read(data, name).name != package.manifest.subject:
            raise Problem("package.content", path=name)
    return {}


def _check_files(package: Package, *wanted: str) -> None:
    for path in dict.fromkeys((*wanted, *package.files)):
        if path not in package.files or path not in wanted:
            raise Problem("package.content", path=path)


def _wheel(package: Package) -> tuple[str, bytes]:
    names = list(package.files)
    if len(names) != 1:
        raise Problem("package.content", path=", ".join(names)[:200] or ".whl")
    return names[0], package.files[names[0]]


def take(here: Here, data: bytes, file: str, by: str, now: dt.datetime) -> Taken:
    """Take a package of a trusted county. The same package again changes nothing.

    Figures can be compared from now on; a questionnaire becomes a working copy; a plugin waits for approval.
    Raises the Problems of `look`, package.own, package.moment, package.unknown_key, package.other_key, package.older,
    package.copy, and those of asking for a plugin.
    """
    package = open_package(data)
    about = package.manifest
    if about.county.key == here.county:
        raise Problem("package.own", name=about.county.name, county=about.county.key)
    manifest.check_moment(about, now)
    with here.store.transaction():
        senders.check(here.store, package)
        before = kept.find(here.store, about.place)
        if before is not None and before.digest == package.digest:
            return Taken(package, UNCHANGED)
        if before is not None and before.made >= about.made:
            raise Problem("package.older", made=about.made, known=before.made)
        content = _checked(package)
        if about.kind == QUESTIONNAIRE:
            questionnaires.keep(here.store, here.instance, package, file, now)
        if about.kind == PLUGIN:
            name, wheel = _wheel(package)
            installed.request(here.store, here.instance, wheel, name, Who(by, now))
        kept.put(here.store, _record(package, content, before, by, now))
        details = {"kind": about.kind, "subject": about.subject, "digest": package.digest}
        audit.append(here.store, by, "package.imported", about.county.key, details, now=now)
    notices = tuple(_drifted(here.indicators, content)) if about.kind == INDICATORS else ()
    return Taken(package, NEW if before is None else NEWER, notices)


def remove(store: Store, number: int, by: str, now: dt.datetime) -> Kept:
    """Take a package away again. Raises Problem package.missing."""
    with store.transaction():
        gone = kept.remove(store, number)
        details = {"kind": gone.kind, "subject": gone.subject, "digest": gone.digest}
        audit.append(store, by, "package.removed", gone.county, details, now=now)
    return gone


def _record(package: Package, content: Mapping[str, Any], before: Kept | None, by: str, now: dt.datetime) -> Kept:
    about = package.manifest
    return Kept(
        place=about.place,
        kind=about.kind,
        subject=about.subject,
        county=about.county.key,
        name=about.county.name,
        made=about.made,
        digest=package.digest,
        fingerprint=package.fingerprint,
        by=by,
        at=now.astimezone(dt.UTC).isoformat(timespec="seconds"),
        licence=about.licence,
        disclosure=about.disclosure,
        content=content,
        gone=_gone(content, before),
    )


def _gone(content: Mapping[str, Any], before: Kept | None) -> dict[str, Mapping[str, str]]:
    """Return the indicators that earlier packages of the county had and this one has not."""
    if before is None or not content:
        return {}
    present = {row["code"] for row in content["indicators"]}
    earlier = {**before.gone, **{row["code"]: row["name"] for row in before.content.get("indicators", ())}}
    return {code: name for code, name in earlier.items() if code not in present}


def _drifted(indicators: Indicators, content: Mapping[str, Any]) -> list[Said]:
    """Return a notice for each indicator that the sender defines in another version than we do."""
    notices = []
    for each in figures.of_content(content):
        ours = indicators.get(each.code)
        if ours is not None and ours.current.version != each.newest:
            notices.append(
                said(
                    D_("%(indicator)s has version %(theirs)s of the definition there and %(ours)s here."),
                    indicator=each.code,
                    theirs=each.newest,
                    ours=ours.current.version,
                )
            )
    return notices
