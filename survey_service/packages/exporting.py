"""Making packages: published figures, a published questionnaire with its media, an installed report plugin.

Nothing that is made here comes from responses: figures are those of the newest publication, as everybody can read them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from survey_service.accounts import audit
from survey_service.monitoring import files
from survey_service.monitoring.figures import Batches
from survey_service.offers.open_data import About
from survey_service.packages import figures, manifest, questionnaires
from survey_service.packages.manifest import INDICATORS, PLUGIN, QUESTIONNAIRE, Manifest
from survey_service.packages.sealed import Sender, make
from survey_service.problems import Problem
from survey_service.questionnaire.model import Text
from survey_service.reports import finding, installed, plugin_files
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store

FIGURES = "figures"
"""The subject of packages with indicators."""


def public(batches: Batches, areas: Mapping[str, Text], about: About) -> bytes | None:
    """Return the newest publication as everybody can read it, ``figures.json``; None if nothing was published."""
    batch = batches.newest()
    if batch is None:
        return None
    return files.write_json(batch, areas, about, batches.remarks(batch))


def indicators(sender: Sender, batches: Batches, areas: Mapping[str, Text], now: dt.datetime) -> tuple[Manifest, bytes]:
    """Return a package of the newest publication. Raises Problem package.nothing if nothing was published."""
    content = public(batches, areas, sender.about)
    if content is None:
        raise Problem("package.nothing")
    return make(sender, INDICATORS, FIGURES, {figures.FILE: content}, now, figures.RULES)


def questionnaire(sender: Sender, publications: Publications, name: str, now: dt.datetime) -> tuple[Manifest, bytes]:
    """Return a package of the newest revision of a questionnaire, with all texts and its media.

    Raises Problems questionnaire.missing and publish.missing_files.
    """
    published = publications.find(name)
    if published is None:
        raise Problem("questionnaire.missing")
    found = questionnaires.write(published.questionnaire, sender.instance)
    return make(sender, QUESTIONNAIRE, name, found, now)


def plugin(sender: Sender, store: Store, name: str, now: dt.datetime) -> tuple[Manifest, bytes]:
    """Return a package of the wheel that the active version of a report plugin was installed from.

    Raises Problems package.bundled, plugin.missing and plugin.changed.
    """
    known = installed.known(store, name)
    if not known.active:
        bundled = [entry.name for entry in finding.list_plugins()]
        if name in bundled:
            raise Problem("package.bundled", name=name)
        there = ", ".join(each.name for each in installed.all_plugins(store) if each.active)
        raise Problem("plugin.missing", name=name, known=there or "–")
    version = known.of(known.active)
    wheel = plugin_files.kept_wheel(sender.instance, name, version.key, version.digest)
    return make(sender, PLUGIN, name, {version.filename: wheel}, now)


def noted(store: Store, made: Manifest, by: str, now: dt.datetime) -> None:
    """Note in the audit log that a package was made."""
    digest = manifest.content_of(manifest.encode(made)).sha256
    audit.append(store, by, "package.exported", made.subject, {"kind": made.kind, "digest": digest}, now=now)
