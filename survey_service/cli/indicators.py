"""Commands for the indicators of the monitoring."""

from __future__ import annotations

import csv
import json
from dataclasses import asdict
from pathlib import Path

import click

from survey_service import clock
from survey_service.accounts import audit
from survey_service.cells import neutralised
from survey_service.cli.common import STDOUT, actor, encoding, on_instance, opened, output, table
from survey_service.monitoring import definitions, goals, importing, observations
from survey_service.monitoring.observations import Observation
from survey_service.problems import Problem
from survey_service.responses.loading import files
from survey_service.web.context import Context

FORMATS = ("csv", "json")


@click.group()
def indicators() -> None:
    """Indicators: their definitions, figures, baselines and targets."""


@indicators.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List all indicators with their newest figure and target."""
    with opened(instance) as context:
        rows = [("CODE", "NAME", "PERIOD", "NEWEST", "FIGURE", "TARGET")]
        for code, indicator in context.indicators.items():
            series = observations.series(observations.of_indicator(context.store, code))
            newest = series[-1][-1].observation if series else None
            goal = goals.of_indicator(context.store, code)
            rows.append(
                (
                    *(code, indicator.name["en"], indicator.period, newest.period if newest else "–"),
                    _percent(newest.value) if newest else "–",
                    f"{_percent(goal.target)} by {goal.target_period}" if goal else "–",
                )
            )
    table(rows)


def _percent(value: float | None) -> str:
    return "•" if value is None else f"{value * 100:.1f} %"


@indicators.command(name="set")
@click.argument("code")
@click.argument("period")
@click.option("--numerator", type=int, help="How many of the group it holds for.")
@click.option("--denominator", type=int, help="How many the group has.")
@click.option("--percent", type=float, help="Where only the percentage is known, from 0 to 100.")
@click.option("--area", default=observations.COUNTY, help="Key of a municipality; without it, the whole county.")
@click.option("--preliminary", is_flag=True, help="The figure is not final yet.")
@click.option("--source", required=True, help="Where the figure comes from.")
@click.option("--note", default="", help="A remark; it is published with the figure.")
@click.option("--reason", default="", help="Why a final figure is corrected.")
@on_instance
def set_(
    code: str,
    period: str,
    numerator: int | None,
    denominator: int | None,
    percent: float | None,
    area: str,
    preliminary: bool,
    source: str,
    note: str,
    reason: str,
    instance: Path | None,
) -> None:
    """Record the figure of the indicator CODE for PERIOD (2026 or 2026-Q2)."""
    if (numerator is None) != (denominator is None) or (numerator is None) == (percent is None):
        raise click.UsageError("Give --numerator and --denominator, or --percent.")
    with opened(instance) as context:
        indicator = definitions.find(context.indicators, code)
        if area != observations.COUNTY and area not in context.municipalities:
            raise Problem("observation.area", area=area[:20])
        if numerator is not None and denominator is not None:
            value = observations.of_counts(numerator, denominator)
        else:
            value = (percent or 0.0) / 100
        observation = Observation(
            *(code, indicator.current.version, period, value, numerator, denominator, area, preliminary, source, note)
        )
        with context.store.transaction():
            state = observations.record(context.store, indicator, observation, actor(), reason=reason)
            _note(context, "indicator.recorded", code, period=period, state=state)
    click.echo(f"{code} {period}: {_percent(value)} ({state}).")


@indicators.command(name="import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reason", default="", help="Why final figures are corrected.")
@on_instance
def import_(file: Path, reason: str, instance: Path | None) -> None:
    """Record official figures from a workbook or CSV file: all of them, or none and every fault with its cell."""
    with opened(instance) as context:
        sheets = files.read(file.read_bytes(), file.name)
        plan = importing.read(list(sheets.values()), context.indicators, context.municipalities)
        with context.store.transaction():
            counts = importing.keep(context.store, context.indicators, plan, actor(), reason=reason)
            _note(context, "indicators.imported", file.name[-100:], count=sum(counts.values()))
    click.echo(", ".join(f"{count} {state}" for state, count in counts.items()) + ".")


@indicators.command()
@click.option("--format", "form", type=click.Choice(FORMATS), default="csv", show_default=True, help="Format.")
@click.option("--output", "target", default=STDOUT, help="A file; without it, standard output.")
@on_instance
def export(form: str, target: str, instance: Path | None) -> None:
    """Export all figures: as a table that `import` reads, or as JSON with definitions, goals and corrections."""
    with opened(instance) as context, output(target, encoding(form, target)) as file:
        if form == "csv":
            writer = csv.DictWriter(file, list(importing.COLUMNS))
            writer.writeheader()
            for code in context.indicators:
                for row in importing.rows(observations.of_indicator(context.store, code)):
                    writer.writerow({name: neutralised(cell) for name, cell in row.items()})
        else:
            json.dump([_whole(context, code) for code in context.indicators], file, ensure_ascii=False, indent=1)
            file.write("\n")


def _whole(context: Context, code: str) -> dict[str, object]:
    goal = goals.of_indicator(context.store, code)
    return {
        **asdict(context.indicators[code]),
        "observations": [
            {
                **asdict(each),
                "before": [asdict(one) for one in observations.history(context.store, each.observation.key)],
            }
            for each in observations.of_indicator(context.store, code)
        ],
        "goal": asdict(goal) if goal is not None else None,
    }


def _note(context: Context, action: str, subject: str, **details: str | int) -> None:
    audit.append(context.store, actor(), action, subject, details, now=clock.now())
