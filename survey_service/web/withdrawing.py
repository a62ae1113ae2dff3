"""What follows when a response was withdrawn: its files, and what was made of it."""

from __future__ import annotations

from survey_service.privacy import erasing
from survey_service.web import copies
from survey_service.web.context import Context


def follow(context: Context, key: str) -> None:
    """Erase the files of a withdrawn response and take it out of snapshots and reports."""
    erasing.follow(copies.instance(context), key)
