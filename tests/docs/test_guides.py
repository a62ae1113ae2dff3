"""The guides: both languages say the same, name what stands on the screen, and can be read in the time promised."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.docs.pages import DOCS, ENGLISH, GERMAN, ROOT, sections, words

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
        "role-respondent.md",
    }


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_languages_have_the_same_sections_names_and_links(name: str, german: Catalog) -> None:
    pairs = list(zip(sections(ENGLISH / name), sections(GERMAN / name), strict=True))
    for english, translated in pairs:
        place = f"{name}: {english.title} / {translated.title}"
        assert english.level == translated.level, place
        assert english.cells == translated.cells, f"{place}: cells and items"
        assert len(english.blocks) == len(translated.blocks), place
        assert Counter(map(_page_of, english.links)) == Counter(map(_page_of, translated.links)), place
        left = Counter(translated.slanted)
        for text in english.slanted:
            assert text in german, f"{place}: “{text}” stands on no page of the service"
            known = [each for each in german[text] if left[each]]
            assert known, f"{place}: “{text}” is {german[text]}, and only {list(left.elements())} is left"
            left[known[0]] -= 1
        assert not list(left.elements()), f"{place}: only in German: {list(left.elements())}"


def _page_of(link: str) -> str:
    """Return a link without the anchor, which is written in each language's own words."""
    return link.partition("#")[0]


@pytest.mark.parametrize(
    "path", [path for folder in (ENGLISH, GERMAN) for path in sorted(folder.glob("*.md"))], ids=str
)
def test_a_page_can_be_read_in_ten_minutes(path: Path) -> None:
    assert 100 < words(path) <= MOST_WORDS, path.relative_to(DOCS)
