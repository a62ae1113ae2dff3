"""Wheels are looked at from all sides before they are unpacked: a good one is read, every hostile one is refused."""

from __future__ import annotations

import hashlib
import io
import stat
import struct
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey_service.problems import Problem
from survey_service.reports import wheel_zip, wheels
from tests.reports.wheelwright import CODE, PLUGIN_TOML, filename, parts, recorded, wheel, zipped

GOOD = wheel()
PATHS = st.text(st.characters(exclude_characters="\0"), min_size=1, max_size=30)


def refused(data: bytes, name: str = filename()) -> Problem:
    with pytest.raises(Problem) as caught:
        wheels.read(data, name)
    assert caught.value.code.startswith("wheel.")
    assert "%(" not in caught.value.message()
    return caught.value


def toml(name: str = "trial", version: str = "1.0") -> bytes:
    return PLUGIN_TOML.format(name=name, module="trial", version=version, more="").encode()


def same_or_refused(data: bytes) -> bool:
    """Tell whether a damaged wheel is refused, or reads as if it were not damaged."""
    try:
        return wheels.read(data, filename()).files == wheels.read(GOOD, filename()).files
    except Problem as problem:
        return problem.code.startswith("wheel.")


def test_a_good_wheel_is_read() -> None:
    found = wheels.read(GOOD, filename())
    digest = hashlib.sha256(GOOD).hexdigest()
    assert (found.name, found.version, found.module, found.project) == ("trial", "1.0", "trial", "trial")
    assert (found.digest, found.size, found.key) == (digest, len(GOOD), f"1.0-{digest[:8]}")
    assert found.info["author"] == "Landkreis Nebenan"
    assert found.files["__init__.py"] == CODE.encode()
    assert found.hashes["__init__.py"] == hashlib.sha256(CODE.encode()).hexdigest()
    assert set(found.files) == {"__init__.py", "plugin.toml"}


def test_the_project_may_have_another_name_than_the_plugin() -> None:
    made = parts(name="Neighbour_Reports")
    renamed = {path.replace("Neighbour_Reports/", "trial/"): content for path, content in made.items()}
    renamed["trial/plugin.toml"] = PLUGIN_TOML.format(name="trial", module="trial", version="1.0", more="").encode()
    folder = "Neighbour_Reports-1.0.dist-info"
    renamed[f"{folder}/entry_points.txt"] = b"[survey_service.reports]\ntrial = trial\n"
    del renamed[f"{folder}/RECORD"]
    rows = [f"{path},{recorded(content)}" for path, content in renamed.items()]
    renamed[f"{folder}/RECORD"] = "\n".join([*rows, f"{folder}/RECORD,,"]).encode()
    found = wheels.read(zipped(renamed.items()), "neighbour_reports-1.0-py3-none-any.whl")
    assert (found.project, found.name) == ("neighbour-reports", "trial")


@pytest.mark.parametrize(
    "name",
    [
        "trial.whl", "trial-1.0.zip", "", "../trial-1.0-py3-none-any.whl", "trial-x-py3-none-any.whl",
        "trial-1.0-cp311-cp311-linux_x86_64.whl", "trial-1.0-py2-none-any.whl", "trial-1.0-py3-none-win32.whl",
    ],
)  # fmt: skip
def test_a_name_that_is_not_that_of_a_pure_wheel(name: str) -> None:
    assert refused(GOOD, name).code in ("wheel.name", "wheel.metadata")


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name)
    made.external_attr = mode << 16
    return made


def with_file(name: str | zipfile.ZipInfo, content: bytes = b"x") -> bytes:
    return zipped([*parts().items(), (name, content)])


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd", "../evil.py", "trial/../../evil.py", "trial/./a.py", "trial//a.py", "C:/evil.py", "C:evil.py",
        "trial\\evil.py", "..\\evil.py", "trial/.hidden.py", ".pth", "trial/a\nb.py", "trial/a b.py", "trial/ä.py",
        "trial/a:stream", "trial/a.", "~/x.py", "trial/" + "x" * 300 + ".py", "trial/con\u202etxt.py",
    ],
)  # fmt: skip
def test_paths_that_lead_elsewhere(path: str) -> None:
    assert refused(with_file(path)).code == "wheel.path"


def test_a_path_that_is_cut_at_a_nul() -> None:
    data = with_file("trial/aXb.py")
    assert refused(data.replace(b"trial/aXb.py", b"trial/a\0b.py")).code == "wheel.path"


@pytest.mark.parametrize("mode", [stat.S_IFLNK | 0o777, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFSOCK, stat.S_IFDIR])
def test_links_and_devices(mode: int) -> None:
    assert refused(with_file(entry("trial/link.py", mode))).code == "wheel.link"


