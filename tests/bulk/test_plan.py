"""What becomes of proposed entries, and that all of it is stored or nothing."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from survey_service.bulk.applying import Counts, apply
from survey_service.bulk.plan import Plan, plan
from survey_service.offers import changes, events, moderation, register
from survey_service.offers.proposed import Proposed
from survey_service.problems import Problem
from survey_service.responses.revisions import Published
from survey_service.responses.submissions import RESPONSES
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.offers.test_register import OFFER

BOTH_STORES = True
KEY = "0" * 64


def proposed(number: int, **answers: Any) -> Proposed:
    key = str(uuid.uuid5(uuid.NAMESPACE_URL, str(number)))
    inputs = {**OFFER, "A04_name": f"Kurs {number}", "A19_free": 5, **answers}
    given = {name: value for name, value in inputs.items() if value is not None}
    return Proposed("file.xlsx", "Liste", given, "de", key, row=number, columns={"A02_email": "E"})


def planned(store: Store, offers: Published, *entries: Proposed, **options: str) -> Plan:
    return plan(store, offers.questionnaire, offers.revision, entries, TODAY, **options)


def codes(found: Plan) -> list[tuple[str, str, str, str]]:
    return [(each.kind, each.code, str(each.place), each.question) for each in found.findings]


def bodies(store: Store) -> list[dict[str, Any]]:
    return [stored.body for stored in register.all_offers(store)]


def test_new_offers_wait_for_a_decision_in_the_name_of_whoever_imports(store: Store, offers: Published) -> None:
    found = planned(store, offers, proposed(1), proposed(2))
    assert bodies(store) == []
    assert apply(store, found, "mara", receipt_key=KEY, today=TODAY) == Counts(2, 0, 0, 0, 0)
    assert [(body["name"], body["moderation"], body["mode"], body["listed"]) for body in bodies(store)] == [
        ("Kurs 1", "submitted", "import", False),
        ("Kurs 2", "submitted", "import", False),
    ]
    assert [(event.kind, event.by) for event in events.of(store, bodies(store)[0]["offer"])] == [("imported", "mara")]
    response = store.collection(RESPONSES).first(key=proposed(1).key)
    assert response is not None
    assert (response.body["mode"], response.body["answers"]["A04_name"]) == ("import", "Kurs 1")
    assert len(response.body["receipt_hash"]) == 64


def test_the_same_file_again_changes_nothing_and_what_differs_is_a_change(store: Store, offers: Published) -> None:
    apply(store, planned(store, offers, proposed(1), proposed(2)), "mara", receipt_key=KEY, today=TODAY)
    before = bodies(store)
    again = planned(store, offers, proposed(1), proposed(2))
    assert (len(again.new), len(again.changed), len(again.unchanged)) == (0, 0, 2)
    apply(store, again, "mara", receipt_key=KEY, today=TODAY)
    assert bodies(store) == before

    other = planned(store, offers, proposed(1, A10="always"), proposed(2))
    [entry] = other.changed
    assert entry.differences == (changes.Difference("A10", "on_request", "always"),)
    apply(store, other, "mara", receipt_key=KEY, today=TODAY, publish=True)
    assert [(body["moderation"], body["answers"]["A10"]) for body in bodies(store)] == [
        ("published", "always"),
        ("submitted", "on_request"),
    ]
    assert store.collection(RESPONSES).count() == 2


def test_a_file_that_says_what_is_published_sets_no_waiting_change_back(store: Store, offers: Published) -> None:
    apply(store, planned(store, offers, proposed(1)), "mara", receipt_key=KEY, today=TODAY, publish=True)
    apply(store, planned(store, offers, proposed(1, A10="always")), "mara", receipt_key=KEY, today=TODAY)
    [waiting] = bodies(store)
    assert (waiting["moderation"], waiting["public"]["A10"], waiting["answers"]["A10"]) == (
        *("submitted", "on_request", "always"),
    )
    again = planned(store, offers, proposed(1))
    assert (len(again.changed), len(again.unchanged)) == (0, 1)
    apply(store, again, "mara", receipt_key=KEY, today=TODAY)
    assert bodies(store) == [waiting]
    assert len(planned(store, offers, proposed(1, A10="none")).changed) == 1


def test_an_answer_that_does_not_fit_leaves_its_entry_out_and_says_where(store: Store, offers: Published) -> None:
    found = planned(store, offers, proposed(1), proposed(2, A02_email="keine"), proposed(3, A05_fields=["XXX"]))
    assert codes(found) == [
        ("left_out", "constraint", "Liste!E2", "A02_email"),
        ("left_out", "not_a_choice", "Liste!3", "A05_fields"),
    ]
    counts = apply(store, found, "mara", receipt_key=KEY, today=TODAY)
    assert (counts.new, counts.refused, len(bodies(store))) == (1, 2, 1)


def test_what_is_odd_is_kept_and_pointed_out(store: Store, offers: Published) -> None:
    found = planned(store, offers, proposed(1, A19_max=10, A19_free=12), proposed(2, A01="offer", A21="2027-12-31"))
    assert codes(found) == [
        ("noted", "warning", "Liste!1", "A19_check"),
        ("noted", "not_asked", "Liste!2", "A21"),
    ]
    apply(store, found, "mara", receipt_key=KEY, today=TODAY)
    first, second = bodies(store)
    assert (first["answers"]["A19_free"], "A21" in second["answers"]) == (12, False)


def test_entries_twice_unpublishable_withdrawn_merged_or_unknown_are_left_out(store: Store, offers: Published) -> None:
    apply(store, planned(store, offers, proposed(1), proposed(2)), "mara", receipt_key=KEY, today=TODAY)
    one, two = (body["offer"] for body in bodies(store))
    register.withdraw(store, proposed(1).key)
    register.change(store, two, moderation="merged", merged_into=one)
    named = Proposed("f", "Liste", OFFER, "de", proposed(9).key, offer="nosuchoffer", row=9)
    entries = (proposed(1), proposed(2), proposed(3), proposed(3), proposed(4, A00="no"), proposed(5, A00=None), named)
    found = planned(store, offers, *entries)
    assert [code for _, code, _, _ in codes(found)] == [
        *("withdrawn", "merged", "twice", "not_published", "required", "no_offer")
    ]
    assert found.refused[1].findings[0].reason("en") == f"This offer was merged into the offer {one}. " + (
        "Change that one instead."
    )
    assert [entry.proposed.row for entry in found.new] == [3]


def test_possible_duplicates_are_left_out_unless_wanted(store: Store, offers: Published) -> None:
    apply(store, planned(store, offers, proposed(1)), "mara", receipt_key=KEY, today=TODAY)
    twin = proposed(7, A04_name="KURS  1", A02="verein beispiel e. V.")
    found = planned(store, offers, twin)
    assert [entry.like for entry in found.new] == [(bodies(store)[0]["offer"],)]
    assert apply(store, found, "mara", receipt_key=KEY, today=TODAY) == Counts(0, 0, 0, 0, 1)
    assert apply(store, found, "mara", receipt_key=KEY, today=TODAY, also_like=True).new == 1


def test_a_file_may_touch_the_offers_of_one_organisation_only(store: Store, offers: Published) -> None:
    apply(store, planned(store, offers, proposed(1), proposed(2, A02="Andere")), "mara", receipt_key=KEY, today=TODAY)
    mine, other = bodies(store)
    stolen = Proposed("f", "L", {**OFFER}, "de", proposed(9).key, offer=other["offer"], row=3)
    entries = (proposed(1, A10="none"), proposed(2, A02="Andere", A10="none"), stolen, proposed(4))
    found = planned(store, offers, *entries, organisation=mine["organisation_id"])
    assert ([e.proposed.row for e in found.changed], [e.proposed.row for e in found.new]) == ([1], [4])
    assert [code for _, code, _, _ in codes(found)] == ["foreign", "foreign"]


def test_what_its_provider_has_changed_since_is_pointed_out(store: Store, offers: Published) -> None:
    apply(store, planned(store, offers, proposed(1)), "mara", receipt_key=KEY, today=TODAY)
    [body] = bodies(store)
    register.change(store, body["offer"], mode="web", answers={**body["answers"], "A10": "always"})
    found = planned(store, offers, proposed(1))
    assert [code for _, code, _, _ in codes(found)] == ["corrected"]


def test_nothing_is_stored_if_anything_cannot_be(store: Store, offers: Published) -> None:
    apply(store, planned(store, offers, proposed(1)), "mara", receipt_key=KEY, today=TODAY)
    found = planned(store, offers, proposed(2), proposed(1, A10="always"))
    gone = store.collection(RESPONSES).first(key=proposed(1).key)
    assert gone is not None
    store.collection(RESPONSES).delete(gone.id)
    before = bodies(store)
    with pytest.raises(Problem, match="looked through"):
        apply(store, found, "mara", receipt_key=KEY, today=TODAY)
    assert bodies(store) == before
    assert store.collection(RESPONSES).count() == 0


def test_the_day_of_the_check_is_kept_but_never_one_to_come(store: Store, offers: Published) -> None:
    days = ("2026-05-01", "2027-05-01", "")
    entries = [Proposed(**{**vars(proposed(n)), "confirmed": day}) for n, day in enumerate(days, 1)]
    apply(store, planned(store, offers, *entries), "mara", receipt_key=KEY, today=TODAY)
    assert [body["confirmed"] for body in bodies(store)] == ["2026-05-01", "2026-11-23", "2026-11-23"]


def test_the_mark_tells_whether_anything_else_would_become_of_the_file(store: Store, offers: Published) -> None:
    found = planned(store, offers, proposed(1), proposed(2))
    assert planned(store, offers, proposed(1), proposed(2)).mark == found.mark
    assert planned(store, offers, proposed(1), proposed(2, A10="none")).mark != found.mark
    apply(store, found, "mara", receipt_key=KEY, today=TODAY)
    moderation.decide(store, bodies(store)[0]["offer"], "published", "mara")
    assert planned(store, offers, proposed(1), proposed(2)).mark != found.mark
