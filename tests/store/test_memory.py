"""What documents cost in memory, in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

DOCUMENTS, SIZE = 5_000, 1_000
PROGRAM = f"""
import resource, sys
from pathlib import Path
from survey_service.store.base import CollectionSpec
from survey_service.store.tiny import TinyStore

def resident():
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()

store = TinyStore(Path(sys.argv[1]))
answers = store.collection(CollectionSpec("answers", indexes=("period",)))
stored = [answers.add({{"period": "2026-Q4", "text": "x" * {SIZE}}}).id for _ in range(100)]
before = resident()
if sys.argv[2] == "add":
    for _ in range({DOCUMENTS}):
        answers.add({{"period": "2026-Q4", "text": "x" * {SIZE}}})
else:
    with store.transaction():
        for _ in range({DOCUMENTS}):
            answers.replace(answers.add({{"text": ""}}).id, {{"text": "x" * {SIZE}}}, version=1)
print((resident() - before) / {DOCUMENTS})
"""


def _cost(folder: Path, how: str) -> float:
    done = subprocess.run([sys.executable, "-c", PROGRAM, folder, how], capture_output=True, text=True, check=True)
    return float(done.stdout)


def test_documents_that_are_added_take_their_size_in_memory(tmp_path: Path) -> None:
    assert SIZE / 2 < _cost(tmp_path, "add") < 2 * SIZE


def test_documents_that_are_replaced_take_their_size_in_memory(tmp_path: Path) -> None:
    assert SIZE / 2 < _cost(tmp_path, "replace") < 3 * SIZE  # until the block ends, its lines are kept as well
