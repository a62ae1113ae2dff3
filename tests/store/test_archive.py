"""Backups: what goes in comes out, any damage is found before anything is used, and keys keep others out."""

from __future__ import annotations

import base64
import re
from pathlib import Path

import pyrage
import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey_service.problems import Problem
from survey_service.store import archive
from survey_service.store.archive import Archive
from survey_service.store.base import Schema
from survey_service.store.sealing import Keys
from survey_service.store.transfer import Dump, Facts, Row

pytestmark = pytest.mark.injected

ROWS: list[Row] = [(1, 1, b'{"a":"\xd8\xb3\xd9\x84\xd8\xa7\xd9\x85, {x}"}'), (7, 3, b"{}")]
FACTS = Facts("things", ("colour",), ("key",), True, Schema(2, 5), 9)
NONE = Keys()
ENCRYPTED = (b"age-encryption.org/", b"survey-service backup, passphrase: ")


def dumps(rows: list[Row] = ROWS) -> list[Dump]:
    return [Dump(FACTS, iter(rows)), Dump(Facts("empty", (), (), False, Schema(1), 0), iter(()))]


def written(tmp_path: Path, keys: Keys = NONE) -> Path:
    file = tmp_path / "receipt.key"
    file.write_bytes(bytes(range(256)) * 500)
    path = tmp_path / "a.backup"
    archive.write(path, "2026-11-26", dumps(), {"receipt.key": file, "sub/empty": tmp_path / "empty"}, keys)
    return path