@pytest.mark.parametrize(
    "path", ["trial/__init__.py", "trial/__INIT__.py", "Trial/__init__.py", "trial/plugin.toml/x.py"]
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_paths_that_meet_on_a_disk(path: str) -> None:
    assert refused(with_file(path)).code == "wheel.twice"


def test_sizes() -> None:
    assert refused(b"PK\x03\x04" + bytes(wheel_zip.MOST_BYTES)).code == "wheel.size"
    many = zipped((f"trial/x{number}.py", b"") for number in range(wheel_zip.MOST_FILES + 1))
    assert refused(many).code == "wheel.count"
    assert refused(with_file("trial/big.txt", bytes(wheel_zip.MOST_UNPACKED))).code == "wheel.unpacked"
    assert refused(with_file("trial/bomb.txt", bytes(10_000_000))).code == "wheel.ratio"


def test_a_size_that_lies_does_not_unpack_more() -> None:
    data = bytearray(with_file("trial/bomb.txt", bytes(10_000_000)))
    place = data.rindex(b"trial/bomb.txt") - 46
    assert struct.unpack_from("<L", data, place + 24) == (10_000_000,)
    struct.pack_into("<L", data, place + 24, 10)
    assert refused(bytes(data)).code == "wheel.damaged"


def test_files_that_share_bytes() -> None:
    """A bomb whose files all lie in the same place; each alone would be small enough."""
    data = bytearray(zipped([*parts().items(), ("trial/a.txt", b"1" * 1000), ("trial/b.txt", b"1" * 1000)]))
    first, second = data.rindex(b"trial/a.txt") - 46, data.rindex(b"trial/b.txt") - 46
    data[second + 42 : second + 46] = data[first + 42 : first + 46]
    assert refused(bytes(data)).code == "wheel.damaged"


@pytest.mark.parametrize(
    "wrap", [lambda data: b"#!/bin/sh\n" + data, lambda data: data + b"more", lambda data: data[:-1]]
)
def test_an_archive_with_something_around_it(wrap: Callable[[bytes], bytes]) -> None:
    assert refused(wrap(GOOD)).code == "wheel.damaged"


def test_an_encrypted_file_and_another_packing() -> None:
    data = bytearray(GOOD)
    place = data.rindex(b"trial/plugin.toml") - 46
    data[place + 8] |= 1
    assert refused(bytes(data)).code == "wheel.locked"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_LZMA) as archive:
        for name, content in parts().items():
            archive.writestr(name, content)
    assert refused(out.getvalue()).code == "wheel.damaged"


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        ({"package": {"trial/fast.so": b"\x7fELF"}}, "wheel.impure", "trial/fast.so"),
        ({"package": {"trial/old.pyc": b"x"}}, "wheel.impure", "trial/old.pyc"),
        ({"package": {"trial/run": b"#!/bin/sh"}}, "wheel.impure", "trial/run"),
        ({"package": {"sitecustomize.py": b"x"}}, "wheel.impure", "sitecustomize.py"),
        ({"package": {"other/__init__.py": b"x"}}, "wheel.impure", "other/__init__.py"),
        ({"package": {"trial.pth": b"import os"}}, "wheel.impure", "trial.pth"),
        ({"package": {"trial-1.0.data/scripts/tool": b"x"}}, "wheel.impure", "trial-1.0.data"),
        ({"package": {"more-1.0.dist-info/METADATA": b"x"}}, "wheel.metadata", "one such folder"),
        ({"described": {"METADATA": None}}, "wheel.metadata", "METADATA in the wheel: it is missing"),
        ({"described": {"METADATA": b"\xff"}}, "wheel.metadata", "it is not UTF-8"),
        ({"described": {"METADATA": b"Name: other\nVersion: 1.0\n"}}, "wheel.metadata", "name or version"),
        ({"described": {"METADATA": b"Name: trial\nVersion: 1.1\n"}}, "wheel.metadata", "name or version"),
        ({"described": {"METADATA": b"Name: trial\nVersion: ?\n"}}, "wheel.metadata", "the version is not one"),
        ({"described": {"WHEEL": None}}, "wheel.metadata", "WHEEL in the wheel: it is missing"),
        ({"described": {"WHEEL": b"Root-Is-Purelib: false\nTag: py3-none-any\n"}}, "wheel.metadata", "not a pure"),
        ({"described": {"WHEEL": b"Root-Is-Purelib: true\nTag: cp311-cp311-linux\n"}}, "wheel.metadata", "not a pure"),
        ({"described": {"RECORD": None}}, "wheel.metadata", "RECORD in the wheel: it is missing"),
        ({"described": {"RECORD": b""}}, "wheel.record", "trial"),
        ({"described": {"RECORD": b'"'}}, "wheel.record", "RECORD"),
        ({"described": {"entry_points.txt": None}}, "wheel.entry_point", "names 0 plugins"),
        ({"described": {"entry_points.txt": b"[console_scripts]\na = b\n"}}, "wheel.entry_point", "names 0 plugins"),
        (
            {"described": {"entry_points.txt": b"[survey_service.reports]\na = a\nb = b\n"}},
            "wheel.entry_point",
            "names 2 plugins",
        ),
        ({"described": {"entry_points.txt": b"nonsense"}}, "wheel.metadata", "cannot be read"),
        (
            {"described": {"entry_points.txt": b"[survey_service.reports]\ntrial = trial.sub:x\n"}},
            "wheel.metadata",
            "does not name a plugin",
        ),
        ({"package": {"trial/plugin.toml": b"x"}}, "wheel.manifest", "plugin.toml"),
        ({"more": 'permissions = ["store"]'}, "wheel.manifest", "permissions"),
        (
            {"package": {"trial/plugin.toml": toml(name="t", version="1.0")}},
            "wheel.manifest",
            "name or module is not that of the entry point",
        ),
        (
            {"package": {"trial/plugin.toml": toml(name="trial", version="2")}},
            "wheel.manifest",
            "version is not that of the wheel",
        ),
        ({"requires": ["numpy>=1", "polars"]}, "wheel.requires", "numpy>=1"),
        ({"requires": ["polars>=999"]}, "wheel.requires", "polars>=999"),
        ({"requires": ["polars @ https://example.org/x.whl"]}, "wheel.requires", "polars"),
        ({"requires": ["pytest"]}, "wheel.requires", "pytest"),
        ({"requires": ["=="]}, "wheel.metadata", "InvalidRequirement"),
        ({"described": {"METADATA": b"Name: trial\nVersion: 1.0\nRequires-Python: <3\n"}}, "wheel.python", "<3"),
    ],
)  # fmt: skip
def test_what_is_no_plugin_is_refused_with_a_reason(options: dict[str, Any], code: str, said: str) -> None:
    problem = refused(wheel(**options))
    assert problem.code == code
    assert said in problem.message()


