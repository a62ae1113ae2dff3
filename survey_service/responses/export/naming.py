"""Names that kinds of files allow, made from ours."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_SHEET, _FILE, _SPSS = 31, 100, 64
"""Longest names: characters of a sheet of Excel and of our files, bytes of a variable of SPSS."""
_RESERVED_SHEETS = ("history",)
_RESERVED_SPSS = frozenset({"ALL", "AND", "BY", "EQ", "GE", "GT", "LE", "LT", "NE", "NOT", "OR", "TO", "WITH"})


def sheets(names: Sequence[str], taken: Collection[str] = ()) -> list[str]:
    """Return names of sheets that Excel takes, all different and none among ``taken``."""
    clean = [re.sub(r"[\[\]:*?/\\\x00-\x1f]", "_", name).strip("' ") or "_" for name in names]
    return _different(clean, _SHEET, "~", {*_RESERVED_SHEETS, *(name.casefold() for name in taken)})


def files(names: Sequence[str]) -> list[str]:
    """Return names of files without an extension that every system takes, all different."""
    return _different([re.sub(r"[^A-Za-z0-9_.@-]", "_", name).strip(".") or "_" for name in names], _FILE, "~", set())


def spss(names: Sequence[str]) -> list[str]:
    """Return names that SPSS takes, all different: letters, digits, ``_ . @``, a letter first, not a dot last.

    The ``@`` stays: no question can bear it, so ``age@1`` of an earlier revision is never taken for ``age_1``.
    """
    clean = []
    for name in names:
        base = re.sub(r"[^A-Za-z0-9_.@]", "_", name).rstrip(".")
        base = base if base[:1].isalpha() else f"v_{base}"
        clean.append(f"{base}_" if base.upper() in _RESERVED_SPSS else base)
    return [name.rstrip(".") for name in _different(clean, _SPSS, "_", set())]


def _different(names: Sequence[str], longest: int, sign: str, taken: set[str]) -> list[str]:
    found = []
    for name in names:
        legal, number = name[:longest], 1
        while legal.casefold().rstrip(".") in taken:
            number += 1
            end = f"{sign}{number}"
            legal = name[: longest - len(end)] + end
        taken.add(legal.casefold().rstrip("."))
        found.append(legal)
    return found
