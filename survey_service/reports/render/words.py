"""A report's own words: what the service says in it, in every language of the interface. English source texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey_service.problems import N_

Translate = Callable[[str], str]
"""A gettext function; ``str`` leaves the English source texts."""

BASES: Mapping[str, str] = {
    "answered": N_("those who gave a valid answer to the question"),
    "asked": N_("all who were asked the question"),
}
BETTER: Mapping[str, str] = {"up": N_("higher is better"), "down": N_("lower is better"), "neutral": N_("no direction")}
SOURCES: Mapping[str, str] = {
    "survey": N_("survey"),
    "offers": N_("directory of offers"),
    "survey+offers": N_("survey and directory of offers"),
}
REASONS: Mapping[str, str] = {
    "small_base": N_("Not given: fewer than five people answered."),
    "small_group": N_("Not given: fewer than five people gave this answer, or fewer than five did not."),
    "derivable": N_("Not given: another figure that is not given could be computed from it."),
}
"""Why a value is not published, by reason."""
STATES: Mapping[str, str] = {
    "valid": N_("valid"),
    "excluded": N_("excluded"),
    "submitted": N_("waiting for a decision"),
    "published": N_("published"),
    "returned": N_("returned"),
    "rejected": N_("rejected"),
    "withdrawn": N_("withdrawn"),
}
"""States of a response or of an offer."""
SYNTHETIC = N_("Invented responses are among those counted here. The figures are a demonstration, not a result.")
WITHDRAWN = N_(
    "People have withdrawn answers that were counted here. Make this report anew before you publish anything of it."
)
FIGURE_HEADS = (
    *(N_("Indicator"), N_("Period"), N_("Value"), N_("From"), N_("To"), N_("Numerator"), N_("Denominator")),
    *(N_("State"), N_("Direction"), N_("Source")),
)
INDICATORS = N_("Indicators")
ENTRY = N_("Entry")
VALUE, LOW, HIGH = FIGURE_HEADS[2:5]
PRELIMINARY, FINAL = N_("preliminary"), N_("final")
QUESTION, SHARE_OF, PEOPLE = N_("Question"), N_("Share of"), N_("People in the base")
HITS, SHARE, OFFERS = N_("People who gave this answer"), N_("Share"), N_("Offers")
EXPERTS = N_("Experts who name it")
DEFINITION, VERSION, REVISION = N_("Definition"), N_("Version"), N_("Revision")
DAY, PLUGIN, SNAPSHOT = N_("Day"), N_("Report plugin"), N_("Snapshot")
COUNTED_OF = N_("Counted: %(name)s")
AS_HEADED = N_("As the table's headings say, of all that the snapshot holds.")
COUNTED = N_("How this was counted")
CONTENTS, NOTES, FIGURES = N_("Contents"), N_("Notes"), N_("Figures")
NOT_DRAWN = N_("This picture could not be drawn. Its figures stand in the table.")
