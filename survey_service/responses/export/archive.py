"""Several tables as one zip."""

from __future__ import annotations

import contextlib
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from survey_service.responses.export import naming

MAIN = "responses"
"""What the table of responses is called where tables have names."""


@contextlib.contextmanager
def folder(path: Path, tables: Sequence[str], extension: str) -> Iterator[list[Path]]:
    """Yield the paths of files to write, one a table; at the end of the block they become the zip at ``path``.

    They lie beside it meanwhile, in a folder that only its owner can read.
    """
    names = naming.files([name or MAIN for name in tables])
    with tempfile.TemporaryDirectory(prefix=".tables-", dir=path.parent) as name:
        files = [Path(name) / f"{each}.{extension}" for each in names]
        yield files
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            for file in files:
                packed.write(file, file.name)
