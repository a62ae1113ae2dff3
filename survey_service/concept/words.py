"""What the service itself says in a concept. English source texts."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from survey_service.concept.model import ADOPTED, CONSULTING, DRAFT, GOAL, MEASURE, STATEMENT, SUPERSEDED
from survey_service.problems import D_, N_

Translate = Callable[[str], str]
"""A gettext function; ``str`` leaves the English source texts."""

CONCEPT = N_("Integration concept")
DECIDED = N_("Decided on %(day)s by %(body)s: %(result)s")
VALID = N_("Valid from %(start)s to %(end)s")
NEWER = N_("There is a newer version.")
NOTHING = N_("Nothing has been decided yet.")
GROUPS: Mapping[str, str] = {STATEMENT: N_("What we know"), GOAL: N_("Goals"), MEASURE: N_("Measures")}
EVIDENCE = N_("%(count)s of %(n)s people, %(share)s (%(low)s to %(high)s). Report %(report)s, snapshot %(snapshot)s")
JUDGEMENT = N_("Judgement of: %(who)s")
WHO_AND_WHEN = N_("Who does it: %(who)s. By when: %(day)s")

KINDS: Mapping[str, str] = {STATEMENT: D_("Statement"), GOAL: D_("Goal"), MEASURE: D_("Measure")}
VERSION_STATES: Mapping[str, str] = {
    DRAFT: D_("Draft"),
    CONSULTING: D_("In consultation"),
    ADOPTED: D_("Adopted"),
    SUPERSEDED: D_("Replaced by a revision"),
}
HORIZONS: Mapping[str, str] = {
    "short": N_("up to 1 year"),
    "medium": N_("1 to 3 years"),
    "long": N_("more than 3 years"),
}
EFFORTS: Mapping[str, str] = {"S": N_("small"), "M": N_("medium"), "L": N_("large")}
STATES: Mapping[str, str] = {
    "planned": D_("planned"),
    "running": D_("running"),
    "done": D_("done"),
    "dropped": D_("dropped"),
}
FACTS: Mapping[str, str] = {
    "field": D_("Field of action"),
    "kind": D_("Kind"),
    "lead": D_("Lead actor"),
    "horizon": N_("Horizon"),
    "effort": N_("Effort"),
    "budget": N_("Budget"),
    "due": D_("Due"),
    "state": D_("State"),
    "done": D_("Done on"),
}
"""The facts of an item, by the names that differences use."""
OFFERS, EXPERTS = N_("Offers set against it: %(count)s"), N_("Experts who name it: %(count)s")
VERSION, CONTENTS = D_("Version %(number)s: %(state)s"), D_("Contents")
REVISES, HASH = D_("Revises version %(number)s"), D_("Hash of what was adopted: %(digest)s")
NOT_DECIDED = D_("This version is not decided yet.")
ANNEX, NUMBER = D_("Annex: all measures"), D_("No.")
