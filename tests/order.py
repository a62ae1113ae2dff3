"""Which tests begin first if several workers share them: the longest, lest one of them be left over at the end.

Each worker is given a part of all tests, in their order, and takes from the end of others' parts when its own is done.
So the longest are dealt out, one part after another, and stand at the front of the parts.
"""

from __future__ import annotations

from itertools import zip_longest

import pytest

LONGEST = (
    "journeys/test_year.py::test_a_year",
    "deploy/test_operators_guide.py::test_from_an_empty_machine_to_a_restored_and_upgraded_one",
    "journeys/test_languages.py::test_pages_are_drawn_well",
    "journeys/test_desk.py::test_a_manager_works_through_the_desk_without_scripts",
    "journeys/test_plugins.py::test_a_plugin_is_brought_approved_run_upgraded_taken_back_and_removed",
    "journeys/test_offers_story.py::test_entered_twice_by_somebody_who_then_hands_over",
    "store/test_processes.py::test_nothing_is_lost_while_the_database_is_restarted",
    "journeys/test_distribution.py::test_a_tablet_with_scripts_waits_while_somebody_types_and_keeps_what_was_typed",
    "journeys/test_editor.py::test_a_manager_edits_a_questionnaire_without_scripts",
    "test_soak.py::test_everybody_at_once",
    "journeys/test_translations.py::test_a_text_is_taken_away_and_comes_back",
    "monitoring/test_attacker_publications.py::test_nothing_small_is_found_in_what_is_public",
    "journeys/test_concept.py::test_from_a_report_to_a_revision",
    "journeys/test_coding.py::test_two_people_code_compare_decide_and_quote",
    "journeys/test_provider.py::test_registered_published_and_changed_by_a_link",
    "journeys/test_revisions.py::test_a_manager_changes_a_live_questionnaire_without_scripts",
    "reports/test_sandbox.py::test_every_misbehaviour_gets_its_problem",
    "journeys/test_practitioners_forms.py::test_a_household_of_two_is_interviewed",
    "journeys/test_provider_languages.py::test_every_page_is_drawn_well",
    "journeys/test_distribution.py::test_a_tablet_without_scripts_asks_goes_on_and_erases",
    "journeys/test_offers_story.py::test_an_offer_from_its_registration_to_its_confirmation",
    "journeys/test_network.py::test_a_working_group_meets",
    "journeys/test_receipts.py::test_resumed_on_a_second_phone_corrected_and_withdrawn",
    "journeys/test_new_manager.py::test_a_new_managers_first_day",
    "journeys/test_offline.py::test_two_tabs_of_one_person_are_one_draft_and_one_response",
)
"""Those that took twenty seconds and more of a run, the longest first."""


def deal(items: list[pytest.Item], workers: int) -> list[pytest.Item]:
    """Return the tests in the order that suits so many workers; a single one needs none."""
    if workers < 2:
        return items
    places = {f"tests/{name}": place for place, name in enumerate(LONGEST)}
    names = [item.nodeid.partition("[")[0] for item in items]
    long = sorted((places[name], number) for number, name in enumerate(names) if name in places)
    slots = _fronts(len(items), workers)
    dealt = dict(zip(slots, (items[number] for _, number in long), strict=False))
    others = iter(item for item, name in zip(items, names, strict=True) if name not in places)
    return [dealt[slot] if slot in dealt else next(others) for slot in range(len(items))]


def _fronts(number: int, workers: int) -> list[int]:
    """Return the places of all tests: the first of each worker's part, then the second of each, and so on.

    The parts are those xdist cuts.
    """
    parts, start = [], 0
    for worker in range(workers):
        size = (number - start) // (workers - worker)
        parts.append(range(start, start + size))
        start += size
    return [place for rank in zip_longest(*parts) for place in rank if place is not None]
