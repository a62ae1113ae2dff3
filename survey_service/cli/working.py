"""Work that is done again and again: inside ``serve``, or by ``survey-service work`` from a timer."""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from survey_service.cli import hooking, hosting, linking, making, tidying
from survey_service.cli.common import on_instance, opened
from survey_service.cli.repeating import repeating
from survey_service.problems import Problem
from survey_service.settings import INSIDE
from survey_service.store import hosts
from survey_service.web.context import Context

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Work:
    """What is done every so many seconds. ``awaited`` means that a person waits for it: ``serve`` always does it."""

    name: str
    every: float
    do: Callable[[Context], object]
    awaited: bool = False
    after: float = 0.0
    """Seconds after the start of ``serve`` before the first time: what takes long and is not pressing can wait."""


WORKS: tuple[Work, ...] = (
    Work("tidying", tidying.EVERY, tidying.tidy_due),
    Work("scheduled reports", making.EVERY, making.make_due),
    Work("webhooks", hooking.EVERY, hooking.tell),
    Work("texts", making.EVERY, making.count_texts, after=making.SETTLED),
    Work("signs of life", hosts.EVERY, hosting.beat, awaited=True),
    Work("copies", hosting.UPKEEP, hosting.keep_clean, awaited=True),
    Work("links asked for", linking.EVERY, linking.send_asked, awaited=True),
)
"""Everything that is done again and again. Each looks by itself what is due; of several processes one does it."""


@contextlib.contextmanager
def working(context: Context) -> Iterator[None]:
    """Do in threads what the setting ``scheduler`` leaves to the running service, until the end of the block."""
    with contextlib.ExitStack() as stack:
        for each in WORKS:
            if each.awaited or context.settings.scheduler == INSIDE:
                stack.enter_context(repeating(each.name, _one(each, context), each.every, after=each.after))
        yield


def _one(work: Work, context: Context) -> Callable[[], object]:
    return lambda: work.do(context)


@click.command()
@on_instance
def work(instance: Path | None) -> None:
    """Do once what is due: scheduled reports, letters, mail, erasing what is kept too long.

    For a timer, where SURVEY_SCHEDULER=timer keeps it out of the running service. What was done by another machine a
    moment ago is not done again.
    """
    with opened(instance) as context:
        failed = [each.name for each in WORKS if not _done(each, context)]
    if failed:
        raise Problem("work.failed", works=", ".join(failed))


def _done(work: Work, context: Context) -> bool:
    """Do a work and say how it went; a fault of one does not keep the others from being done."""
    try:
        work.do(context)
    except Exception as error:
        reason = error.message() if isinstance(error, Problem) else type(error).__name__
        click.echo(f"{work.name}: {reason}", err=True)
        log.warning("%s: %s", work.name, getattr(error, "code", type(error).__name__))
        return False
    click.echo(f"{work.name}: done")
    return True
