"""Commands for translations."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from survey_service import clock, languages, settings
from survey_service.accounts import audit
from survey_service.cli.common import STDOUT, actor, on_instance, opened, table, written
from survey_service.cli.looking import looking
from survey_service.languages import Language
from survey_service.problems import Problem
from survey_service.questionnaire.exchange import MOST_BYTES
from survey_service.questionnaire.texts import MACHINE_DRAFT, SOURCE
from survey_service.questionnaire.translating import INTERFACE, LEGAL, completeness
from survey_service.translating import catalogs, exchange
from survey_service.translating.edits import TRANSLATIONS
from survey_service.translating.workbench import Workbench, source_tag


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
    rows = [("LANGUAGE", "PART", "TRANSLATED", "MISSING", "NOT REVIEWED")]
    with looking(settings.load(instance), TRANSLATIONS) as context:
        context.workbench.edits.renew()
        for entry in languages.offered():
            for part in _parts(context.workbench, entry):
                counts = (f"{part.translated} of {part.total}", str(part.total - part.translated), str(part.drafts))
                rows.append((entry.tag, part.part, *counts))
        faults = context.workbench.catalog_faults()
    table(rows)
    for fault in faults:
        click.echo(f"Not used: {fault}", err=True)


def _parts(workbench: Workbench, language: Language) -> Iterator[Status]:
    forms = [scope for scope in workbench.scopes if source_tag(scope) == SOURCE]
    for part, scopes in {"questionnaires": forms, INTERFACE: [INTERFACE], LEGAL: [LEGAL]}.items():
        yield _status(workbench, part, scopes, language.tag)
    if language.desk:
        wanted = {name for other in languages.offered() for name in catalogs.load(other.tag, catalogs.DESK).messages}
        own = catalogs.load(language.tag, catalogs.DESK).messages
        written = len(wanted) if language.tag == source_tag(INTERFACE) else len(own)
        yield Status("desk", written, len(wanted), sum(made.state == MACHINE_DRAFT for made in own.values()))


def _status(workbench: Workbench, part: str, scopes: Sequence[str], tag: str) -> Status:
    """Return the status of a part; a translation of an older wording counts as missing."""
    total = sum(source.scope in scopes for source in workbench.sources.values())
    if all(source_tag(scope) == tag for scope in scopes):
        return Status(part, total, total, 0)
    counted = completeness(entry for scope in scopes for entry in workbench.entries(scope, tag))
    return Status(part, counted.done, counted.total, counted.counts[MACHINE_DRAFT])


def _checked(workbench: Workbench, tag: str, scopes: Sequence[str]) -> list[str]:
    """Return the scopes to use, all that can be translated into the language if none is named; or end with usage."""
    if tag not in languages.registry():
        raise click.UsageError(f"the language {tag!r} is unknown; known: {', '.join(languages.registry())}")
    possible = [scope for scope in workbench.scopes if source_tag(scope) != tag]
    for scope in scopes:
        if scope not in possible:
            raise click.UsageError(f"there are no texts {scope!r} to translate; known: {', '.join(possible)}")
    return list(scopes) or possible


_SCOPE = click.option(
    "--scope",
    "scopes",
    multiple=True,
    help="A questionnaire, vocabularies, indicators, interface or legal; without it, all.",
)


@translations.command(name="export")
@click.argument("language")
@_SCOPE
@click.option(
    "--format", "form", type=click.Choice(list(exchange.FORMATS)), default="po", show_default=True, help="Format."
)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def export_(language: str, scopes: tuple[str, ...], form: str, target: str, instance: Path | None) -> None:
    """Write the texts in LANGUAGE into a file for a translator: source, present wording and its state."""
    with opened(instance) as context:
        chosen = _checked(context.workbench, language, scopes)
        content = exchange.export(context.workbench, chosen, language, form)
        details: dict[str, audit.Detail] = {"language": language, "format": form}
        with written(target) as path:
            path.write_bytes(content)
            audit.append(context.store, actor(), "translations.exported", ", ".join(chosen), details, now=clock.now())


@translations.command(name="import")
@click.argument("language")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_SCOPE
@on_instance
def import_(language: str, file: Path, scopes: tuple[str, ...], instance: Path | None) -> None:
    """Save what a translator has written in LANGUAGE into FILE, a PO file or an Excel workbook from `export`.

    Texts whose source has changed since the export are named and not saved. A file with a faulty text changes nothing.
    """
    if file.stat().st_size > MOST_BYTES:
        raise Problem("translation.large", most=MOST_BYTES // 1_000_000)
    with opened(instance) as context:
        chosen = _checked(context.workbench, language, scopes)
        try:
            done = exchange.take_back(
                context.workbench, chosen, language, file.read_bytes(), by=actor(), now=clock.now()
            )
        except Problem as problem:
            for fault in problem.faults:
                click.echo(f"{file.name}:{fault['line']}: {fault['place']}: {fault['problem'].message()}", err=True)
            raise
    click.echo(
        f"{len(done.changes)} saved, {done.unchanged} unchanged, {done.empty} empty, {len(done.skipped)} not applied."
    )
    for row, reason in done.skipped:
        click.echo(f"{file.name}:{row.line}: {row.address}: not applied ({reason})", err=True)