@pytest.fixture(autouse=True)
def _empty_file(tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")


def check(path: Path, keys: Keys = NONE) -> None:
    found = Archive(path, keys)
    assert found.manifest.day == "2026-11-26"
    assert found.manifest.collections == {"things": 2, "empty": 0}
    with found.dumps() as read:
        assert [(dump.facts, list(dump.rows)) for dump in read] == [(dump.facts, list(dump.rows)) for dump in dumps()]
    with found.dumps() as read:
        assert [dump.facts.name for dump in read] == ["things", "empty"], "documents can be passed over"
    files = {name: b"".join(parts) for name, parts in found.files()}
    assert files == {"receipt.key": bytes(range(256)) * 500, "sub/empty": b""}


def refused(path: Path, keys: Keys = NONE) -> str:
    with pytest.raises(Problem) as caught:
        Archive(path, keys)
    return caught.value.code


def test_what_goes_in_comes_out(tmp_path: Path) -> None:
    path = written(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    check(path)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.backup", "empty", "receipt.key"]


def test_it_is_what_the_format_says(tmp_path: Path) -> None:
    with written(tmp_path).open("rb") as file:
        lines = zstandard.ZstdDecompressor().stream_reader(file).read().splitlines()
    assert lines[0] == b'{"survey-service backup":1,"day":"2026-11-26"}'
    assert lines[2] == b"[1,1," + ROWS[0][2] + b"]"


def test_no_file_is_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "a.backup"
    path.write_bytes(b"mine")
    with pytest.raises(Problem) as caught:
        archive.write(path, "2026-11-26", dumps(), {}, NONE)
    assert caught.value.code == "file.exists"
    assert path.read_bytes() == b"mine"


def test_a_backup_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    def breaks() -> object:
        yield ROWS[0]
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        archive.write(tmp_path / "a.backup", "2026-11-26", [Dump(FACTS, breaks())], {}, NONE)  # type: ignore[arg-type]
    assert [each.name for each in tmp_path.iterdir()] == ["empty"]


def test_a_cut_at_any_place_is_found(tmp_path: Path) -> None:
    content = written(tmp_path).read_bytes()
    damaged = tmp_path / "b.backup"
    for size in range(len(content)):
        damaged.write_bytes(content[:size])
        assert refused(damaged) == "backup.damaged", size


def test_any_bit_that_is_flipped_is_found(tmp_path: Path) -> None:
    """Unless zstd itself has no meaning for it: then the content is the same. The version's digit is a digit still."""
    content = written(tmp_path).read_bytes()
    damaged = tmp_path / "b.backup"
    codes = set()
    for place in range(len(content)):
        for bit in (0, 5):
            changed = bytearray(content)
            changed[place] ^= 1 << bit
            damaged.write_bytes(changed)
            try:
                check(damaged)
                codes.add("same")
            except Problem as problem:
                codes.add(problem.code)
    assert "backup.damaged" in codes
    assert codes <= {"backup.damaged", "backup.newer", "same"}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"day":"2026', b'"day":"2025'),
        (b"[7,3,{}]", b"[8,3,{}]"),
        (b'{"end":2}', b'{"end":3}'),
        (b'{"things":2', b'{"things":1'),
        (b'{"file":"receipt.key"}', b'{"file":"another.key"}'),
    ],
)
def test_content_that_was_changed_is_found(tmp_path: Path, old: bytes, new: bytes) -> None:
    with written(tmp_path).open("rb") as file:
        content = zstandard.ZstdDecompressor().stream_reader(file).read()
    assert old in content
    changed = tmp_path / "b.backup"
    changed.write_bytes(zstandard.ZstdCompressor().compress(content.replace(old, new)))
    assert refused(changed) == "backup.damaged"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "backup.damaged"),
        (b'{"survey-service backup":2,"day":"2030-01-01"}\n', "backup.newer"),
        (b'{"another":1}\n', "backup.damaged"),
        (b"[]\n", "backup.damaged"),
        (b"not json\n", "backup.damaged"),
        (b"\xff\n", "backup.damaged"),
        (b'{"survey-service backup":1,"day":"2026-11-26"}\n{"manifest":{}}\n', "backup.damaged"),
    ],
)
def test_what_is_no_backup_is_refused(tmp_path: Path, content: bytes, code: str) -> None:
    path = tmp_path / "b.backup"
    path.write_bytes(zstandard.ZstdCompressor().compress(content))
    assert refused(path) == code


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200).filter(lambda content: not content.startswith(ENCRYPTED)))
def test_no_file_brings_it_out_of_order(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.backup"
    path.write_bytes(content)
    assert refused(path) == "backup.damaged"


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_file_that_says_it_is_encrypted_brings_it_out_of_order(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "b.backup"
    key = str(pyrage.x25519.Identity.generate())
    path.write_bytes(ENCRYPTED[0] + content)
    assert refused(path) == "backup.needs_identity"
    assert refused(path, Keys(identities=(key,))) == "backup.locked"
    path.write_bytes(ENCRYPTED[1] + content)
    assert refused(path) == "backup.needs_passphrase"
    assert refused(path, Keys(passphrase="drei Esel")) == "backup.locked"


# --- keys ---


def test_a_passphrase(tmp_path: Path) -> None:
    path = written(tmp_path, Keys(passphrase="drei Esel im Schnee"))
    assert b"2026" not in path.read_bytes()[300:]
    check(path, Keys(passphrase="drei Esel im Schnee"))
    assert refused(path) == "backup.needs_passphrase"
    assert refused(path, Keys(passphrase="vier Esel")) == "backup.locked"


def test_a_passphrase_that_takes_too_long_is_told_from_a_wrong_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = Keys(passphrase="drei Esel im Schnee")
    path = written(tmp_path, keys)
    decrypt, busy = pyrage.passphrase.decrypt, iter((True, True))

    def measured(wrapped: bytes, passphrase: str) -> bytes:
        if next(busy, False):
            raise pyrage.DecryptError("Excessive work parameter for passphrase.")
        return bytes(decrypt(wrapped, passphrase))

    monkeypatch.setattr(pyrage.passphrase, "decrypt", measured)
    check(path, keys)  # the machine was busy for a moment
    head, rest = path.read_bytes().split(b"\n", 1)
    said, wrapped = head.rsplit(b" ", 1)
    harder = re.sub(rb"(-> scrypt \S+) \d+", rb"\1 40", base64.b64decode(wrapped))
    path.write_bytes(b"\n".join((said + b" " + base64.b64encode(harder), rest)))
    assert refused(path, keys) == "backup.slow"


def test_a_recipient(tmp_path: Path) -> None:
    mine, other = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    path = written(tmp_path, Keys(recipients=(str(mine.to_public()),)))
    check(path, Keys(identities=(str(other), str(mine))))
    assert refused(path) == "backup.needs_identity"
    assert refused(path, Keys(identities=(str(other),))) == "backup.locked"
    assert refused(path, Keys(identities=("AGE-SECRET-KEY-1X",))) == "backup.recipient"


def test_a_key_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        written(tmp_path, Keys(recipients=("age1nonsense",)))
    assert caught.value.code == "backup.recipient"
    assert not (tmp_path / "a.backup").exists()


def test_an_encrypted_backup_that_was_cut(tmp_path: Path) -> None:
    mine = pyrage.x25519.Identity.generate()
    content = written(tmp_path, Keys(recipients=(str(mine.to_public()),))).read_bytes()
    cut = tmp_path / "b.backup"
    for size in (len(content) - 1, len(content) // 2, 100):
        cut.write_bytes(content[:size])
        assert refused(cut, Keys(identities=(str(mine),))) in ("backup.damaged", "backup.locked")
