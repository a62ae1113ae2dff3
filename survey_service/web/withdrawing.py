"""What follows when a response was withdrawn: its files, and what was made of it."""

from __future__ import annotations

from survey_service.reports import withdrawal
from survey_service.responses import files
from survey_service.web.context import Context


def follow(context: Context, key: str) -> None:
    """Erase the files of a withdrawn response and take it out of snapshots and reports."""
    files.clear(context.store, context.settings.instance, key)
    withdrawal.reach(context.store, context.settings.instance / "snapshots")
