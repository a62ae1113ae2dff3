"""Commands for the questionnaires: list, publish, open, close, import and export."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from survey_service import clock, languages, settings
from survey_service.accounts import audit
from survey_service.accounts.audit import Detail
from survey_service.cli.common import STDOUT, actor, on_instance, opened, publish, table, written
from survey_service.cli.looking import looking
from survey_service.problems import Problem
from survey_service.questionnaire import definition
from survey_service.questionnaire.builder import AUDIENCES
from survey_service.questionnaire.comparison_reasons import MESSAGES
from survey_service.questionnaire.model import Questionnaire, wording
from survey_service.questionnaire.xform import writing as xform
from survey_service.questionnaire.xlsform import exporting, listfiles, po
from survey_service.questionnaire.xlsform.importing import Options
from survey_service.questionnaire.xlsform.notices import by_weight
from survey_service.responses import definitions, imports, media, standing
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import PUBLICATIONS, REVISIONS, Published
from survey_service.responses.schedule import MOST_RESPONSES
from survey_service.translating import gate
from survey_service.web.context import Context


@click.group()
def forms() -> None:
    """Questionnaires as files."""


@forms.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List the questionnaires, published ones and files: revision, state, days, responses. Also while serving."""
    values = settings.load(instance)
    with looking(values, REVISIONS, PUBLICATIONS, RESPONSES) as context:
        published = {entry.questionnaire.name: entry for entry in context.publications.all()}
        rows = [_HEADINGS]
        for name in sorted({*published, *context.library.questionnaires}):
            entry = published.get(name)
            form = entry.questionnaire if entry is not None else context.library.questionnaires[name]
            rows.append((name, *_standing(context, entry), form.audience, *_content(form)))
    table(rows)


_HEADINGS: tuple[str, ...] = (
    *("NAME", "REVISION", "STATE", "OPENS", "CLOSES", "RESPONSES"),
    *("AUDIENCE", "PAGES", "QUESTIONS", "LANGUAGES", "TITLE"),
)
_NOTHING = "–"


def _content(form: Questionnaire) -> tuple[str, ...]:
    counts = (str(len(form.pages)), str(len(form.questions)))
    return (*counts, " ".join(form.languages), wording(form.label, "en"))


def _standing(context: Context, entry: Published | None) -> tuple[str, ...]:
    """Return revision, state, first and last day, and number of responses (of how many)."""
    if entry is None:
        return (_NOTHING, "not published", _NOTHING, _NOTHING, _NOTHING)
    schedule = entry.schedule
    count = str(standing.counted(context.store, entry.questionnaire.name))
    limited = f"{count}/{schedule.limit}" if schedule.limit else count
    return (entry.revision, entry.state, schedule.opens or _NOTHING, schedule.closes or _NOTHING, limited)


@forms.command(name="publish")
@click.argument("name")
@click.option("--note", default="", help="What was changed, and why; it stands in the history.")
@on_instance
def publish_(name: str, note: str, instance: Path | None) -> None:
    """Publish the questionnaire NAME as a new revision: its working copy, or else its file with all translations.

    Says for each changed question what becomes of its series, and why.
    """
    with opened(instance) as context:
        copy = definitions.find(context.store, name)
        if copy is None and name not in context.library.questionnaires:
            raise _unknown(context, name)
        form = copy.questionnaire if copy is not None else gate.ready(context.workbench, name, ())
        changes = context.publications.changes(form)
        if copy is None:
            revision = gate.publish(
                context.workbench,
                context.publications,
                name,
                (),
                by=actor(),
                now=clock.now(),
                note=note,
                instance=context.settings.instance,
            )
            created = [revision] if revision else []
        else:
            definitions.refuse_gaps(copy)
            media.refuse_missing(form)
            with context.store.transaction():
                created = publish(context, {name: form}, note)
                definitions.discard(context.store, name)
    if not created:
        click.echo("Nothing has changed since the last revision.")
        return
    for change in changes:
        click.echo(f"{change.question}: {change.verdict}")
        for reason in change.reasons:
            click.echo(f"  {MESSAGES[reason.code] % reason.values}")
    click.echo(f"Published {created[0]}.")


def _day(_context: click.Context, _option: click.Parameter, value: dt.datetime | None) -> str | None:
    return value.date().isoformat() if value is not None else None


_DAY = click.DateTime(["%Y-%m-%d"])


