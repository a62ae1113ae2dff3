"""Commands for responses."""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from survey_service import clock, languages
from survey_service.accounts import audit
from survey_service.accounts.audit import Detail
from survey_service.app import create_app
from survey_service.cells import neutralised
from survey_service.cli.common import STDOUT, actor, on_instance, opened, written
from survey_service.problems import Problem
from survey_service.responses import loading
from survey_service.responses.export import EXCLUSION, FORMATS, NOTES, Options, codebook, documents, packed
from survey_service.responses.loading import Loading, Terms, files
from survey_service.responses.loading.assembling import Node
from survey_service.responses.loading.findings import COLUMN, MISSING, REFUSED, ROW, Finding
from survey_service.responses.revisions import Published
from survey_service.web.context import Context
from survey_service.web.manage import codebook_page


@click.group()
def responses() -> None:
    """Responses to the questionnaires."""


@responses.command()
@click.argument("name")
@click.option("--format", "form", type=click.Choice(list(FORMATS)), default="csv", show_default=True, help="Format.")
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@click.option("--language", default="de", show_default=True, help="Language of labels.")
@click.option("--labels", is_flag=True, help="Labels in place of the stored names of questions and choices.")
@click.option("--columns", is_flag=True, help="A column for each choice of questions with several choices.")
@click.option("--excluded", is_flag=True, help="Excluded responses too, with the reason.")
@click.option("--notes", is_flag=True, help="The team's notes.")
@on_instance
def export(
    name: str,
    form: str,
    target: str,
    language: str,
    labels: bool,
    columns: bool,
    excluded: bool,
    notes: bool,
    instance: Path | None,
) -> None:
    """Export all responses to the questionnaire NAME that count; that is noted in the audit log.

    A CSV file begins with a byte order mark, so that spreadsheets read it as UTF-8; standard output doesn't. SPSS files
    always have numbers with value labels, and a column for each choice.
    """
    _known_language(language)
    with opened(instance) as context:
        _published(context, name)
        book = codebook.of(context.publications, name)
        asked = {EXCLUSION: excluded, NOTES: notes}
        further = tuple(column for column, wanted in asked.items() if wanted)
        options = Options(language, labels=labels, columns=columns, mark=target != STDOUT, further=further)
        with written(target) as path:
            count = FORMATS[form].write(path, documents(context.store, name, None, further), book, options)
            details: dict[str, Detail] = {"format": form, "count": count}
            details |= {"excluded": True} if excluded else {}
            details |= {"notes": True} if notes else {}
            audit.append(context.store, actor(), "responses.exported", name, details, now=clock.now())
    if target != STDOUT:
        kind = ", as a zip of one file a table" if packed(form, book) else ""
        click.echo(f"{count} responses written to {target}{kind}.", err=True)


def _published(context: Context, name: str) -> Published:
    """Return the newest revision of a questionnaire. Raises Problem questionnaire.unknown."""
    published = context.publications.find(name)
    if published is None:
        known = ", ".join(entry.questionnaire.name for entry in context.publications.all())
        raise Problem("questionnaire.unknown", name=name, known=known or "–")
    return published


@responses.command(name="codebook")
@click.argument("name")
@click.option("--language", default="de", show_default=True, help="Language of the questionnaire's texts.")
@click.option(
    "--format", "form", type=click.Choice(list(codebook_page.FORMS)), default="html", show_default=True, help="Format."
)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def codebook_(name: str, language: str, form: str, target: str, instance: Path | None) -> None:
    """Write the codebook of the questionnaire NAME as one HTML page, ready to be printed, or as tagged PDF.

    Every question of all revisions with its name, type, texts, choices and conditions.
    """
    _known_language(language)
    with opened(instance) as context:
        _published(context, name)
        with create_app(context.settings, context.store).test_request_context():
            _, make = codebook_page.FORMS[form]
            document = make(context.publications, name, language)
    with written(target) as path:
        path.write_bytes(document)


