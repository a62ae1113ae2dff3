"""The command ``deployment``: the files that a machine needs beside the service."""

from __future__ import annotations

from pathlib import Path

import click

from survey_service.paths import bundled
from survey_service.problems import Problem

SCRIPT = "survey"


@click.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def deployment(folder: Path) -> None:
    """Write the files that a machine needs into a folder: units of systemd, Caddyfile, nginx.conf, Containerfile.

    Files of another content that are there are not replaced.
    """
    sources = sorted(path for path in (bundled("docs") / "deploy").iterdir() if path.is_file())
    for source in sources:
        there = folder / source.name
        if there.exists() and there.read_bytes() != source.read_bytes():
            raise Problem("file.exists", path=str(there))
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for source in sources:
            (folder / source.name).write_bytes(source.read_bytes())
        (folder / SCRIPT).chmod(0o755)
    except OSError as error:
        raise Problem("file.unwritable", path=str(folder), reason=error.strerror or str(error)) from None
    click.echo(f"Written to {folder}: {', '.join(source.name for source in sources)}.")