def test_dependencies_that_the_service_has() -> None:
    requires = ["survey-service", "polars>=1.20", "numpy; extra == 'fast'", "colorama; sys_platform == 'win32'"]
    assert wheels.read(wheel(requires=requires), filename()).name == "trial"


def test_a_file_that_was_changed_after_the_wheel_was_built() -> None:
    files = {**parts(), "trial/__init__.py": CODE.replace("red", "mud").encode()}
    assert refused(zipped(files.items())).details["path"] == "trial/__init__.py"
    assert refused(with_file("trial/more.py")).details["path"] == "trial/more.py"
    gone = {path: content for path, content in parts().items() if path != "trial/plugin.toml"}
    assert refused(zipped(gone.items())).details["path"] == "trial/plugin.toml"


@pytest.mark.parametrize("module", ["json", "polars", "survey_service"])
def test_a_package_that_would_take_the_place_of_another(module: str) -> None:
    assert refused(wheel(name="trial", module=module)).code == "wheel.module"


def test_author_and_description_must_be_given() -> None:
    toml = PLUGIN_TOML.format(name="trial", module="trial", version="1.0", more="")
    silent = toml.replace("Landkreis Nebenan", " ")
    assert "author" in refused(wheel(package={"trial/plugin.toml": silent.encode()})).message()


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(1, 255))
def test_a_wheel_with_one_changed_byte_is_refused_or_the_same(place: int, change: int) -> None:
    damaged = bytearray(GOOD)
    damaged[place] ^= change
    assert same_or_refused(bytes(damaged))


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD)), st.binary(max_size=40)), min_size=1, max_size=8))
def test_a_wheel_with_foreign_bytes_is_refused_or_the_same(puts: list[tuple[int, bytes]]) -> None:
    damaged = GOOD
    for place, put in puts:
        damaged = damaged[:place] + put + damaged[place + len(put) // 2 :]
    assert same_or_refused(damaged)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(GOOD) - 1))
def test_a_wheel_cut_anywhere_is_refused(length: int) -> None:
    assert refused(GOOD[:length]).code == "wheel.damaged"


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=2000))
def test_garbage_is_refused(data: bytes) -> None:
    assert refused(data).code == "wheel.damaged"


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(PATHS, st.binary(max_size=100), min_size=1, max_size=6))
def test_no_archive_of_any_names_writes_outside(files: dict[str, bytes]) -> None:
    """Whatever `wheel_zip` lets through has paths of plain parts only."""
    try:
        found = wheel_zip.read(zipped((name.encode("utf-8", "replace").decode(), body) for name, body in files.items()))
    except Problem:
        return
    for path in found:
        assert not path.startswith(("/", "."))
        assert ".." not in path.split("/")
        assert not set(path) & set("\\:\0")


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["METADATA", "WHEEL", "RECORD", "entry_points.txt"]),
    st.one_of(st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "replace"))),
)
def test_description_files_of_any_content_are_a_problem_at_most(name: str, content: bytes) -> None:
    assert same_or_refused(wheel(described={name: content}))
