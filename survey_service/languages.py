"""The language registry: what a language tag means here. Babel serves plurals and formatting only."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from survey_service.paths import bundled

if TYPE_CHECKING:  # as yaml below: a worker for reports, which must start fast, seldom needs them
    import icu
    from babel import Locale


@dataclass(frozen=True)
class Language:
    """One language: ``tag`` (BCP 47, ours), ``direction`` ltr or rtl, its names, and its fallback.

    ``locale`` is the Babel locale used for plurals, numbers and dates; ``html`` the ``lang`` attribute; ``offered``
    whether the interface is complete in it, so that its addresses lead somewhere; ``provider`` whether the pages of
    providers are, ``desk`` whether the manager's pages are. Whether the start page names it depends on what is
    published.
    """

    tag: str
    direction: str
    autonym: str
    german: str
    english: str
    iso639: str
    locale: str
    fallback: str
    offered: bool
    provider: bool
    desk: bool

    @property
    def title(self) -> str:
        """The language as XLSForm and its clients write it: ``Deutsch (de)``."""
        return f"{self.autonym} ({self.tag})"

    @property
    def html(self) -> str:
        return {"de-simple": "de-x-simple"}.get(self.tag, self.tag)

    @property
    def babel(self) -> Locale:
        from babel import Locale

        return Locale.parse(self.locale)


@functools.cache
def registry(path: Path | None = None) -> dict[str, Language]:
    """Return all registered languages by tag, in the order of ``translations/languages.yaml``."""
    import yaml

    rows = yaml.safe_load((path or bundled("translations") / "languages.yaml").read_text("utf-8"))
    return {row["tag"]: Language(**row) for row in rows}


def language(tag: str) -> Language:
    """Return the language of a tag. Raises KeyError for a tag that is not registered."""
    return registry()[tag]


def offered() -> tuple[Language, ...]:
    """Return the languages of the interface in their order, whether or not a questionnaire exists in them."""
    return tuple(entry for entry in registry().values() if entry.offered)


def chain(tag: str) -> tuple[str, ...]:
    """Return the tag and its fallbacks in order, ending with English, the language of the source texts."""
    tags = [tag]
    while (following := registry()[tags[-1]].fallback) and following not in tags:
        tags.append(following)
    return tuple(tags)


def collation_key(text: str, tag: str) -> bytes:
    """Return what orders texts as the alphabet of a language does (Unicode CLDR; its root order where it has none)."""
    key: bytes = _collator(registry()[tag].locale).getSortKey(text)
    return key


@functools.cache
def _collator(locale: str) -> icu.Collator:
    import icu

    return icu.Collator.createInstance(icu.Locale(locale))


def negotiate(accepted: Sequence[str], among: Sequence[Language] | None = None) -> str | None:
    """Return the best tag for a browser's languages, best first, or None; ``among`` are all offered ones by default.

    An exact tag wins; then the same primary language, so that a phone set to ``fa`` is offered Dari, and ``uk-UA``
    Ukrainian. Easy German is never guessed: it is chosen.
    """
    tags = [entry.tag for entry in (offered() if among is None else among) if entry.tag != "de-simple"]
    for wanted in accepted:
        exact = [tag for tag in tags if tag.lower() == wanted.lower()]
        primary = [tag for tag in tags if tag.split("-")[0] == wanted.lower().split("-")[0]]
        for tag in exact or primary:
            return tag
    return None
