"""Commands for offers: export what is published, import from other registers."""

from __future__ import annotations

import re
from pathlib import Path

import click

from survey_service import clock
from survey_service.accounts import audit
from survey_service.accounts.audit import Detail
from survey_service.bulk import applying, plan
from survey_service.bulk.plan import Plan
from survey_service.cli.common import STDOUT, actor, on_instance, opened, written
from survey_service.offers import register
from survey_service.offers.hsds import differences, importing, reading, whole
from survey_service.offers.hsds.formats import FORMATS
from survey_service.offers.hsds.importing import Import, Loss, Terms
from survey_service.offers.open_data import About
from survey_service.problems import Problem
from survey_service.responses.revisions import Published
from survey_service.settings import Settings
from survey_service.web.context import Context


@click.group()
def offers() -> None:
    """Offers: the county's inventory."""


@offers.command()
@click.option(
    "--format", "form", type=click.Choice(list(FORMATS)), default="hsds-json", show_default=True, help="Format."
)
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def export(form: str, target: str, instance: Path | None) -> None:
    """Export the published offers whose providers agreed; what looks wrong in them is said on standard error.

    It holds only what is public, so nothing is noted in the audit log.
    """
    with opened(instance) as context:
        published = context.publications.current("offers")
        found = whole.export(context.store, published.questionnaire, clock.today())
        content = FORMATS[form].write(found, _about(context.settings))
    with written(target) as path:
        path.write_bytes(content)
    for warned in found.warnings:
        click.echo(f"{warned.offer}: {warned.reason}", err=True)
    if target != STDOUT:
        count = f"{len(found.services)} services, {len(found.organizations)} organizations"
        click.echo(f"{count} written to {target}.", err=True)


def _about(settings: Settings) -> About:
    return About(
        settings.operator, settings.operator_email, settings.public_url.rstrip("/"), settings.open_data_license
    )


@offers.command(name="import")
@click.argument("file", type=click.Path(exists=True, path_type=Path))
@click.option("--apply", "applies", is_flag=True, help="Take it over. Without this nothing is changed.")
@click.option("--field", "fields", multiple=True, help="Field of action of entries that name none; may be repeated.")
@click.option("--language", default="de", show_default=True, help="Language of the texts.")
@click.option("--publish-contacts", is_flag=True, help="The contacts in the file may be published.")
@click.option("--skip-faulty", is_flag=True, help="With --apply: take over the others although some are left out.")
@click.option("--also-like", is_flag=True, help="With --apply: also what the register may have under another id.")
@click.option("--all", "everything", is_flag=True, help="Tell every value by itself, also where nothing is lost.")
@click.option("--differences", "compares", is_flag=True, help="Also tell what an export would say otherwise.")
@on_instance
def import_(
    file: Path,
    fields: tuple[str, ...],
    language: str,
    instance: Path | None,
    *,
    applies: bool,
    publish_contacts: bool,
    skip_faulty: bool,
    also_like: bool,
    everything: bool,
    compares: bool,
) -> None:
    """Import services in HSDS 3: FILE is JSON, a zip of its CSV tables, or a folder of them.

    Says what would become of each entry, and which values have no place here and why. Only --apply changes something,
    all at once or nothing; what is new then waits for a decision of the desk.
    """
    source = reading.read(file)
    with opened(instance) as context:
        published = context.publications.current("offers")
        terms = _terms(context, published, fields, language, publish_contacts=publish_contacts)
        found = importing.propose(source, terms)
        planned = plan.plan(context.store, published.questionnaire, published.revision, found.proposed, clock.today())
        _say_plan(planned)
        _say_losses(found, everything=everything)
        if compares:
            for each in differences.between(source, found, terms):
                click.echo(f"{each.place}: {_short(each.theirs)} → {_short(each.ours)}: {each.reason}")
        if not applies:
            click.echo("Nothing was changed. --apply takes it over.", err=True)
            return
        if planned.refused and not skip_faulty:
            raise Problem("hsds.faulty", count=len(planned.refused))
        _take_over(context, planned, also_like=also_like)


def _terms(
    context: Context, published: Published, fields: tuple[str, ...], language: str, *, publish_contacts: bool
) -> Terms:
    form = published.questionnaire
    asked = form.questions["A05_fields"].choice_names
    for field in fields:
        if field not in asked:
            raise click.UsageError(f"there is no field of action {field!r}; known: {', '.join(sorted(asked))}")
    if language not in form.languages:
        raise click.UsageError(f"offers are not asked for in {language!r}; known: {', '.join(form.languages)}")
    known = importing.known(stored.body for stored in register.all_offers(context.store))
    return Terms(form, language, clock.today(), fields, publish_contacts, known)


def _say_plan(planned: Plan) -> None:
    for refused in planned.refused:
        for finding in refused.findings:
            question = f" {finding.question}:" if finding.question else ""
            click.echo(f"{refused.proposed.place}:{question} {finding.reason('en')}")
    parts = ("new", "changed", "unchanged", "refused")
    click.echo(", ".join(f"{len(getattr(planned, name))} {name}" for name in parts))


def _say_losses(found: Import, *, everything: bool) -> None:
    """Say which values have no place: each by itself, or those of a kind in one line with the number of them."""
    told = [loss for loss in found.losses if everything or not loss.silent]
    if everything:
        for loss in told:
            click.echo(f"{loss.place}: {_short(loss.value)}: {loss.reason}")
    else:
        alike: dict[tuple[str, str], list[Loss]] = {}
        for loss in told:
            alike.setdefault((_NUMBER.sub(_anonymous, loss.place), str(loss.reason)), []).append(loss)
        for (place, reason), losses in alike.items():
            click.echo(f"{place} ({len(losses)}): {reason}")
    silent = sum(loss.silent for loss in found.losses)
    taken = found.values - sum(1 for loss in found.losses if loss.value)
    click.echo(
        f"{found.values} values: {taken} taken, {silent} follow or stand twice, {len(told) - silent * everything} lost"
    )


_NUMBER = re.compile(r"\[\d+\]|(?<=\.csv):\d+")
_SHOWN = 60


def _anonymous(number: re.Match[str]) -> str:
    return "[]" if number[0].startswith("[") else ""


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return f"“{plain[:_SHOWN]}…”" if len(plain) > _SHOWN else f"“{plain}”"


def _take_over(context: Context, planned: Plan, *, also_like: bool) -> None:
    with context.store.transaction():
        counts = applying.apply(
            context.store,
            planned,
            actor(),
            receipt_key=context.receipt_key,
            today=clock.today(),
            also_like=also_like,
        )
        details: dict[str, Detail] = {"new": counts.new, "changed": counts.changed, "published": False}
        audit.append(context.store, actor(), "offers.imported", "offers", details, now=clock.now())
    click.echo(f"{counts.new} new and {counts.changed} changed; {counts.like} may be there already and were left out.")
