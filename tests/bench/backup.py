"""Backing a store up, beside merely reading and compressing its files."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import zstandard

from survey_service.store import archive, copying
from survey_service.store.archive import Archive
from survey_service.store.sealing import Keys
from survey_service.store.tiny import TinyStore
from tests.bench.store import fill


def measure(documents: int) -> None:
    """Print the speed of a backup and of a restore of so many documents."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = TinyStore(folder / "store")
        fill(store, documents)
        store.compact()
        store.close()
        size = sum(path.stat().st_size for path in (folder / "store").iterdir())
        floor = _read_and_compress(folder / "store")
        began = time.perf_counter()
        with copying.source("tinydb:", folder) as dumps:
            archive.write(folder / "a.backup", "2026-11-26", dumps, {}, Keys())
        backup = time.perf_counter() - began
        began = time.perf_counter()
        verified = Archive(folder / "a.backup", Keys())
        with verified.dumps() as dumps:
            copying.load("tinydb:second", folder, dumps)
        restore = time.perf_counter() - began
        packed = (folder / "a.backup").stat().st_size
    print(
        f"  {documents:>9,} documents: backup {documents / backup:,.0f}/s, {size / backup / 1e6:.0f} MB/s "
        f"= {floor / backup:.2f} of reading and compressing the files; {packed / size:.3f} of their size; "
        f"restore, verified twice, {documents / restore:,.0f}/s",
        flush=True,
    )


def _read_and_compress(folder: Path) -> float:
    began = time.perf_counter()
    compressor = zstandard.ZstdCompressor(level=6).compressobj()
    for path in folder.iterdir():
        with path.open("rb") as file:
            while part := file.read(1 << 20):
                compressor.compress(part)
    compressor.flush()
    return time.perf_counter() - began


def main() -> None:
    print("\nBackup and restore of the embedded store")
    for documents in (100_000, 1_000_000):
        measure(documents)
