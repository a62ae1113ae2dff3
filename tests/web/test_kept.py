"""What is kept: the same value again, so many at most, the longest unused goes first."""

from __future__ import annotations

from collections.abc import Callable

from survey_service.web.kept import Kept


def test_made_once_until_there_is_no_room() -> None:
    kept: Kept[str] = Kept(2)
    made: list[str] = []

    def make(value: str) -> Callable[[], str]:
        return lambda: (made.append(value), value)[1]

    for key in ("a", "b", "a", "c", "a", "b"):  # c takes the place of b, because a was used since
        assert kept.get(key, make(key)) == key
    assert made == ["a", "b", "c", "b"]
