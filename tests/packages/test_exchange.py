"""Two counties exchange figures: by file, signed, trusted once, never twice, never older; drift is told."""

from __future__ import annotations

import datetime as dt
import stat
from dataclasses import replace

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_service.accounts import audit
from survey_service.monitoring import publication
from survey_service.packages import comparing, exporting, importing, kept, keys, manifest, sealed, senders, zipped
from survey_service.packages.manifest import County
from survey_service.problems import Problem
from tests.monitoring.published import note
from tests.packages.conftest import NOW, Instance, fill_elsewhere, redefined


def refused(instance: Instance, data: bytes) -> Problem:
    """Return why a package is refused; the store is as it was."""
    before = instance.state()
    with pytest.raises(Problem) as caught:
        instance.take(data)
    assert instance.state() == before
    return caught.value


def test_a_package_holds_what_is_public_byte_for_byte_and_nothing_else(here: Instance) -> None:
    package = sealed.open_package(here.export())
    about = here.sender.about
    assert dict(package.files) == {"figures.json": exporting.public(here.batches, {}, about)}
    assert package.manifest.county == County("16066", "Landkreis Schmalkalden-Meiningen")
    assert package.manifest.made == "2026-11-27T12:00:00+00:00"
    assert package.manifest.licence["attribution"] == "Landkreis Schmalkalden-Meiningen"
    assert package.manifest.disclosure["least"] == 5


def test_what_was_not_published_does_not_leave(here: Instance, there: Instance) -> None:
    note(here.store, "ARB1", "2022", 777, 2400)
    assert b"777" not in here.export()
    with pytest.raises(Problem) as caught:
        exporting.indicators(there.sender, there.batches, {}, NOW)
    assert caught.value.code == "package.nothing"


def test_the_key_is_made_once_and_for_its_owner_only(here: Instance) -> None:
    assert here.key == here.key
    (path,) = here.folder.glob("packages.key")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert len(keys.fingerprint(here.key).split()) == 8


def test_packages_are_exchanged_in_both_directions(here: Instance, there: Instance) -> None:
    fill_elsewhere(there.store)
    there.publish()
    for sender, receiver in ((here, there), (there, here)):
        data = sender.export()
        problem = refused(receiver, data)
        assert (problem.code, problem.details["fingerprint"]) == ("package.unknown_key", keys.fingerprint(sender.key))
        receiver.trust(sender)
        assert receiver.take(data).state == importing.NEW
        (one,) = receiver.kept()
        assert (one.county, one.kind, one.fingerprint) == (
            sender.county.key,
            "indicators",
            keys.fingerprint(sender.key),
        )
        entries = [each for each in audit.entries(receiver.store) if each.action.startswith("package.")]
        assert [each.action for each in entries] == ["package.trusted", "package.imported"]
        assert entries[-1].subject == sender.county.key


def test_the_same_package_again_changes_nothing(here: Instance, there: Instance) -> None:
    data = here.export()
    there.trust(here)
    there.take(data)
    before = there.state()
    assert there.take(data).state == importing.UNCHANGED
    assert there.state() == before


def test_a_newer_package_replaces_and_an_older_one_is_refused(here: Instance, there: Instance) -> None:
    first = here.export()
    there.trust(here)
    there.take(first)
    note(here.store, "INT1", "2025", 300, 900)
    here.publish()
    assert there.take(here.export(hours=2)).state == importing.NEWER
    (one,) = there.kept()
    assert "INT1" in {row["code"] for row in one.content["indicators"]}
    assert refused(there, first).code == "package.older"
    assert refused(there, here.export(hours=1)).code == "package.older"


def test_a_package_of_the_future_is_refused(here: Instance, there: Instance) -> None:
    there.trust(here)
    assert refused(there, here.export(hours=25)).code == "package.moment"
    assert there.take(here.export(hours=23)).state == importing.NEW


def test_ones_own_package_is_refused(here: Instance) -> None:
    assert refused(here, here.export()).code == "package.own"


def test_another_key_is_a_warning_until_it_is_trusted(here: Instance, there: Instance) -> None:
    there.trust(here)
    there.take(here.export())
    old = keys.fingerprint(here.key)
    (here.folder / "packages.key").unlink()
    data = here.export(hours=1)
    problem = refused(there, data)
    assert (problem.code, problem.details["known"]) == ("package.other_key", old)
    assert problem.details["fingerprint"] == keys.fingerprint(here.key) != old
    there.trust(here)
    assert there.take(data).state == importing.NEWER
    (sender,) = senders.all_trusted(there.store)
    assert sender.before == (old,)


