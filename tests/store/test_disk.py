"""The operating system's files: that a write through is one, also where it has to be done in two steps."""

from __future__ import annotations

import errno
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from survey_service.store.disk import OsDisk


class System:
    """Stands in for the calls to the operating system and notes them; ``fault`` is the error of a write through."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, fault: int = 0, at_once: int = 1 << 20) -> None:
        self.calls: list[str] = []
        self._fault, self._at_once = fault, at_once
        self._pwritev, self._fdatasync = os.pwritev, os.fdatasync
        monkeypatch.setattr(os, "pwritev", self.pwritev)
        monkeypatch.setattr(os, "fdatasync", self.fdatasync)

    def pwritev(self, descriptor: int, buffers: Sequence[bytes], offset: int, flags: int) -> int:
        self.calls.append("through" if flags & os.RWF_DSYNC else "write")
        if self._fault:
            raise OSError(self._fault, os.strerror(self._fault))
        return self._pwritev(descriptor, [buffers[0][: self._at_once]], offset, flags)

    def fdatasync(self, descriptor: int) -> None:
        self.calls.append("sync")
        self._fdatasync(descriptor)


def test_a_write_through_is_one_call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch)
    file = OsDisk(tmp_path).create("a")
    file.write_through(2, b"hello")
    file.close()
    assert system.calls == ["through"]
    assert (tmp_path / "a").read_bytes() == b"\0\0hello"


def test_what_is_left_of_a_short_write_is_written_and_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    system = System(monkeypatch, at_once=2)
    file = OsDisk(tmp_path).create("a")
    file.write_through(0, b"hello")
    file.close()
    assert system.calls == ["through", "sync"]
    assert (tmp_path / "a").read_bytes() == b"hello"


@pytest.mark.parametrize("fault", [errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS])
def test_a_file_system_that_cannot_write_through_is_synced(
    fault: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    system = System(monkeypatch, fault=fault)
    file = OsDisk(tmp_path).create("a")
    file.write_through(0, b"hello")
    file.close()
    assert system.calls == ["through", "sync"]
    assert (tmp_path / "a").read_bytes() == b"hello"


@pytest.mark.parametrize("fault", [errno.EIO, errno.ENOSPC])
def test_any_other_error_is_told(fault: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    System(monkeypatch, fault=fault)
    file = OsDisk(tmp_path).create("a")
    with pytest.raises(OSError) as caught:
        file.write_through(0, b"hello")
    file.close()
    assert caught.value.errno == fault
