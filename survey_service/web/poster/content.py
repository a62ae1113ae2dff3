"""What stands on a poster: for each language an invitation, once the address with its QR code, and who invites."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from survey_service.languages import Language
from survey_service.problems import N_, Problem
from survey_service.questionnaire.model import Questionnaire
from survey_service.web import i18n, rendering, wordings
from survey_service.web.i18n import gettext
from survey_service.web.wordings import Wording

SIZES = ("a4", "a3")

_INVITATIONS: Mapping[str, tuple[str, str]] = {
    "newcomers": (
        N_("We want to know what you need"),
        N_("Are you new here? Tell us what helps you and what is missing. You need not give your name."),
    ),
    "providers": (
        N_("Show what you offer"),
        N_("Enter your offers, so that people who are new here can find them."),
    ),
    "experts": (
        N_("Your experience counts"),
        N_("Tell us what works well in integration here and what is missing."),
    ),
    "working_groups": (
        N_("Your vote counts"),
        N_("Read the drafts for the integration concept, vote on them and say what should change."),
    ),
}
"""Whom a questionnaire is for → the heading and the sentence of the invitation."""


@dataclass(frozen=True)
class Invitation:
    """The invitation in one language. ``title`` is the questionnaire's, perhaps in another language."""

    language: Language
    heading: str
    title: Wording
    text: str
    duration: str
    code_label: str


@dataclass(frozen=True)
class Poster:
    """A poster: its paper, its invitations in order, the address, who invites ("" if no setting says so) and the code
    to be printed, or "".
    """

    size: str
    invitations: tuple[Invitation, ...]
    address: str
    sender: str
    code: str

    @property
    def short_address(self) -> str:
        """The address as it is typed."""
        return self.address.partition("://")[2]


def poster(
    questionnaire: Questionnaire, tags: Sequence[str], *, size: str, address: str, sender: str, code: str = ""
) -> Poster:
    """Return a poster in the languages of the tags, in the registry's order. Raises Problem poster.languages."""
    chosen = [entry for entry in rendering.languages_of(questionnaire) if entry.tag in tags]
    if not chosen or size not in SIZES:
        raise Problem("poster.languages")
    return Poster(size, tuple(_invitation(questionnaire, entry) for entry in chosen), address, sender, code)


def _invitation(questionnaire: Questionnaire, language: Language) -> Invitation:
    heading, text = _INVITATIONS[questionnaire.audience]
    with i18n.speaking(language.tag):
        return Invitation(
            language,
            heading=gettext(heading),
            title=wordings.wording_of(questionnaire.label, language.tag),
            text=gettext(text),
            duration=rendering.duration(questionnaire),
            code_label=gettext("Code"),
        )