def test_a_fingerprint_that_was_heard_otherwise_is_not_trusted(here: Instance, there: Instance) -> None:
    for heard in ("", keys.fingerprint(there.key), keys.fingerprint(here.key)[:-1]):
        with pytest.raises(Problem) as caught:
            senders.trust(there.store, here.county, here.key, heard, "Mara", NOW)
        assert caught.value.code == "package.trust"
    assert senders.all_trusted(there.store) == []
    heard = keys.fingerprint(here.key).upper().replace(" ", "")
    assert senders.trust(there.store, here.county, here.key, heard, "Mara", NOW).key == here.key


def test_a_trusted_county_cannot_speak_for_another(here: Instance, there: Instance) -> None:
    there.trust(here)
    other = replace(here.sender, county=County("16070", "Ilm-Kreis"))
    _, data = sealed.make(other, "indicators", "figures", {"figures.json": b"{}"}, NOW, {"least": 5})
    assert refused(there, data).code == "package.unknown_key"


def test_a_sender_is_trusted_no_longer(here: Instance, there: Instance) -> None:
    there.trust(here)
    senders.forget(there.store, here.county.key, "Mara", NOW)
    assert refused(there, here.export()).code == "package.unknown_key"
    with pytest.raises(Problem):
        senders.forget(there.store, here.county.key, "Mara", NOW)


def test_a_package_is_taken_away_again(here: Instance, there: Instance) -> None:
    there.trust(here)
    there.take(here.export())
    importing.remove(there.store, there.kept()[0].number, "Mara", NOW)
    assert there.kept() == []
    assert [each.action for each in audit.entries(there.store)][-1] == "package.removed"
    with pytest.raises(Problem) as caught:
        importing.remove(there.store, 1, "Mara", NOW)
    assert caught.value.code == "package.missing"
    assert there.take(here.export()).state == importing.NEW


def test_one_changed_definition_shows_as_drift_and_the_others_compare(here: Instance, there: Instance) -> None:
    there.indicators = redefined("ARB1", definition={"de": "Etwas ganz anderes ÷ alle", "en": "Something else ÷ all"})
    fill_elsewhere(there.store)
    there.publish()
    here.trust(there)
    assert here.take(there.export()).notices == ()  # the version is the same, only its words are others
    compared = {
        each.code: each
        for each in comparing.compare(here.county, here.public, here.indicators, kept.with_figures(here.store))
    }
    drifted = compared["ARB1"].besides[1]
    assert drifted.standing == comparing.WORDING
    assert [(each.name, each.tag, each.theirs) for each in drifted.differences] == [
        ("definition", "de", "Etwas ganz anderes ÷ alle"),
        ("definition", "en", "Something else ÷ all"),
    ]
    assert not any(each.comparable for each in compared["ARB1"].besides)
    same = compared["ARB2"].besides
    assert [each.standing for each in same] == [comparing.OURS, comparing.SAME]
    assert all(each.comparable for each in same)
    assert [each.figure.percent for each in same if each.figure] == [8.3, 12.5]
    hidden = compared["ARB4"].besides
    assert [each.figure.state for each in hidden if each.figure] == ["hidden", "hidden"]
    assert not any(each.comparable for each in hidden)


