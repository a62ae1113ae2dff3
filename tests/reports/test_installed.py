"""The life of an installed plugin: request, approval, run, failure, upgrade, way back, removal; nothing else breaks."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from survey_service import clock
from survey_service import settings as settings_module
from survey_service.accounts import audit
from survey_service.problems import Problem
from survey_service.reports import catalogue, host, installed, plugin_files, upgrading
from survey_service.reports.installed import Plugin, Who
from survey_service.reports.repeating import repeat
from survey_service.reports.report import Report, all_reports, load
from survey_service.responses.revisions import Publications
from survey_service.settings import Settings
from survey_service.store.base import Store
from tests.conftest import TODAY
from tests.reports.wheelwright import CODE, filename, wheel

NOW = dt.datetime(2026, 11, 23, 9, 0, tzinfo=dt.UTC)
MARA, ADA = Who("Mara", NOW), Who("Ada", NOW + dt.timedelta(hours=1))
BOTH_STORES = True
PARAMETER = '[[parameters]]\nname = "colour"\nkind = "text"\ndefault = "red"\nlabel = {de = "Farbe", en = "Colour"}\n'
ADJUSTABLE = CODE.replace('chose_any("likes", "red")', 'chose_any("likes", context.parameters["colour"])')


@pytest.fixture(autouse=True)
def at_nine() -> Iterator[None]:
    with clock.fixed(NOW):
        yield


@pytest.fixture
def bring(store: Store, settings: Settings) -> Callable[..., Plugin]:
    """Return a function that requests a wheel and approves it."""

    def do(**options: Any) -> Plugin:
        name, version = options.get("name", "trial"), options.get("version", "1.0")
        made = installed.request(store, settings.instance, wheel(**options), filename(name, version), MARA)
        return installed.approve(store, settings.instance, name, made.key, ADA)

    return do


@pytest.fixture
def make(store: Store, publications: Publications, settings: Settings) -> Callable[..., Report]:
    return lambda name="trial": host.run(name, store, publications, settings, today=TODAY)


def refused(act: Callable[[], object]) -> Problem:
    with pytest.raises(Problem) as caught:
        act()
    return caught.value


def steps(store: Store, name: str = "trial") -> list[tuple[str, str, str]]:
    return [(step.by, step.step, step.version) for step in installed.known(store, name).history]


def entry(store: Store, settings: Settings, name: str = "trial") -> host.PluginEntry:
    return host.find(name, host.available(store, settings))


def test_a_request_waits_and_runs_nothing(store: Store, settings: Settings) -> None:
    data = wheel()
    made = installed.request(store, settings.instance, data, filename(), MARA)
    plugin = installed.known(store, "trial")
    assert plugin.waiting == (made,)
    assert (made.state, made.by, made.digest) == ("requested", "Mara", hashlib.sha256(data).hexdigest())
    assert plugin.active == ""
    assert "trial" not in [one.name for one in host.available(store, settings)]
    folder = settings.instance / "plugins" / "trial"
    assert [path.name for path in folder.iterdir()] == [f"{made.key}.whl"]
    assert (folder / f"{made.key}.whl").read_bytes() == data


def test_an_approved_plugin_is_run_with_its_files_beside(
    store: Store,
    settings: Settings,
    bring: Callable[..., Plugin],
    make: Callable[..., Report],
    respond: Callable[..., None],
) -> None:
    for number in range(14):
        respond({"likes": ["red"] if number < 6 else ["blue"]})
    plugin = bring()
    version = plugin.of(plugin.active)
    folder = settings.instance / "plugins" / "trial" / version.key
    assert {path.name for path in folder.iterdir()} == {"__init__.py", "plugin.toml"}
    assert (folder / "__init__.py").read_text("utf-8") == CODE
    found = entry(store, settings)
    assert (found.source, found.version, found.fault, found.off) == ("installed", "1.0", "", "")
    report = make()
    assert (report.blocks[0]["count"], report.blocks[0]["n"]) == (6, 14)
    assert (report.version, report.digest, report.parameters) == ("1.0", version.digest, {})
    assert steps(store) == [("Mara", "requested", "1.0"), ("Ada", "approved", "1.0")]
    noted = [(one.actor, one.action, one.subject, dict(one.details)) for one in audit.entries(store)]
    digest = version.digest
    assert noted == [
        ("Mara", "plugin.requested", "trial", {"version": "1.0", "digest": digest}),
        ("Ada", "plugin.approved", "trial", {"version": "1.0", "digest": digest}),
    ]


def test_parameters_reach_the_plugin_and_stand_in_the_report(
    store: Store, bring: Callable[..., Plugin], make: Callable[..., Report], respond: Callable[..., None]
) -> None:
    for number in range(14):
        respond({"likes": ["red"] if number < 6 else ["blue"]})
    bring(code=ADJUSTABLE, more=PARAMETER)
    assert make().parameters == {"colour": "red"}
    installed.set_values(store, "trial", {"colour": "blue"}, MARA)
    report = make()
    assert (report.blocks[0]["count"], report.parameters) == (8, {"colour": "blue"})
    plugin = installed.known(store, "trial")
    assert (plugin.values_by, plugin.values_at) == ("Mara", "2026-11-23T09:00:00+00:00")
    assert [dict(one.details) for one in audit.entries(store) if one.action == "plugin.set"] == [
        {"parameters": "colour"}
    ]


@pytest.mark.parametrize(
    "damage",
    [
        lambda folder: (folder / "__init__.py").chmod(0o600) or (folder / "__init__.py").write_text("raise SystemExit"),
        lambda folder: (folder / "plugin.toml").unlink(),
        lambda folder: (folder / "more.py").write_text(""),
        lambda folder: (folder / "link.py").symlink_to("/etc/passwd"),
    ],
)
def test_files_that_are_not_the_approved_ones_are_not_run(
    settings: Settings, bring: Callable[..., Plugin], make: Callable[..., Report], damage: Callable[[Path], object]
) -> None:
    plugin = bring()
    damage(plugin_files.folder_of(settings.instance, "trial", plugin.active))
    assert refused(make).code == "plugin.changed"


def test_a_wheel_that_was_changed_while_it_waited_is_not_approved(store: Store, settings: Settings) -> None:
    made = installed.request(store, settings.instance, wheel(), filename(), MARA)
    kept = settings.instance / "plugins" / "trial" / f"{made.key}.whl"
    kept.write_bytes(wheel(code=CODE.replace("red", "mud")))
    problem = refused(lambda: installed.approve(store, settings.instance, "trial", made.key, ADA))
    assert problem.code == "plugin.changed"
    assert installed.known(store, "trial").active == ""


def test_a_refused_request_leaves_no_file(store: Store, settings: Settings) -> None:
    made = installed.request(store, settings.instance, wheel(), filename(), MARA)
    installed.refuse(store, settings.instance, "trial", made.key, ADA)
    assert list((settings.instance / "plugins" / "trial").iterdir()) == []
    assert refused(lambda: installed.approve(store, settings.instance, "trial", made.key, ADA)).code == "plugin.version"
    again = installed.request(store, settings.instance, wheel(), filename(), MARA)
    assert installed.known(store, "trial").waiting == (again,)


def test_what_is_there_and_what_would_take_a_name(
    store: Store, settings: Settings, bring: Callable[..., Plugin], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "monitoring", raising=False)  # other tests run bundled plugins in this process
    bring()
    assert refused(bring).code == "plugin.there"
    assert refused(lambda: bring(code=CODE + "\n# another file, the same number\n")).code == "plugin.same_version"
    assert refused(lambda: bring(name="monitoring")).code == "plugin.taken"


def test_upgrade_activation_and_the_way_back(
    store: Store, settings: Settings, bring: Callable[..., Plugin], make: Callable[..., Report]
) -> None:
    first = bring().active
    plugin = bring(version="1.1")
    second = plugin.candidate
    assert (plugin.active, plugin.of(second).version) == (first, "1.1")
    assert make().version == "1.0"
    assert installed.activate(store, "trial", MARA).active == second
    assert make().version == "1.1"
    back = installed.roll_back(store, "trial", MARA)
    assert (back.active, back.candidate, back.earlier) == (first, second, ())
    assert make().version == "1.0"
    assert refused(lambda: installed.roll_back(store, "trial", MARA)).code == "plugin.no_earlier"
    installed.activate(store, "trial", MARA)
    assert refused(lambda: installed.activate(store, "trial", MARA)).code == "plugin.no_candidate"
    assert [step for _, step, _ in steps(store)][-3:] == ["activated", "rolled_back", "activated"]
    assert [one.action for one in audit.entries(store)][-3:] == [
        "plugin.activated",
        "plugin.rolled_back",
        "plugin.activated",
    ]


def test_a_report_is_computed_again_by_the_version_that_made_it(
    store: Store, settings: Settings, bring: Callable[..., Plugin], make: Callable[..., Report]
) -> None:
    bring()
    report = make()
    assert repeat(store, settings, report) == ()
    changed = replace(report, blocks=({**report.blocks[0], "id": "other"}, *report.blocks[1:]))
    assert len(repeat(store, settings, changed)) == 2, "what it said is missing, and what it did not say is there"
    count = len(all_reports(store))
    installed.remove(store, settings.instance, "trial", MARA)
    problem = refused(lambda: repeat(store, settings, report))
    assert (problem.code, len(all_reports(store))) == ("report.not_again", count)
    assert "Version 1.0 of the plugin was removed." in problem.message()


def test_removal_erases_the_files_and_keeps_reports_and_history(
    store: Store, settings: Settings, bring: Callable[..., Plugin], make: Callable[..., Report]
) -> None:
    bring()
    report = make()
    installed.remove(store, settings.instance, "trial", MARA)
    assert not (settings.instance / "plugins" / "trial").exists()
    assert "trial" not in [one.name for one in host.available(store, settings)]
    assert [each.id for each in all_reports(store)] == [report.id]
    assert [step for _, step, _ in steps(store)] == ["requested", "approved", "removed"]
    assert str(catalogue.why_not_again(store, settings, report)) == "Version 1.0 of the plugin was removed."
    assert refused(lambda: installed.remove(store, settings.instance, "trial", MARA)).code == "plugin.not_installed"
    bring()
    assert catalogue.why_not_again(store, settings, report) is None


def test_three_failures_in_a_row_disable_a_plugin(
    store: Store,
    settings: Settings,
    bring: Callable[..., Plugin],
    make: Callable[..., Report],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring()
    before = make()
    outcomes = iter(["plugin.failed", "plugin.timeout", None, "plugin.failed", "plugin.output", "plugin.scratch"])
    real = host.attempt

    def attempt(*arguments: Any, **named: Any) -> Any:
        code = next(outcomes)
        if code is None:
            return real(*arguments, **named)
        raise Problem(code, name="trial", reason="ZeroDivisionError", seconds=1, mebibytes=1, most=1)

    monkeypatch.setattr(host, "attempt", attempt)
    for off in ("", "", None, "", "", "failing"):
        if off is None:
            make()
        else:
            refused(make)
        assert entry(store, settings).off == (off or "")
    assert refused(make).code == "plugin.disabled"
    plugin = installed.known(store, "trial")
    assert (plugin.off, plugin.failures) == ("failing", 3)
    assert "wrote more than 1 MiB" in plugin.failure
    assert [(one.actor, dict(one.details)) for one in audit.entries(store) if one.action == "plugin.failing"] == [
        ("service", {"failures": 3})
    ]
    assert load(store, before.id) == before
    monkeypatch.setattr(host, "attempt", real)
    installed.enable(store, "trial", MARA)
    assert make().plugin == "trial"


def test_a_bundled_plugin_can_be_disabled(store: Store, settings: Settings, make: Callable[..., Report]) -> None:
    installed.disable(store, "monitoring", MARA)
    assert entry(store, settings, "monitoring").off == "disabled"
    assert refused(lambda: make("monitoring")).code == "plugin.disabled"
    installed.enable(store, "monitoring", MARA)
    assert entry(store, settings, "monitoring").off == ""


def test_safe_mode_runs_only_what_comes_with_the_service(
    store: Store, bring: Callable[..., Plugin], publications: Publications, tmp_path: Path
) -> None:
    bring()
    safe = settings_module.load(tmp_path / "instance", safe_mode=True)
    offs = {one.name: one.off for one in host.available(store, safe)}
    assert (offs["trial"], offs["monitoring"]) == ("safe_mode", "")
    assert refused(lambda: host.run("trial", store, publications, safe)).code == "plugin.safe_mode"


def test_no_half_written_folder_is_left_if_the_disk_is_full(
    store: Store, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = installed.request(store, settings.instance, wheel(), filename(), MARA)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(plugin_files, "sync", full)
    problem = refused(lambda: installed.approve(store, settings.instance, "trial", made.key, ADA))
    assert problem.code == "service.unavailable"
    assert [path.name for path in (settings.instance / "plugins" / "trial").iterdir()] == [f"{made.key}.whl"]
    monkeypatch.undo()
    assert installed.approve(store, settings.instance, "trial", made.key, ADA).active == made.key


FIGURE = """
    figures = tuple(
        Figure(code, {"*": code}, {"*": code}, 1, context.period, *SHARE, "percent", "up", True, "survey", None)
        for code, SHARE in (("A", VALUES_A), ("B", VALUES_B), ("C", (7, 14, 0.5, None, None)))
    )
    return ReportOutput((statement, *figures))
