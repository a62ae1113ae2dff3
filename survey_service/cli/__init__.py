"""The command ``survey-service``: thin commands over the use cases. Exits 0, 1 on a Problem, 2 on wrong usage."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping, MutableMapping

import click

from survey_service import __version__
from survey_service.cli.common import Root

__all__ = ["cli", "main"]

_MODULES: Mapping[str, str] = {
    "serve": "serving",
    "check": "checking",
    "deployment": "deploying",
    "forms": "forms",
    "responses": "responses",
    "offers": "offers",
    "report": "reports",
    "indicators": "indicators",
    "packages": "packages",
    "plugins": "plugins",
    "privacy": "privacy",
    "users": "users",
    "audit": "auditing",
    "store": "storage",
    "backup": "backups",
    "restore": "backups",
    "upgrade": "upgrading",
    "work": "working",
    "translations": "translations",
    "demo": "demonstration",
}
"""Each command and the module it stands in, under its own name."""


class _Commands(MutableMapping[str, click.Command]):
    """The commands by name. Only the module of the one that is asked for is imported: all of them take two seconds."""

    def __init__(self) -> None:
        self._found: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._found:
            module = importlib.import_module(f"{__name__}.{_MODULES[name]}")
            self._found[name] = getattr(module, name)
        return self._found[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._found[name] = command

    def __delitem__(self, name: str) -> None:
        del self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter({**_MODULES, **self._found})

    def __len__(self) -> int:
        return len({**_MODULES, **self._found})


@click.group(cls=Root, commands=_Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, package_name="survey-service")
def cli() -> None:
    """Multilingual questionnaires, and the reports a county's integration manager makes of them."""


def main() -> None:
    """Run the command line; the console script."""
    cli(prog_name="survey-service")
