"""What a county has beside the municipalities that are shown: found by subtraction, also from earlier publications."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from survey_service.monitoring.observations import COUNTY
from survey_service.statistics.disclosure import THRESHOLD

Counts = tuple[int, int]
"""How many people are counted, and how many are not."""
Areas = Mapping[str, Counts]


def minus(whole: Counts, parts: Collection[Counts]) -> Counts:
    """Return what a whole has beside its parts; below 0 if they are no parts of it."""
    return whole[0] - sum(part[0] for part in parts), whole[1] - sum(part[1] for part in parts)


def telling(known: Areas, shown: Collection[str], earlier: Sequence[Areas] = ()) -> list[str]:
    """Return which of the areas in ``shown`` must be hidden, the smallest first, until no remainder is a small group.

    Whoever lives where no figure is shown, hidden or never recorded, is found by subtraction from the county's figure:
    from the one in ``known``, and from those that were shown in ``earlier`` publications. What is shown now was
    perhaps the same then, so it is subtracted there too.
    """
    if COUNTY not in known or COUNTY not in shown:
        return []
    areas = sorted((area for area in shown if area != COUNTY), key=lambda area: sum(known[area]))
    for number in range(len(areas)):
        now = {area: known[area] for area in areas[number:]}
        sums = [(known[COUNTY], now), *((then[COUNTY], {**now, **then}) for then in earlier if COUNTY in then)]
        if not any(_small(minus(whole, [parts[area] for area in parts if area != COUNTY])) for whole, parts in sums):
            return areas[:number]
    return areas


def _small(rest: Counts) -> bool:
    """Tell whether a remainder tells of a small group; nobody at all is none, and what doesn't add up tells nothing.

    The counted, the others, and both together are looked at one by one, for each may add up while the others don't.
    """
    return rest != (0, 0) and any(0 <= count < THRESHOLD for count in (*rest, sum(rest)))
