"""The command ``serve``."""

from __future__ import annotations

import contextlib
import functools
import gc
import multiprocessing.util
from pathlib import Path

import click
from flask import Flask

from survey_service import logs, settings
from survey_service.app import create_app
from survey_service.cli import demonstration, upgrading
from survey_service.cli.common import closing, on_instance
from survey_service.cli.hosting import beat
from survey_service.cli.notifying import READY, notify
from survey_service.cli.publishing import publish
from survey_service.cli.working import working
from survey_service.problems import Problem
from survey_service.store import is_postgres, open_store
from survey_service.web import metrics, server, tracing
from survey_service.web.context import Context, of

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=8000,
    envvar="PORT",
    show_default=True,
    show_envvar=True,
    help="Port to listen on; 0 takes a free one.",
)
@click.option("--demo", is_flag=True, help="Fill the instance once with an invented wave and an account to look at it.")
@on_instance
def serve(host: str, port: int, demo: bool, instance: Path | None) -> None:
    """Check and publish the questionnaires, and serve them until SIGTERM or Ctrl-C."""
    values = settings.load(instance)
    logs.configure(values.log, tracing.request_id)
    if values.processes > 1 and not is_postgres(values.store):
        raise Problem(
            "settings.invalid", name="SURVEY_PROCESSES", reason="several processes need a postgresql:// store"
        )
    _ = Context(values).library  # faulty files stop the start before the store is touched
    with closing(open_store(values.store, values.instance)) as store:
        context = Context(values, store)
        for revision in publish(context):
            click.echo(f"Published {revision}.")
        if demo:
            demonstration.prepare(context)
    upgrading.note(values.instance)
    if host not in _LOOPBACK and not values.public_url:
        click.echo("Set SURVEY_PUBLIC_URL to the address people use; others are refused.", err=True)
    if values.processes > 1:
        metrics.share(values.instance)
    code = server.run(
        functools.partial(application, values.instance),
        values,
        host,
        port,
        announce=_announce,
        reload=lambda: _may_reload(values.instance),
        alone=not is_postgres(values.store),
    )
    click.echo("Stopped.")
    if code:
        raise SystemExit(code)


def _announce(address: str) -> None:
    click.echo(f"Serving {address}")
    notify(READY)


def _may_reload(instance: Path) -> bool:
    """Return whether settings and questionnaire files are good to be loaded anew; else say why not."""
    try:
        _ = Context(settings.load(instance)).library
    except Problem as problem:
        click.echo(f"Not loaded anew: {problem.message()}", err=True)
        return False
    click.echo("Loading anew.")
    return True


def application(instance: Path) -> Flask:
    """Return the application of an instance, in the process that serves it, to be ended with that process."""
    values = settings.load(instance)
    logs.configure(values.log, tracing.request_id)
    store = open_store(values.store, values.instance)
    stack = contextlib.ExitStack()
    stack.callback(store.close)
    app = create_app(values, store)
    beat(of(app))  # a machine with other secrets is refused
    stack.enter_context(working(of(app)))
    multiprocessing.util.Finalize(None, stack.close, exitpriority=10)
    gc.collect()
    gc.freeze()  # what is loaded for good is not looked through again and again, while every request waits
    return app
