"""The directory over a store: what is found, in which order, with which counts; and that it keeps up."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from survey_service import clock, settings
from survey_service.offers import register
from survey_service.offers.directory import CLOSED, ENDED, FRESH, INACTIVE, UNCONFIRMED, Directory, Wanted
from survey_service.offers.entry import COUNTY, DAY, FIELD, FLAG, KIND, LANGUAGE, PLACE, TYPE
from survey_service.offers.lexicon import Lexicon, lexicon
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.offers.listed import MEININGEN, SCHMALKALDEN, add, document

BOTH_STORES = True
NOW = dt.datetime.combine(TODAY, dt.time(12), dt.UTC)


@pytest.fixture
def german(bundled: Library) -> Lexicon:
    return words("de", bundled)


def words(tag: str, bundled: Library) -> Lexicon:
    return lexicon(tag, bundled.questionnaires["offers"], bundled.questionnaires["needs"])


def opened(store: Store, folder: Path) -> Directory:
    directory = Directory(lambda: store, settings.load(folder / "instance"))
    with clock.fixed(NOW):
        directory.renew()
    return directory


def names(directory: Directory, lexicon: Lexicon, **wanted: Any) -> list[str]:
    return [entry.body["offer"] for entry, _ in directory.find(Wanted(**wanted), lexicon).rows]


def test_the_best_place_comes_first(store: Store, german: Lexicon, tmp_path: Path) -> None:
    add(store, "d", A04_description="Hier gibt es auch Fahrrad und Roller.")
    add(store, "c", A02="Fahrrad e. V.", A04_name="Anders")
    add(store, "b", A04_name="Fahrradwerkstatt", confirmed="2026-01-01")
    add(store, "a", A04_name="Zum Fahrrad")
    add(store, "x", A04_name="Etwas anderes")
    assert names(opened(store, tmp_path), german, query="FAHRRAD") == ["a", "b", "c", "d"]


def test_a_code_ranks_between_organisation_and_description(store: Store, german: Lexicon, tmp_path: Path) -> None:
    add(store, "text", A04_description="Mentoring", A05_types=[])
    add(store, "code", A05_types=["ARB.mentoring"], A05_fields=["ARB"])
    add(store, "by", A02="Mentoring Süd", A05_types=[])
    assert names(opened(store, tmp_path), german, query="mentoring") == ["by", "code", "text"]


@pytest.mark.parametrize(
    ("tag", "query"),
    [("de", "Wohnung"), ("de", "wohnug"), ("ar", "سكن"), ("ar", "السكن"), ("de-simple", "wohnen"), ("uk", "житло")],
)
def test_labels_of_codes_are_searched_in_the_language_of_the_page(
    store: Store, bundled: Library, tmp_path: Path, tag: str, query: str
) -> None:
    add(store, "home", A05_fields=["WOH"], A05_types=["WOH.furniture"])
    add(store, "other", A05_fields=["GES"], A05_types=["GES.midwife"])
    assert names(opened(store, tmp_path), words(tag, bundled), query=query) == ["home"]


def test_words_of_another_language_are_found_last(store: Store, bundled: Library, tmp_path: Path) -> None:
    add(store, "home", A05_fields=["WOH"], A05_types=[])
    directory, forms = opened(store, tmp_path), bundled.questionnaires
    every = lexicon("de", forms["offers"], forms["needs"], besides=("de", "ar"))
    assert names(directory, words("de", bundled), query="سكن") == []
    further = lexicon("de", forms["offers"], forms["needs"], further=every)
    assert names(opened(store, tmp_path), further, query="سكن") == ["home"]


@pytest.mark.parametrize("query", ["Sprachkurs", "sprachkus", "Deutsch-Sprachkurs", "DEUTSCHSPRACHKURS", "Deutschkurs"])
def test_parts_of_compounds_and_typos(store: Store, german: Lexicon, tmp_path: Path, query: str) -> None:
    add(store, "course", A04_name="Deutschsprachkurs am Abend", A05_types=["BIL.german_class"], A05_fields=["BIL"])
    add(store, "bikes", A04_name="Fahrradwerkstatt", A05_types=[], A05_fields=["INF"])
    assert names(opened(store, tmp_path), german, query=query) == ["course"]


def test_a_german_course_is_found_under_what_newcomers_call_it(store: Store, bundled: Library, tmp_path: Path) -> None:
    add(store, "course", A04_name="Integrationskurs", A05_types=["INT.integration_course"])
    add(store, "cafe", A04_name="Begegnung", A05_types=["INT.meeting_place"])
    directory = opened(store, tmp_path)
    assert names(directory, words("de", bundled), query="Deutschkurs")[0] == "course"
    assert names(directory, words("ar", bundled), query="تعلم الألمانية")[0] == "course"


def test_all_words_are_wanted_and_else_as_many_as_can_be(store: Store, german: Lexicon, tmp_path: Path) -> None:
    add(store, "both", A04_name="Roter Ball")
    add(store, "red", A04_name="Rotes Haus")
    directory = opened(store, tmp_path)
    assert names(directory, german, query="ball roter") == ["both"]
    found = directory.find(Wanted(query="roter qqqqqqqq"), german)
    assert [entry.body["offer"] for entry, _ in found.rows] == ["both"]
    assert found.left_out == ("qqqqqqqq",)
    assert names(directory, german, query="haus ball roter")[0] == "both"
    assert directory.find(Wanted(query="qqqqqqqq"), german).total == 0


def test_what_is_proposed_instead(store: Store, german: Lexicon, tmp_path: Path) -> None:
    add(store, "a", A04_name="Schwimmgruppe", A05_fields=["WOH"])
    directory = opened(store, tmp_path)
    assert directory.instead(Wanted(query="Schwimgrupxxe"), german) == "Schwimmgruppe"
    assert directory.instead(Wanted(query="qqqqqqqq"), german) == ""


def test_a_municipality_has_its_own_first_then_those_of_the_county(
    store: Store, german: Lexicon, tmp_path: Path
) -> None:
    add(store, "county", A04_name="A", A17_whole="yes")
    add(store, "here", A04_name="B")
    add(store, "at", A04_name="C", A17=[SCHMALKALDEN], A07_type="physical", A07_place=MEININGEN)
    add(store, "there", A04_name="D", A17=[SCHMALKALDEN])
    directory = opened(store, tmp_path)
    assert names(directory, german, place=MEININGEN) == ["here", "at", "county"]
    assert names(directory, german, place=COUNTY) == ["county"]
    counts = directory.find(Wanted(place=MEININGEN), german).counts
    assert (counts[PLACE, MEININGEN], counts[PLACE, SCHMALKALDEN], counts[PLACE, COUNTY]) == (3, 3, 1)


def test_filters_meet_and_counts_say_what_each_would_leave(store: Store, german: Lexicon, tmp_path: Path) -> None:
    add(store, "a", A14_free="yes", A05_fields=["INT", "BIL"], A09=["de", "ar"], A08_days=["MO"], A16=["evening"])
    add(store, "b", A14_free="no", A05_fields=["INT"], A09=["de"], A08_days=["MO", "TU"], A15=["step_free"])
    add(store, "c", A14_free="yes", A05_fields=["ARB"], A01="project", A10="always", A12="no")
    directory = opened(store, tmp_path)
    assert names(directory, german, flags=("free",)) == ["a", "c"]
    assert names(directory, german, flags=("free", "evening")) == ["a"]
    assert names(directory, german, flags=("no_status", "interpreter")) == ["c"]
    assert names(directory, german, flags=("step_free",)) == ["b"]
    assert names(directory, german, chosen={FIELD: ("BIL", "ARB")}) == ["a", "c"]
    assert names(directory, german, chosen={FIELD: ("INT",), LANGUAGE: ("ar",)}) == ["a"]
    assert names(directory, german, chosen={DAY: ("TU",)}) == ["b"]
    assert names(directory, german, chosen={KIND: ("project",)}) == ["c"]
    assert names(directory, german, chosen={FIELD: ("GES",)}) == []
    counts = directory.find(Wanted(chosen={FIELD: ("INT",)}, flags=("free",)), german).counts
    assert [counts.get((FIELD, field), 0) for field in ("INT", "BIL", "ARB")] == [1, 1, 1]  # of the two free ones
    assert (counts[DAY, "MO"], counts[DAY, "TU"], counts[FLAG, "evening"], counts[FLAG, "interpreter"]) == (1, 0, 1, 0)
    assert not [kind for kind, _ in counts if kind == TYPE]


def test_what_is_not_fresh_stands_last_and_what_is_not_active_only_if_asked_for(
    store: Store, german: Lexicon, tmp_path: Path
) -> None:
    add(store, "inactive", A04_name="A", A06="inactive")
    add(store, "defunct", A04_name="B", A06="defunct")
    add(store, "ended", A04_name="C", A01="project", A21="2026-11-22")
    add(store, "old", A04_name="D", confirmed="2026-05-01")
    add(store, "closed", A04_name="E", A06="temporarily_closed")
    add(store, "fresh", A04_name="F", A01="project", A21="2026-11-23")
    add(store, "hidden", listed=False)
    directory = opened(store, tmp_path)
    found = directory.find(Wanted(), german)
    assert [(entry.body["offer"], stands) for entry, stands in found.rows] == [
        ("fresh", FRESH),
        ("closed", CLOSED),
        ("old", UNCONFIRMED),
        ("ended", ENDED),
    ]
    assert len(directory) == 4
    everything = directory.find(Wanted(inactive=True), german)
    assert [entry.body["offer"] for entry, _ in everything.rows[4:]] == ["inactive", "defunct"]
    assert everything.rows[-1][1] == INACTIVE


def test_pages_hold_twenty_and_the_last_is_the_last(store: Store, german: Lexicon, tmp_path: Path) -> None:
    with store.transaction():
        for number in range(45):
            add(store, f"o{number:02}", A04_name=f"Angebot {number:02}", A17_whole="yes" if number % 2 else "no")
    directory = opened(store, tmp_path)
    pages = [names(directory, german, page=page, place=MEININGEN) for page in (1, 2, 3, 99, -1)]
    ordered = [f"o{number:02}" for odd in (0, 1) for number in range(odd, 45, 2)]
    assert pages[0] + pages[1] + pages[2] == ordered
    assert (pages[3], pages[4]) == (pages[2], pages[0])


def test_it_sees_what_changes_and_the_day(store: Store, german: Lexicon, tmp_path: Path) -> None:
    first = add(store, "a", A04_name="Alt", A21="2026-11-30", A01="project")
    directory = opened(store, tmp_path)
    offers = store.collection(register.OFFERS)
    stored = offers.get(first)
    assert stored is not None
    changed = document("a", confirmed="2026-11-01", listed=True, A04_name="Neu", A21="2026-11-30", A01="project")
    offers.replace(first, changed, version=stored.version)
    second = add(store, "b", A04_name="Zwei")
    with clock.fixed(NOW):
        directory.renew()
    assert names(directory, german, query="Neu") == ["a"]
    assert names(directory, german, query="Alt") == []
    with clock.fixed(NOW + dt.timedelta(days=8)):
        directory.renew()
    assert [stands for _, stands in directory.find(Wanted(), german).rows] == [FRESH, ENDED]
    offers.delete(second)
    with clock.fixed(NOW + dt.timedelta(days=8)):
        directory.renew()
    assert names(directory, german) == ["a"]


def test_without_the_store_it_goes_on_with_what_it_knows(
    store: Store, german: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add(store, "a")
    there, seconds = True, itertools.count(step=10)
    monkeypatch.setattr(clock, "monotonic", lambda: float(next(seconds)))

    def reach() -> Store:
        if not there:
            raise Problem("service.unavailable")
        return store

    directory = Directory(reach, settings.load(tmp_path / "instance"))
    with clock.fixed(NOW):
        directory.glance()
    there = False
    directory.glance()
    assert names(directory, german) == ["a"]
    never = Directory(reach, settings.load(tmp_path / "instance"))
    with pytest.raises(Problem) as refused:
        never.glance()
    assert refused.value.code == "service.unavailable"
    there = True
    never.glance()
    assert names(never, german) == ["a"]


def test_it_looks_once_a_second(store: Store, german: Lexicon, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(clock, "monotonic", lambda: now)
    directory = Directory(lambda: store, settings.load(tmp_path / "instance"))
    directory.glance()
    add(store, "a")
    now += 0.9
    directory.glance()
    assert len(directory) == 0
    now += 0.2
    directory.glance()
    assert len(directory) == 1


_CHANGES = st.lists(
    st.tuples(
        st.sampled_from(["add", "change", "delete", "hide", "look"]),
        st.integers(0, 5),
        st.sampled_from(["Möbel", "Sprachkurs", "Café am Markt"]),
        st.sampled_from([["INT"], ["WOH", "GES"], ["KIF"]]),
    ),
    max_size=25,
)


@hypothesis_settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=_CHANGES)
def test_what_kept_up_equals_what_is_built_from_scratch(store: Store, tmp_path: Path, changes: list[Any]) -> None:
    offers = store.collection(register.OFFERS)
    for stored in offers.find():
        offers.delete(stored.id)
    kept = opened(store, tmp_path)
    ids: list[int] = []
    for number, (what, at, name, fields) in enumerate(changes):
        stored = offers.get(ids[at % len(ids)]) if ids else None
        if what == "add":
            ids.append(add(store, f"n{number}-{len(ids)}", A04_name=name, A05_fields=fields))
        elif what == "look":
            with clock.fixed(NOW):
                kept.renew()
        elif stored is not None and what == "delete":
            offers.delete(stored.id)
            ids.remove(stored.id)
        elif stored is not None:
            shown = what == "change"
            body = document(
                stored.body["offer"], confirmed="2026-01-01", listed=shown, A04_name=name, A05_fields=fields
            )
            offers.replace(stored.id, body, version=stored.version)
    with clock.fixed(NOW):
        kept.renew()
    assert kept.content() == opened(store, tmp_path).content()


def test_what_is_asked_for_twice_is_found_the_same(store: Store, german: Lexicon, tmp_path: Path) -> None:
    add(store, "a", A04_name="Möbel")
    directory = opened(store, tmp_path)
    wanted = Wanted(query="Moebel", flags=())
    first = directory.find(wanted, german)
    assert directory.find(replace(wanted), german) == first
    directory.forget()
    assert directory.find(wanted, german) == first