"""


def with_figures(first: str, second: str) -> str:
    body = FIGURE.replace("VALUES_A", first).replace("VALUES_B", second)
    return CODE.replace("    return ReportOutput((statement,))\n", body)


def test_a_candidate_is_run_beside_the_last_report(
    store: Store,
    publications: Publications,
    settings: Settings,
    bring: Callable[..., Plugin],
    make: Callable[..., Report],
    respond: Callable[..., None],
) -> None:
    for number in range(14):
        respond({"likes": ["red"] if number < 6 else ["blue"]})
    plugin = bring(code=with_figures("(5, 20, 0.25, None, None)", "(6, 20, 0.3, None, None)"))
    report = make()
    respond({"likes": ["red"]})  # the comparison is on the last report's snapshot: it does not see this one
    bring(version="1.1", code=with_figures("(8, 20, 0.4, None, None)", "(9, 20, 0.45, None, None)"))
    found = upgrading.compare_candidate("trial", "Mara", store, publications, settings)
    assert [(one.state, one.kind, one.where[0]["*"]) for one in found.changes] == [
        ("changed", "figure", "A"),
        ("changed", "figure", "B"),
    ]
    assert (found.report, found.snapshot, found.total) == (report.id, report.snapshot, 2)
    assert upgrading.kept(store, installed.known(store, "trial")) == found
    assert [each.id for each in all_reports(store)] == [report.id]  # a shadow run is no report
    assert steps(store)[-1] == ("Mara", "compared", "1.1")
    installed.activate(store, "trial", MARA)
    assert upgrading.kept(store, installed.known(store, "trial")) is None
    assert plugin.active != installed.known(store, "trial").active


def test_without_a_last_report_both_versions_are_run(
    store: Store,
    publications: Publications,
    settings: Settings,
    bring: Callable[..., Plugin],
    make: Callable[..., Report],
) -> None:
    bring()
    report = make()
    shutil.rmtree(settings.instance / "snapshots" / report.snapshot)
    assert refused(lambda: upgrading.compare_candidate("trial", "Mara", store, publications, settings)).code == (
        "plugin.no_candidate"
    )
    bring(version="1.1", code=CODE.replace("%(share)s like red.", "%(share)s love red."))
    found = upgrading.compare_candidate("trial", "Mara", store, publications, settings)
    assert [(one.state, one.kind, [part.name for part in one.parts]) for one in found.changes] == [
        ("changed", "statement", ["text"])
    ]
    assert found.report == 0
