"""Where the bundled data lie: beside the package in a checkout, inside it in an installed wheel."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def bundled(name: str) -> Path:
    """Return the folder of bundled ``docs``, ``forms``, ``plugins`` or ``translations``.

    Raises FileNotFoundError if the installation is incomplete.
    """
    for folder in (_PACKAGE / "bundled" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the bundled folder {name!r} is missing from this installation")
