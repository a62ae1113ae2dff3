"""The names of files and columns of a snapshot: what a worker must know of it, and starts fast with."""

from __future__ import annotations

FACTS = ("revision", "language", "period", "mode")
"""What is known of each response beside its answers; the columns are ``:revision`` and so on, which no question is."""


def file_of(table: str, period: str) -> str:
    """Return the name of the file with the rows of one period of a table, or with all rows for the period ""."""
    return f"{table}@{period}.arrow" if period else f"{table}.arrow"
