"""The command ``check``: forms, settings, languages, plugins and the machine; all faults at once, with advice."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import click
from babel import UnknownLocaleError

from survey_service import clock, languages, settings
from survey_service.advising import table
from survey_service.advising.model import FAULT, Finding, Look
from survey_service.cli.common import closing, on_instance
from survey_service.cli.looking import looking
from survey_service.cli.publishing import lines
from survey_service.languages import Language
from survey_service.monitoring import definitions
from survey_service.paths import bundled
from survey_service.problems import Problem
from survey_service.questionnaire.faults import Fault
from survey_service.questionnaire.loader import load_folder
from survey_service.reports import host, sandbox
from survey_service.store import is_postgres, open_store
from survey_service.translating import catalogs, gate
from survey_service.translating.edits import TRANSLATIONS


@click.command()
@click.option(
    "--forms",
    "folder",
    type=click.Path(path_type=Path),
    default=None,
    help="Check this folder of questionnaire files instead of the instance's.",
)
@click.option("--connect", is_flag=True, help="Also ask the public address and the mail server.")
@click.option("--json", "as_json", is_flag=True, help="Write what was found as JSON.")
@on_instance
def check(folder: Path | None, connect: bool, as_json: bool, instance: Path | None) -> None:
    """Check questionnaire files, settings, languages, report plugins and the machine; name every fault and advise.

    With a folder of questionnaire files, only faults are named. The service may be running.
    """
    parts: tuple[tuple[str, Callable[[], Iterable[str]]], ...] = (
        ("Settings", lambda: setting_faults(instance)),
        ("Questionnaires", lambda: form_faults(folder, instance)),
        ("Translations", lambda: () if folder else translation_faults(instance)),
        ("Languages", lambda: language_faults(languages.registry())),
        ("Report plugins", plugin_faults),
    )
    found = {title: list(find()) for title, find in parts}
    advice = [] if folder else advised(instance, connect=connect)
    total = sum(map(len, found.values())) + sum(finding.severity == FAULT for finding in advice)
    if as_json:
        facts = {"faults": found, "findings": [finding.to_json() for finding in advice], "count": total}
        click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
    else:
        _say(found, advice, instance)
    if total:
        raise Problem("check.failed", count=total)


def _say(found: Mapping[str, Sequence[str]], advice: Sequence[Finding], instance: Path | None) -> None:
    for title, faults in found.items():
        click.echo(f"{title}: {len(faults)} faults" if faults else f"{title}: no fault", err=bool(faults))
        for fault in faults:
            click.echo(f"  {fault}", err=True)
    for finding in advice:
        click.echo(f"  {finding.text()}", err=finding.severity == FAULT)
    click.echo(sandbox_line(instance))


def advised(instance: Path | None, *, connect: bool) -> list[Finding]:
    """Return what is found about settings and machine; nothing while settings are faulty, which another part says."""
    try:
        values = settings.load(instance)
    except Problem:
        return []
    try:
        with closing(open_store(values.store if is_postgres(values.store) else "memory:", values.instance)) as store:
            return table.findings(Look(values, clock.now(), store), connect=connect)
    except Problem:  # the database is away; that is found once more, with words
        return table.findings(Look(values, clock.now()), connect=connect)


def setting_faults(instance: Path | None) -> Iterator[str]:
    """Yield what is wrong with the settings of an instance."""
    yield from (problem.message() for problem in settings.faults(instance))


def form_faults(folder: Path | None, instance: Path | None) -> Iterator[str]:
    """Yield the faults of the questionnaire files in a folder, or in the one that an instance uses.

    Of a folder that means missing texts too; of an instance they may have been written at the desk. The definitions of
    indicators beside them are read too.
    """
    chosen = folder or _forms(instance)
    for load in (lambda: load_folder(chosen, gate=folder is not None), lambda: definitions.load(chosen)):
        try:
            load()
        except Problem as problem:
            yield from (str(Fault(**fault)) for fault in problem.faults)


def _forms(instance: Path | None) -> Path:
    """Return the instance's folder of questionnaire files; with faulty settings the bundled one."""
    try:
        chosen = settings.load(instance).forms
    except Problem:
        chosen = ""
    return Path(chosen) if chosen else bundled("forms")


def translation_faults(instance: Path | None) -> Iterator[str]:
    """Yield which texts keep a questionnaire of an instance from being offered in a language, what was written at the
    desk included, and which catalogs of questionnaires are not used."""
    try:
        values = settings.load(instance)
        with looking(values, TRANSLATIONS) as context:
            yield from map(str, context.workbench.refused_files())
            library = context.workbench.library()
            for name, questionnaire in library.questionnaires.items():
                for lacking in gate.gaps(context.workbench, library, questionnaire).values():
                    yield from (f"{name}: {line}" for line in lines(lacking, values.public_url))
    except Problem as problem:
        if problem.code not in ("settings.invalid", "questionnaire.faulty"):  # named by another part
            yield problem.message()


def language_faults(registry: dict[str, Language]) -> Iterator[str]:
    """Yield what is wrong in a language registry and in the catalogs of the interface."""
    for tag, entry in registry.items():
        if entry.direction not in ("ltr", "rtl"):
            yield f"languages.yaml: {tag}: the direction “{entry.direction}” is unknown → write ltr or rtl"
        if entry.fallback and entry.fallback not in registry:
            yield f"languages.yaml: {tag}: the fallback “{entry.fallback}” is not registered → add it, or use another"
        try:
            _ = entry.babel
        except (UnknownLocaleError, ValueError):
            yield f"languages.yaml: {tag}: Babel does not know the locale “{entry.locale}” → use one it knows"
    yield from map(str, catalogs.faults())


def plugin_faults() -> Iterator[str]:
    """Yield what is wrong with each report plugin that can't be used."""
    yield from (f"{entry.name}: {entry.fault}" for entry in host.list_plugins() if entry.fault)


def sandbox_line(instance: Path | None) -> str:
    """Return what this machine offers to shut report plugins in, and what follows of it."""
    found = sandbox.support()
    if found.complete:
        return f"Sandbox for report plugins: complete (Landlock ABI {found.landlock}, seccomp)"
    try:
        unsafe = settings.load(instance).report_unsafe
    except Problem:  # named by another part
        unsafe = False
    follows = "all run without it (report_unsafe)" if unsafe else "only bundled ones run"
    return f"Sandbox for report plugins: {found.lacking} is missing; {follows}"
