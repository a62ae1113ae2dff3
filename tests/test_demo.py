"""The demo wave: plausible, valid, labelled, always the same, and added once."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from survey_service import clock, demo
from survey_service.accounts import audit
from survey_service.concept import versions
from survey_service.concept.model import Judgement
from survey_service.consulting import rounds
from survey_service.demo import concept
from survey_service.offers import changes, duplicates, freshness, lists
from survey_service.offers.register import OFFERS
from survey_service.problems import Problem
from survey_service.questionnaire.judge import judge
from survey_service.questionnaire.loader import Library
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES
from survey_service.store import open_store
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.plugins.conftest import Wave, demo_wave  # noqa: F401 - a fixture


def test_the_wave_is_complete_and_labelled(wave: Wave) -> None:
    assert (len(wave.needs), len(wave.offers), len(wave.experts)) == (300, 120, 25)
    for response in (*wave.needs, *wave.experts):
        assert (response["mode"], response["period"], response["status"]) == ("demo", "2026-Q4", "valid")
    languages = Counter(person["language"] for person in wave.needs)
    assert set(languages) == {"de", "de-simple", "en", "uk", "ru", "ar", "fa-AF", "pl", "ro"}
    assert min(languages.values()) >= 15


def test_answers_go_together(wave: Wave) -> None:
    def german(*tags: str) -> float:
        levels = [int(person["answers"]["B07"]) for person in wave.needs if person["language"] in tags
                  and "B07" in person["answers"]]  # fmt: skip
        return sum(levels) / len(levels)

    assert german("de") > 4 > 3 > german("uk", "ar", "fa-AF")
    nations = {
        tag: Counter(person["answers"].get("B19") for person in wave.needs if person["language"] == tag)
        for tag in ("uk", "ar", "fa-AF", "pl")
    }
    commonest = {tag: max((name for name in nation if name), key=nation.__getitem__) for tag, nation in nations.items()}
    assert commonest == {"uk": "UA", "ar": "SY", "fa-AF": "AF", "pl": "EU"}
    shared = [person for person in wave.needs if person["answers"].get("B16") == "shared"]
    others = [person for person in wave.needs if person["answers"].get("B16") in ("own", "with_others")]

    def housing(people: list[dict[str, object]]) -> float:
        return sum("WOH" in person["answers"].get("B08", []) for person in people) / len(people)  # type: ignore[attr-defined]

    assert housing(shared) > housing(others)


def test_there_are_gaps_of_every_kind(wave: Wave) -> None:
    states = Counter(state for person in wave.needs for state in person["states"].values())
    assert min(states[state] for state in ("answered", "pna", "skipped", "not_shown")) > 50
    without_consent = [person for person in wave.needs if person["answers"].get("C2") != "yes"]
    assert len(without_consent) > 20
    for person in without_consent:
        assert {person["states"][name] for name in ("B18", "B19", "B09_GES")} == {"not_shown"}


def test_offers_cover_all_fields_and_municipalities(wave: Wave, bundled: Library) -> None:
    fields = Counter(field for offer in wave.offers for field in offer["fields"])
    assert min(fields[row.name] for row in bundled.vocabularies["fields_of_action"].choices) >= 10
    served = {town for offer in wave.offers for town in offer["municipalities"]}
    assert served == {row.name for row in bundled.vocabularies["municipalities"].choices} - {"other"}
    assert {offer["moderation"] for offer in wave.offers} >= {"published", "submitted", "returned"}
    assert {offer["status"] for offer in wave.offers} == {"active", "inactive", "temporarily_closed", "defunct"}
    assert {offer["kind"] for offer in wave.offers} == {"offer", "project", "structure"}
    ages = [(TODAY - dt.date.fromisoformat(offer["confirmed"])).days for offer in wave.offers]
    assert min(ages) >= 0
    assert max(ages) > 365
    assert sum(age <= 180 for age in ages) > 60
    for offer in wave.offers:
        assert not (offer["whole_county"] and offer["municipalities"])
        assert offer["kind"] == "project" or offer["ends"] is None


def test_no_real_organisation_or_number(wave: Wave) -> None:
    for offer in wave.offers:
        name = offer["answers"]["A02"]
        assert any(word in name.casefold() for word in ("muster", "beispiel", "probe")), name
        assert offer["answers"]["A02_email"].endswith(".example")
        assert re.fullmatch(r"030 23125 \d{3}", offer["answers"]["A20_phone"]), "kept free for films"
        assert offer["answers"]["A20_email"].endswith(".example")


def test_the_desk_and_the_directory_have_something_of_each_kind(wave: Wave) -> None:
    def named(name: str) -> dict[str, Any]:
        (found,) = (offer for offer in wave.offers if offer["name"] == name)
        return found

    first, again = named("Sprachcafé am Marktplatz"), named("Sprach-Café am Markt")
    assert (first["listed"], again["moderation"]) == (True, "submitted")
    pairs = duplicates.propose(lists.Rows().refresh(wave.store))
    assert {first["offer"], again["offer"]} in [{pair.first.offer, pair.second.offer} for pair in pairs]
    waiting = [offer for offer in wave.offers if offer["listed"] and offer["moderation"] == "submitted"]
    assert [changes.between(offer["public"], offer["answers"])[0].question for offer in waiting] == ["A08_days"]
    stands = [
        freshness.state(offer, TODAY, wave.settings)
        for offer in wave.offers
        if offer["listed"] and offer["status"] == "active"
    ]
    assert set(stands) == {*freshness.STATES}
    assert sum(offer["public"]["A20_publish"] == "yes" for offer in wave.offers if offer["public"]) > 60


def test_every_response_is_one_the_judge_accepts(wave: Wave) -> None:
    for response in (*wave.needs, *wave.experts):
        questionnaire = wave.publications.revision(response["revision"]).questionnaire
        judgement = judge(questionnaire, response["answers"], TODAY)
        assert not judgement.refusals
        assert judgement.consented


def test_a_second_run_adds_nothing(wave: Wave) -> None:
    before = wave.store.collection(RESPONSES).count(), wave.store.collection(OFFERS).count()
    assert demo.fill(wave.store, wave.publications, today=TODAY + dt.timedelta(days=100)) == 0
    assert (wave.store.collection(RESPONSES).count(), wave.store.collection(OFFERS).count()) == before


def test_a_seed_gives_the_same_wave(bundled: Library, store: Store) -> None:
    publications = Publications(store)
    publications.publish(bundled.questionnaires)
    assert list(demo.wave(publications, 2026, TODAY)) == list(demo.wave(publications, 2026, TODAY))
    assert list(demo.wave(publications, 2026, TODAY)) != list(demo.wave(publications, 2027, TODAY))


def test_a_failure_leaves_nothing_behind(bundled: Library, tmp_path: Path) -> None:
    store = open_store("tinydb:", tmp_path)
    publications = Publications(store)
    publications.publish({name: form for name, form in bundled.questionnaires.items() if name != "experts"})
    with pytest.raises(Problem) as caught:
        demo.fill(store, publications, today=TODAY)
    assert caught.value.code == "questionnaire.missing"
    assert store.collection(RESPONSES).count() == 0
    store.close()


def test_the_concept_is_labelled_adopted_and_put_to_bodies(bundled: Library, store: Store) -> None:
    with clock.fixed(dt.datetime.combine(TODAY, dt.time(9), dt.UTC)):
        assert concept.fill(store, bundled, today=TODAY)
        assert not concept.fill(store, bundled, today=TODAY)
        first, second = versions.load(store, 1), versions.load(store, 2)
        (round_,) = rounds.all_rounds(store)
    assert (first.state, second.state, round_.state) == ("adopted", "draft", "draft")
    assert "erfunden" in first.title["de"]
    assert {item.wording.basis.of for item in first.items if isinstance(item.wording.basis, Judgement)} == {concept.WHO}
    measures = [item.wording.measure for item in first.items if item.wording.measure is not None]
    assert [measure.serves for measure in measures] == [("item-1",), ("item-4",)]
    assert (round_.concept, len(round_.items), len(round_.bodies), round_.languages) == (2, 5, 3, ("de", "en"))
    assert audit.first_fault(store) is None
