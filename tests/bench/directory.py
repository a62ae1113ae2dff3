"""The directory over ten thousand offers beside a constant page of the same application, and over a hundred."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import brotli
from flask import Flask

from survey_service import demo, settings
from survey_service.app import create_app
from survey_service.demo import offers as invented
from survey_service.offers import register
from survey_service.paths import bundled
from survey_service.questionnaire.loader import Library, load_folder
from survey_service.questionnaire.model import Questionnaire
from survey_service.responses.revisions import Publications
from survey_service.store import open_store

MANY, FEW = 10_000, 100
ROUNDS = 40
"""Each round asks for each address once, so that what slows the machine down slows all of them."""
TODAY = dt.date(2026, 11, 23)
_LETTERS = ("bdfghklmnprstwz", "aeiou", "nrslt")
_WORDS_THERE_ARE = 20_000
"""So many different words stand in the descriptions, a few of them often, most of them seldom, as in any language."""
_PACKED = {"Accept-Encoding": "br"}
_WORDS = {
    "de": ("Wohnung", "Sprachkurs", "Beratung", "Deutschkurs", "Möbel", "Sprachkus", "Kinder", "Computer Kurs"),
    "ar": ("سكن", "دورة", "الألمانية", "استشارة", "أطفال", "تعليم", "Beratung", "Deutschkurs"),
}
_FILTERS = (
    "place=16066042&only=free",
    "field=INT&language=ar",
    "place=16066063&only=no_status",
    "language=ru&only=online",
)


def _words(dice: random.Random) -> list[str]:
    syllables = ["".join(dice.choice(letters) for letters in _LETTERS) for _ in range(400)]
    return ["".join(dice.choices(syllables, k=dice.choice((1, 2, 2, 3)))) for _ in range(_WORDS_THERE_ARE)]


def bodies(form: Questionnaire, count: int) -> list[dict[str, object]]:
    """Return the documents of so many listed offers; names and descriptions hold words of their own."""
    dice = random.Random(f"directory:{count}")
    made, words = [], _words(random.Random("words"))
    weights = list(itertools.accumulate(1 / (rank + 1) for rank in range(len(words))))
    for number, offer in enumerate(invented.entries(dice, form, count, TODAY)):
        answers = demo.fit(form, offer.inputs)
        answers |= {
            "A04_name": f"{answers.get('A04_name', '')} {dice.choice(words).capitalize()}",
            "A04_description": " ".join(dice.choices(words, cum_weights=weights, k=30)),
        }
        state = {"public": answers, "listed": True, "moderation": "published", "confirmed": offer.confirmed}
        described = {**register.describe(answers), **state}
        rest = {"reason": "", "merged_into": "", "reminded": 0, "organisation_id": "", "answers": answers}
        about = {"offer": f"offer{number:05}", "response_key": str(number), "revision": "offers-1", "language": "de"}
        made.append({**rest, **about, "mode": "demo", **described})
    return made


def served(library: Library, folder: Path, count: int) -> Flask:
    """Return the application over a store with so many listed offers."""
    store = open_store("tinydb:", folder / str(count))
    Publications(store).publish(library.questionnaires)
    offers = store.collection(register.OFFERS)
    with store.transaction():
        for body in bodies(library.questionnaires["offers"], count):
            offers.add(body)
    return create_app(settings.load(folder / str(count)), store)


def _timed(app: Flask, address: str) -> float:
    client = app.test_client()
    start = time.process_time()
    answer = client.get(address, headers=_PACKED)
    spent = time.process_time() - start
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    return spent * 1000


def _addresses(tag: str, make: Callable[[str, str], str]) -> list[str]:
    return [make(word, filters) for word in _WORDS[tag] for filters in _FILTERS]


def _round(app: Flask, addresses: Sequence[str], number: int, *, cold: bool) -> float:
    """Return the time of one request; ``cold`` forgets first what is kept of earlier ones with the same words."""
    if cold:
        directory = app.extensions["survey_service"].directory
        directory.forget()
    return _timed(app, addresses[number % len(addresses)])


def compare(app: Flask, tag: str) -> dict[str, tuple[float, float]]:
    """Print how long pages take beside the imprint of the same application; return the medians in milliseconds."""
    kinds = {
        "search, two filters": _addresses(tag, lambda word, filters: f"/{tag}/offers?q={word}&{filters}"),
        "list without words": [f"/{tag}/offers?page={number}" for number in range(1, 30)],
        "proposals": [f"/{tag}/offers/suggest?q={word[:size]}" for word in _WORDS[tag] for size in (3, 4, 5)],
    }
    spent: dict[tuple[str, bool], list[float]] = {}
    for _ in range(3):
        for addresses in kinds.values():
            _timed(app, addresses[0])
    constants = []
    for number in range(ROUNDS):
        constants.append(_timed(app, f"/{tag}/imprint"))
        for name, addresses in kinds.items():
            for cold in (True, False):
                spent.setdefault((name, cold), []).append(_round(app, addresses, number, cold=cold))
    base = statistics.median(constants)
    print(f"  /{tag}/imprint {base:6.2f} ms")
    medians = {}
    for name in kinds:
        first, again = (statistics.median(spent[name, cold]) for cold in (True, False))
        medians[name] = first, again
        print(f"  {name:22} {first:6.2f} ms = {first / base:.2f}; again {again:6.2f} ms = {again / base:.2f}")
    return medians


def main() -> None:
    library = load_folder(bundled("forms"), gate=False)
    with tempfile.TemporaryDirectory() as place:
        few, many = (served(library, Path(place), count) for count in (FEW, MANY))
        start = time.process_time()
        many.extensions["survey_service"].directory.renew()
        print(f"\nThe directory: {MANY:,} offers read in {time.process_time() - start:.1f} s of CPU time")
        found: dict[int, list[dict[str, tuple[float, float]]]] = {}
        for count, app in ((FEW, few), (MANY, many)):
            print(f" {count:,} offers; “first”: nothing is kept of earlier searches; “again”: within the same minute")
            found[count] = [compare(app, tag) for tag in ("de", "ar")]
        for name in found[FEW][0]:
            slow = max(large[name][0] / small[name][0] for small, large in zip(found[FEW], found[MANY], strict=True))
            print(f"  {name:22} at {MANY:,} {slow:.2f} × at {FEW}")
        for tag in ("de", "ar"):
            page = many.test_client().get(f"/{tag}/offers").data
            print(f"  first page /{tag}/offers: {len(brotli.compress(page, quality=5)):,} bytes of brotli")
