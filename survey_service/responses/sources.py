"""By which link responses came, shown so that a link for a handful of people identifies nobody.

A source with fewer than 5 responses is a small count. Such sources are put together as SMALL, with the smallest of the
others until they are at least two and make up at least 5, so that none can be found by subtraction. Responses that came
by no group's link are a source like the others, where there are others.
"""

from __future__ import annotations

from collections.abc import Mapping

from survey_service.responses import links, standing
from survey_service.responses.submissions import RESPONSES
from survey_service.statistics.disclosure import THRESHOLD
from survey_service.store.base import Store

SMALL = "•"


def counts(store: Store, questionnaire: str) -> dict[str, int]:
    """Return how many responses that count came by each link, links without any left out; "" is the plain one."""
    responses = store.collection(RESPONSES)
    tags = [link.tag for link in links.groups(store, questionnaire)]
    found = {tag: responses.count(questionnaire=questionnaire, source=tag, status=standing.VALID) for tag in tags}
    found[links.PLAIN] = standing.counted(store, questionnaire) - sum(found.values())
    return {tag: count for tag, count in found.items() if count > 0}


def shown(found: Mapping[str, int]) -> dict[str, str]:
    """Return for each source of `counts` how it is shown: as it is, or as SMALL."""
    if set(found) == {links.PLAIN}:
        return {links.PLAIN: links.PLAIN}
    by_size = sorted(found, key=lambda tag: found[tag])
    small = sum(1 for tag in by_size if found[tag] < THRESHOLD)
    while 0 < small < len(by_size) and (small < 2 or sum(found[tag] for tag in by_size[:small]) < THRESHOLD):
        small += 1
    hidden = set(by_size[:small])
    return {tag: SMALL if tag in hidden else tag for tag in found}


def shown_of(store: Store, questionnaire: str) -> dict[str, str]:
    """Return for each source of a questionnaire's responses how it is shown."""
    return shown(counts(store, questionnaire))
