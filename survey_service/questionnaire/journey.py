"""The way through a questionnaire, computed from the answers each time: there is no "current page" to corrupt.

A stop is a page outside repeats, a page in one entry of a repeat, or the overview of a repeat whose entries the
respondent adds and removes. Its address is ``page``, ``page~2`` (in the second entry), ``page~2~1`` (nested), and
``household~`` or ``children~2~`` for an overview.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from survey_service.questionnaire import places
from survey_service.questionnaire.judge import Judgement
from survey_service.questionnaire.model import Page, Questionnaire
from survey_service.questionnaire.question_types import is_visible
from survey_service.questionnaire.values import Path


@dataclass(frozen=True)
class Stop:
    """A page at a path, or the overview of ``repeat`` within the entry at a path (then ``page`` is None)."""

    page: Page | None
    path: Path = ()
    repeat: str = ""

    @property
    def address(self) -> str:
        """The stop's part of an address."""
        numbers = [str(index + 1) for _, index in self.path]
        return "~".join([self.page.name, *numbers] if self.page else [self.repeat, *numbers, ""])

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all its questions, or of the repeat."""
        names = [question.name for question in self.page.questions] if self.page else [self.repeat]
        return tuple(places.key(self.path, name) for name in names)

    @property
    def visible_keys(self) -> tuple[str, ...]:
        """The keys of what a person sees of it."""
        if self.page is None:
            return self.keys
        start = places.prefix(self.path)
        return tuple(start + name for name in _visible(self.page))


_VISIBLE, _STOPS = "journey.visible", "journey.stops"


def _visible(page: Page) -> tuple[str, ...]:
    """Return the names of a page's questions that a person sees something of; found once, and kept with the page."""
    kept = vars(page)
    if _VISIBLE not in kept:
        kept[_VISIBLE] = tuple(question.name for question in page.questions if is_visible(question))
    names: tuple[str, ...] = kept[_VISIBLE]
    return names


def first(questionnaire: Questionnaire) -> Stop:
    """Return where everybody begins: the first page outside repeats with anything on it to see."""
    pages = [page for page in questionnaire.pages if _visible(page) and not questionnaire.chain(page.group)]
    return Stop(pages[0] if pages else questionnaire.pages[0])


def find(questionnaire: Questionnaire, address: str) -> Stop | None:
    """Return the stop at an address, or None if no questionnaire like this has one there."""
    name, *numbers = address.split("~")
    overview = bool(numbers) and numbers[-1] == ""
    if overview:
        numbers.pop()
    page = None if overview else questionnaire.page(name)
    if (overview and name not in questionnaire.repeats) or not (overview or page):
        return None
    chain = questionnaire.repeats_of[name] if overview else questionnaire.chain(page.group if page else "")
    if len(numbers) != len(chain) or not all(_is_number(number) for number in numbers):
        return None
    path = tuple(zip(chain, (int(number) - 1 for number in numbers), strict=True))
    return Stop(page, path, name if overview else "")


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 1 <= len(text) <= 3 and text[0] != "0"


def stops(questionnaire: Questionnaire, judgement: Judgement) -> tuple[Stop, ...]:
    """Return the stops with something shown to this respondent, in order; an overview stands before its entries.

    They are found once for a judgement, and kept with it.
    """
    kept = vars(judgement)
    if _STOPS not in kept:
        kept[_STOPS] = tuple(_stops(questionnaire, judgement, questionnaire.pages, ()))
    found: tuple[Stop, ...] = kept[_STOPS]
    return found


def _stops(questionnaire: Questionnaire, judgement: Judgement, pages: Sequence[Page], path: Path) -> Iterator[Stop]:
    depth = len(path)
    for repeat, group in groupby(pages, key=lambda page: "".join(questionnaire.chain(page.group)[depth : depth + 1])):
        inside = list(group)
        if not repeat:
            found = (Stop(page, path) for page in inside)
            yield from (stop for stop in found if not judgement.shown.isdisjoint(stop.visible_keys))
            continue
        overview = Stop(None, path, repeat)
        if is_open(questionnaire, repeat) and judgement.shown.issuperset(overview.keys):
            yield overview
        for index in range(judgement.count(repeat, path)):
            yield from _stops(questionnaire, judgement, inside, (*path, (repeat, index)))


