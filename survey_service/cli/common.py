"""What the commands share: the instance they work on, Problems as messages, files as output."""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TextIO, TypeVar

import click

from survey_service import clock, settings
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.settings import Settings
from survey_service.store import open_store
from survey_service.store.base import Store
from survey_service.web.context import Context

STDOUT = "-"
F = TypeVar("F", bound=Callable[..., Any])


class Refusal(click.ClickException):
    """A Problem as click shows it: the message on stderr, exit status 1, no traceback."""

    exit_code = 1

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message())


class Root(click.Group):
    """The outermost group: every Problem below it ends as a Refusal."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except Problem as problem:
            raise Refusal(problem) from None


def on_instance(command: F) -> F:
    """Give a command the option ``--instance``, which it receives as a folder or None."""
    return click.option(
        "--instance",
        type=click.Path(file_okay=False, path_type=Path),
        default=None,
        help="Folder of run-time data. Default: SURVEY_INSTANCE, or ./instance.",
    )(command)


@contextlib.contextmanager
def opened(instance: Path | None) -> Iterator[Context]:
    """Open an instance's store for the block. Raises Problems settings.invalid and those of ``open_store``."""
    values: Settings = settings.load(instance)
    with closing(open_store(values.store, values.instance)) as store:
        yield Context(values, store)


@contextlib.contextmanager
def closing(store: Store) -> Iterator[Store]:
    """Close a store at the end of the block."""
    try:
        yield store
    finally:
        store.close()


def actor() -> str:
    """Return who uses the command line, for the audit log."""
    try:
        return f"command line ({getpass.getuser()})"
    except (KeyError, OSError):  # a container may run as a number without a name
        return f"command line (user {os.getuid()})"


def publish(context: Context, questionnaires: Mapping[str, Questionnaire], note: str = "") -> list[str]:
    """Publish questionnaires with a note and return the new revisions. Raises Problem revision.note."""
    with context.store.transaction():
        created = context.publications.publish(questionnaires, note=note, by=actor())
        for revision in created:
            audit.append(context.store, actor(), "questionnaire.published", revision, {}, now=clock.now())
    return created


def encoding(form: str, target: str) -> str:
    """Return how a format is encoded: a CSV file begins with a byte order mark, for spreadsheets."""
    return "utf-8-sig" if form == "csv" and target != STDOUT else "utf-8"


@contextlib.contextmanager
def written(target: str) -> Iterator[Path]:
    """Yield the path of a file to write; at the end of the block it becomes the target, or goes to standard output.

    The target appears only when it is complete, and readable by its owner only: it may hold answers.
    Raises Problem file.unwritable.
    """
    path = Path(tempfile.gettempdir()) / "output" if target == STDOUT else Path(target)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise Problem("file.unwritable", path=target, reason=error.strerror or str(error)) from None
    os.close(descriptor)
    temporary = Path(name)
    try:
        yield temporary
        if target == STDOUT:
            with temporary.open("rb") as file:
                shutil.copyfileobj(file, sys.stdout.buffer)
            sys.stdout.buffer.flush()
        else:
            os.replace(temporary, path)
    except OSError as error:
        raise Problem("file.unwritable", path=target, reason=error.strerror or str(error)) from None
    finally:
        temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def output(target: str, encoding: str) -> Iterator[TextIO]:
    """Open a file, or for ``-`` the standard output, to write text with its line ends as they are; see `written`."""
    with written(target) as path, path.open("w", encoding=encoding, newline="") as file:
        yield file


def table(rows: Sequence[tuple[str, ...]]) -> None:
    """Print rows as columns; the first row is the heading."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
