"""Commands for the questionnaires: list, import and export."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import click

from survey_service import clock, languages, settings
from survey_service.accounts import audit
from survey_service.cli.common import STDOUT, actor, on_instance, opened, publish, table, written
from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.builder import AUDIENCES
from survey_service.questionnaire.model import Questionnaire, wording
from survey_service.questionnaire.xlsform import exporting, importing, po
from survey_service.questionnaire.xlsform.importing import Options
from survey_service.responses import definitions, imports
from survey_service.web.context import Context


@click.group()
def forms() -> None:
    """Questionnaires as files."""


@forms.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List the questionnaires of the folder that `serve` publishes."""
    library = Context(settings.load(instance)).library
    rows = [("NAME", "AUDIENCE", "PAGES", "QUESTIONS", "LANGUAGES", "TITLE")]
    for entry in library.questionnaires.values():
        counts = (str(len(entry.pages)), str(len(entry.questions)))
        rows.append((entry.name, entry.audience, *counts, " ".join(entry.languages), wording(entry.label, "en")))
    table(rows)


@forms.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="", help="Name of the questionnaire, in place of the form's own.")
@click.option("--language", default="", help="Language of texts that name none.")
@click.option("--audience", type=click.Choice(AUDIENCES), default="newcomers", show_default=True)
@click.option("--consent", default="", help="The question whose answer `yes` is the consent.")
@click.option("--allow-duplicates", is_flag=True, help="Keep the first of choices that stand twice in a list.")
@click.option("--check", "only_check", is_flag=True, help="Only say what would become of it.")
@click.option("--publish", "at_once", is_flag=True, help="Publish it at once.")
@on_instance
def import_(
    file: Path,
    name: str,
    language: str,
    audience: str,
    consent: str,
    allow_duplicates: bool,
    only_check: bool,
    at_once: bool,
    instance: Path | None,
) -> None:
    """Bring an XLSForm workbook FILE.

    Says for each row what is changed or cannot be kept, and for each error where it is and what to do; with an error
    nothing is changed. What is read becomes a working copy, which the desk shows and publishes.
    """
    if language and language not in languages.registry():
        raise click.UsageError(f"the language {language!r} is unknown; known: {', '.join(languages.registry())}")
    data = file.read_bytes()
    options = Options(name, language, audience, consent, allow_duplicates)
    found = imports.read(data, file.name, options)
    for notice in importing.summary(found):
        click.echo(f"{notice.kind}: {notice}", err=True)
    fates = found.report.fates
    counts = ", ".join(f"{fates[fate]} {word}" for fate, word in _FATES.items() if fates.get(fate))
    click.echo(f"{sum(fates.values())} rows: {counts or '–'}", err=True)
    if found.questionnaire is None:
        raise imports.refusal(found)
    if only_check:
        return
    with opened(instance) as context:
        imports.keep(context.store, found, data, file.name, clock.today().isoformat())
        audit.append(context.store, actor(), "questionnaire.imported", found.questionnaire.name, {}, now=clock.now())
        if at_once:
            for revision in publish(context, {found.questionnaire.name: found.questionnaire}):
                click.echo(f"Published {revision}.", err=True)


_FATES = {
    "kept": "kept",
    "structure": "groups and repeats",
    "changed": "changed",
    "left_out": "left out",
}


@forms.command()
@click.argument("name")
@click.option("--to", "form", type=click.Choice(["xlsx", "xform", "po", "json"]), default="xlsx", show_default=True)
@click.option("--language", default="", help="The language of a .po file.")
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def export(name: str, form: str, language: str, target: str, instance: Path | None) -> None:
    """Export the questionnaire NAME: as XLSForm, as XForm for ODK tools, its texts for translators, or as JSON.

    Takes the newest revision, else the working copy, else the file.
    """
    with opened(instance) as context:
        questionnaire, version = _newest(context, name)
    if form == "po" and language not in questionnaire.languages:
        raise click.UsageError(f"name a language with --language: {', '.join(questionnaire.languages)}")
    makers: Mapping[str, Callable[[], bytes]] = {
        "xlsx": lambda: exporting.write(questionnaire, version),
        "xform": lambda: exporting.xform(questionnaire, version),
        "po": lambda: po.write(questionnaire, language),
        "json": lambda: json.dumps(definition.to_json(questionnaire), ensure_ascii=False, indent=1).encode(),
    }
    with written(target) as path:
        path.write_bytes(makers[form]())


def _newest(context: Context, name: str) -> tuple[Questionnaire, str]:
    """Return a questionnaire and its revision. Raises Problem questionnaire.unknown."""
    published = {entry.questionnaire.name: entry for entry in context.publications.all()}
    if name in published:
        return published[name].questionnaire, published[name].revision
    copy = definitions.find(context.store, name)
    if copy is not None:
        return copy.questionnaire, ""
    if name in context.library.questionnaires:
        return context.library.questionnaires[name], ""
    known = sorted({*published, *context.library.questionnaires})
    raise Problem("questionnaire.unknown", name=name, known=", ".join(known))
