"""Commands for accounts."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from survey_service import clock
from survey_service.accounts import accounts, factors, tickets
from survey_service.accounts.access import MANAGER, ROLES
from survey_service.cli.common import actor, on_instance, opened, table
from survey_service.letters import team
from survey_service.store.base import Store

_password_stdin = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
_roles = click.option("--role", "roles", type=click.Choice(ROLES), multiple=True, help="May be given several times.")
_email = click.option("--email", default="", help="Where links for a new password go.")


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
@_roles
@_email
@_password_stdin
@on_instance
def add(name: str, roles: tuple[str, ...], email: str, password_stdin: bool, instance: Path | None) -> None:
    """Create an account, a manager's unless --role says otherwise."""
    with opened(instance) as context:
        password = _password(password_stdin)
        account = accounts.add(
            context.store, name, roles or (MANAGER,), password, actor=actor(), now=clock.now(), email=email
        )
    click.echo(f"Account “{account.name}” created: {', '.join(account.roles)}.")


@users.command()
@_roles
@on_instance
def invite(roles: tuple[str, ...], instance: Path | None) -> None:
    """Print a link with which somebody makes an account of their own, a manager's unless --role says otherwise.

    It needs nobody who was there before: this is how a new manager or admin begins when the old one is gone.
    """
    with opened(instance) as context:
        token = tickets.invite(context.store, roles or (MANAGER,), "", by=actor(), now=clock.now())
        site = context.settings.public_url.rstrip("/")
    click.echo(team.invitation_address(site, token))
    if not site:
        click.echo("SURVEY_PUBLIC_URL is not set: put the address of the service before it.", err=True)
    click.echo(
        f"Good once, for {tickets.LIFE[tickets.INVITED].days} days. Pass it on so that nobody else reads it.", err=True
    )


@users.command(name="list")
@on_instance
def list_(instance: Path | None) -> None:
    """List all accounts, with their second factors and the day of the last sign-in."""
    with opened(instance) as context:
        rows = [
            (
                entry.name,
                ", ".join(entry.roles),
                "disabled" if entry.disabled else "enabled",
                _second(context.store, entry.id),
                factors.standing(context.store, entry.id).day or "never",
            )
            for entry in accounts.everyone(context.store)
        ]
    table([("NAME", "ROLES", "STATE", "SECOND FACTOR", "LAST SIGN-IN"), *rows])


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
@click.option("--no-second-factor", "bare", is_flag=True, help="Take away its app, passkeys and recovery codes.")
@_password_stdin
@on_instance
def reset(name: str, roles: tuple[str, ...], bare: bool, password_stdin: bool, instance: Path | None) -> None:
    """Give an account a new password, enable it and end its sessions; its second factor stays unless told otherwise."""
    with opened(instance) as context:
        accounts.find(context.store, name)  # before a password is typed in vain
        password = _password(password_stdin)
        with context.store.transaction():
            account = accounts.reset(context.store, name, password, actor=actor(), now=clock.now(), roles=roles)
            if bare:
                factors.remove_all(context.store, account, actor=actor(), now=clock.now())
        second = _second(context.store, account.id)
    click.echo(f"Account “{account.name}” has a new password: {', '.join(account.roles)}. Second factor: {second}.")


def _second(store: Store, account: int) -> str:
    """Return in words what an account has beside its password."""
    held = factors.held(store, account)
    kinds = [*(["app"] if held.app else []), *([f"{len(held.passkeys)} passkey(s)"] if held.passkeys else [])]
    return ", ".join(kinds) or "none"
