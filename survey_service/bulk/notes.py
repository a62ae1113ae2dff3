"""What an import has to say of a cell or a row beside what the judge says; source texts for gettext."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.offers.proposed import Proposed
from survey_service.problems import P_
from survey_service.responses.loading.findings import Finding, Place

LEFT_OUT, NOTED = "left_out", "noted"
"""The kinds of findings: the entry is left out because of it; the entry is taken, and somebody should look at it."""

MESSAGES: Mapping[str, str] = {
    "postcode_padded": P_("A postcode has five digits. A zero was put in front; please check it."),
    "phone_short": P_("A telephone number begins with 0 or +. A zero may have been lost here; please check it."),
    "address_completed": P_("https:// was put in front of the address of the website."),
    "past_midnight": P_("The time crosses midnight. It was moved to the remarks on the times."),
    "number_unclear": P_("It is not clear whether the point separates thousands. Write 1250 or 1,25."),
    "confirmed_unclear": P_("This is no day. Write it like 31.12.2026."),
    "column": P_("No question is called “%(column)s”. This column is not read."),
    "column_twice": P_("Another column has the same heading. This one is not read."),
    "formula": P_("This cell has a formula without a value. It counts as empty."),
    "not_asked": P_("This is not asked for such an entry. The answer is left out."),
    "not_published": P_("Nobody has said that these details may be published."),
    "twice": P_("Row %(row)s describes the same entry. If they are two, give each a number of its own."),
    "withdrawn": P_("The provider has withdrawn this offer. It is not brought back by a file."),
    "merged": P_("This offer was merged into the offer %(into)s. Change that one instead."),
    "no_offer": P_("There is no offer with the number “%(offer)s”. Leave the cell empty to enter a new one."),
    "foreign": P_("This entry belongs to another organisation."),
    "corrected": P_("Its provider has changed this offer since it was imported. The file replaces that."),
}
"""The messages by code."""
FATAL = frozenset({"number_unclear", "confirmed_unclear"})
"""Codes of doubts about a cell because of which the entry is left out."""


def place_of(proposed: Proposed, question: str = "") -> Place:
    """Return where the answer to a question stands, or the whole entry."""
    return Place(proposed.place, proposed.row, proposed.columns.get(question, ""))


def note(kind: str, code: str, proposed: Proposed, question: str = "", **values: object) -> Finding:
    """Return a finding of ours about an entry."""
    value = proposed.texts.get(question, "") if question else ""
    return Finding(kind, code, place_of(proposed, question), question, value, values, MESSAGES[code])
