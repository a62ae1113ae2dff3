"""Commands for accounts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from survey_service import clock
from survey_service.accounts import accounts
from survey_service.accounts.access import MANAGER, ROLES
from survey_service.cli.common import actor, on_instance, opened, table

_password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


def _password(from_stdin: bool) -> str:
    """Return a password: the first line of standard input, or typed twice at the terminal."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    typed: str = click.prompt("Password", hide_input=True, confirmation_prompt="Password, once more")
    return typed


@click.group()
def users() -> None:
    """Accounts of the integration team."""


@users.command()
@click.argument("name")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, help="May be given several times.")
@_password_stdin
@on_instance
def add(name: str, roles: tuple[str, ...], password_stdin: bool, instance: Path | None) -> None:
    """Create an account, a manager's unless --role says otherwise."""
    with opened(instance) as context:
        password = _password(password_stdin)
        account = accounts.add(context.store, name, roles or (MANAGER,), password, actor=actor(), now=clock.now())
    click.echo(f"Account “{account.name}” created: {', '.join(account.roles)}.")


@users.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List all accounts."""
    with opened(instance) as context:
        everyone = accounts.everyone(context.store)
    table(
        [
            ("NAME", "ROLES", "STATE"),
            *((entry.name, ", ".join(entry.roles), "disabled" if entry.disabled else "enabled") for entry in everyone),
        ]
    )


@users.command()
@click.argument("name")
@on_instance
def disable(name: str, instance: Path | None) -> None:
    """Disable an account and end its sessions."""
    with opened(instance) as context:
        account = accounts.disable(context.store, name, actor=actor(), now=clock.now())
    click.echo(f"Account “{account.name}” disabled. It can be enabled with: survey-service users reset {account.name}")


@users.command()
@click.argument("name")
@click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, help="Give it just these roles.")
@_password_stdin
@on_instance
def reset(name: str, roles: tuple[str, ...], password_stdin: bool, instance: Path | None) -> None:
    """Give an account a new password, enable it and end its sessions."""
    with opened(instance) as context:
        accounts.find(context.store, name)  # before a password is typed in vain
        password = _password(password_stdin)
        account = accounts.reset(context.store, name, password, actor=actor(), now=clock.now(), roles=roles)
    click.echo(f"Account “{account.name}” has a new password: {', '.join(account.roles)}.")
