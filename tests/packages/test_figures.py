"""Figures of another county are checked number by number; a fault is told with its place and nothing is taken."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from survey_service.packages import figures, importing, sealed
from survey_service.problems import Problem
from tests.monitoring.published import INDICATORS, note
from tests.packages.conftest import NOW, Instance

Change = Callable[[dict[str, Any]], object]


def content(instance: Instance) -> dict[str, Any]:
    """Return figures.json of an instance; the first row is ARB1 of 2023, 980 of 2400."""
    package = importing.look(instance.export())
    found: dict[str, Any] = orjson.loads(package.files[figures.FILE])
    assert found["figures"][0]["indicator"] == "ARB1"
    return found


def faults(here: Instance, there: Instance, changed: dict[str, Any], **rules: Any) -> list[str]:
    """Return the faults for which a package is refused; nothing changes."""
    there.trust(here)
    before = there.state()
    with pytest.raises(Problem) as caught:
        there.take(here.with_figures(orjson.dumps(changed), **rules))
    assert caught.value.code == "package.faulty"
    assert there.state() == before
    return [f"{each['place']}: {each['message']}" for each in caught.value.faults]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"percent": 100.1}, "a percentage is from 0 to 100"),
        ({"percent": -1}, "a percentage is from 0 to 100"),
        ({"percent": None}, "a percentage is from 0 to 100"),
        ({"percent": "40"}, "a percentage is from 0 to 100"),
        ({"percent": True}, "a percentage is from 0 to 100"),
        ({"denominator": 0}, "the denominator is 0"),
        ({"numerator": 2401}, "the numerator is larger than the denominator"),
        ({"numerator": -5}, "numerator and denominator are no counts"),
        ({"numerator": None}, "numerator and denominator are no counts"),
        ({"numerator": 9.5}, "numerator and denominator are no counts"),
        ({"numerator": 1000}, "numerator and denominator make another percentage"),
        ({"numerator": 4, "percent": 0.2}, "it tells of fewer than 5 people"),
        ({"numerator": 2396, "percent": 99.8}, "it tells of fewer than 5 people"),
        ({"low": 50.0, "high": 60.0}, "the percentage is not within its limits"),
        ({"low": 30.0}, "the percentage is not within its limits"),
        ({"state": "hidden"}, "it is hidden and has numbers all the same"),
        ({"state": "new"}, "state or source is missing"),
        ({"source": None}, "state or source is missing"),
        ({"version": 2}, "there is no version 2 of the definition in the package"),
        ({"version": "1"}, "there is no version 1 of the definition in the package"),
        ({"indicator": "XYZ9"}, "it is the figure of no indicator of the package"),
        ({"indicator": ["ARB1"]}, "it is the figure of no indicator of the package"),
    ],
)
def test_a_row_that_cannot_be_is_named_with_its_place(
    here: Instance, there: Instance, change: dict[str, Any], fault: str
) -> None:
    changed = content(here)
    changed["figures"][0] |= change
    (found,) = faults(here, there, changed)
    assert found.endswith(f": {fault}")
    assert found.startswith(f"{str(change.get('indicator', 'ARB1'))[:20]} 2023")


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"period": "2023-13"}, "“2023-13” is no year and no quarter"),
        ({"period": 2023}, "“2023” is no year and no quarter"),
        ({"area": "16067042"}, "“16067042” is no municipality of this county"),
        ({"area": "16066"}, "“16066” is no municipality of this county"),
        ({"area": None}, "“None” is no municipality of this county"),
        ({"period": "2024"}, "the figure stands there twice"),
    ],
)
def test_a_place_that_cannot_be_is_named(here: Instance, there: Instance, change: dict[str, Any], fault: str) -> None:
    changed = content(here)
    changed["figures"][0] |= change
    (found,) = faults(here, there, changed)
    assert found.endswith(fault)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda found: found.pop("figures"), "it is no list of indicators and figures"),
        (lambda found: found.update(indicators={}), "it is no list of indicators and figures"),
        (lambda found: found["indicators"].append(found["indicators"][0]), "the code stands twice"),
        (lambda found: found["indicators"].append(7), "the indicator is not defined as it must be"),
        (lambda found: found["indicators"].append({"code": "A1"}), "the indicator is not defined as it must be"),
        (lambda found: found["indicators"][0].update(code="<script>"), "the indicator is not defined as it must be"),
        (lambda found: found["indicators"][0].update(versions=[]), "the indicator is not defined as it must be"),
        (lambda found: found["indicators"][0].update(name="x"), "the indicator is not defined as it must be"),
        (lambda found: found["indicators"][0].update(name={"de": "x"}), "the indicator is not defined as it must be"),
        (lambda found: found["figures"].append(None), "it is the figure of no indicator of the package"),
    ],
)
def test_content_of_another_form_is_refused(here: Instance, there: Instance, change: Change, fault: str) -> None:
    changed = content(here)
    change(changed)
    assert faults(here, there, changed)[0].endswith(f": {fault}")


def test_rules_that_protect_less_are_refused(here: Instance, there: Instance) -> None:
    assert faults(here, there, content(here), least=3) == [": its rules would show numbers below 5"]


def test_content_that_is_no_json_is_refused(here: Instance, there: Instance) -> None:
    there.trust(here)
    with pytest.raises(Problem) as caught:
        there.take(here.with_figures(b"\xff"))
    assert caught.value.code == "package.faulty"


def test_all_faults_are_told_at_once(here: Instance, there: Instance) -> None:
    changed = content(here)
    changed["figures"][0]["denominator"] = 0
    changed["figures"][1] |= {"percent": 101, "area": "99"}
    assert len(faults(here, there, changed)) == 3


def test_another_version_of_a_definition_is_taken_and_told(here: Instance, there: Instance) -> None:
    changed = content(here)
    for row in changed["indicators"]:
        if row["code"] == "ARB1":
            row["versions"].append({"version": 2, "definition": {"de": "Neu", "en": "New"}})
    there.trust(here)
    taken = there.take(here.with_figures(orjson.dumps(changed)))
    assert [notice.text() for notice in taken.notices] == ["ARB1 has version 2 of the definition there and 1 here."]


def test_what_a_later_package_lacks_is_told_as_gone(here: Instance, there: Instance) -> None:
    there.trust(here)
    there.take(here.export())
    changed = content(here)
    changed["indicators"] = [row for row in changed["indicators"] if row["code"] != "INT3"]
    changed["figures"] = [row for row in changed["figures"] if row["indicator"] != "INT3"]
    _, data = sealed.make(
        here.sender, "indicators", "figures", {figures.FILE: orjson.dumps(changed)}, NOW + dt.timedelta(hours=1),
        figures.RULES,
    )  # fmt: skip
    there.take(data)
    (one,) = there.kept()
    assert set(one.gone) == {"INT3"}
    there.take(here.export(hours=2))
    assert there.kept()[0].gone == {}


def test_what_we_publish_ourselves_passes_the_check(here: Instance) -> None:
    for code, indicator in INDICATORS.items():
        for year, counts in enumerate(
            ((3, 97), (94, 97), (48, 97), (97, 97), (5, 10), (7, 12), (43, 49), (0, 4)), 2015
        ):
            note(here.store, code, str(year) if indicator.period == "year" else f"{year}-Q1", *counts)
    here.publish()
    assert importing.look(here.export()).manifest.subject == "figures"
