"""Amounts in euros, as people type them in German or English, in cents."""

from __future__ import annotations

import re

from survey_service.problems import Problem

_GROUPED = re.compile(r"(\d{1,3})((?:[. \u00a0\u202f']\d{3})+)(?:,(\d{1,2}))?|(\d{1,3})((?:,\d{3})+)(?:\.(\d{1,2}))?")
_PLAIN = re.compile(r"(\d{1,12})(?:[.,](\d{1,2}))?")
_LONGEST = 30


def cents(text: str) -> int | None:
    """Return an amount such as 12.500,50, 12,500.50 or 12500 € in cents; None for nothing.

    Raises Problem concept.measure for what is no amount; 1.250 is a thousand and more, as money has no three decimals.
    """
    bare = text.strip().removesuffix("€").removesuffix("EUR").strip()
    if not bare:
        return None
    grouped = _GROUPED.fullmatch(bare)
    plain = _PLAIN.fullmatch(bare)
    if len(bare) > _LONGEST or not (grouped or plain):
        raise Problem("concept.measure")
    if grouped is not None:
        first, rest, decimals = (grouped[place] or grouped[place + 3] or "" for place in (1, 2, 3))
        whole = first + re.sub(r"\D", "", rest)
    elif plain is not None:
        whole, decimals = plain[1], plain[2] or ""
    return int(whole) * 100 + int(decimals.ljust(2, "0"))


def typed(amount: int | None) -> str:
    """Return cents as `cents` reads them again: 12500,50; nothing for None."""
    return "" if amount is None else f"{amount // 100},{amount % 100:02}"
