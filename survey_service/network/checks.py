"""What may be kept of what somebody typed."""

from __future__ import annotations

import datetime as dt
import unicodedata

LONGEST_NAME, LONGEST_TEXT, LONGEST_ADDRESS = 200, 2_000, 2_000


def line(text: str) -> str:
    """Return a text on one line, without control characters and needless blanks, composed (NFC)."""
    plain = "".join(" " if unicodedata.category(sign) in ("Cc", "Zl", "Zp") else sign for sign in text)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def lines(text: str) -> str:
    """Return a text of several lines, without control characters and needless blanks."""
    return "\n".join(map(line, text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))).strip()


def is_day(text: str) -> bool:
    """Tell whether a text is a day of this or the last century, written 2026-11-23."""
    try:
        return dt.date.fromisoformat(text).isoformat() == text and "1900" < text < "2100"
    except ValueError:
        return False
