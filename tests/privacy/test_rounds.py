"""The retention rules run by themselves, leave a record, and can be asked what would go."""

from __future__ import annotations

import dataclasses
import datetime as dt
from pathlib import Path

import pytest

from survey_service import settings
from survey_service.accounts import audit
from survey_service.privacy import rounds, rules
from survey_service.privacy.instance import Instance
from survey_service.problems import Problem
from survey_service.responses import drafts
from survey_service.responses.collection import RESPONSES
from survey_service.responses.revisions import Publications
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.responses.test_submissions import send

BOTH_STORES = True


def at(year: int, month: int, day: int) -> dt.datetime:
    return dt.datetime(year, month, day, 3, tzinfo=dt.UTC)


@pytest.fixture
def here(store: Store, publications: Publications, tmp_path: Path) -> Instance:
    """An instance with a response of 2026-Q4 that holds a text, and a draft begun on 23 November 2026."""
    send(store, publications, age=20, town="Suhl")
    drafts.start(store, publications.current("small"), "de", TODAY, receipt_key="secret")
    return Instance(store, publications, settings.load(tmp_path / "instance"))


def due(here: Instance, day: dt.date) -> dict[str, tuple[int | None, int | None]]:
    found = {each.rule.name: (each.now, each.soon) for each in rounds.standing(here, day)}
    return {name: counts for name, counts in found.items() if any(counts)}


def test_a_year_of_rounds(here: Instance) -> None:
    assert due(here, TODAY) == {"drafts": (0, 1)}
    assert due(here, dt.date(2027, 3, 15)) == {"drafts": (1, 1), "texts": (0, 1)}
    assert rounds.apply(here, at(2027, 3, 15))["drafts"] == 1
    assert rounds.apply(here, at(2027, 4, 1))["texts"] == 1
    assert not any(rounds.apply(here, at(2027, 4, 1)).values()), "there is nothing left to erase"
    assert due(here, dt.date(2027, 9, 1)) == {"responses": (0, 1)}
    assert here.store.collection(RESPONSES).count() == 1, "a dry run changes nothing"
    assert rounds.apply(here, at(2027, 10, 1))["responses"] == 1
    assert rounds.months(here.store) == [
        ("2027-10", {"responses": 1}),
        ("2027-04", {"texts": 1}),
        ("2027-03", {"drafts": 1}),
    ]
    noted = [stored.body["details"] for stored in here.store.collection(audit.AUDIT).find(action="retention.applied")]
    assert noted == [{"drafts": 1}, {"texts": 1}, {"responses": 1}]
    standing = {each.rule.name: each for each in rounds.standing(here, dt.date(2027, 10, 1))}
    texts = standing["texts"]
    assert (texts.ran, texts.erased, texts.count) == (at(2027, 10, 1), at(2027, 4, 1), 1)
    assert not texts.is_late(at(2027, 10, 2))
    assert texts.is_late(at(2027, 10, 4))
    assert (rounds.overdue(here.store, at(2027, 10, 2)), rounds.overdue(here.store, at(2027, 10, 4))) == (
        0,
        len(rules.TABLE),
    )


def test_a_rule_that_fails_is_named_and_keeps_no_other_from_running(
    here: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_here: Instance, _now: dt.datetime) -> int:
        raise Problem("service.unavailable")

    broken = tuple(dataclasses.replace(rule, erase=fails) if rule.name == "drafts" else rule for rule in rules.TABLE)
    monkeypatch.setattr(rounds, "TABLE", broken)
    with pytest.raises(Problem, match="cannot save"):
        rounds.apply(here, at(2027, 10, 1))
    assert here.store.collection(RESPONSES).count() == 0
    faults = {each.rule.name: each.fault for each in rounds.standing(here, dt.date(2027, 10, 1)) if each.fault}
    assert faults == {"drafts": "service.unavailable"}
    assert rounds.overdue(here.store, at(2027, 10, 1)) == 1


def test_what_a_rule_erases_may_stand_in_the_audit_log() -> None:
    told = {rule.name for rule in rules.TABLE if not rule.quiet}
    assert told == audit.DETAILS["retention.applied"]
    assert len({rule.name for rule in rules.TABLE}) == len(rules.TABLE)
