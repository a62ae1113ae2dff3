"""Two offers that are one: merged, changed since, undone; both ids lead on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import hypothesis
import hypothesis.strategies as st
import pytest

from survey_service.offers import events, merging, moderation, organisations, register
from survey_service.problems import Problem
from survey_service.questionnaire.loader import Library
from survey_service.responses import holder, joining, parting
from survey_service.responses.revisions import Publications
from survey_service.responses.submissions import RESPONSES, Submission, submit
from survey_service.store.base import Store
from survey_service.store.memory import MemoryStore
from tests.conftest import TODAY
from tests.offers.test_register import OFFER

BOTH_STORES = True


@pytest.fixture
def publications(store: Store, bundled: Library) -> Publications:
    return published(store, bundled)


def published(store: Store, bundled: Library) -> Publications:
    publications = Publications(store)
    publications.publish({"offers": bundled.questionnaires["offers"]})
    return publications


def sent(store: Store, publications: Publications, number: int, *, replaces: bool = False, **changes: Any) -> str:
    """Send an offer, or its correction, and return its id."""
    key = f"33333333-3333-4333-8333-{number:012}"
    submission = Submission(key, "offers-1", "de", {**OFFER, **changes}, 0, "web", replaces=replaces)
    submit(store, publications, submission, receipt_key="0" * 64, today=TODAY)
    found = store.collection(register.OFFERS).first(response_key=key)
    assert found is not None
    return str(found.body["offer"])


def body(store: Store, offer: str) -> dict[str, Any]:
    return register.find(store, offer).body


def answers_behind(store: Store, offer: str) -> Mapping[str, Any]:
    found = store.collection(RESPONSES).first(key=body(store, offer)["response_key"])
    assert found is not None
    return found.body


def merge(store: Store, publications: Publications, keep: str, gone: str, *taken: str) -> None:
    joining.merge(store, publications, keep, gone, "Mara", taken=taken, today=TODAY)


def code(act: Any, *arguments: Any, **options: Any) -> str:
    with pytest.raises(Problem) as caught:
        act(*arguments, **options)
    return caught.value.code


def test_one_stays_with_what_was_chosen_and_the_other_leads_to_it(store: Store, publications: Publications) -> None:
    keep = sent(store, publications, 1, A04_name="Sprachcafé")
    gone = sent(store, publications, 2, A04_name="Sprachcafe", A02="Verein Beispeil", A20_phone="03693 123456")
    moderation.decide(store, gone, "published", "Mara")
    before = body(store, keep), body(store, gone), answers_behind(store, keep)
    merge(store, publications, keep, gone, "A20_phone")
    stays, goes = body(store, keep), body(store, gone)
    assert (stays["moderation"], stays["listed"], stays["name"]) == ("published", True, "Sprachcafé")
    assert stays["public"]["A20_phone"] == "03693 123456"
    assert answers_behind(store, keep)["answers"] == stays["answers"]  # whoever corrects it begins with these
    assert (goes["moderation"], goes["listed"], goes["merged_into"]) == ("merged", False, keep)
    assert register.resolve(store, gone).body["offer"] == keep
    told = events.of(store, keep)[-1]
    assert (told.kind, told.by, told.other, told.changed) == ("absorbed", "Mara", gone, ("A20_phone",))
    parted = parting.separate(store, gone, "Willi")
    assert parted.response is not None
    assert (body(store, keep), body(store, gone), answers_behind(store, keep)) == before
    assert [events.of(store, offer)[-1].kind for offer in (keep, gone)] == ["separated", "separated"]
    assert code(parting.separate, store, gone, "Willi") == "offer.not_merged"


def test_the_name_of_the_organisation_brings_the_organisation(store: Store, publications: Publications) -> None:
    keep = sent(store, publications, 1, A02="Verein Beispeil")
    gone = sent(store, publications, 2, A02="Verein Beispiel")
    right, wrong = (body(store, offer)["organisation_id"] for offer in (gone, keep))
    merge(store, publications, keep, gone, "A02")
    assert (body(store, keep)["organisation_id"], body(store, keep)["organisation"]) == (right, "Verein Beispiel")
    parting.separate(store, gone, "Mara")
    assert body(store, keep)["organisation_id"] == wrong


def test_answers_that_do_not_go_together_are_refused_and_nothing_changes(
    store: Store, publications: Publications
) -> None:
    keep = sent(store, publications, 1, A08_days=["MO"], A08_from="09:00", A08_to="10:00")
    gone = sent(store, publications, 2, A08_days=["MO"], A08_from="14:00", A08_to="16:00")
    before = body(store, keep), body(store, gone), answers_behind(store, keep)
    assert code(merge, store, publications, keep, gone, "A08_from") == "response.invalid"
    assert (body(store, keep), body(store, gone), answers_behind(store, keep)) == before
    merge(store, publications, keep, gone, "A08_from", "A08_to")
    assert body(store, keep)["answers"]["A08_from"] == "14:00"


def test_what_is_not_asked_any_more_is_dropped(store: Store, publications: Publications) -> None:
    keep, gone = sent(store, publications, 1), sent(store, publications, 2, A17_whole="yes")
    merge(store, publications, keep, gone, "A17_whole")
    assert "A17" not in body(store, keep)["answers"]


def test_what_cannot_be_merged(store: Store, publications: Publications) -> None:
    one, two, three = (sent(store, publications, number) for number in (1, 2, 3))
    assert code(merge, store, publications, one, one) == "offer.itself"
    assert code(merge, store, publications, one, "nothing") == "offer.missing"
    moderation.decide(store, one, "published", "Mara")
    sent(store, publications, 1, replaces=True, A04_name="Anders")
    assert code(merge, store, publications, one, two) == "offer.waiting"
    assert code(merge, store, publications, two, one) == "offer.waiting"
    merge(store, publications, two, three)
    assert code(merge, store, publications, three, one) == "offer.merged"
    four = sent(store, publications, 4)
    assert code(merge, store, publications, four, three) == "offer.merged"
    assert code(moderation.decide, store, three, "published", "Mara") == "offer.merged"


def test_whoever_looked_at_something_else_does_not_merge(store: Store, publications: Publications) -> None:
    one, two = (sent(store, publications, number) for number in (1, 2))
    marks = [moderation.mark(body(store, offer)) for offer in (one, two)]
    sent(store, publications, 2, replaces=True, A04_name="Anders")
    options: Any = {"taken": (), "today": TODAY, "seen": marks}
    assert code(joining.merge, store, publications, one, two, "Mara", **options) == "offer.changed"


def test_a_chain_leads_to_its_end_and_is_undone_from_there(store: Store, publications: Publications) -> None:
    first, second, third = (sent(store, publications, n, A04_name=f"Name {n}") for n in (1, 2, 3))
    merge(store, publications, second, first, "A04_name")
    merge(store, publications, third, second)
    assert [register.resolve(store, offer).body["offer"] for offer in (first, second, third)] == [third] * 3
    assert code(parting.separate, store, first, "Mara") == "offer.merged"
    parting.separate(store, second, "Mara")
    assert register.resolve(store, first).body["offer"] == second
    parting.separate(store, first, "Mara")
    assert [body(store, offer)["name"] for offer in (first, second, third)] == ["Name 1", "Name 2", "Name 3"]


def merged_then_changed(store: Store, publications: Publications) -> tuple[str, str]:
    keep, gone = sent(store, publications, 1), sent(store, publications, 2)
    for offer in (keep, gone):
        moderation.decide(store, offer, "published", "Mara")
    organisations.change(store, body(store, gone)["organisation_id"], trusted=True)
    merge(store, publications, keep, gone)
    sent(store, publications, 2, replaces=True, A19_free=1)
    return keep, gone


def test_what_the_provider_of_a_merged_offer_sends_waits_and_does_not_go_live(
    store: Store, publications: Publications
) -> None:
    keep, gone = merged_then_changed(store, publications)
    goes = body(store, gone)
    assert (goes["moderation"], goes["merged_into"], goes["listed"]) == ("submitted", keep, False)
    assert (goes["answers"]["A19_free"], goes["public"]["A19_free"], body(store, keep)["answers"]["A19_free"]) == (
        *(1, 12, 12),
    )
    assert code(moderation.decide, store, gone, "published", "Mara") == "offer.merged"
    parting.separate(store, gone, "Mara")  # then it waits like any other change
    goes = body(store, gone)
    assert (goes["moderation"], goes["merged_into"], goes["listed"]) == ("submitted", "", True)
    assert moderation.decide(store, gone, "published", "Mara").body["public"]["A19_free"] == 1


def test_a_merged_offer_stays_merged_if_the_desk_says_so(store: Store, publications: Publications) -> None:
    keep, gone = merged_then_changed(store, publications)
    assert code(merging.leave_merged, store, gone, "Mara", seen="old") == "offer.changed"
    merging.leave_merged(store, gone, "Mara")
    assert (body(store, gone)["moderation"], body(store, gone)["answers"]["A19_free"]) == ("merged", 1)
    assert code(merging.leave_merged, store, gone, "Mara") == "offer.not_merged"
    parting.separate(store, gone, "Mara")
    assert (body(store, gone)["moderation"], body(store, keep)["moderation"]) == ("submitted", "published")


def test_an_offer_that_was_changed_after_a_merge_keeps_the_change_when_that_is_undone(
    store: Store, publications: Publications
) -> None:
    keep, gone = sent(store, publications, 1), sent(store, publications, 2, A04_name="Anders")
    merge(store, publications, keep, gone, "A04_name")
    sent(store, publications, 1, replaces=True, A04_name="Neu", A19_free=3)
    changed = body(store, keep)
    assert parting.separate(store, gone, "Mara").response is None
    assert body(store, keep) == changed
    assert answers_behind(store, keep)["answers"]["A04_name"] == "Neu"
    assert (body(store, gone)["moderation"], body(store, gone)["merged_into"]) == ("submitted", "")


def test_withdrawing_undoes_merges_first(store: Store, publications: Publications) -> None:
    keep = sent(store, publications, 1)
    gone = sent(store, publications, 2, A20_name="Frau Geheim")
    merge(store, publications, keep, gone, "A20_name")
    receipt = submit_again(store, publications, 2, A20_name="Frau Geheim")
    holder.withdraw(store, receipt)
    assert body(store, gone)["moderation"] == "withdrawn"
    assert "A20_name" not in body(store, keep)["answers"]
    assert "A20_name" not in answers_behind(store, keep)["answers"]
    assert not any("Geheim" in str(event) for offer in (keep, gone) for event in events.of(store, offer))


def test_whoever_was_merged_into_a_withdrawn_offer_stands_for_itself_again(
    store: Store, publications: Publications
) -> None:
    keep, gone = sent(store, publications, 1), sent(store, publications, 2)
    moderation.decide(store, gone, "published", "Mara")
    merge(store, publications, keep, gone)
    holder.withdraw(store, submit_again(store, publications, 1))
    assert (body(store, keep)["moderation"], body(store, keep)["answers"]) == ("withdrawn", {})
    assert (body(store, gone)["moderation"], body(store, gone)["listed"]) == ("published", True)


def submit_again(store: Store, publications: Publications, number: int, **changes: Any) -> str:
    """Return the receipt of an offer by sending it once more, as a phone does that heard no reply."""
    key = f"33333333-3333-4333-8333-{number:012}"
    found = store.collection(RESPONSES).first(key=key)
    assert found is not None
    from survey_service.responses import receipts

    words = receipts.words_for(key, "0" * 64)
    assert found.body["receipt_hash"] == receipts.hash_of(words)
    return words


NAMES = st.sampled_from(["Sprachcafé", "Treff", "Beratung"])
ENTRY = st.fixed_dictionaries(
    {"A04_name": NAMES, "A02": st.sampled_from(["Verein A", "Verein B"])},
    optional={
        "A20_phone": st.just("03693 1"),
        "A17_whole": st.sampled_from(["yes", "no"]),
        "A19_max": st.integers(0, 9),
    },
)
TAKEN = st.sets(st.sampled_from(["A04_name", "A02", "A20_phone", "A17_whole", "A17", "A19_max"]))


@hypothesis.given(
    entries=st.lists(ENTRY, min_size=2, max_size=4),
    listed=st.lists(st.booleans(), min_size=4, max_size=4),
    steps=st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), TAKEN), max_size=6),
)
@hypothesis.settings(max_examples=60)
def test_whatever_is_merged_and_undone_in_turn_is_as_before(
    bundled: Library,
    entries: list[dict[str, Any]],
    listed: list[bool],
    steps: list[tuple[int, int, set[str]]],
) -> None:
    store = MemoryStore()
    publications = published(store, bundled)
    offers = [sent(store, publications, number, **entry) for number, entry in enumerate(entries)]
    for offer, is_listed in zip(offers, listed, strict=False):
        if is_listed:
            moderation.decide(store, offer, "published", "Mara")
    states, merged = [snapshot(store)], []
    for keep, gone, taken in steps:
        try:
            merge(store, publications, offers[keep % len(offers)], offers[gone % len(offers)], *taken)
        except Problem:
            assert snapshot(store) == states[-1]
            continue
        states.append(snapshot(store))
        merged.append(offers[gone % len(offers)])
    for gone in reversed(merged):
        assert snapshot(store) == states.pop()
        assert register.resolve(store, gone).body["merged_into"] == ""
        parting.separate(store, gone, "Mara")
    assert snapshot(store) == states.pop()


def snapshot(store: Store) -> list[dict[str, Any]]:
    """Return all offers and the responses behind them."""
    return [stored.body for spec in (register.OFFERS, RESPONSES) for stored in store.collection(spec).find()]


def test_confirming_between_merge_and_undo_is_kept(store: Store, publications: Publications) -> None:
    keep, gone = sent(store, publications, 1), sent(store, publications, 2)
    merge(store, publications, keep, gone, "A04_name")
    later = (TODAY + dt.timedelta(days=9)).isoformat()
    register.change(store, keep, confirmed=later, reminded=0)
    parting.separate(store, gone, "Mara")
    assert body(store, keep)["confirmed"] == later
