"""The record of processing activities knows every collection there is."""

from __future__ import annotations

from pathlib import Path

from survey_service.privacy import holdings, rules
from tests.privacy.everything import specs


def test_every_collection_is_of_an_activity_or_holds_nothing_about_people() -> None:
    declared = set(specs())
    told = holdings.COLLECTIONS.keys() | holdings.WITHOUT
    assert declared - told == set(), "decide in privacy/holdings.py whether these say something about a person"
    assert not holdings.COLLECTIONS.keys() & holdings.WITHOUT


def test_every_activity_holds_something_and_ends_by_rules_that_exist() -> None:
    known = {rule.name for rule in rules.TABLE}
    for key, activity in holdings.ACTIVITIES.items():
        assert holdings.of_activity(key)
        assert set(activity.rules) <= known
    used = {activity for activity, _ in (*holdings.COLLECTIONS.values(), *holdings.FOLDERS.values())}
    assert used == holdings.ACTIVITIES.keys()


def test_every_rule_stands_in_the_documentation() -> None:
    page = (Path(__file__).resolve().parents[2] / "docs" / "privacy.md").read_text("utf-8")
    assert [rule.name for rule in rules.TABLE if f"| `{rule.name}` |" not in page] == []
