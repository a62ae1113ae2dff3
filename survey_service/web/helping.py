"""Answering with help: how it is recorded, and which second language stands beside the respondent's.

Until somebody agrees, the address says it (``?with=assisted.de``) and nothing is stored; from then on the draft does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request

from survey_service import languages
from survey_service.responses.modes import HELPED, WEB
from survey_service.web import audience

WITH = "with"
_BEFORE = (
    *(
        "public.questionnaires",
        "public.privacy",
        "public.imprint",
        "public.accessibility",
        "respondent.start",
        "arrival.idle",
    ),
    "helper.script",
)
"""The pages before the first answer, whose addresses keep the argument."""


@dataclass(frozen=True)
class Help:
    """How somebody answers: a mode of ``modes.IN_BROWSER``, and the tag of the second language or ""."""

    mode: str = WEB
    second: str = ""

    @property
    def argument(self) -> str | None:
        """What an address says of it; None if nobody helps."""
        return None if self.mode == WEB else ".".join(filter(None, (self.mode, self.second)))


ALONE = Help()


def asked() -> Help:
    """Return what the present address says of help; whatever can't be meant counts for nothing."""
    mode, _, second = request.args.get(WITH, "").partition(".")
    if mode not in HELPED:
        return ALONE
    entry = languages.registry().get(second)
    return Help(mode, second if entry is not None and entry.offered else "")


def _carry(endpoint: str, values: dict[str, Any]) -> None:
    """Let addresses of the pages before the first answer keep the argument."""
    if endpoint in _BEFORE and audience.for_respondents() and asked() != ALONE:
        values.setdefault(WITH, asked().argument)


def install(app: Flask) -> None:
    """Put this in force."""
    app.url_defaults(_carry)
