"""Every page that respondents see, in every language, in light and dark colours.

A sample always runs; all of it by ``make test-languages``, which keeps a picture of each page in ``test-artefacts``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from survey_service import languages, settings
from survey_service.app import create_app
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.store import open_store
from tests.journeys import gallery
from tests.journeys.gallery import Shot, Studio, Walk
from tests.journeys.inspection import Inspector
from tests.journeys.untranslated import sources_of, untranslated

TAGS = [entry.tag for entry in languages.offered()]
CLOSELY = ["ar", "de"]
"""The languages that are always looked at on all pages of the sample; the others on the two longest kinds of page."""
SHORT: tuple[Walk, ...] = (gallery.arriving, gallery.needs_in_short, gallery.offline)
"""Where texts in another language are looked for; in the languages above and below on all pages of the sample."""
FALLING_BACK = ["de-simple", "ps-AF", "ti"]
LONGEST = ("needs_in_short start refused", "needs_in_short field GES unveiled")
ARTEFACTS = Path(__file__).resolve().parents[2] / "test-artefacts" / "languages"
Album = dict[str, Shot]
Shoot = Callable[[str, tuple[Walk, ...]], Album]


@pytest.fixture(scope="module")
def shoot(library: Library, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shoot]:
    """Return a function that makes the pages of some walks in one language, each only once."""
    folder = tmp_path_factory.mktemp("gallery")
    store = open_store("tinydb:", folder)
    Publications(store).publish(library.questionnaires)
    studio = Studio(create_app(settings.load(folder), store), store)
    made: dict[tuple[str, Walk], Album] = {}

    def album(tag: str, walks: tuple[Walk, ...]) -> Album:
        for walk in walks:
            if (tag, walk) not in made:
                made[tag, walk] = {shot.name: shot for shot in gallery.shots(studio, tag, walk)}
        return {name: shot for walk in walks for name, shot in made[tag, walk].items()}

    yield album
    store.close()


def not_translated(shoot: Shoot, tag: str, walks: tuple[Walk, ...]) -> list[str]:
    albums = {other: shoot(other, walks) for other in sources_of(tag)}
    return [
        fault
        for name, shot in shoot(tag, walks).items()
        for fault in untranslated(tag, shot, {other: each[name] for other, each in albums.items() if name in each})
    ]


def faults(inspector: Inspector, tag: str, shots: list[Shot], pictures: Path | None = None) -> list[str]:
    """Return what is wrong with the pages as drawn, each fault once, with the page it was found on first."""
    language = languages.language(tag)
    found: dict[str, str] = {}
    for number, shot in enumerate(shots):
        place = pictures / f"{number:03}-{re.sub(r'[^a-zA-Z0-9]+', '-', shot.name)}" if pictures else None
        for fault in inspector.faults_in_both_schemes(shot.html, language.html, language.direction, place):
            found.setdefault(fault, shot.name)
    return [f"{name}: {fault}" for fault, name in found.items()]


@pytest.mark.parametrize("tag", TAGS)
def test_no_text_is_in_another_language(shoot: Shoot, tag: str) -> None:
    found = not_translated(shoot, tag, gallery.SAMPLE if tag in (*CLOSELY, *FALLING_BACK) else SHORT)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("tag", TAGS)
def test_pages_are_drawn_well(shoot: Shoot, inspector: Inspector, tag: str) -> None:
    if tag in CLOSELY:
        shots = list(shoot(tag, (*gallery.SAMPLE, gallery.side_by_side)).values())
    else:
        shots = [shoot(tag, (gallery.needs_in_short,))[name] for name in LONGEST]
    found = faults(inspector, tag, shots)
    assert not found, "\n".join(found)


@pytest.mark.languages
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("tag", TAGS)
def test_every_page_in_every_language(shoot: Shoot, inspector: Inspector, tag: str) -> None:
    pictures = ARTEFACTS / tag
    pictures.mkdir(parents=True, exist_ok=True)
    found = not_translated(shoot, tag, gallery.EVERYTHING)
    shots = list(shoot(tag, (*gallery.EVERYTHING, gallery.side_by_side)).values())
    assert len(shots) > 120
    found += faults(inspector, tag, shots, pictures)
    assert not found, "\n".join(found)


# -- the search for texts in another language can fail ----------------------------------------------------------------

PRIVACY = "arriving privacy"


def seeded(shoot: Shoot, tag: str, change: Callable[[str], str]) -> list[str]:
    """Return what is found on the privacy page after a change of its HTML."""
    walks = (gallery.arriving,)
    elsewhere = {other: shoot(other, walks)[PRIVACY] for other in sources_of(tag)}
    html = change(shoot(tag, walks)[PRIVACY].html)
    return untranslated(tag, Shot(PRIVACY, html), elsewhere)


@pytest.mark.parametrize(
    "tag, text, found",
    [
        ("ar", "Taking part is voluntary. You can stop at any time.", "not translated: Taking part is voluntary."),
        ("ti", "Die Teilnahme ist freiwillig. Sie können jederzeit aufhören.", "not translated: Die Teilnahme"),
        ("ckb", "Taking part is voluntary. You can stop at any time. — ئاری", "holds what is not translated: Taking"),
        ("fr", "How long", "not translated: How long"),
        ("de", "How long", "not translated: How long"),
        ("en", "Was wir speichern", "not translated: Was wir speichern"),
        ("de-simple", "How long", "not translated: How long"),
        ("so", '<span lang="en">Now</span>', "marked as en: Now"),
        ("de-simple", '<span lang="de">Seite</span>', "marked as de: Seite"),
        ("hu", '<img alt="How long">', "not translated: How long"),
    ],
)
def test_a_seeded_text_in_another_language_is_found(shoot: Shoot, tag: str, text: str, found: str) -> None:
    assert seeded(shoot, tag, lambda html: html) == []
    faults = seeded(shoot, tag, lambda html: html.replace("</main>", f"<p>{text}</p></main>"))
    assert len(faults) == 1
    assert faults[0].startswith(f"{PRIVACY}: {found}")


def test_a_text_of_the_language_fallen_back_on_is_found(shoot: Shoot) -> None:
    said = re.findall("<li>([^<]+)</li>", shoot("fa-AF", (gallery.arriving,))[PRIVACY].html)[0]
    faults = seeded(shoot, "ps-AF", lambda html: html.replace("</main>", f"<p>{said}</p></main>"))
    assert faults == [f"{PRIVACY}: not translated: {said}"]


def test_what_the_script_of_the_offline_document_says_is_compared_too(shoot: Shoot) -> None:
    name, walks = "offline document", (gallery.offline,)
    before, source = shoot("uk", walks)[name], shoot("en", walks)[name]
    text = re.findall(r'"not_a_choice":"([^"]+)"', before.html)[0]
    foreign = re.findall(r'"not_a_choice":"([^"]+)"', source.html)[0]
    after = untranslated("uk", Shot(name, before.html.replace(text, foreign)), {"en": source})
    assert set(after) - set(untranslated("uk", before, {"en": source})) == {f"{name}: not translated: {foreign}"}
