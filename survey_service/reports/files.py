"""The names of the files of a snapshot."""

from __future__ import annotations


def file_of(table: str, period: str) -> str:
    """Return the name of the file with the rows of one period of a table, or with all rows for the period ""."""
    return f"{table}@{period}.arrow" if period else f"{table}.arrow"
