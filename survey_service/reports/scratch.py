"""The folder that a worker may write into: measured while it works, and removed whatever it has made of it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

MEBIBYTE = 1024 * 1024
MOST_ENTRIES = 2_000


class Full(Exception):
    """There is more in the folder than allowed, or something that can't be measured."""


def measure(folder: Path, mebibytes: int) -> None:
    """Raise Full if a folder holds more MiB or more entries than allowed. Links are not followed."""
    size, entries, folders = 0, 0, [str(folder)]
    while folders:
        try:
            with os.scandir(folders.pop()) as found:
                for entry in found:
                    entries += 1
                    if entries > MOST_ENTRIES:
                        raise Full
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.path)
                    else:
                        with contextlib.suppress(FileNotFoundError):
                            size += entry.stat(follow_symlinks=False).st_blocks * 512
        except FileNotFoundError:
            continue  # it went while we looked
        except OSError:  # nested too deeply, or made unreadable
            raise Full from None
    if size > mebibytes * MEBIBYTE:
        raise Full


def remove(folder: Path) -> None:
    """Remove a folder, however deeply it is nested and whatever its modes are. Links are not followed.

    Each folder in it is moved to the top first: so no path gets longer than the system takes.
    """
    number, waiting = 0, [str(folder)]
    while waiting:
        place = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(place, 0o700, follow_symlinks=True)
        with contextlib.suppress(OSError):
            for entry in list(os.scandir(place)):
                if entry.is_dir(follow_symlinks=False):
                    number += 1
                    moved = f"{folder}-{number}"
                    os.chmod(entry.path, 0o700)  # to move a folder is to write into it
                    os.rename(entry.path, moved)
                    waiting.append(moved)
                else:
                    os.unlink(entry.path)
            os.rmdir(place)
