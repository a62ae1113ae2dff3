"""The computer: clock, fonts, time zones, what shuts plugins in."""

from __future__ import annotations

import ctypes
import datetime as dt
import zoneinfo
from collections.abc import Iterator

from survey_service.advising.model import ADVICE, FAULT, WARNING, Finding, Look
from survey_service.reports import sandbox
from survey_service.typesetting import fonts

_BUILT = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
"""No clock that goes right is before this."""
_TIMEX_BYTES = 256
_UNSYNCHRONISED = 5
_NEEDED = ("Noto Sans", "Noto Sans Arabic", "Noto Sans Ethiopic")
"""The families for the scripts of the bundled languages."""


def clock(look: Look) -> Iterator[Finding]:
    """The clock goes right: codes of second factors, links and retention go by it."""
    if look.now < _BUILT:
        yield Finding(
            "clock.past", FAULT, f"the clock says {look.now:%Y-%m-%d %H:%M} UTC",
            "That is before this version was made; links would not end and nothing would be erased.", "set the clock",
        )  # fmt: skip
    elif not synchronised():
        yield Finding(
            "clock.alone", ADVICE, "the clock is not kept right by a time server",
            "After some minutes of drift codes of second factors are refused.",
            "install systemd-timesyncd or chrony; in a container the host's counts",
        )  # fmt: skip


def synchronised() -> bool:
    """Return whether the kernel says that something keeps the clock right; True where it can't be asked."""
    try:
        adjust = ctypes.CDLL(None).adjtimex
    except (OSError, AttributeError):
        return True
    return bool(adjust(ctypes.create_string_buffer(_TIMEX_BYTES)) != _UNSYNCHRONISED)


def scripts(_look: Look) -> Iterator[Finding]:
    """There are fonts for the scripts of the languages, for posters and reports as PDF."""
    there = {found.face.family for found in fonts.installed()}
    missing = [family for family in _NEEDED if family not in there]
    if missing:
        yield Finding(
            "fonts.missing", WARNING, f"these fonts are missing: {', '.join(missing)}",
            "Posters and reports as PDF are refused in languages that need them.",
            f"run: apt-get install {fonts.CORE}",
        )  # fmt: skip


def zones(_look: Look) -> Iterator[Finding]:
    """There is a table of time zones, for opening hours and meetings."""
    try:
        zoneinfo.ZoneInfo("Europe/Berlin")
    except (zoneinfo.ZoneInfoNotFoundError, OSError):
        yield Finding(
            "zones.missing", FAULT, "this computer has no table of time zones",
            "Meetings and last days can't be told in local time.", "run: apt-get install tzdata",
        )  # fmt: skip


def shut_in(_look: Look) -> Iterator[Finding]:
    """Report plugins of others can be shut in."""
    found = sandbox.support()
    if not found.complete:
        yield Finding(
            "plugins.sandbox", ADVICE, f"{found.lacking} is missing",
            "Only the report plugins that come with the service run.",
            "use a kernel from 5.13 on; in a container let it use Landlock and seccomp (docs/sandbox.md)",
        )  # fmt: skip
