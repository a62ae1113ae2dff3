"""The interface's texts as they are now: the bundled catalogs with the edits of the desk, without a restart."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from babel.support import NullTranslations

from survey_service.questionnaire.exchange_po import INTERFACE_PREFIX
from survey_service.questionnaire.translating import Made
from survey_service.translating import catalogs
from survey_service.translating.edits import Edits, Snapshot


class Interface:
    """The translations of each language and domain, compiled when first needed and again when an edit has come."""

    def __init__(self, edits: Edits, folder: Path | None = None) -> None:
        self._edits, self._folder = edits, folder
        self._made: dict[tuple[str, str], tuple[int, NullTranslations]] = {}

    def translations(self, tag: str, domain: str) -> NullTranslations:
        """Return the translations of a language, its fallbacks behind it. It looks at what is in memory only."""
        snapshot = self._edits.now
        known = self._made.get((tag, domain))
        if known is None or known[0] != snapshot.number:
            edits = _messages(snapshot)
            if any(edits.values()):
                composed = catalogs.compose(tag, domain, self._folder, edits)
            else:
                composed = catalogs.translations(tag, domain, self._folder)  # compiled once a process
            known = self._made[tag, domain] = snapshot.number, composed
        return known[1]

    def word(self, text: str, tag: str) -> str:
        """Return the translation of a text that respondents see."""
        return str(self.translations(tag, catalogs.MESSAGES).gettext(text))


def _messages(snapshot: Snapshot) -> Mapping[str, Mapping[str, Made]]:
    return {
        tag: {
            address.removeprefix(INTERFACE_PREFIX): made
            for address, made in own.items()
            if address.startswith(INTERFACE_PREFIX)
        }
        for tag, own in snapshot.made.items()
    }
