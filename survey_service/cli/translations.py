"""Commands for translations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import click
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from survey_service import languages, settings
from survey_service.cli.common import on_instance, table
from survey_service.languages import Language
from survey_service.questionnaire import texts
from survey_service.questionnaire.faults import Faults
from survey_service.questionnaire.loader import load_folder
from survey_service.translating import catalogs
from survey_service.web.context import Context

_SOURCE_LANGUAGE = "en"  # the interface's msgids


@dataclass(frozen=True)
class Status:
    """How far one part is translated: ``translated`` of ``total`` texts, of which ``drafts`` nobody has reviewed."""

    part: str
    translated: int
    total: int
    drafts: int


@click.group()
def translations() -> None:
    """Translations of the questionnaires and of the interface."""


@translations.command()
@on_instance
def status(instance: Path | None) -> None:
    """Show for each language how many texts are translated, and how many of these no person has reviewed."""
    folder = Context(settings.load(instance)).forms
    sources = load_folder(folder, catalogs=False).texts
    faults = Faults()
    found = texts.read_catalogs(folder / "translations", faults)
    faults.raise_if_any()
    rows = [("LANGUAGE", "PART", "TRANSLATED", "MISSING", "NOT REVIEWED")]
    for entry in languages.offered():
        for part in (_forms(entry.tag, sources, found), *_interface(entry)):
            counts = (f"{part.translated} of {part.total}", str(part.total - part.translated), str(part.drafts))
            rows.append((entry.tag, part.part, *counts))
    table(rows)


def _forms(tag: str, sources: Mapping[str, Mapping[str, str]], found: texts.Catalogs) -> Status:
    """Return the status of the questionnaires' texts; a translation of an older wording counts as missing."""
    wanted = {address: text for address, text in sources.items() if texts.SOURCE in text}
    catalog = found.get(tag, {})
    fitting = [
        catalog[address]
        for address, text in wanted.items()
        if tag not in text and address in catalog and catalog[address].source == text[texts.SOURCE]
    ]
    written = sum(tag in text for text in wanted.values())
    drafts = sum(translation.state == texts.MACHINE_DRAFT for translation in fitting)
    return Status("questionnaires", written + len(fitting), len(wanted), drafts)


def _interface(entry: Language) -> Iterator[Status]:
    """Yield the status of the interface's catalogs. All msgids that any language's catalog has are wanted."""
    domains = {catalogs.MESSAGES: "interface", **({catalogs.DESK: "desk"} if entry.desk else {})}
    for domain, part in domains.items():
        wanted = set().union(*(_messages(other.tag, domain) for other in languages.offered()))
        if entry.tag == _SOURCE_LANGUAGE:
            yield Status(part, len(wanted), len(wanted), 0)
        else:
            own = _messages(entry.tag, domain)
            yield Status(part, len(own), len(wanted), sum(own.values()))


def read(path: Path) -> Catalog:
    """Return the catalog in a ``.po`` file. Raises PoFileError, UnicodeDecodeError or ValueError if it is broken."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _messages(tag: str, domain: str) -> dict[str, bool]:
    """Return a catalog's translated msgids, each with whether it is a draft that nobody has reviewed."""
    path = catalogs.path_of(tag, domain)
    if not path.exists():
        return {}
    return {
        str(message.id): any("machine draft" in comment for comment in message.auto_comments)
        for message in read(path)
        if message.id and message.string and not message.fuzzy
    }
