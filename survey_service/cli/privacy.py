"""Commands about privacy: what would be erased, and the record of processing activities."""

from __future__ import annotations

import json
from pathlib import Path

import click

from survey_service import clock
from survey_service.app import create_app
from survey_service.cli.common import STDOUT, on_instance, opened, table, written
from survey_service.privacy import rounds
from survey_service.privacy.instance import Instance
from survey_service.privacy.rounds import Standing
from survey_service.translating import catalogs
from survey_service.web import i18n
from survey_service.web.manage import privacy_paper


@click.group()
def privacy() -> None:
    """Retention rules, and the record of processing activities."""


@privacy.command()
@click.option(
    "--days", default=rounds.NEXT_DAYS, show_default=True, type=click.IntRange(0, 3650), help="How far ahead."
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object, for programs.")
@on_instance
def due(days: int, as_json: bool, instance: Path | None) -> None:
    """Say what the retention rules would erase now and within the next days; nothing is changed."""
    with opened(instance) as context:
        here = Instance(context.store, context.publications, context.settings)
        standing = rounds.standing(here, clock.today(), days=days)
        rows = [(each, f"{each.rule.length(context.settings)} {each.rule.unit}") for each in standing]
    if as_json:
        click.echo(json.dumps({each.rule.name: _facts(each, after) for each, after in rows}))
        return
    heading = ("RULE", "AFTER", "LAST ROUND", "ERASED LAST", "DUE NOW", f"WITHIN {days} DAYS")
    table([heading, *(_row(each, after) for each, after in rows)])


def _facts(each: Standing, after: str) -> dict[str, object]:
    ran = each.ran.isoformat() if each.ran else None
    return {"after": after, "ran": ran, "fault": each.fault, "erased": each.count, "now": each.now, "soon": each.soon}


def _row(each: Standing, after: str) -> tuple[str, ...]:
    ran = each.ran.date().isoformat() if each.ran else "never"
    ran += f" ({each.fault})" if each.fault else ""
    counts = (each.count if each.erased else None, each.now, each.soon)
    return (each.rule.name, after, ran, *("-" if count is None else str(count) for count in counts))


@privacy.command()
@click.option("--output", "target", default=STDOUT, help="A file (.docx); without it, standard output.")
@click.option("--language", type=click.Choice(["de", "en"]), default="de", show_default=True, help="Its language.")
@on_instance
def record(target: str, language: str, instance: Path | None) -> None:
    """Write the record of processing activities (Article 30 GDPR) as a Word document.

    It is made from what is really collected: published questionnaires, settings and rules.
    """
    with opened(instance) as context, create_app(context.settings, context.store).test_request_context():
        i18n.use(language, catalogs.DESK)
        here = Instance(context.store, context.publications, context.settings)
        document = privacy_paper.document(here, clock.today())
    with written(target) as path:
        path.write_bytes(document)
