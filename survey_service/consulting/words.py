"""What the service itself says about a round. English source texts."""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.consulting.model import (
    ABSTAIN,
    ACCEPTED,
    AGREE,
    CLOSED,
    DISAGREE,
    DRAFT,
    OPEN,
    PARTLY,
    REJECTED,
    RESERVATION,
)
from survey_service.problems import D_

STATES: Mapping[str, str] = {DRAFT: D_("Being prepared"), OPEN: D_("Taking votes"), CLOSED: D_("Closed")}
VOTES: Mapping[str, str] = {
    AGREE: D_("Agree"),
    RESERVATION: D_("With reservation"),
    DISAGREE: D_("Disagree"),
    ABSTAIN: D_("Abstain"),
}
VERDICTS: Mapping[str, str] = {
    ACCEPTED: D_("accepted"),
    PARTLY: D_("accepted in part"),
    REJECTED: D_("rejected"),
}
SPEAKING: Mapping[str, str] = {
    "working_group": D_("for the body"),
    "organisation": D_("for the organisation"),
    "self": D_("for themself"),
}
ENTRIES: Mapping[str, str] = {
    "title": D_("Title"),
    "closes": D_("Last day"),
    "bodies": D_("Bodies"),
    "items": D_("Items"),
    "languages": D_("Languages"),
}
"""The names of a round's entries, as Problem consulting.entries has them."""
SPEAKS = D_("%(organisation)s – speaks %(speaking)s")
NO_ORGANISATION = D_("Member without organisation")
TITLE = D_("Table of comments: %(title)s")
PRELIMINARY = D_("Preliminary: comments or answers may still change.")
VERSION, DAYS, TABLE_HASH = (
    D_("Version of the concept"),
    D_("Votes from %(start)s to %(end)s"),
    D_("Hash of the final table"),
)
PERIOD, FINAL = D_("Period"), D_("Final since")
TURNOUT, RESULTS, COMMENTS = D_("Turnout"), D_("Votes"), D_("Comments and answers")
NOTHING_SAID = D_("Nobody has commented.")
TURNOUT_HEAD = (D_("Body"), D_("Invited"), D_("Opened"), D_("Voted"), D_("Voted on everything"))
VOTERS_NOTE = D_("Counted are organisations, and members who have none. Each has one vote in each of its bodies.")
STATEMENT, MEAN, GAVE = D_("Statement version"), D_("Mean priority"), D_("Priorities given")
PRIORITY_NOTE = D_("Priorities run from 1 (very low) to 5 (very high).")
ALL_BODIES = D_("All bodies")
COLUMNS = (
    D_("No."),
    STATEMENT,
    D_("Body"),
    D_("Organisation or person"),
    D_("Vote"),
    D_("Comment"),
    D_("Proposed wording"),
    D_("Answer"),
    D_("Reason"),
    D_("Resulting wording"),
)
"""The columns of the table of comments."""
UNCHANGED, TAKEN_OUT, OPEN_ANSWER = D_("unchanged"), D_("taken out"), D_("not answered yet")
TURNOUT_CAPTION, COMMENTS_CAPTION = D_("Turnout per body"), D_("All comments with their answers")
NO_MEAN = D_("none")
CONTENTS, NOTES = D_("Contents"), D_("Notes")
WHY = D_("Consultation “%(title)s”, comment %(number)s")
