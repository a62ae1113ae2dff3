"""What a page about a wave and a field of action says: what people told, what was concluded, done and decided.

It is plain data with each text in all languages there are; it is frozen as it is when the page is published.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import orjson

from survey_service.questionnaire.model import Text

DRAFTED, REVIEWED = "draft", "reviewed"
"""How a language is published: as a machine drafted it, or read by a person."""


@dataclass(frozen=True)
class Figure:
    """A published figure of an indicator in the wave: ``value`` None is a hidden one; ``batch`` is where it stands."""

    code: str
    name: Text
    value: float | None
    part: int | None
    whole: int | None
    rounded: bool
    batch: int


@dataclass(frozen=True)
class Conclusion:
    """A statement of the adopted concept: its key, the number of its wording, its texts, the need it is about (code and
    label, "" and {} if it is about none), and about how many of how many people said it, rounded; None is hidden.
    """

    key: str
    wording: int
    texts: Text
    need: str
    label: Text
    count: int | None
    n: int | None
    periods: tuple[str, ...]

    @property
    def share(self) -> float | None:
        """The share of the rounded numbers."""
        return None if self.count is None or not self.n else self.count / self.n


@dataclass(frozen=True)
class Step:
    """A measure that answers some of the statements (``serves``: their keys), and how far it was: state, day done."""

    key: str
    wording: int
    texts: Text
    lead: str
    due: str
    state: str
    done: str
    serves: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """Who decided on the version of the concept with this number, on which ISO day, and the result in words."""

    concept: int
    body: str
    day: str
    result: Text


@dataclass(frozen=True)
class Content:
    """All that a page says; ``words`` are the manager's own; ``decided`` None if
    nothing was concluded."""

    wave: str
    field: str
    label: Text
    words: Text
    figures: tuple[Figure, ...]
    conclusions: tuple[Conclusion, ...]
    steps: tuple[Step, ...]
    decided: Decided | None


def number_of(key: str) -> str:
    """Return what people call the item of a key."""
    return key.removeprefix("item-")


def to_json(content: Any) -> Any:
    """Return one of the classes here as JSON data."""
    return orjson.loads(orjson.dumps(asdict(content)))


def content_of(body: Mapping[str, Any]) -> Content:
    """Return a content from its JSON data."""
    return Content(
        wave=body["wave"],
        field=body["field"],
        label=body["label"],
        words=body["words"],
        figures=tuple(Figure(**each) for each in body["figures"]),
        conclusions=tuple(Conclusion(**{**each, "periods": tuple(each["periods"])}) for each in body["conclusions"]),
        steps=tuple(Step(**{**each, "serves": tuple(each["serves"])}) for each in body["steps"]),
        decided=Decided(**body["decided"]) if body["decided"] is not None else None,
    )
