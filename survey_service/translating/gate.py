"""The publish gate: a questionnaire is offered only in languages in which nobody meets a text of another one.

That covers its questions, choices and messages, the interface around them, and the texts the law asks for. A text whose
source has changed counts as missing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from survey_service import languages
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.questionnaire import translating
from survey_service.questionnaire.loader import Library, texts_of
from survey_service.questionnaire.model import Questionnaire, Text
from survey_service.questionnaire.texts import SOURCE
from survey_service.questionnaire.translating import INTERFACE, LEGAL
from survey_service.responses import media
from survey_service.responses.revisions import Publications
from survey_service.translating.workbench import Workbench, source_tag


@dataclass(frozen=True)
class Gap:
    """A text that a language lacks; ``text`` is its source. ``by_file``: it is to be written in the questionnaire's
    file, because the source itself is what is missing, so it has no place on the workbench."""

    tag: str
    scope: str
    address: str
    kind: str
    text: str
    by_file: bool = False

    @property
    def key(self) -> str:
        return translating.key_of(self.address)

    @property
    def link(self) -> str:
        """The address of the page on which the text can be written, or ``""``."""
        if self.by_file:
            return ""
        return f"/manage/translations/{self.scope}/{self.tag}?text={self.key}#t-{self.key}"


Gaps = Mapping[str, Sequence[Gap]]
"""Language tag → what it lacks, for each language of a questionnaire that the interface is offered in."""


def gaps(workbench: Workbench, library: Library, questionnaire: Questionnaire) -> Gaps:
    """Return what is missing for a questionnaire of a library with all edits in place, for each of its languages.

    Languages that the interface is not offered in are left out: nobody can choose them.
    """
    tags = [entry.tag for entry in languages.offered() if entry.tag in questionnaire.languages]
    return {tag: [*_own(library, questionnaire, tag), *_around(workbench, tag)] for tag in tags}


def _own(library: Library, questionnaire: Questionnaire, tag: str) -> Iterator[Gap]:
    """Yield the texts of the questionnaire itself that a language lacks, each once."""
    addresses = _addresses(library)
    seen = set()
    for place, text in texts_of(questionnaire):
        if not text or "*" in text or tag in text:
            continue
        address = addresses.get(id(text)) or _alike(library, questionnaire, text) or place
        if address not in seen:
            seen.add(address)
            scope = address.partition("/")[0] if address in library.texts else questionnaire.name
            by_file = SOURCE not in text or tag == SOURCE or address not in library.texts
            yield Gap(tag, scope, address, translating.kind_of(address), next(iter(text.values())), by_file)


def _addresses(library: Library) -> dict[int, str]:
    """Return the address of each text object: the model holds the very objects that the loader has noted."""
    return {id(text): address for address, text in library.texts.items()}


def _alike(library: Library, questionnaire: Questionnaire, text: Text) -> str:
    """Return the address of an equal text of the questionnaire: pages that stand for several have equal ones."""
    begin = f"{questionnaire.name}/"
    return next((name for name, other in library.texts.items() if name.startswith(begin) and other == text), "")


def _around(workbench: Workbench, tag: str) -> Iterator[Gap]:
    """Yield the texts of the interface, the legal ones included, that a language lacks."""
    for scope in (INTERFACE, LEGAL):
        if tag == source_tag(scope) or scope not in workbench.scopes:
            continue
        for entry in workbench.entries(scope, tag):
            if not entry.shown:
                yield Gap(tag, scope, entry.source.address, entry.source.kind, entry.source.forms[0])


def publish(
    workbench: Workbench,
    publications: Publications,
    name: str,
    without: Sequence[str],
    *,
    by: str,
    now: dt.datetime,
    note: str = "",
    only_changed: bool = False,
    instance: Path | None = None,
) -> str | None:
    """Publish a questionnaire with all translations as they are now; return the new revision, or None if none differs.

    ``without`` names the languages to leave out if they lack something; for ``note`` and ``only_changed`` see
    ``Publications.publish``. Pictures, sounds and films that lie beside the questionnaire's file are kept in the folder
    ``instance``. Raises the Problems of `ready` and `media.take_along`, and revision.note.
    """
    questionnaire = ready(workbench, name, without)
    if instance is not None:
        media.take_along(instance, workbench.forms / media.FOLDER, questionnaire)
    with workbench.store.transaction():
        created = publications.publish(
            {name: questionnaire}, note=note, by=by, today=now.date(), files=True, only_changed=only_changed
        )
        for revision in created:
            audit.append(workbench.store, by, "questionnaire.published", revision, {}, now=now)
    return created[0] if created else None


def ready(workbench: Workbench, name: str, without: Sequence[str]) -> Questionnaire:
    """Return a questionnaire as it can be published: with all translations, without languages that lack something.

    Raises Problems questionnaire.missing, translation.incomplete for a language with gaps that is not to be left out
    (each gap a fault with its link), translation.no_language, and publish.missing_files.
    """
    library = workbench.library()
    if name not in library.questionnaires:
        raise Problem("questionnaire.missing")
    questionnaire = library.questionnaires[name]
    found = gaps(workbench, library, questionnaire)
    refused = {tag: lacking for tag, lacking in found.items() if lacking and tag not in without}
    if refused:
        raise Problem(
            "translation.incomplete",
            name=name,
            languages=", ".join(refused),
            faults=tuple({**vars(gap), "href": gap.link} for lacking in refused.values() for gap in lacking),
        )
    media.refuse_missing(questionnaire)
    return offered_part(questionnaire, found)


def offered_part(questionnaire: Questionnaire, found: Gaps) -> Questionnaire:
    """Return a questionnaire without the languages that lack something. Raises Problem translation.no_language."""
    kept = tuple(tag for tag in questionnaire.languages if not found.get(tag))
    if not any(tag in kept for tag in found):
        raise Problem("translation.no_language", name=questionnaire.name)
    return replace(questionnaire, languages=kept)