def _known_language(language: str) -> None:
    if language not in languages.registry():
        raise click.UsageError(f"the language {language!r} is unknown; known: {', '.join(languages.registry())}")


@responses.command(name="import")
@click.argument("name")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--language", default="", help="Language of responses that name none; the questionnaire's first one else."
)
@click.option("--check", "only_check", is_flag=True, help="Only say what would become of it.")
@click.option("--listing", default="", help="A CSV file for all findings, with the values found. Keep it like answers.")
@on_instance
def import_(name: str, file: Path, language: str, only_check: bool, listing: str, instance: Path | None) -> None:
    """Load the responses in FILE (.xlsx or .csv) to the questionnaire NAME; that is noted in the audit log.

    Takes what ODK, Kobo and `responses export --format xlsx` write: a sheet of responses, and one for each repeat. An
    answer that the questionnaire does not take is left out and listed; nobody without consent is loaded; what was
    loaded before is not loaded again.
    """
    with opened(instance) as context:
        published = _published(context, name)
        tags = published.questionnaire.languages
        if language and language not in tags:
            raise click.UsageError(f"the questionnaire is not offered in {language!r}; known: {', '.join(tags)}")
        terms = Terms(published, language or tags[0], context.receipt_key, clock.today())
        found = loading.read(files.read(file.read_bytes(), file.name), terms, _watched)
        if listing:
            _write_listing(listing, found.findings)
        _report(found, listing)
        if only_check:
            count = len(loading.new(context.store, found))
        else:
            with context.store.transaction():
                count = loading.keep(context.store, found)
                audit.append(context.store, actor(), "responses.loaded", name, {"count": count}, now=clock.now())
    before = len(found.documents) - count
    done = "would be loaded" if only_check else "loaded"
    click.echo(f"{count} of {found.rows} responses {done}; {before} were loaded before.", err=True)


def _watched(rows: Sequence[Node]) -> Iterator[Node]:
    with click.progressbar(rows, file=sys.stderr, label="Judging", hidden=not sys.stderr.isatty()) as bar:
        yield from bar


_KINDS = {
    REFUSED: "answers left out",
    MISSING: "required answers missing",
    ROW: "rows left out or incomplete",
    COLUMN: "columns and sheets not read",
}
_SHOWN = 20


def _report(found: Loading, listing: str) -> None:
    """Say what was found, without any answer: a terminal may be logged. Like findings of a column are told once."""
    order = (COLUMN, ROW, REFUSED, MISSING)
    alike: dict[tuple[int, str, str, str], list[Finding]] = {}
    for finding in found.findings:
        key = (order.index(finding.kind), finding.place.sheet, finding.question, finding.code)
        alike.setdefault(key, []).append(finding)
    groups = [group for _, group in sorted(alike.items(), key=lambda pair: pair[0][0])]
    for first, *others in groups[:_SHOWN]:
        place = f"{first.place} and {len(others)} more" if others else str(first.place)
        question = f" {first.question}:" if first.question else ""
        click.echo(f"{place}:{question} {first.reason('en')}", err=True)
    if len(groups) > _SHOWN:
        rest = f"in {listing}" if listing else "which --listing FILE writes down"
        click.echo(f"… and {sum(map(len, groups[_SHOWN:]))} more, {rest}.", err=True)
    for kind, words in _KINDS.items():
        click.echo(f"{found.counts.get(kind, 0)} {words}", err=True)
    click.echo(f"{found.not_asked} answers to questions that were not asked", err=True)
    click.echo(f"{len(found.computed)} columns are computed anew", err=True)


def _write_listing(target: str, findings: Sequence[Finding]) -> None:
    with written(target) as path, path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("kind", "sheet", "row", "column", "question", "reason", "value"))
        for finding in findings:
            place = finding.place
            texts = (finding.question, finding.reason("en"), finding.value)
            row = place.row or ""
            writer.writerow((finding.kind, neutralised(place.sheet), row, place.column, *map(neutralised, texts)))