@forms.command(name="open")
@click.argument("name")
@click.option("--from", "opens", type=_DAY, callback=_day, help="First day.")
@click.option("--until", "closes", type=_DAY, callback=_day, help="Last day.")
@click.option("--limit", type=click.IntRange(0, MOST_RESPONSES), help="Most responses in all; 0 for any number.")
@on_instance
def open_(name: str, opens: str | None, closes: str | None, limit: int | None, instance: Path | None) -> None:
    """Let the questionnaire NAME take new responses, from today or a day on. What is not named stays; a pause ends."""
    wanted = {"opens": opens, "closes": closes, "limit": limit}
    _reschedule(instance, name, {key: value for key, value in wanted.items() if value is not None}, is_open=True)


@forms.command()
@click.argument("name")
@click.option("--after", "closes", type=_DAY, callback=_day, help="Last day. Without it, it is closed now.")
@on_instance
def close(name: str, closes: str | None, instance: Path | None) -> None:
    """Close the questionnaire NAME to new responses. Whoever has begun can finish."""
    _reschedule(instance, name, {"closes": closes} if closes is not None else {}, is_open=closes is not None)


def _reschedule(instance: Path | None, name: str, wanted: Mapping[str, Any], *, is_open: bool) -> None:
    with opened(instance) as context:
        published = context.publications.find(name)
        if published is None:
            raise _unknown(context, name)
        before = published.schedule
        after = replace(before, is_open=is_open, paused=before.paused and not is_open, **wanted)
        with context.store.transaction():
            context.publications.set_schedule(name, after)
            facts: dict[str, Detail] = {
                "opens": after.opens,
                "closes": after.closes,
                "limit": after.limit,
                "paused": after.paused,
            }
            audit.append(context.store, actor(), "questionnaire.scheduled", name, facts, now=clock.now())
            if before.is_open != is_open:
                action = "questionnaire.opened" if is_open else "questionnaire.closed"
                audit.append(context.store, actor(), action, name, {}, now=clock.now())
        click.echo(f"{name}: {context.publications.current(name).state}")


@forms.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", default="", help="Name of the questionnaire, in place of the form's own.")
@click.option("--language", default="", help="Language of texts that name none.")
@click.option("--audience", type=click.Choice(AUDIENCES), default=None, help="Default: as it says, or newcomers.")
@click.option("--consent", default="", help="The question whose answer `yes` is the consent.")
@click.option(
    "--list",
    "lists",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A .csv file that the form takes choices from; may be given several times.",
)
@click.option("--allow-duplicates", is_flag=True, help="Keep the first of choices that stand twice in a list.")
@click.option("--check", "only_check", is_flag=True, help="Only say what would become of it.")
@click.option("--publish", "at_once", is_flag=True, help="Publish it at once.")
@on_instance
def import_(
    file: Path,
    name: str,
    language: str,
    audience: str | None,
    consent: str,
    lists: tuple[Path, ...],
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
    files = {path.name: listfiles.decoded(path.read_bytes()) for path in lists}
    options = Options(name, language, audience or "", consent, allow_duplicates, files)
    found = imports.read(data, file.name, options)
    for notice in by_weight(found.report.notices):
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
@click.option(
    "--to",
    "form",
    type=click.Choice(["xlsx", "xform", "po", "json"]),
    default="xlsx",
    show_default=True,
    help="What to write.",
)
@click.option("--language", default="", help="The language of a .po file.")
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def export(name: str, form: str, language: str, target: str, instance: Path | None) -> None:
    """Export the questionnaire NAME: as XLSForm, as XForm for ODK tools, its texts for translators, or as JSON.

    Takes the newest revision, else the working copy, else the file.
    """
    with opened(instance) as context:
        questionnaire, version = _newest(context, name)
        words = context.interface.word
    if form == "po" and language not in questionnaire.languages:
        raise click.UsageError(f"name a language with --language: {', '.join(questionnaire.languages)}")
    makers: Mapping[str, Callable[[], bytes]] = {
        "xlsx": lambda: exporting.write(questionnaire, version),
        "xform": lambda: xform.write(questionnaire, version, words),
        "po": lambda: po.write(questionnaire, language),
        "json": lambda: json.dumps(definition.to_json(questionnaire), ensure_ascii=False, indent=1).encode(),
    }
    with written(target) as path:
        path.write_bytes(makers[form]())


def _newest(context: Context, name: str) -> tuple[Questionnaire, str]:
    """Return a questionnaire and its revision. Raises Problem questionnaire.unknown."""
    published = context.publications.find(name)
    if published is not None:
        return published.questionnaire, published.revision
    copy = definitions.find(context.store, name)
    if copy is not None:
        return copy.questionnaire, ""
    if name in context.library.questionnaires:
        return context.library.questionnaires[name], ""
    raise _unknown(context, name)


def _unknown(context: Context, name: str) -> Problem:
    published = {entry.questionnaire.name for entry in context.publications.all()}
    known = sorted(published | context.library.questionnaires.keys())
    return Problem("questionnaire.unknown", name=name, known=", ".join(known))
