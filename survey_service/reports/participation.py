"""Who begins and who sends, by language, under disclosure control.

Begun are the responses that were sent and the drafts that are still open: a draft is kept for some days after it was
last touched, and one that never left its phone is not known. So what is begun is rather more than is counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from survey_service.statistics.disclosure import Reason, Released, count_only, count_reason, partition_reasons

NOBODY = count_only(0, Reason.GROUP)


@dataclass(frozen=True)
class Participation:
    """Numbers of people of one language, each as ``numerator``: those who understand it well, who have begun in it, and
    who have sent their answers in it."""

    preferred: Released
    started: Released
    completed: Released


def participation_of(
    preferred: Mapping[str, Released], started: Mapping[str, int], completed: Mapping[str, int]
) -> dict[str, Participation]:
    """Return the participation by language tag, given what is published of ``preferred`` and the other two counts.

    How many responses there are in all is published elsewhere, so a small number of those sent hides another one. Where
    a few drafts are open, what is begun is hidden: together with what is sent it would give them away.
    """
    sent = {tag: count for tag, count in completed.items() if count}
    reasons = dict(zip(sent, partition_reasons(list(sent.values())), strict=True)) if len(sent) > 1 else {}
    found = {}
    for tag in dict.fromkeys((*preferred, *sorted(started.keys() | completed.keys()))):
        begun, done = started.get(tag, 0), completed.get(tag, 0)
        reason = reasons.get(tag) or count_reason(done)
        few_open = reason is None and bool(begun - done and count_reason(begun - done))
        found[tag] = Participation(
            preferred.get(tag, NOBODY),
            count_only(begun, count_reason(begun) or (Reason.DERIVABLE if few_open else None)),
            count_only(done, reason),
        )
    return found