def is_open(questionnaire: Questionnaire, repeat: str) -> bool:
    """Tell whether the respondent adds and removes the entries of a repeat."""
    return questionnaire.repeats[repeat].count is None


def first_open(questionnaire: Questionnaire, judgement: Judgement) -> Stop | None:
    """Return the first stop with a refused or missing required answer, or None if all is well."""
    if not judgement.refusals:
        return None
    found = stops(questionnaire, judgement)
    return next((stop for stop in found if any(key in judgement.refusals for key in stop.keys)), None)


def after(questionnaire: Questionnaire, judgement: Judgement, stop: Stop) -> Stop | None:
    """Return where one goes on to: the next stop, the overview at the end of an entry, None after the last.

    From an overview one goes on behind all its entries.
    """
    order = _places(questionnaire)
    here = _rank(order, stop)
    behind = [other for other in stops(questionnaire, judgement) if _rank(order, other) > here]
    if stop.page is None:
        behind = [other for other in behind if not _is_within(other, stop)]
    following = behind[0] if behind else None
    for depth in range(len(stop.path), 0, -1):  # an entry that ends here leads back to its overview
        if following is not None and following.path[:depth] == stop.path[:depth]:
            break
        if is_open(questionnaire, stop.path[depth - 1][0]):
            return Stop(None, stop.path[: depth - 1], stop.path[depth - 1][0])
    return following


def before(questionnaire: Questionnaire, judgement: Judgement, stop: Stop) -> Stop | None:
    """Return where one came from: the stop before, the overview from an entry's first page, None from the first."""
    order = _places(questionnaire)
    here = _rank(order, stop)
    earlier = [other for other in stops(questionnaire, judgement) if _rank(order, other) < here]
    if not earlier:
        return None
    previous = earlier[-1]
    for depth, (repeat, _) in enumerate(previous.path):
        if previous.path[: depth + 1] != stop.path[: depth + 1] and is_open(questionnaire, repeat):
            return Stop(None, previous.path[:depth], repeat)
    return previous


def _is_within(stop: Stop, overview: Stop) -> bool:
    depth = len(overview.path)
    return stop.path[:depth] == overview.path and len(stop.path) > depth and stop.path[depth][0] == overview.repeat


_Order = dict[str, int]


def _places(questionnaire: Questionnaire) -> _Order:
    """Return the place of each page, and of each repeat: that of its first page."""
    order: _Order = {}
    for number, page in enumerate(questionnaire.pages):
        for repeat in questionnaire.chain(page.group):
            order.setdefault(f"{repeat}~", number)
        order[page.name] = number
    return order


def _rank(order: _Order, stop: Stop) -> tuple[int, ...]:
    """Return what sorts stops in the order they are asked, also those that are not shown now."""
    rank: list[int] = []
    for repeat, index in stop.path:
        rank += [order[f"{repeat}~"], 1, index]
    return (*rank, order[stop.page.name], 1) if stop.page else (*rank, order[f"{stop.repeat}~"], 0)


def may_visit(questionnaire: Questionnaire, judgement: Judgement, stop: Stop) -> bool:
    """Tell whether a stop may be opened now: it is shown, and nothing before it still needs an answer."""
    shown = stops(questionnaire, judgement)
    if stop not in shown:
        return False
    barrier = first_open(questionnaire, judgement)
    return barrier is None or shown.index(stop) <= shown.index(barrier)


def progress(questionnaire: Questionnaire, judgement: Judgement, stop: Stop) -> tuple[int, int]:
    """Return (number of this stop from 1, number of stops shown now)."""
    shown = stops(questionnaire, judgement)
    return shown.index(stop) + 1, len(shown)
