"""Publishing from the command line: each questionnaire in the languages that have all texts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import click

from survey_service import clock
from survey_service.cli.common import actor
from survey_service.translating import gate
from survey_service.translating.gate import Gap
from survey_service.web.context import Context

_NAMED = 10


def publish(context: Context) -> list[str]:
    """Publish the questionnaires of an instance with all translations, and return the new revisions.

    A language that lacks a text is left out, and standard error says which text and where it can be written. Raises
    Problem translation.no_language if a questionnaire has none left.
    """
    library = context.workbench.library()
    created = []
    for name, questionnaire in library.questionnaires.items():
        found = gate.gaps(context.workbench, library, questionnaire)
        left_out = [tag for tag, lacking in found.items() if lacking]
        for tag in left_out:
            click.echo(f"{name} is not offered in “{tag}”:", err=True)
            for line in lines(found[tag], context.settings.public_url):
                click.echo(f"  {line}", err=True)
        revision = gate.publish(
            context.workbench,
            context.publications,
            name,
            left_out,
            by=actor(),
            now=clock.now(),
            only_changed=True,
            instance=context.settings.instance,
        )
        created += [revision] if revision else []
    return created


def lines(lacking: Sequence[Gap], public_url: str = "") -> Iterator[str]:
    """Yield a line for each missing text, with the address of the page on which it can be written."""
    for gap in lacking[:_NAMED]:
        place = "in the file" if gap.by_file else f"at {public_url.rstrip('/')}{gap.link}"
        yield f"{gap.address}: there is no text in “{gap.tag}” → write it {place}"
    if len(lacking) > _NAMED:
        yield f"{len(lacking) - _NAMED} more → see translations status"