@given(st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_flipped_byte_is_refused_and_changes_nothing(here: Instance, there: Instance, data: st.DataObject) -> None:
    if senders.find(there.store, here.county.key) is None:
        there.trust(here)
    package = here.export()
    at = data.draw(st.integers(0, len(package) - 1), label="at")
    bits = data.draw(st.integers(1, 255), label="bits")
    flipped = bytearray(package)
    flipped[at] ^= bits
    refused(there, bytes(flipped))


@given(st.binary(max_size=400) | st.binary(max_size=200).map(lambda tail: b"PK\x03\x04" + tail))
def test_bytes_that_are_no_package_are_refused(data: bytes) -> None:
    with pytest.raises(Problem):
        sealed.open_package(data)


def test_what_hides_beside_the_files_is_refused(here: Instance) -> None:
    package = here.export()
    inside = zipped.read(package)
    swapped = dict(reversed(inside.items()))
    more = {**inside, "more.txt": b"x"}
    for data, code in (
        (package + b"x", "package.damaged"),
        (b"x" + package, "package.damaged"),
        (package[:-1], "package.damaged"),
        (zipped.write(swapped), "package.damaged"),
        (zipped.write(more), "package.content"),
        (zipped.write({**inside, "figures.json": b"{}"}), "package.content"),
        (zipped.write({name: inside[name] for name in list(inside)[:2]}), "package.content"),
        (zipped.write({"figures.json": b"{}"}), "package.damaged"),
        (zipped.write({**inside, "manifest.sig": bytes(64)}), "package.signature"),
    ):
        with pytest.raises(Problem) as caught:
            sealed.open_package(data)
        assert caught.value.code == code


@pytest.mark.parametrize("name", ["../x", "/x", "a/../b", "a/b/c", "x\\y", ".hidden", "a//b", "C:x", "é"])
def test_a_path_that_leads_elsewhere_is_refused(name: str) -> None:
    data = zipped.write({"manifest.json": b"{}", "x" * len(name.encode()): b""})
    data = data.replace(b"x" * len(name.encode()), name.encode())
    with pytest.raises(Problem) as caught:
        zipped.read(data)
    assert caught.value.code == "package.damaged"


def test_too_large_a_file_is_refused_before_it_is_looked_at() -> None:
    with pytest.raises(Problem) as caught:
        zipped.read(bytes(zipped.MOST_BYTES + 1))
    assert caught.value.code == "package.size"


def test_a_manifest_of_another_kind_is_refused(here: Instance) -> None:
    good = orjson.loads(zipped.read(here.export())["manifest.json"])
    content = {"figures.json": zipped.read(here.export())["figures.json"]}
    for change, code in (
        ({"version": 2}, "package.version"),
        ({"version": True}, "package.version"),
        ({"format": "other"}, "package.manifest"),
        ({"kind": "responses"}, "package.kind"),
        ({"more": 1}, "package.manifest"),
        ({"county": {"key": "1606", "name": "x"}}, "package.manifest"),
        ({"county": {"key": "16066", "name": ""}}, "package.manifest"),
        ({"county": "16066"}, "package.manifest"),
        ({"made": "2026-13-01T00:00:00+00:00"}, "package.manifest"),
        ({"made": 5}, "package.manifest"),
        ({"contents": []}, "package.manifest"),
        ({"contents": {"figures.json": {"sha256": "x", "size": 1}}}, "package.manifest"),
        ({"licence": {"name": 1}}, "package.manifest"),
        ({"subject": "../x"}, "package.manifest"),
        ({"key": here.key[:-1] + ("0" if here.key[-1] != "0" else "1")}, "package.signature"),
    ):
        with pytest.raises(Problem) as caught:
            sealed.open_package(here.sign({**good, **change}, content))
        assert caught.value.code == code, change


def test_a_manifest_in_another_form_is_refused_though_it_is_signed(here: Instance) -> None:
    inside = zipped.read(here.export())
    for encoded in (
        inside["manifest.json"] + b"\n",
        orjson.dumps(orjson.loads(inside["manifest.json"]), option=orjson.OPT_INDENT_2),
        b"[]",
        b"x",
    ):
        with pytest.raises(Problem) as caught:
            manifest.decode(encoded)
        assert caught.value.code == "package.manifest"


def test_the_moment_of_a_package_is_its_second(here: Instance) -> None:
    made, _ = sealed.make(here.sender, "plugin", "x", {}, NOW + dt.timedelta(microseconds=5))
    assert made.made == "2026-11-27T12:00:00+00:00"


def test_a_withdrawn_figure_is_told_with_its_reason(here: Instance, there: Instance) -> None:
    here.trust(there)
    fill_elsewhere(there.store)
    there.publish()
    withdraw = [("ARB2", 1, "2025")]
    mark = publication.prepare(there.store, there.indicators, None, withdraw).mark
    publication.publish(
        there.store, there.indicators, None, mark, "Mara", withdraw=withdraw, reason="Zahlendreher im Amt"
    )
    here.take(there.export())
    compared = comparing.compare(here.county, here.public, here.indicators, kept.with_figures(here.store))
    (row,) = [each for each in compared if each.code == "ARB2"]
    figure = row.besides[1].figure
    assert figure is not None
    assert (figure.state, figure.percent) == ("withdrawn", None)
    assert figure.correction.endswith("Zahlendreher im Amt")
    assert not row.besides[1].comparable
