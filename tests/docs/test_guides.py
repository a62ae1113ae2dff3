"""The guides: both languages say the same, name what stands on the screen, and can be read in the time promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.docs.pages import DOCS, ENGLISH, GERMAN, ROOT, Section, sections, words

MOST_WORDS = 2_000
"""Ten minutes at 200 words a minute."""
CHAPTERS = sorted(path.name for path in ENGLISH.glob("*.md"))
Catalog = dict[str, set[str]]


@pytest.fixture(scope="module")
def german() -> Catalog:
    """Return English text → German ones, of all catalogs of the interface."""
    found: Catalog = {}
    for name in ("desk", "messages", "provider"):
        with (ROOT / "translations" / "de" / "LC_MESSAGES" / f"{name}.po").open("rb") as file:
            for entry in read_po(file):
                texts = (entry.id, entry.string) if isinstance(entry.id, str) else (entry.id[1], entry.string[-1])
                found.setdefault(_plain(texts[0]), set()).add(_plain(texts[1]))
    return found


def _plain(text: str) -> str:
    """Return a text of the interface as it stands in a guide."""
    return " ".join(text.split())


def test_both_languages_have_the_same_chapters() -> None:
    assert sorted(path.name for path in GERMAN.glob("*.md")) == CHAPTERS
    assert {name for name in CHAPTERS if name.startswith("role-")} >= {
        *("role-admin.md", "role-manager.md", "role-working-group.md", "role-translator.md", "role-provider.md"),
        *("role-respondent.md", "role-operator.md"),
    }


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_languages_have_the_same_sections_names_and_links(name: str, german: Catalog) -> None:
    assert list(_differences(sections(ENGLISH / name), sections(GERMAN / name), german)) == []


def test_what_differs_is_found(german: Catalog) -> None:
    english, translated = sections(ENGLISH / "offers.md"), sections(GERMAN / "offers.md")
    at = next(number for number, section in enumerate(english) if "Publish" in section.slanted)

    def found(**changes: object) -> list[str]:
        changed = [*translated[:at], translated[at]._replace(**changes), *translated[at + 1 :]]
        return list(_differences(english, changed, german))

    assert found() == []
    assert found(level=3)
    assert found(cells=1)
    assert found(links=("nowhere.md",))
    assert found(slanted=("Erfunden", *translated[at].slanted[1:]))
    assert found(slanted=translated[at].slanted[1:])
    assert list(_differences(english[:-1], translated, german))
    wrong = [*english[:at], english[at]._replace(slanted=("Invented",)), *english[at + 1 :]]
    assert "stands on no page" in next(_differences(wrong, translated, german))


def _differences(english: list[Section], translated: list[Section], german: Catalog) -> Iterator[str]:
    """Yield what the two languages of a page do not have in common, and names that stand on no page of the service."""
    if len(english) != len(translated):
        yield f"{len(english)} and {len(translated)} sections"
    for one, other in zip(english, translated, strict=False):
        place = f"{one.title} / {other.title}"
        if (one.level, one.cells, len(one.blocks)) != (other.level, other.cells, len(other.blocks)):
            yield f"{place}: level, cells and items, or blocks"
        if Counter(map(_page_of, one.links)) != Counter(map(_page_of, other.links)):
            yield f"{place}: links"
        left = Counter(other.slanted)
        for text in one.slanted:
            known = [each for each in german.get(text, ()) if left[each]]
            if text not in german:
                yield f"{place}: “{text}” stands on no page of the service"
            elif not known:
                yield f"{place}: “{text}” is {german[text]}, and only {list(left.elements())} is left"
            else:
                left[known[0]] -= 1
        if list(left.elements()):
            yield f"{place}: only in German: {list(left.elements())}"


def _page_of(link: str) -> str:
    """Return a link without the anchor, which is written in each language's own words."""
    return link.partition("#")[0]


@pytest.mark.parametrize(
    "path", [*sorted(ENGLISH.glob("*.md")), *sorted(GERMAN.glob("*.md")), DOCS / "plugin-authors.md"], ids=str
)
def test_a_page_can_be_read_in_ten_minutes(path: Path) -> None:
    assert 100 < words(path) <= MOST_WORDS, path.relative_to(DOCS)
